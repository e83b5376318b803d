"""How a session with a relay begins: greeting, extensions, encryption, login."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import Enum, auto

from publisher.smtp.replies import Reply


@dataclass(frozen=True, slots=True)
class Access:
    """How a session with a relay begins."""

    name: str
    """What we call ourselves (RFC 5321 §4.1.1.1)."""
    starttls: bool = False
    """Whether nothing is said before the connection is encrypted (RFC 3207)."""
    user: str = ""
    """Who logs in (RFC 4954); empty: nobody."""
    password: str = ""


@dataclass(frozen=True, slots=True)
class ToSecure:
    """The relay waits for TLS: encrypt the connection, and then call `secured`."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """The relay takes no letter at all on this connection."""

    what: str
    passing: bool
    """Whether that may be over soon (4yz)."""
    sender: str = ""
    """Whose mail it does not take; empty: nobody's."""


class _Step(Enum):
    GREETING = auto()
    HELLO = auto()
    OLD_HELLO = auto()
    SECURE = auto()
    LOGIN = auto()
    DONE = auto()


class Opening:
    """The beginning of a session, a reply after the other."""

    def __init__(self, access: Access) -> None:
        """Args:
        access: how it begins.
        """
        self._access = access
        self._step = _Step.GREETING
        self._encrypted = False
        self._challenges: list[str] = []
        """What is still to be said to log in."""
        self.extensions: dict[str, str] = {}
        """What the relay offers, each with its parameters."""

    @property
    def is_done(self) -> bool:
        """Whether letters may be handed over."""
        return self._step is _Step.DONE

    def secured(self) -> str:
        """What is said once the connection is encrypted: all that was known before is forgotten
        (RFC 3207 §4.2).
        """
        self._encrypted = True
        return self._hello()

    def replied(self, reply: Reply, *, is_last: bool) -> str | ToSecure | Unusable:
        """What follows from a reply.

        Args:
            reply: to what was said last.
            is_last: whether nothing came behind it.

        Returns:
            What to say next, without its line end; empty: nothing, for the session has begun.
        """
        step = self._step
        if step is _Step.HELLO and reply.code >= 500:
            self._step = _Step.OLD_HELLO
            return f"HELO {self._access.name}"
        if step is _Step.LOGIN:
            return self._logged_in(reply)
        if not 200 <= reply.code < 300:
            return _useless(reply)
        if step is _Step.GREETING:
            return self._hello()
        if step is _Step.SECURE:
            # Else somebody on the way has put words into the encrypted part (CVE-2011-0411).
            early = Unusable("it says more than it was asked before encryption", passing=False)
            return ToSecure() if is_last else early
        if step is _Step.HELLO:
            self.extensions = _extensions_in(reply)
        if not self._access.starttls or self._encrypted:
            return self._to_login()
        if "STARTTLS" not in self.extensions:
            return Unusable("it does not offer STARTTLS", passing=False)
        self._step = _Step.SECURE
        return "STARTTLS"

    def _hello(self) -> str:
        self._step, self.extensions = _Step.HELLO, {}
        return f"EHLO {self._access.name}"

    def _to_login(self) -> str | Unusable:
        user, password = self._access.user, self._access.password
        if not user:
            self._step = _Step.DONE
            return ""
        self._step = _Step.LOGIN
        ways = self.extensions.get("AUTH", "").upper().split()
        if "PLAIN" in ways:
            return f"AUTH PLAIN {_encoded(chr(0) + user + chr(0) + password)}"
        if "LOGIN" in ways:
            self._challenges = [_encoded(user), _encoded(password)]
            return "AUTH LOGIN"
        offered = ", ".join(ways) or "none"
        what = f"it offers no way to log in that is known here (PLAIN, LOGIN): {offered}"
        return Unusable(what, passing=False)

    def _logged_in(self, reply: Reply) -> str | Unusable:
        if reply.code == 334 and self._challenges:
            return self._challenges.pop(0)
        if reply.code != 235:
            return _useless(reply)
        self._step = _Step.DONE
        return ""


def _useless(reply: Reply) -> Unusable:
    return Unusable(reply.words, passing=reply.code < 500)


def _extensions_in(reply: Reply) -> dict[str, str]:
    """The extensions that a greeting names, each with its parameters (RFC 5321 §4.1.1.1)."""
    found: dict[str, str] = {}
    for line in reply.text.split("\n")[1:]:
        # Some servers still write AUTH as a draft of RFC 2554 had it.
        keyword, _, rest = line.replace("AUTH=", "AUTH ", 1).partition(" ")
        found[keyword.upper()] = f"{found.get(keyword.upper(), '')} {rest}".strip()
    return found


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
