"""A message as a person reads it who has to decide about it."""

from __future__ import annotations

from publisher.answers.filing import Attachments
from publisher.mail.mail import Mail


def message_summary(mail: Mail, attachments: Attachments | None) -> str:
    """Who wrote a message, what about, and what they wrote themselves.

    Args:
        mail: what came in.
        attachments: the forms that came with it; None: they were not opened, since no personal
            address proves whose they are.
    """
    return "\n".join([*_head(mail), "", *_own_words(mail), *_files(mail, attachments)]) + "\n"


def _head(mail: Mail) -> list[str]:
    facts = [f"From: {mail.sender}", f"Subject: {mail.subject}"]
    if mail.automatic:
        facts.append(f"A machine may have sent it: {mail.automatic}")
    if mail.doubt:
        facts.append(f"Mind: {mail.doubt}")
    return facts


def _own_words(mail: Mail) -> list[str]:
    """Its text without the lines that are marked as quoted; both, where plain and HTML differ."""
    shown: list[str] = []
    for text in mail.texts:
        lines = [line.rstrip() for line in text.splitlines() if not line.startswith(">")]
        own = "\n".join(lines).strip()
        if " ".join(own.split()) not in (" ".join(one.split()) for one in shown):
            shown.append(own)
    return ["\n\n(It also says, as HTML:)\n\n".join(shown)] if shown else ["(It has no text.)"]


def _files(mail: Mail, attachments: Attachments | None) -> list[str]:
    lines = [f"\nAttached: {', '.join(mail.files)}"] if mail.files else []
    if not mail.pdfs:
        return lines
    if attachments is None:
        return [*lines, "Not opened: no personal address proves whose it is."]
    if attachments.beyond_limits:
        return [*lines, f"Not opened: {attachments.beyond_limits}."]
    for form in attachments.forms:
        lines.append(f"\nA form of {form.release}, {'' if form.declared else 'not '}checked")
        lines += [f"  {name}: {value}" for name, value in form.fields.items() if value]
    return [*lines, *([attachments.fault.removeprefix("; ")] if attachments.fault else [])]
