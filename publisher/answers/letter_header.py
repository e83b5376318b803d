"""What the header of a letter says that our letters do not: who sends it, and where answers go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from publisher.answers.letter_fields import FilledIn
from publisher.mail.received_letter import ReceivedLetter
from publisher.policies.finding import Finding, Severity
from publisher.policies.organisation import Organisation
from publisher.record.heads import LEDGER_FIELD, read_head_line

_MOST_TOLD = 15
"""Fields that are shown with their values, and addressees."""


def header_findings(
    letter: ReceivedLetter, organisation: Organisation, place: str
) -> Iterator[Finding]:
    """The fields of a letter that we do not write, or not so.

    Args:
        letter: which.
        organisation: who writes.
        place: what the letter is called, for the findings.
    """
    for name, values in letter.repeated:
        what = f"has the field {name} more than once, as no message may: “{values}”"
        yield Finding(Severity.ERROR, place, 0, what, "do not rely on the letter")
    for value in letter.heads:
        if read_head_line(" ".join(value.split())) is None:
            what = f"has a field {LEDGER_FIELD} that is not ours: {value[:200]}"
            yield Finding(Severity.ERROR, place, 0, what, "do not rely on the letter")
    if letter.others:
        others = ", ".join(letter.others[:_MOST_TOLD])
        what = f"names more than one sender or addressee: {others}"
        yield Finding(Severity.CUE, place, 0, what)
    ours = " ".join(organisation.name.split())
    if letter.sender_name != ours:
        called = f"“{letter.sender_name}”" if letter.sender_name else "nothing"
        what = f"calls its sender {called}, and publisher.toml names “{ours}”"
        yield Finding(Severity.CUE, place, 0, what, "git log -p -- publisher.toml")
    for name, value in letter.foreign[:_MOST_TOLD]:
        what = f"has the field {name}, which no letter of ours has: {value}"
        yield Finding(Severity.CUE, place, 0, what, "do not follow its links")
    if more := dict.fromkeys(name for name, _ in letter.foreign[_MOST_TOLD:]):
        what = f"has more fields that no letter of ours has: {', '.join(more)}"
        yield Finding(Severity.CUE, place, 0, what, "do not follow its links")


def answer_findings(
    letter: ReceivedLetter,
    fields: FilledIn,
    organisation: Organisation,
    former: Mapping[str, str],
    place: str,
) -> Iterator[Finding]:
    """Whether a letter comes from us, and answers come to us.

    Args:
        letter: which.
        fields: what stands in its fields.
        organisation: who writes, and the address for opt-outs.
        former: earlier addresses for opt-outs, each with the commit that named it last.
        place: what the letter is called, for the findings.
    """
    if letter.sender.lower() != organisation.sender.lower():
        sender = letter.sender or "nobody"
        what = f"comes from {sender}, and publisher.toml names {organisation.sender}"
        yield Finding(Severity.CUE, place, 0, what, "git log -p -- publisher.toml")
    local, _, domain = organisation.reply.partition("@")
    wanted = f"{local}+{fields.token}@{domain}"
    if fields.links.reply.lower() != wanted.lower():
        what = f"answers go to {fields.links.reply}, and publisher.toml names {organisation.reply}"
        commit = former.get(fields.links.reply.lower().replace(f"+{fields.token}@", "@"), "")
        if commit:
            what += f"; it named the other one in commit {commit}"
        severity = Severity.CUE if commit else Severity.ERROR
        yield Finding(severity, place, 0, what, "git log -p -- publisher.toml")
    if not letter.reply_to:
        what = "names no address for answers: they go to its sender"
        yield Finding(Severity.CUE, place, 0, what)
    elsewhere = [one for one in letter.reply_to if one.lower() != fields.links.reply.lower()]
    if elsewhere:
        severity = Severity.CUE if letter.listed else Severity.ERROR  # lists have them come back
        what = f"answers go to {', '.join(elsewhere)}, and not to {fields.links.reply}"
        yield Finding(severity, place, 0, what)
