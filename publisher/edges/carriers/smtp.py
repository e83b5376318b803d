"""The carrier that hands letters to an SMTP relay (RFC 5321)."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl

from publisher.edges.carriers.carrier import BeforeCommit, why_unusable
from publisher.errors import ConfigurationError, SendError
from publisher.letters.message import Letter
from publisher.people.deliveries import Fate, Outcome
from publisher.policies.settings import RelaySettings

REPLY_PATIENCE = 60.0
"""Seconds to wait for a reply; RFC 5321 §4.5.3.2 allows five minutes."""
LONG_PATIENCE = 600.0
"""Seconds to wait for the reply to the end of a letter (RFC 5321 §4.5.3.2.6)."""


class Relay:
    """An SMTP server (RFC 5321), one connection kept for many letters."""

    def __init__(
        self,
        settings: RelaySettings,
        password: str = "",
        *,
        trusts: ssl.SSLContext | None = None,
        patience: float = REPLY_PATIENCE,
        long_patience: float = LONG_PATIENCE,
    ) -> None:
        """Connects when the first letter comes.

        Args:
            settings: the server.
            password: for its user.
            trusts: the certificates to trust; None: those that the machine trusts.
            patience, long_patience: seconds to wait for a reply, and for the one to a letter.
        """
        self._settings = settings
        self._password = password
        self._trusts = trusts or ssl.create_default_context()
        self._patience, self._long_patience = patience, long_patience
        self._smtp: smtplib.SMTP | None = None
        if settings.exposed:
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
        if problem := why_unusable(letter):
            return Outcome(Fate.REFUSED, problem)
        kept = self._smtp is not None
        outcome = self._attempt(letter, before_commit)
        if outcome is None and kept:
            # The relay may have closed an idle connection, which says nothing about this letter.
            outcome = self._attempt(letter, before_commit)
        return outcome or Outcome(Fate.LATER, "the relay closed the connection before the letter")

    def _attempt(self, letter: Letter, before_commit: BeforeCommit) -> Outcome | None:
        """One attempt; None: the connection was lost before the relay replied about the letter."""
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
    """A letter as SMTP transfers it: lines ended by CR LF, leading dots doubled (§4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _words(code: int, said: bytes) -> str:
    text = " ".join(said.decode("utf-8", "replace").split())
    return f"{code} {text}"[:500]


def _unless(wanted: int, code: int, said: bytes) -> Outcome | None:
    """None for the expected reply; else what the reply means (RFC 5321 §4.2.1)."""
    if code == wanted:
        return None
    return Outcome(Fate.REFUSED if 500 <= code < 600 else Fate.LATER, _words(code, said))
