"""What a checker saw of the releases before: seals, tags and signers, kept outside the repository.

Who can push can make a whole history anew, and nothing in it contradicts itself. It contradicts
what somebody saw of the old one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from publisher.errors import ConfigurationError
from publisher.releases.number import Number
from publisher.text.strict_json import strict_json

KNOWN_FORMAT = 1
_PUBLISHED = "urn:policy-publisher:versions:"
"""Begins the `$schema` of a published `versions.json`."""
_SEAL = re.compile(r"[0-9a-f]{64}")
_OBJECT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?")


@dataclass(frozen=True, slots=True)
class KnownRelease:
    """What was seen of a release."""

    seal: str
    tag: str = ""
    """Id of its tag object; empty: none was seen."""
    commit: str = ""
    """Id of the commit that the tag names."""
    signer: str = ""
    """Who signed the tag, for people: a name and a key; empty: nobody whom a checker trusted."""


@dataclass(frozen=True, slots=True)
class KnownStatement:
    """What was seen of a statement of the register."""

    digest: str
    tag: str = ""
    """Id of its tag object; empty: none was seen."""


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """What was seen of the releases of a policy."""

    releases: Mapping[Number, KnownRelease] = field(default_factory=dict)
    signers: str = ""
    """Who signs the first releases; empty: nobody was named."""
    statements: Mapping[int, KnownStatement] = field(default_factory=dict)
    """What was stated of them, by number."""


@dataclass(frozen=True, slots=True)
class KnownSeals:
    """What was seen, by the ids of policies."""

    policies: Mapping[str, KnownPolicy] = field(default_factory=dict)
    published: bool = False
    """Whether it is a `versions.json` of a site, which is not ours to add to."""

    def of(self, policy_id: str) -> KnownPolicy:
        """What was seen of a policy; nothing, if none of it was."""
        return self.policies.get(policy_id, KnownPolicy())

    def added(self, seen: Mapping[str, KnownPolicy]) -> KnownSeals:
        """With what was seen now; what is known stays as it is.

        Raises:
            ConfigurationError: they contradict each other.
        """
        policies = dict(self.policies)
        for policy_id, new in seen.items():
            old = self.of(policy_id)
            both = old.releases.keys() & new.releases.keys()
            if differing := [n for n in both if _contradicts(old.releases[n], new.releases[n])]:
                what = f"another run has seen another release {policy_id}/{differing[0]} meanwhile"
                raise ConfigurationError(what, remedy="run the command again")
            merged = {**old.releases, **new.releases}
            for number in both:
                merged[number] = _joined(old.releases[number], new.releases[number])
            policies[policy_id] = replace(
                old,
                releases=dict(sorted(merged.items())),
                signers=old.signers or new.signers,
                statements=_joined_statements(policy_id, old.statements, new.statements),
            )
        return replace(self, policies=policies)


def _contradicts(old: KnownRelease, new: KnownRelease) -> bool:
    return old.seal != new.seal or bool(old.tag and new.tag and old.tag != new.tag)


def _joined(old: KnownRelease, new: KnownRelease) -> KnownRelease:
    return KnownRelease(
        old.seal, old.tag or new.tag, old.commit or new.commit, old.signer or new.signer
    )


def _joined_statements(
    policy_id: str, old: Mapping[int, KnownStatement], new: Mapping[int, KnownStatement]
) -> dict[int, KnownStatement]:
    for number in sorted(old.keys() & new.keys()):
        if old[number].digest != new[number].digest:
            what = f"another run has seen another statement {number} of {policy_id} meanwhile"
            raise ConfigurationError(what, remedy="run the command again")
    joined = {n: KnownStatement(one.digest, one.tag or _tag_of(new, n)) for n, one in old.items()}
    return dict(sorted({**new, **joined}.items()))


def _tag_of(statements: Mapping[int, KnownStatement], number: int) -> str:
    return statements[number].tag if number in statements else ""


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def known_json(known: KnownSeals) -> bytes:
    """The file that `read_known` reads back."""
    policies = {
        policy_id: {
            **({"signers": seen.signers} if seen.signers else {}),
            **_statement_values(seen.statements),
            "releases": {
                str(number): {
                    key: value
                    for key, value in (
                        ("seal", one.seal),
                        ("tag", one.tag),
                        ("commit", one.commit),
                        ("signer", one.signer),
                    )
                    if value
                }
                for number, one in sorted(seen.releases.items())
            },
        }
        for policy_id, seen in sorted(known.policies.items())
    }
    value = {"format": KNOWN_FORMAT, "policies": policies}
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _statement_values(statements: Mapping[int, KnownStatement]) -> dict[str, Any]:
    values = {
        str(number): {"digest": one.digest, **({"tag": one.tag} if one.tag else {})}
        for number, one in sorted(statements.items())
    }
    return {"statements": values} if values else {}


def read_known(data: bytes, where: str) -> KnownSeals:
    """What a file of known seals says, or a published `versions.json`.

    Args:
        data: its bytes.
        where: its path, for messages.

    Raises:
        ConfigurationError: it does not read.
    """
    try:
        value = strict_json(data)
    except ValueError as error:  # UnicodeDecodeError too
        raise _unreadable(where, f"is no JSON ({error})") from None
    try:
        schema = value.get("$schema", "")
        if str(schema).startswith(_PUBLISHED):
            return KnownSeals({str(value["policy"]): _published(value["versions"])}, published=True)
        if value["format"] != KNOWN_FORMAT:
            raise ConfigurationError(
                f"is of format {value['format']!r}; this program reads {KNOWN_FORMAT}",
                where=where,
                remedy="update the program",
            )
        _only(value, "format", "policies")
        policies = {policy_id: _policy(one) for policy_id, one in value["policies"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        told = f"no `{error.args[0]}`" if isinstance(error, KeyError) else str(error)
        raise _unreadable(where, f"is not as it was written ({told})") from None
    return KnownSeals(policies)


def _policy(value: dict[str, Any]) -> KnownPolicy:
    _only(value, "signers", "releases", "statements")
    found = {}
    for text, one in value["releases"].items():
        _only(one, "seal", "tag", "commit", "signer")
        tag, commit = one.get("tag", ""), one.get("commit", "")
        if not (_OBJECT.fullmatch(tag) and _OBJECT.fullmatch(commit)):
            raise ValueError(f"release {text} has no id of a tag or commit")
        number, signer = _number(text), str(one.get("signer", ""))
        found[number] = KnownRelease(_seal(one["seal"]), tag, commit, signer)
    statements = {}
    for text, one in value.get("statements", {}).items():
        _only(one, "digest", "tag")
        if not (text.isdecimal() and _OBJECT.fullmatch(tag := one.get("tag", ""))):
            raise ValueError(f"{text!r} is no statement, or has no id of a tag")
        statements[int(text)] = KnownStatement(_seal(one["digest"]), tag)
    return KnownPolicy(found, str(value.get("signers", "")), statements)


def _published(versions: Sequence[Any]) -> KnownPolicy:
    return KnownPolicy(
        {_number(one["number"]): KnownRelease(_seal(one["sha256"]["seal"])) for one in versions}
    )


def _only(value: dict[str, Any], *keys: str) -> None:
    if strange := value.keys() - set(keys):
        raise ValueError(f"unknown `{min(strange)}`")


def _number(text: str) -> Number:
    if number := Number.parse(text):
        return number
    raise ValueError(f"{text!r} is no number of a release")


def _seal(text: str) -> str:
    if _SEAL.fullmatch(text):
        return text
    raise ValueError(f"{text[:80]!r} is no seal")


def _unreadable(where: str, what: str) -> ConfigurationError:
    remedy = "restore it from a copy; only if there is none, name a new file, which begins anew"
    return ConfigurationError(what, where=where, remedy=remedy)


# ── held against what is there ───────────────────────────────────────────────────────────────────


def contradictions(
    known: KnownPolicy, now: Mapping[Number, KnownRelease]
) -> Iterator[tuple[Number, str]]:
    """Where what is there is not what was seen: the release, and what is the matter."""
    for number, before in sorted(known.releases.items()):
        found = now.get(number)
        if found is None:
            yield number, f"was seen before with the seal {before.seal[:16]}…, and is gone"
        elif found.seal != before.seal:
            what = f"was replaced: it was seen before with the seal {before.seal[:16]}…"
            yield number, f"{what}, and has {found.seal[:16]}… now"
        elif before.tag and not found.tag:
            by = f", signed by {before.signer}" if before.signer else ""
            yield number, f"has no tag here, and had one when it was seen before{by}"
        elif before.tag and found.tag != before.tag:
            by = f", signed by {before.signer}" if before.signer else ""
            what = f"has another tag than when it was seen before (object {before.tag[:10]}{by}"
            yield number, f"{what}; now {found.tag[:10]})"


def altered_statements(
    known: Mapping[int, KnownStatement], now: Mapping[int, KnownStatement]
) -> Iterator[tuple[int, str]]:
    """Where a register is not what was seen: the number of a statement, and what is the matter."""
    for number, before in sorted(known.items()):
        found = now.get(number)
        if found is None:
            yield number, f"was seen before with the digest {before.digest[:16]}…, and is gone"
        elif found.digest != before.digest:
            what = f"was replaced: it was seen before with the digest {before.digest[:16]}…"
            yield number, f"{what}, and has {found.digest[:16]}… now"
        elif before.tag and not found.tag:
            yield number, "has no tag here, and had one when it was seen before"
        elif before.tag and found.tag != before.tag:
            what = f"has another tag than when it was seen before (object {before.tag[:10]}"
            yield number, f"{what}; now {found.tag[:10]})"
