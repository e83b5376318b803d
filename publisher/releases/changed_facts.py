"""What changes beside the text from the last release to the next: what `policy.toml` says, and who
may sign.

The list of sections is left out: it is the text, and the comparison tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.policies.notice_rules import WithoutRecord, without_record
from publisher.policies.policy import Facts, Policy, Wording
from publisher.releases.openpgp_keys import OpenPgpIdentity, openpgp_identities
from publisher.releases.release import Release
from publisher.releases.signers import SshSigner, read_signers

SIGNER = "signers"
"""The name under which a signer who comes or goes is a fact."""


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """Something that is sealed beside the text, and is not what it was."""

    name: str
    """Its key in `policy.toml`, such as `opt_out.effect`; or `SIGNER`, for each of them."""
    before: str
    """Empty: it was not there."""
    after: str
    """Empty: it is gone."""
    line: int = 0
    """In the file of signers, from 1; 0: none, or it is told by the key."""

    def __str__(self) -> str:
        before, after = _one_line(self.before), _one_line(self.after)
        if before == after:
            return f"`{self.name}`: “{after}”, with other spaces or line ends"
        if not (before and after):
            return f"`{self.name}`: “{before or after}” {'is gone' if before else 'is new'}"
        return f"`{self.name}`: “{before}” → “{after}”"


def changed_facts(
    draft: Policy, last: Release | None, signers: str, sealed: WithoutRecord | None = None
) -> list[ChangedFact]:
    """Every fact in which a draft differs from the last release.

    Args:
        draft: what is to be frozen, or might be.
        last: the release before it; None: there is none, and only signers are new.
        signers: the text of those who may sign the next release so far; empty: nobody is named. A
            draft without any leaves that as it is.
        sealed: what was to hold, by the last letter before it, where nobody states that people were
            told; None: no letter was sealed.
    """
    found = [*_facts(draft.facts, last)] if last else []
    rule = draft.facts.without_record or without_record(draft.facts.profile)
    if sealed and sealed is not rule:
        found.append(ChangedFact("notice.without_record", sealed.value, rule.value))
    return found + changed_signers(signers, draft.signers or signers)


def _facts(facts: Facts, last: Release) -> Iterator[ChangedFact]:
    known = ("title", "language")
    for fact in _changed(_values(last.policy.facts), _values(facts)):
        if fact.name in known or not last.imported:  # of a text of the past no more is on record
            yield fact
    retired = last.policy.facts.retired, facts.retired
    yield from _changed(*({f"retired.{k}": v or "nothing" for k, v in r.items()} for r in retired))
    before, after = last.policy.facts.translations, facts.translations
    for tag in dict.fromkeys([*before, *after]):
        told = _worded(tag, before.get(tag)), _worded(tag, after.get(tag))
        if tag in before and tag in after:
            yield from _changed(*told)
        else:
            words = ["; ".join(filter(None, each.values())) for each in told]
            yield ChangedFact(f"translations.{tag}", words[0], words[1])


def _values(facts: Facts) -> dict[str, str]:
    return {
        "title": facts.title,
        "language": facts.language,
        "contact": facts.contact,
        "remark": facts.remark,
        "notice.profile": facts.profile,
        "notice.days": str(facts.days),
        "notice.months": str(facts.months or ""),
        "notice.business_days": str(facts.business_days or ""),
        "notice.holidays": facts.holidays,
        "notice.remind_days_before": str(facts.remind_days_before or ""),
        "opt_out.effect": facts.effect,
        "opt_out.choices": ", ".join(facts.choices),
    }


def _worded(tag: str, wording: Wording | None) -> dict[str, str]:
    if wording is None:
        return {}
    names = ("title", "precedence", "lagging", "remark", "effect")
    return {f"translations.{tag}.{name}": getattr(wording, name) for name in names}


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[ChangedFact]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield ChangedFact(name, old, new)


def _one_line(text: str) -> str:
    return " ".join(text.split())


# ── who may sign ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Named:
    """What a text says of a key."""

    label: str
    more: str
    """On what conditions it counts, or what is in it: told only where that alone differs."""
    digest: str
    line: int


def changed_signers(before: str, after: str) -> list[ChangedFact]:
    """Who comes, who goes, and whose key counts otherwise, by name and fingerprint.

    Args:
        before, after: texts of signers. That comments differ, or the order, changes nothing.
    """
    old, new = _named(before), _named(after)
    found = []
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was and now:
            if was.digest != now.digest:
                found.append(
                    ChangedFact(SIGNER, was.label + was.more, _altered(was, now), now.line)
                )
        else:
            labels = [each.label if each else "" for each in (was, now)]
            found.append(ChangedFact(SIGNER, labels[0], labels[1], now.line if now else 0))
    return found


def _altered(was: _Named, now: _Named) -> str:
    same = (was.label, was.more) == (now.label, now.more)
    return f"{now.label}{now.more}{', with other dates or signatures in it' if same else ''}"


def _named(text: str) -> dict[str, _Named]:
    signers, _ = read_signers(text, "")
    lines = [line.strip() for line in text.split("\n")]
    found: dict[str, _Named] = {}
    for signer in signers.ssh:
        own = _of_line(signer, _place(lines, [signer.line]))
        # One key may stand in several lines: all of them say when it counts.
        found[signer.fingerprint] = _both(found.get(signer.fingerprint), own)
    for armour in signers.openpgp:
        place = _place(lines, armour.splitlines())
        for identity in openpgp_identities(armour) or [_unreadable(armour)]:
            own = _of_key(identity, place)
            found[identity.fingerprint] = _both(found.get(identity.fingerprint), own)
    return found


def _of_line(signer: SshSigner, line: int) -> _Named:
    more = f" {signer.options}" if signer.options else ""
    label = f"{signer.principals} ({signer.fingerprint})"
    return _Named(label, more, f"{signer.principals} {signer.options}", line)


def _of_key(identity: OpenPgpIdentity, line: int) -> _Named:
    more = f" with {', '.join(identity.subkeys)}" if identity.subkeys else ""
    return _Named(str(identity), more, identity.digest, line)


def _unreadable(armour: str) -> OpenPgpIdentity:
    return OpenPgpIdentity(armour, ("an OpenPGP key that does not read",), (), armour)


def _both(first: _Named | None, second: _Named) -> _Named:
    if first is None:
        return second
    more = f"{first.more}; {second.label}{second.more}"
    return _Named(first.label, more, f"{first.digest}\n{second.digest}", first.line)


def _place(lines: Sequence[str], block: Sequence[str]) -> int:
    """The line at which a block stands, from 1; 0: nowhere."""
    size = len(block)
    places = (at for at in range(len(lines)) if lines[at : at + size] == list(block))
    return next(places, -1) + 1
