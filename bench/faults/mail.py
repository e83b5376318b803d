"""What customers write back, and a mail server that hands it over until it is taken."""

from __future__ import annotations

import io
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from itertools import cycle

from pypdf import PdfWriter

from bench.faults.firms import Links

STORED, LATER = 0, 75
"""How a program says that it has a message, or that it is to be tried again (sysexits)."""
_SLOW = "Am Am schrieb x " * 130
"""Looks to a reply parser as if a quotation began at every word."""


class Content(StrEnum):
    """What a message is."""

    DECLARES = "declares"
    FORM = "form"
    """Declares by the form that it brings."""
    UNCLEAR = "unclear"
    AUTOMATIC = "automatic"
    SLOW = "slow"
    """Keeps whoever reads it busy for a second or two."""


DECLARING = (Content.DECLARES, Content.FORM)
_TEXT = {
    Content.DECLARES: "I opt out.\n",
    Content.FORM: "",
    Content.UNCLEAR: "Hello,\n\nwhat does this change mean for my invoices?\n",
    Content.AUTOMATIC: "I am away until Monday, and read my mail then.\n",
    Content.SLOW: f"Hello,\n\n{_SLOW}\n",
}
MIX = (
    Content.DECLARES,
    Content.UNCLEAR,
    Content.DECLARES,
    Content.FORM,
    Content.AUTOMATIC,
    Content.DECLARES,
    Content.SLOW,
    Content.DECLARES,
)


@dataclass
class Mail:
    """A message in the queue of a mail server."""

    customer: str
    content: Content
    to: str
    raw: bytes
    codes: list[int] = field(default_factory=list)
    """How each try to hand it over ended."""

    @property
    def stored(self) -> bool:
        """Whether the mail server was told that it is kept."""
        return STORED in self.codes


def mails(links: Sequence[Links], form: bytes) -> list[Mail]:
    """A message of each customer.

    Args:
        links: who was told, and where their answers go.
        form: the opt-out form, not filled in; where it is empty, nobody sends one.
    """
    checked = _checked(form) if form else b""
    mix = [content for content in MIX if form or content is not Content.FORM]
    return [_mail(one, what, checked) for one, what in zip(links, cycle(mix), strict=False)]


def _checked(form: bytes) -> bytes:
    """The form as a PDF program saves it, declared."""
    writer, saved = PdfWriter(clone_from=io.BytesIO(form)), io.BytesIO()
    for page in writer.pages:
        writer.update_page_form_field_values(page, {"declaration": "/Yes"}, auto_regenerate=False)
    writer.write(saved)
    return saved.getvalue()


def _mail(links: Links, content: Content, form: bytes) -> Mail:
    message = EmailMessage()
    message["From"] = links.sender
    message["To"] = links.reply
    message["Subject"] = "Re: Privacy Policy"
    message["Message-ID"] = f"<{links.customer}@customer.example>"
    if content is Content.AUTOMATIC:
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(_TEXT[content])
    if content is Content.FORM:
        message.add_attachment(form, maintype="application", subtype="pdf", filename="form.pdf")
    return Mail(links.customer, content, links.reply, message.as_bytes())


class Queue:
    """A mail server's queue: what was not taken is tried again, after everything else."""

    def __init__(self, mails: Sequence[Mail]) -> None:
        self._waiting = deque(mails)
        self._turn = threading.Lock()

    @property
    def done(self) -> bool:
        """Whether everything was handed over or sent back."""
        return not self._waiting

    def deliver(self, hand_over: Callable[[Mail], int], at_once: int, most: int | None) -> None:
        """Hands messages over, some of them at once.

        Args:
            hand_over: one try; how it ended.
            at_once: how many deliveries run at the same time.
            most: how many tries; None: until the queue is empty.
        """
        left = [most]
        threads = [
            threading.Thread(target=self._work, args=(hand_over, left)) for _ in range(at_once)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, hand_over: Callable[[Mail], int], left: list[int | None]) -> None:
        while True:
            with self._turn:
                if not self._waiting or left[0] == 0:
                    return
                mail = self._waiting.popleft()
                if left[0] is not None:
                    left[0] -= 1
            code = hand_over(mail)
            with self._turn:
                mail.codes.append(code)
                if code < 0 or code == LATER:
                    self._waiting.append(mail)
