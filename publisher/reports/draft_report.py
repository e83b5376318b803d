"""What is reported of a draft before it is frozen: what it changes, what that looks like, from
when, and by which words customers would be told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.law.profiles import Duty
from publisher.policies.finding import Finding, Severity
from publisher.releases.judgment import Judgment
from publisher.reports.comparison import Comparison


@dataclass(frozen=True, slots=True)
class ReadText:
    """A letter or a form as its reader would have it before them."""

    language: str
    """The tag of its language."""
    case: str
    """To whom a letter is written that is not the usual one, as `LetterCase` has it; else empty."""
    text: str
    """Markdown, its fields filled in for a sample customer."""
    button: str = ""
    """Of a form: what stands on the button below it."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a freeze on this day would make of a draft."""

    number: str = ""
    """Of the release; empty: none can be made."""
    earliest: dt.date | None = None
    """The earliest lawful day from which it may apply; None: any day may, as of a first release."""
    why: str = ""
    """Why no earlier one, a sentence without its full stop."""
    refusal: str = ""
    """Why a freeze would be refused as things are, beside errors; empty: it would not be."""
    remedy: str = ""
    """The next step then; may be empty."""
    duties: tuple[Duty, ...] = ()
    """What the profile of notice asks for beside the period, for a lawyer to look at."""
    letters: tuple[ReadText, ...] = ()
    """The usual one in the authoritative language first; none where nobody is told."""
    forms: tuple[ReadText, ...] = ()
    """That in the authoritative language first."""


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What is reported of one draft."""

    policy_id: str
    title: str
    """Of the policy; its id, where the draft does not read."""
    findings: tuple[Finding, ...] = ()
    """On this policy, errors first."""
    comparison: Comparison | None = None
    """With the release that a freeze would compare it with; None: there is none, or the draft does
    not read."""
    beside: tuple[str, ...] = ()
    """What differs from that release beside the text, a line each."""
    judgment: Judgment | None = None
    """None: nothing differs, or there is nothing to compare."""
    prospect: Prospect = Prospect()
    unreadable: str = ""
    """Why nothing can be said of its text; empty: it reads."""

    @property
    def first(self) -> bool:
        """Whether it would be the first release."""
        return self.comparison is None and not self.unreadable

    @property
    def changes(self) -> bool:
        """Whether a freeze would make a release of it that says something new."""
        return self.judgment is not None or self.first

    @property
    def errors(self) -> int:
        """How many findings stop a release."""
        return sum(found.severity is Severity.ERROR for found in self.findings)

    @property
    def told(self) -> bool:
        """Whether there is anything to report: cues alone are no reason to write to anybody."""
        return self.changes or bool(self.errors) or bool(self.unreadable)


@dataclass(frozen=True, slots=True)
class RepositoryReport:
    """What is reported of all drafts of a repository."""

    day: dt.date
    """On which it is asked for, and by which days are counted."""
    drafts: tuple[DraftReport, ...]
    findings: tuple[Finding, ...] = ()
    """On what belongs to no policy."""

    @property
    def told(self) -> bool:
        """Whether there is anything to report."""
        wrong = any(found.severity is Severity.ERROR for found in self.findings)
        return wrong or any(one.told for one in self.drafts)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Every finding, errors first, then by file and line."""
        found = [*self.findings, *(f for one in self.drafts for f in one.findings)]
        return tuple(sorted(found, key=lambda finding: finding.rank))
