"""Carriers: an SMTP relay, or a folder of files.

What matters here is the stage at which something fails. Until the line with the single dot is
written, the relay may not deliver the letter (RFC 5321 §4.1.1.4), so a failure is harmless; after
it, and before the relay's reply, nobody can know (RFC 1047). So a letter is marked in the ledger
just before that line, and a marked one is never sent again by itself.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from publisher.edges.files import PendingFile, sweep, sync_folder
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, SendError
from publisher.letters.message import Letter
from publisher.people.deliveries import DeliveryState
from publisher.policies.settings import RelaySettings

PATIENCE = 60.0
"""Seconds to wait for a reply; RFC 5321 §4.5.3.2 has five minutes for a relay far away."""
LONG_PATIENCE = 600.0
"""Seconds to wait for the reply to the end of the letter (RFC 5321 §4.5.3.2.6)."""
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")

BeforeCommit = Callable[[], None]
"""Called when the next byte may make the letter arrive; what it records is durable on return."""


class Fate(StrEnum):
    """What became of a letter that was handed to a carrier."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good (5yz)."""
    LATER = "later"
    """It was certainly not taken, and may be tried again (4yz, or a lost connection)."""
    UNKNOWN = "unknown"
    """The connection was lost after the end of the letter was written."""


STATE_OF = {
    Fate.ACCEPTED: DeliveryState.ACCEPTED,
    Fate.REFUSED: DeliveryState.REFUSED,
    Fate.LATER: DeliveryState.TO_DO,
    Fate.UNKNOWN: DeliveryState.IN_DOUBT,
}
"""The state of a delivery after each fate of its letter."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of a letter, and the carrier's words."""

    fate: Fate
    reply: str


class Carrier(Protocol):
    """Takes letters one after the other."""

    def deliver(self, letter: Letter, before_commit: BeforeCommit) -> Outcome:
        """Hands over one letter.

        Args:
            letter: what, to whom.
            before_commit: called once, after everything that can fail without harm; if it raises,
                the letter is not sent.

        Raises:
            SendError: the carrier takes no letters at all; this one was not sent.
        """

    def close(self) -> None:
        """Ends the connection, if there is one."""


def carrier_of(project: Project) -> Carrier:
    """The carrier that `publisher.toml` names."""
    settings = project.settings
    if settings.carrier == "spool":
        return Spool(project.spool)
    return Relay(settings.relay, project.relay_password)


def _unusable(letter: Letter) -> str:
    addresses = (letter.sender, letter.to) if letter.sender else (letter.to,)
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            # SMTPUTF8 (RFC 6531) would need every relay on the way; nothing here is sent half.
            return f"not an address of printable ASCII characters: {address!r}"
    return ""


class Spool:
    """A folder that letters are written to, each a `.eml` file, for trying out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        sweep(folder)

    def deliver(self, letter: Letter, before_commit: BeforeCommit) -> Outcome:
        """Writes the letter, whole or not at all."""
        if problem := _unusable(letter):
            return Outcome(Fate.REFUSED, problem)
        target = self._folder / (re.sub(r"[^A-Za-z0-9@._-]", "_", letter.id).lstrip(".") + ".eml")
        with self._written(target, letter.data) as pending:
            before_commit()
            try:
                pending.move()
            except OSError as error:
                reply = f"it could not be moved into the spool: {error.strerror}"
                return Outcome(Fate.LATER, reply)
        return self._kept(target)

    def _written(self, target: Path, data: bytes) -> PendingFile:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return PendingFile(target, data, mode=0o600)
        except OSError as error:
            raise SendError(
                f"the spool cannot be written: {error.strerror}",
                where=str(self._folder),
                remedy="see that its disk has room and that its folder can be written",
            ) from error

    def _kept(self, target: Path) -> Outcome:
        try:
            sync_folder(self._folder)
        except OSError as error:
            return Outcome(Fate.UNKNOWN, f"the spool could not be synced: {error.strerror}")
        return Outcome(Fate.ACCEPTED, f"written to {target.name}")

    def close(self) -> None:
        """Nothing to end."""


class Relay:
    """An SMTP server (RFC 5321), one connection kept for many letters."""

    def __init__(
        self,
        settings: RelaySettings,
        password: str = "",
        *,
        trusts: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
        long_patience: float = LONG_PATIENCE,
    ) -> None:
        """Connects when the first letter comes.

        Args:
            settings: the server.
            password: for its user.
            trusts: whose certificates; the machine's own list if None.
            patience, long_patience: seconds to wait for a reply, and for the one after a letter.
        """
        self._settings = settings
        self._password = password
        self._trusts = trusts or ssl.create_default_context()
        self._patience, self._long_patience = patience, long_patience
        self._smtp: smtplib.SMTP | None = None
        local = settings.host in ("localhost", "127.0.0.1", "::1")
        if settings.user and settings.security == "none" and not local:
            raise ConfigurationError(
                "the password would cross the network in the open",
                where="publisher.toml: mail.smtp.security",
                remedy="use starttls or tls",
            )

    def close(self) -> None:
        """Says goodbye (QUIT) and closes the connection."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except OSError:
                self._smtp.close()
            self._smtp = None

    def deliver(self, letter: Letter, before_commit: BeforeCommit) -> Outcome:
        """Sends one letter."""
        if problem := _unusable(letter):
            return Outcome(Fate.REFUSED, problem)
        kept = self._smtp is not None
        outcome = self._attempt(letter, before_commit)
        if outcome is None and kept:
            # A relay closes a connection that was idle for long; that says nothing of this letter.
            outcome = self._attempt(letter, before_commit)
        return outcome or Outcome(Fate.LATER, "the relay closed the connection before the letter")

    def _attempt(self, letter: Letter, before_commit: BeforeCommit) -> Outcome | None:
        """One try; None where the connection was lost before anything was said about the letter."""
        smtp = self._connected()
        try:
            code, said = self._mail_from(smtp, letter)
        except OSError:
            self._drop()
            return None
        if code == 421:
            self._drop()
            return None
        if code >= 500:
            raise SendError(
                f"the relay does not take mail from <{letter.sender}>: {_words(code, said)}",
                where=self._where,
                remedy="ask whoever runs the relay; letters not yet sent stay to do",
            )
        try:
            refusal = _unless(250, code, said) or self._to_data(smtp, letter)
            if refusal:
                self._after_refusal(smtp, refusal)
                return refusal
            smtp.send(_stuffed(letter.data))
        except OSError:
            self._drop()
            return Outcome(Fate.LATER, "the connection was lost before the end of the letter")
        return self._commit(smtp, before_commit)

    def _mail_from(self, smtp: smtplib.SMTP, letter: Letter) -> tuple[int, bytes]:
        size = [f"size={len(letter.data)}"] if smtp.has_extn("size") else []
        return smtp.mail(letter.sender, size)

    def _to_data(self, smtp: smtplib.SMTP, letter: Letter) -> Outcome | None:
        code, said = smtp.rcpt(letter.to)
        if code != 251 and (refusal := _unless(250, code, said)):
            return refusal
        return _unless(354, *smtp.docmd("DATA"))

    def _after_refusal(self, smtp: smtplib.SMTP, refusal: Outcome) -> None:
        if refusal.reply.startswith("421") or smtp.rset()[0] != 250:
            self._drop()

    def _commit(self, smtp: smtplib.SMTP, before_commit: BeforeCommit) -> Outcome:
        try:
            before_commit()
        except BaseException:
            self._drop()
            raise
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._long_patience)
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
        except OSError:
            self._drop()
            return Outcome(Fate.UNKNOWN, "no reply after the end of the letter")
        if smtp.sock is not None:
            smtp.sock.settimeout(self._patience)
        if code == 421 or not 200 <= code < 600:
            self._drop()
        by_class = {2: Fate.ACCEPTED, 4: Fate.LATER, 5: Fate.REFUSED}
        return Outcome(by_class.get(code // 100, Fate.UNKNOWN), _words(code, said))

    # ── the connection ───────────────────────────────────────────────────────────────────────────

    @property
    def _where(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._connect()
            except (OSError, ValueError) as error:
                raise SendError(
                    f"the relay cannot be reached: {error}",
                    where=self._where,
                    remedy="check mail.smtp in publisher.toml, and PUBLISHER_SMTP_PASSWORD; "
                    "letters not yet sent stay to do",
                ) from error
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings.host, self._settings.port
        if self._settings.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=self._patience, context=self._trusts
            )
        else:
            smtp = smtplib.SMTP(host, port, timeout=self._patience)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self._settings.security == "starttls":
                smtp.starttls(context=self._trusts)
                smtp.ehlo_or_helo_if_needed()
            if self._settings.user:
                smtp.login(self._settings.user, self._password)
        except BaseException:
            smtp.close()
            raise
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp


def _stuffed(data: bytes) -> bytes:
    """The letter's lines as SMTP has them: ended by CR LF, dots doubled (RFC 5321 §4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _words(code: int, said: bytes) -> str:
    text = " ".join(said.decode("utf-8", "replace").split())
    return f"{code} {text}"[:500]


def _unless(wanted: int, code: int, said: bytes) -> Outcome | None:
    """None for the reply that was wanted; else what the reply means (RFC 5321 §4.2.1)."""
    if code == wanted:
        return None
    return Outcome(Fate.REFUSED if 500 <= code < 600 else Fate.LATER, _words(code, said))
