"""The opt-out form of a release on one day: the dates that hold, and what else there is to know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.wording.words import Words

_ROOT = "../../../"
"""The site's root as seen from the form in the authoritative language."""


@dataclass(frozen=True)
class FormOnDay:
    """The opt-out form of a release in one of its languages, on one day."""

    release: Release
    """Whose form it is: the one that a letter was about, corrected or not."""
    releases: Releases
    """It, its corrections, and the versions beside them; all of the policy, or only these."""
    today: dt.date
    """For all of these releases: `Releases.today`."""
    words: Words
    """In the language of the form."""
    language: str = ""
    """Of a translation; empty: that of the authoritative text."""
    opted_out_before: bool = False
    """Whether its customer opted out of a version before: which one applies is not said then."""

    @property
    def tag(self) -> str:
        """The tag of the language that the form is in (BCP 47)."""
        return self.language or self.release.policy.facts.language

    def offers(self, action: str) -> bool:
        """Whether the form has a button for an action: opting out, taking that back, and whatever
        was sealed beside.
        """
        return action in ("opt out", "withdraw", *self.release.policy.facts.choices)

    @property
    def wording(self) -> str:
        """The wording that was sealed, Markdown."""
        release = self.release
        return release.telling.forms[self.language] if self.language else release.opt_out

    @property
    def title(self) -> str:
        """What the policy is called in this language."""
        facts = self.release.policy.facts
        return facts.translations[self.language].title if self.language else facts.title

    @property
    def version(self) -> str:
        """The number of the version that one opts out of: its corrections go along with it."""
        return str(self.release.number.major)

    @property
    def at(self) -> Addresses:
        """Addresses as seen from its page."""
        return Addresses(_ROOT + "../" * bool(self.language), self.release.policy.id)

    @property
    def changes_are_translated(self) -> bool:
        """Whether there is a redline of the version in the language of the form."""
        first = self.amendment[0]
        before = self.releases.predecessor(first)
        return all(r and self.language in r.policy.translations for r in (before, first))

    # ── dates ────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def amendment(self) -> Releases:
        """The version with all its corrections, the first one first."""
        return self.releases.amendment(self.release.number.major)

    @cached_property
    def window(self) -> Release:
        """The one whose dates hold: the last one that moved them."""
        return self.releases.window(self.release)

    @property
    def zone(self) -> str:
        """The time zone of the days that hold."""
        return self.window.conditions.time_zone

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The day in it at a moment, which has an offset."""
        return self.window.day_of(moment)

    @property
    def is_open(self) -> bool:
        """Whether an opt-out of today counts as in time."""
        closes = self.window.closes
        return closes is not None and self.today <= closes

    @property
    def begins(self) -> dt.date | None:
        """The day from which the version applies, by what is known now; of one that is held, for
        which it was announced.
        """
        return self.releases.begins(self.window)

    @property
    def is_held(self) -> bool:
        """Whether its day has come, and nothing is on record of its notice."""
        begins = self.begins
        come = begins is not None and begins <= self.today
        return come and self.releases.is_held(self.window)

    @property
    def in_force(self) -> bool:
        """Whether the version applies, or did before another took its place."""
        begins = self.begins
        return begins is not None and begins <= self.today and not self.is_held

    @property
    def retracted(self) -> dt.date | None:
        """The day on which it was taken back, before anybody was told of it; None: it stands."""
        statement = self.releases.register.retraction(self.release.number)
        return self.release.day_of(statement.stated) if statement else None

    # ── what became of it ────────────────────────────────────────────────────────────────────────

    @property
    def before(self) -> Number | None:
        """The version that it takes the place of."""
        return self.amendment[0].before

    @cached_property
    def applies(self) -> Release | None:
        """The version in force, as long as this one is not; None: it is, or nobody knows here, as
        where the customer opted out of one before.
        """
        if self.begins is None or self.in_force or self.opted_out_before:
            return None
        found = self.releases.in_force(self.today)
        own = self.release.number.major
        return found if found and found.number.major != own else None

    @cached_property
    def followed_by(self) -> tuple[Release, dt.date | None] | None:
        """The version that took its place, and when; None: none has yet."""
        last = self.amendment[-1]
        now = self.releases.status(last, self.today)
        by = self.releases.find(now.by) if now.by else None
        if now.status is not Status.SUPERSEDED or by is None:
            return None
        return by, now.since

    @property
    def corrections(self) -> tuple[Release, ...]:
        """Its corrections but for those that moved its dates: what its letter does not say."""
        moved = [r.number for r in self.postponements]
        later = (r for r in self.amendment if r.number > self.release.number)
        return tuple(r for r in later if r.number not in moved)

    @property
    def postponements(self) -> tuple[Release, ...]:
        """Its corrections that moved its dates since."""
        later = (r for r in self.amendment if r.number > self.release.number and r.closes)
        return tuple(r for r in later if r.effective != self.release.effective)
