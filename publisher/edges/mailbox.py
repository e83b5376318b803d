"""A mailbox that mail is fetched from, over IMAP (RFC 9051).

The standard library's client, for messages are taken as they lie there: no program of ours parses a
stranger's mail in this process.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from publisher.errors import MailboxError
from publisher.policies.settings import MailboxSettings

LARGEST_FETCHED = 64_000_000
"""Bytes of a message; a larger one stays in the mailbox, unseen."""
_PATIENCE = 60.0
"""Seconds that the server may take to answer."""


class Mailbox:
    """A folder of a mailbox, logged in to."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        """Args: client: has selected the folder."""
        self._client = client

    def unseen(self) -> list[str]:
        """The numbers (UID) of the messages that nobody has seen, the oldest first."""
        _, (found,) = self._client.uid("SEARCH", "UNSEEN", "NOT", "LARGER", str(LARGEST_FETCHED))
        return sorted((found or b"").decode().split(), key=int)

    def too_large(self) -> int:
        """How many unseen messages are too large to be fetched."""
        _, (found,) = self._client.uid("SEARCH", "UNSEEN", "LARGER", str(LARGEST_FETCHED))
        return len((found or b"").split())

    def fetch(self, numbers: Sequence[str]) -> Mapping[str, bytes]:
        """Messages by their numbers, to the byte; they stay unseen. Those that are gone are left
        out.
        """
        messages = {}
        for number in numbers:
            _, parts = self._client.uid("FETCH", number, "(BODY.PEEK[])")
            for part in parts:
                if isinstance(part, tuple):
                    messages[number] = part[1]
        return messages

    def mark_seen(self, numbers: Sequence[str]) -> None:
        """Marks messages as seen."""
        said, answer = self._client.uid("STORE", ",".join(numbers), "+FLAGS.SILENT", r"(\Seen)")
        if said != "OK":
            raise imaplib.IMAP4.error(str(answer))


@contextmanager
def open_mailbox(settings: MailboxSettings, password: str) -> Iterator[Mailbox]:
    """Logs in, and out when the block ends.

    Args:
        settings: which mailbox.
        password: of its user.

    Raises:
        MailboxError: it cannot be reached, does not let us in, or fails on the way, also within the
            block.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        client = _client(settings)
        try:
            client.login(settings.user, password)
            said, answer = client.select(f'"{settings.folder}"')
            if said != "OK":
                raise imaplib.IMAP4.error(f"there is no folder {settings.folder}: {answer[0]!r}")
            yield Mailbox(client)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(
            f"mail cannot be fetched: {_said(error)}",
            where=where,
            remedy="look at [mail.imap] in publisher.toml and at PUBLISHER_IMAP_PASSWORD; what is "
            "unseen there is fetched once it works",
        ) from error


def _client(settings: MailboxSettings) -> imaplib.IMAP4:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(
            settings.host, settings.port, ssl_context=context, timeout=_PATIENCE
        )
    return imaplib.IMAP4(settings.host, settings.port, timeout=_PATIENCE)


def _said(error: Exception) -> str:
    """What went wrong, in a line of printable ASCII: a server may say anything."""
    text = str(getattr(error, "strerror", None) or error)
    return "".join(c for c in text if " " <= c <= "~")[:200] or type(error).__name__
