"""The pages of evidence about a customer, made of its JSON alone: the same JSON, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.answers.evidence_document import CustomerEvidence, read_evidence
from publisher.edges.evidence_files import LARGEST_PDF
from publisher.edges.inbox import letters_within_limits, mail_within_limits
from publisher.edges.press import Press
from publisher.errors import MailError, NotFoundError, OutputError
from publisher.mail.reading import as_it_came
from publisher.paper.documents import evidence_document
from publisher.paper.evidence_sheets import ReadableMails
from publisher.record.event import EventKind

MOST_ON_PAGES = 2_000_000
"""Limit on the characters of the pages, with their tags: about a thousand pages."""
_AS_JSON = "publisher evidence CUSTOMER -o FILE.json"


def evidence_pages(press: Press, data: bytes, where: str) -> bytes:
    """The PDF that is made of a JSON of evidence, always the same.

    Args:
        press: sets it.
        data: the JSON, which travels inside.
        where: its path, for messages.

    Raises:
        NotFoundError: it is no evidence.
        OutputError: there is too much for a PDF.
        RenderError: a library that sets pages is missing.
        OSError: no process could be started.
    """
    evidence, _ = read_evidence(data, where)
    if len(data) > LARGEST_PDF:
        raise OutputError(f"has more than {LARGEST_PDF:,} bytes", where=where, remedy=_AS_JSON)
    try:
        document = evidence_document(evidence, data, _readable_mails(evidence))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"says of what applies what this program does not ({error})"
        remedy = "ask whoever gave you the file for another, and compare"
        raise NotFoundError(what, where=where, remedy=remedy) from error
    if len(document.html) > MOST_ON_PAGES:
        what = f"has {len(document.html):,} characters, and pages have at most {MOST_ON_PAGES:,}"
        raise OutputError(what, where=where, remedy=_AS_JSON)
    return press.pdf_of(document, keep=False)  # it names a customer


def _readable_mails(evidence: CustomerEvidence) -> ReadableMails:
    """The words of the letters and mails in evidence, each read in a process with limits.

    Raises:
        OSError: no process could be started; nothing is wrong with the mails.
    """
    events = (one.event for one in evidence.dossier.events)
    letters = {event.number for event in events if event.kind != EventKind.RECEIVED}
    return ReadableMails(
        {
            number: "\n".join(_lines(content, own=number in letters))
            for number, content in evidence.contents.items()
        }
    )


def _lines(content: bytes, *, own: bool) -> Iterator[str]:
    """What the reader of a message saw: its header as far as it is read, and its text.

    Args:
        content: the message.
        own: it is a letter of ours, whose plain text says what its HTML says.
    """
    try:
        if own:
            letter = letters_within_limits(content)[0]
            yield f"From: {letter.sender_name} <{letter.sender}>"
            yield f"To: {' '.join(letter.to or ('', ''))}"
            yield f"Date: {letter.date}"
            yield f"Subject: {letter.subject}"
            yield from letter.plain or letter.html
            return
        mail = mail_within_limits(content)
        yield f"From: {mail.sender}"
        yield f"Subject: {mail.subject}"
        yield from mail.texts
        if mail.files:
            yield f"Attached: {', '.join(mail.files)}"
    except (MailError, IndexError):
        yield as_it_came(content)
