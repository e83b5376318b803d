"""A release: a policy frozen under a number."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property

from publisher.policies.notice_rules import WithoutRecord, without_record
from publisher.policies.policy import Policy
from publisher.releases.conditions import Conditions
from publisher.releases.number import Materiality, Number
from publisher.releases.telling import Telling
from publisher.wording.dates import day_in, first_moment


@dataclass(frozen=True, slots=True)
class Imported:
    """Where a text of the past was found, and when: all that is known of it beside its words."""

    source: str
    """Address or name of the git repository."""
    path: str
    """Of the file, in that repository at that commit."""
    commit: str
    seen: dt.datetime
    """When the commit was made (UTC): from then on the text was there, and maybe before."""
    digest: str
    """SHA-256 of the text as it stood there, with Unix line ends; hexadecimal."""
    kept: tuple[str, ...] = ()
    """Anchors that the text had itself; all others were put on its headings by the import."""


@dataclass(frozen=True, slots=True)
class Lag:
    """A section that a translation does not give as the authoritative text has it."""

    language: str
    anchor: str
    behind: Number | None
    """The version whose text the translation still gives; None: the section is not translated."""


@dataclass(frozen=True)
class Release:
    """A frozen version."""

    number: Number
    materiality: Materiality
    policy: Policy
    published: dt.datetime | None
    """When it was announced (UTC); None: unknown."""
    effective: dt.date | None
    """From when it is in force; None: unknown, as of a first release or of an imported one."""
    previous: Number | None = None
    """The release before it, by number."""
    previous_seal: str = ""
    """The seal of that release, hexadecimal."""
    revision: str = ""
    """Git commit of the draft it was frozen from."""
    closes: dt.date | None = None
    """Last day to opt out; None: nothing to opt out of."""
    notice: str = ""
    """The letter's Markdown; empty where none is due."""
    opt_out: str = ""
    """The opt-out form's wording, Markdown; empty where there is none."""
    seal: str = ""
    """SHA-256 of its `SHA256SUMS`, hexadecimal."""
    imported: Imported | None = None
    """Where it comes from, if it is a text of the past; None: it was frozen from a draft."""
    lags: tuple[Lag, ...] = ()
    """Where its translations are not up to date, by language, in the order of the text."""
    unaffected: tuple[tuple[str, str], ...] = ()
    """Language and anchor of each section whose change needed none in the translation: a person has
    looked at it and said so."""
    replaces: Number | None = None
    """The release whose text it was compared with, where that is not the one before it."""
    conditions: Conditions = field(default_factory=Conditions)
    """On what conditions it takes effect."""
    telling: Telling = field(default_factory=Telling)
    """By what people are told of it beside its letter and its form."""

    def in_language(self, language: str) -> Release:
        """The release as one of its translations has it."""
        return replace(self, policy=self.policy.in_language(language))

    def lagging(self, language: str) -> tuple[Lag, ...]:
        """Where one of its translations is not up to date, in the order of the text."""
        return tuple(lag for lag in self.lags if lag.language == language)

    @cached_property
    def identity(self) -> str:
        """A digest of all that is known of it: what is made of one release is known again by it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def before(self) -> Number | None:
        """The release whose text it was made from and is compared with: the one before it, but for
        those that were retracted or held then; None: it is the first.
        """
        return self.replaces or self.previous

    @property
    def name(self) -> str:
        """`privacy/2`: the name of its folder and of its tag."""
        return f"{self.policy.id}/{self.number}"

    @property
    def version(self) -> str:
        """What readers call it."""
        return f"Version {self.number}"

    @property
    def without_record(self) -> WithoutRecord:
        """What happens on its effective day if nobody stated that people were told."""
        return self.conditions.without_record or without_record(self.policy.facts.profile)

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The day on its calendar at a moment, which has an offset: its days begin and end at
        midnight in its time zone.
        """
        return day_in(moment, self.conditions.time_zone)

    def moment_of(self, day: dt.date) -> dt.datetime:
        """The moment, in UTC, at which a day begins on its calendar."""
        return first_moment(day, self.conditions.time_zone)

    @property
    def published_day(self) -> dt.date | None:
        """The day on which it was announced; None: unknown."""
        return self.day_of(self.published) if self.published else None

    @property
    def begins(self) -> dt.date | None:
        """The day from which it is to take the place of the release before, by its own words alone
        (`Releases.begins` knows what was stated of it): the effective date; of an
        imported text, whose effective date nobody knows, the day on which it was first seen. None:
        unknown, as of the first text of all.
        """
        if self.effective is None and self.imported and self.previous:
            return self.imported.seen.date()
        return self.effective
