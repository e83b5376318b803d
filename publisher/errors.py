"""What can go wrong for a user: what it is, where it is, and what to do next.

Anything that is neither a `PublisherError` nor an `OSError`, which `DiskError` tells, is a bug of
ours and shows its traceback.
"""

from __future__ import annotations

import errno


class PublisherError(Exception):
    """An act was refused.

    Args:
        what: one sentence that says what is wrong.
        where: the file, line, release or address it is about; may be empty.
        remedy: the next step for the person who reads this; may be empty.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    @property
    def line(self) -> str:
        """What is wrong and what to do, in one line for a log."""
        return f"{self.what}; try: {self.remedy}" if self.remedy else self.what

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  Try: {self.remedy}" if self.remedy else head


class ConfigurationError(PublisherError):
    """A TOML file or an environment variable does not say what it must."""


class TemplateError(PublisherError):
    """A template of letters, forms or receipts cannot be used, or there is none in a language."""


class DraftError(PublisherError):
    """The draft cannot be read as a policy; `publisher check` lists every reason."""


class NotFoundError(PublisherError):
    """A policy, release, revision, path or recipient that was named does not exist."""


class FreezeError(PublisherError):
    """A release may not be frozen as asked."""


class DoubtError(FreezeError):
    """What was asked for is likely a slip; whoever asks may say that it is meant."""


class SealError(PublisherError):
    """A frozen release is not what it was when it was sealed."""


class HistoryError(PublisherError):
    """Git is missing, or its repository is not in the state that the act needs."""


class RenderError(PublisherError):
    """A page or a PDF could not be made."""


class FormError(PublisherError):
    """A form that came back as a file cannot be read as one of ours."""


class LedgerError(PublisherError):
    """The ledger cannot be read or written; nothing of the act was recorded."""


class KeptLetterError(PublisherError):
    """A letter on record is not there, or is not the one that was sent."""


class NoLetterError(KeptLetterError):
    """No letter is on record: none was handed over from here, none was kept, or it was erased."""


class NotToldError(LedgerError):
    """Somebody was taken off the list just before a letter would have gone to them."""


class MovedError(NotToldError):
    """Somebody's address was corrected after a letter to the one before was composed."""


class MailError(PublisherError):
    """A message cannot be read within the limits: a person has to."""


class MailboxError(PublisherError):
    """The mailbox that mail is fetched from cannot be used."""


class RecipientsError(PublisherError):
    """A list of recipients cannot be taken as it is."""


class SendError(PublisherError):
    """A notice may not be sent, or the carrier cannot be reached."""


class PassingError(SendError):
    """The carrier takes no letters at this moment; later it may."""


_ELSEWHERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""The host is another machine's, or of a version of IP that this one does not speak."""


class ServeError(PublisherError):
    """The site cannot be served here."""

    @classmethod
    def at(cls, host: str, port: int, error: OSError | TypeError) -> ServeError:
        """The error for an address that cannot be listened on.

        Args:
            host, port: the address.
            error: what listening on it raised. For what cannot be a host that is a
                `TypeError`, for a name that nobody has a number from getaddrinfo(3), which is
                no errno.
        """
        number = error.errno if isinstance(error, OSError) else None
        if number not in errno.errorcode or number in _ELSEWHERE:
            return cls(
                f"`{host}` is not an address of this machine",
                remedy="choose another one with --host, such as 127.0.0.1",
            )
        # Python repeats the address in it.
        why = str(getattr(error, "strerror", "")).partition(" (while attempting")[0]
        return cls(
            f"cannot serve on {host}:{port}: {why}",
            remedy="stop what uses that port, or choose another with --port",
        )


class TokenError(PublisherError):
    """A personal link or reply address that we did not issue, or that was changed."""


class RequestError(PublisherError):
    """A message cannot be settled as asked."""


class OutputError(PublisherError):
    """What was asked for cannot be written to the file that was named."""


class DiskError(PublisherError):
    """The disk is full, or the system does not let this user read or write something."""

    @classmethod
    def of(cls, error: OSError) -> DiskError:
        """What the system said, with the next step."""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "make room, and run the command again: what it writes, it writes whole or not"
        if not full:
            remedy = "see that it is there, and that this user may use it"
        where = error.filename if isinstance(error.filename, str) else ""
        return cls(error.strerror or str(error), where=where, remedy=remedy)


class ForgeError(PublisherError):
    """A forge, such as GitHub, did not take a comment, or there is none to talk to.

    Args:
        what, where, remedy: as for every error.
        status: of its answer (RFC 9110 §15); 0: there was none.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", status: int = 0) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.status = status


class StoppedError(PublisherError):
    """Somebody stopped the program (Ctrl-C) while it was at work."""


class TooOftenError(PublisherError):
    """A customer declared one thing and the other more often in a day than is recorded."""
