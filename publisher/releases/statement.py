"""A statement of the register: what is found out about a release after it was sealed.

`versions/POLICY/register/0001.toml`, `0002.toml` and so on: small files, none of which ever
changes. They hold nothing personal and nobody's name; who states something is a role.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from publisher.errors import ConfigurationError
from publisher.policies.toml import Table, parse_toml
from publisher.releases.conditions import DIGEST
from publisher.releases.number import Number
from publisher.releases.telling import LATER_PROGRAM

REGISTER = "register"
"""Folder of the statements, among the releases of a policy."""
REGISTER_FORMAT = 1
"""Version of the register's format."""
STATEMENT_FILE = re.compile(r"([0-9]{4,})\.toml")
LONGEST_SAYING = 500
"""Characters of what a person says in a statement."""


class StatementKind(StrEnum):
    """What is stated."""

    NOTICE = "notice"
    """That people were told of a release."""
    RETRACTION = "retraction"
    """That it was taken back before anybody was told of it."""


class Means(StrEnum):
    """How people were told."""

    MAIL = "e-mail"
    """By letters that this program sent."""
    MERGE = "mail merge"
    """By letters that another program sent, which said what became of each."""
    OTHERWISE = "otherwise"
    """In a way that no program saw: whoever states it says which, and answers for it."""
    NOBODY = "nobody"
    """There was nobody to tell: whoever states it says why."""


WITNESSED = (Means.MAIL, Means.MERGE)
"""Means of which a ledger has a record."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many recipients the list had, and what became of each; each counts once."""

    listed: int
    told: int
    """A carrier took their letter in time."""
    late: int
    """A carrier took it, and their period of notice ends after the release applies to others."""
    refused: int
    bounced: int
    otherwise: int
    """They were told in another way."""
    given_up: int
    """Somebody decided, and said why, that they are not told."""


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """What is stated of a notice."""

    means: Means
    applies: dt.date
    """The first day on which the release may apply to all who were told in time."""
    first: dt.date
    """When the first letter was accepted."""
    last: dt.date
    """When the last was."""
    closed: bool = True
    """Whether, of the list, nothing is to do and nothing in doubt."""
    described: str = ""
    """How people were told, in words, where no program saw it."""
    heads: tuple[str, ...] = ()
    """Of the ledger's chains, when people had been told, as `publisher ledger head` prints them."""
    figures_digest: str = ""
    """SHA-256 of the figures with a salt that the ledger has; empty: no ledger counted."""
    figures: Figures | None = None
    """None: they are not published."""

    @property
    def counted(self) -> bool:
        """Whether it is what a ledger counted, customer by customer, and no mere saying."""
        return self.means in WITNESSED or bool(self.figures_digest)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about a release."""

    policy: str
    """Its id."""
    number: int
    """Of the statement, from 1, without a gap."""
    release: Number
    seal: str
    """Of that release, hexadecimal."""
    stated: dt.datetime
    """When, with an offset."""
    role: str
    """Who states it, which is no name; the signature of its tag says who that was."""
    notice: NoticeGiven | None = None
    """None: it is no statement about a notice."""
    why: str = ""
    """Of a retraction: the reason."""
    previous_digest: str = ""
    """SHA-256 of the statement before it; empty in the first."""
    digest: str = ""
    """SHA-256 of its file, hexadecimal."""

    @property
    def kind(self) -> StatementKind:
        """What it states."""
        return StatementKind.NOTICE if self.notice else StatementKind.RETRACTION

    @property
    def file(self) -> str:
        """The name of its file: `0001.toml`."""
        return statement_file(self.number)

    @property
    def name(self) -> str:
        """What its tag is called, where the project is the whole repository."""
        return statement_name(self.policy, self.number)

    @property
    def sufficient(self) -> bool:
        """Whether the release may be in force by it."""
        return self.notice is not None and self.notice.closed


def statement_file(number: int) -> str:
    """The name of the file of a statement."""
    return f"{number:04d}.toml"


def statement_name(policy_id: str, number: int) -> str:
    """`privacy.register/0001`, for git can hold no tag below `privacy/2`."""
    return f"{policy_id}.{REGISTER}/{number:04d}"


def statement_digest(data: bytes) -> str:
    """The digest of a statement's file, which its tag and the next statement repeat."""
    return hashlib.sha256(data).hexdigest()


# ── its file ─────────────────────────────────────────────────────────────────────────────────────


def statement_toml(statement: Statement) -> bytes:
    """The file of a statement; `read_statement` reads it back."""
    import tomlkit

    values: dict[str, Any] = {
        "register": REGISTER_FORMAT,
        "policy": statement.policy,
        "number": statement.number,
        "kind": statement.kind.value,
        "release": str(statement.release),
        "seal": statement.seal,
    }
    if statement.previous_digest:
        values["previous_digest"] = statement.previous_digest
    values |= {"stated": statement.stated, "role": statement.role}
    if statement.notice:
        values |= _notice_values(statement.notice)
    else:
        values["why"] = statement.why
    document = tomlkit.document()
    for key, value in values.items():
        document.add(key, value)
    if statement.notice and len(statement.notice.heads) > 1:
        document["heads"].multiline(True)
    return tomlkit.dumps(document).encode()


def _notice_values(notice: NoticeGiven) -> dict[str, Any]:
    values: dict[str, Any] = {"means": notice.means.value}
    if notice.described:
        values["described"] = notice.described
    values |= {
        "first": notice.first,
        "last": notice.last,
        "applies": notice.applies,
        "closed": notice.closed,
    }
    if notice.heads:
        values["heads"] = list(notice.heads)
    if notice.figures_digest:
        values["figures_digest"] = notice.figures_digest
    if figures := notice.figures:
        values["figures"] = {each.name: getattr(figures, each.name) for each in fields(figures)}
    return values


def read_statement(data: bytes, where: str) -> Statement:
    """A statement from its file.

    Args:
        data: the file's bytes.
        where: its path, for messages.

    Raises:
        ConfigurationError: it does not read, is of a later format, or contradicts itself.
    """
    root = Table(parse_toml(data, where), where, remedy=LATER_PROGRAM, data=data)
    if (found := root.whole("register")) != REGISTER_FORMAT:
        raise root.error("register", f"is {found}, this program reads {REGISTER_FORMAT}")
    policy, number, kind = root.text("policy"), root.whole("number"), root.text("kind")
    if kind not in set(StatementKind):
        raise root.error("kind", f"is {kind!r}, which this program does not know")
    release = Number.parse(root.text("release"))
    if release is None:
        raise root.error("release", "is no number of a release")
    seal, previous = _digest(root, "seal"), _digest(root, "previous_digest", needed=False)
    stated, role = root.moment("stated"), _said(root, "role")
    if stated is None:
        raise root.error("stated", "is unknown")
    if (number == 1) == bool(previous):
        raise root.error("previous_digest", "is that of no statement, or is missing")
    notice, why = None, ""
    if kind == StatementKind.NOTICE:
        notice = _notice(root)
    else:
        why = _said(root, "why")
    root.done()
    return Statement(
        policy, number, release, seal, stated, role, notice, why, previous, statement_digest(data)
    )


def _digest(table: Table, key: str, *, needed: bool = True) -> str:
    found = table.text(key) if needed else table.text(key, "")
    if found and not DIGEST.fullmatch(found):
        raise table.error(key, "is no SHA-256")
    return found


def _said(table: Table, key: str) -> str:
    found = table.text(key)
    if not found or "\n" in found or len(found) > LONGEST_SAYING:
        raise table.error(key, f"has to be a line of at most {LONGEST_SAYING} characters")
    return found


def _notice(root: Table) -> NoticeGiven:
    means, described = root.text("means"), root.text("described", "")
    if means not in set(Means):
        raise root.error("means", f"is {means!r}, not one of {', '.join(Means)}")
    if (Means(means) not in WITNESSED) != bool(described):
        raise root.error("described", "says how people were told, where no program saw it")
    first, last, applies = (root.day(key) for key in ("first", "last", "applies"))
    if first is None or last is None or applies is None:
        raise root.error("first", "is unknown")
    # A letter may be accepted after the release applies to those who were told in time.
    if not first <= min(last, applies):
        raise root.error("applies", "comes before people were told")
    closed = root.flag("closed")
    heads = root.texts("heads", ())
    digest = _digest(root, "figures_digest", needed=False)
    figures = _figures(root) if root.has("figures") else None
    return NoticeGiven(
        Means(means), applies, first, last, closed, described, heads, digest, figures
    )


def _figures(root: Table) -> Figures:
    table = root.table("figures")
    found = Figures(**{each.name: table.whole(each.name) for each in fields(Figures)})
    table.done()
    parts = sum(getattr(found, each.name) for each in fields(Figures)) - found.listed
    if parts != found.listed:
        raise root.error("figures", f"count {parts} of the {found.listed} on the list")
    return found


def require_words(words: str, option: str) -> str:
    """What a person says in a statement, as it is kept: one line.

    Raises:
        ConfigurationError: it says nothing, or too much.
    """
    said = " ".join(words.split())
    if not said or len(said) > LONGEST_SAYING or not said.isprintable():
        raise ConfigurationError(
            f"says nothing, or more than {LONGEST_SAYING} characters",
            where=option,
            remedy="say it in one line",
        )
    return said
