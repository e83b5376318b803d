"""Which version applies to whom, in words, in JSON and in CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from publisher.answers.applies import AmendmentFacts, Appliance, AppliesTo, Ground
from publisher.people.deliveries import DeliveryState
from publisher.people.known_customer import CustomerFacts, KnownCustomer, LetterFacts
from publisher.releases.number import Number
from publisher.releases.statement import WITNESSED, Means, Statement
from publisher.wording.dates import long_date


class AppliesForm(StrEnum):
    """In which form it is wanted."""

    TEXT = "text"
    JSON = "json"
    """One document."""
    JSONL = "jsonl"
    """A line of JSON a customer."""
    CSV = "csv"


CSV_COLUMNS = (
    "customer", "policy", "on", "version", "since", "joined", "came_with", "latest", "ground",
    "letter", "means", "told", "period_ends", "in_time", "opted_out", "applies", "why",
)  # fmt: skip
"""Of a CSV file; from `latest` on they are about the latest amendment that was published."""


class AppliesReport:
    """What is said of customers, one after the other."""

    def __init__(self, appliance: Appliance, policy: str, form: AppliesForm) -> None:
        """Args:
        appliance: answers for the policy and a day.
        policy: its id.
        form: in which it is said.
        """
        self._appliance, self._policy, self._form = appliance, policy, form
        self.doubtful = 0
        """How many of them it cannot be said of for certain."""
        self.versions = Counter[Number | None]()
        """How many each version applies to."""
        self._said = lru_cache(10_000)(self._made)

    def every(self, customers: Iterable[KnownCustomer]) -> Iterator[str]:
        """What is said of customers, in pieces of a document."""
        if self._form is AppliesForm.CSV:
            yield _csv(CSV_COLUMNS)
        before = "[\n"
        for one in customers:
            if self._form is AppliesForm.JSON:
                yield before + self._of(one)
                before = ",\n"
            else:
                yield self._of(one)
        if self._form is AppliesForm.JSON:
            yield "\n]\n" if before != "[\n" else "[]\n"

    def of_some(self, customers: Iterable[KnownCustomer]) -> Iterator[str]:
        """The same of one customer, or of those with one address: in JSON, no list of one."""
        some = list(customers)
        if self._form is AppliesForm.JSON and len(some) == 1:
            yield self._of(some[0]) + "\n"
            return
        yield from self.every(some)

    def _of(self, one: KnownCustomer) -> str:
        found = self._appliance.to(one.facts)
        self.versions[found.version] += 1
        self.doubtful += not found.certain
        said = self._said(one.facts)
        if self._form is AppliesForm.TEXT:
            return "".join(f"{line}\n" for line in said.replace("\0", one.customer).splitlines())
        if self._form is AppliesForm.CSV:
            return _csv([one.customer])[:-2] + said
        line = "\n" if self._form is AppliesForm.JSONL else ""
        return f'{{"customer":{json.dumps(one.customer, ensure_ascii=False)},{said}{line}'

    def _made(self, facts: CustomerFacts) -> str:
        """It, but for the customer's id."""
        found = self._appliance.to(facts)
        if self._form is AppliesForm.TEXT:
            return "\n".join(applies_lines(found, self._appliance.day))
        if self._form is AppliesForm.CSV:
            return "," + _csv(list(self._cells(found)))
        value = {"policy": self._policy, "on": str(self._appliance.day), **_document(found)}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))[1:]

    def _cells(self, found: AppliesTo) -> Iterator[str]:
        yield self._policy
        yield str(self._appliance.day)
        for value in (found.version, found.since, found.joined, found.came_with):
            yield str(value or "")
        latest = _amendment(found.amendments[0]) if found.amendments else {}
        columns = ("release", *CSV_COLUMNS[8:-1])
        for column in columns:
            value = latest.get(column)
            yield {True: "yes", False: "no", None: ""}.get(value, str(value or ""))
        yield "; ".join(reason(one) for one in found.amendments)

    def summary(self) -> str:
        """How many customers each version applies to, in a line."""
        counts = sorted(self.versions.items(), key=lambda one: (one[0] is None, one[0] or 0))
        named = [
            f"version {number}: {count:,}" if number else f"none that is known: {count:,}"
            for number, count in counts
        ]
        doubt = f"; in doubt: {self.doubtful:,}" if self.doubtful else ""
        return f"{self._appliance.day}: {', '.join(named) or 'there is no recipient'}{doubt}"


# ── in words ─────────────────────────────────────────────────────────────────────────────────────


def applies_lines(found: AppliesTo, day: dt.date) -> Iterator[str]:
    """Which version applies to a customer on a day, and why, in lines; NUL stands for their id.

    Args:
        found: what is known.
        day: which.
    """
    which = f"version {found.version}" if found.version else "no version that is known"
    since = f", since {long_date(found.since)}" if found.since else ""
    yield f"\0: {which} applies on {long_date(day)}{since}"
    if found.joined:
        yield f"  became a customer on {long_date(found.joined)}"
    yield from (f"  {reason(one)}" for one in found.amendments)


def reason(one: AmendmentFacts) -> str:
    """What is known of an amendment and a customer, in a sentence without a full stop."""
    release, ground = one.terms.release, one.ground
    parts = [f"version {release.number}: {_STANDS[ground](one)}"]
    if told := _told(one):
        parts.append(told)
    if one.opted_out:
        parts.append(f"opted out on {long_date(one.opted_out)}")
    if one.late:
        parts.append(f"opted out late, on {long_date(one.late)}")
    if one.applies and ground is Ground.TOLD:
        parts.append(f"applies to them from {long_date(one.applies)}")
    return ", ".join(parts)


def _announced(one: AmendmentFacts) -> str:
    return f"announced for {long_date(one.terms.release.effective)}"


def _in_force(one: AmendmentFacts) -> str:
    begins = one.terms.begins
    return f"in force from {long_date(begins)}" if begins else "in force"


def _stated(one: AmendmentFacts) -> str:
    assert one.terms.record
    return f"{_in_force(one)}, by {_statement(one.terms.record)}"


def _statement(record: Statement) -> str:
    """A statement about a notice, in words."""
    notice = record.notice
    assert notice
    day = long_date(notice.first)
    how = f"people were told {notice.described} on {day}"
    if notice.means is Means.NOBODY:
        how = f"there was nobody to tell on {day}: {notice.described}"
    elif notice.means in WITNESSED:
        how = f"letters were accepted from {day} to {long_date(notice.last)}"
    return f"a statement of the role {record.role} that {how}"


def _by_date(one: AmendmentFacts) -> str:
    later = one.terms.later
    since = f"; {_statement(later)} came later, and changes no day" if later else ""
    return f"{_in_force(one)}, by its date{since}"


_STANDS: Mapping[Ground, Callable[[AmendmentFacts], str]] = {
    Ground.RETRACTED: lambda one: (
        f"retracted on {long_date(one.terms.status.since)}, before anybody was told"
    ),
    Ground.OPTED_OUT: lambda one: _in_force(one) if one.terms.periods else _announced(one),
    Ground.CAME_WITH: lambda _: "they came with it, or with a later one",
    Ground.UPCOMING: _announced,
    Ground.HELD: lambda one: f"{_announced(one)}, no record of its notice has been published",
    Ground.BY_DATE: _by_date,
    Ground.TOLD: _in_force,
    Ground.STATED: _stated,
    Ground.JOINED: lambda one: f"{_in_force(one)}, they became a customer later",
    Ground.NOT_TOLD: lambda one: f"{_in_force(one)}, they were not told",
}


def _told(one: AmendmentFacts) -> str:
    letter = one.letter
    if letter is None:
        without = one.ground in (Ground.NOT_TOLD, Ground.STATED)
        return "no letter to them is on record" if without else ""
    if one.told is None:
        said = f" ({letter.said}; {letter.role})" if letter.said else ""
        return f"the letter to them is {letter.state}{said}"
    how = _how(letter)
    ends = f", notice period until {long_date(one.period_ends)}" if one.period_ends else ""
    return f"told {how} on {long_date(one.told)}{ends}"


def _how(letter: LetterFacts) -> str:
    if letter.state is DeliveryState.OTHERWISE:
        return f"otherwise ({letter.said}; {letter.role})" if letter.said else "otherwise"
    return f"by {letter.means}" if letter.means else "by a letter"


# ── for programs ─────────────────────────────────────────────────────────────────────────────────


def applies_values(
    appliance: Appliance, policy: str, customers: Iterable[KnownCustomer]
) -> list[dict[str, Any]]:
    """The documents about some customers, as JSON reads.

    Args:
        appliance: answers for the policy and a day.
        policy: its id.
        customers: about whom.
    """
    report = AppliesReport(appliance, policy, AppliesForm.JSONL)
    return [json.loads(line) for line in report.of_some(customers)]


def _document(found: AppliesTo) -> dict[str, Any]:
    return {
        "version": _text(found.version),
        "since": _text(found.since),
        "certain": found.certain,
        "joined": _text(found.joined),
        "came_with": _text(found.came_with),
        "amendments": [_amendment(one) for one in found.amendments],
    }


def _amendment(one: AmendmentFacts) -> dict[str, Any]:
    terms, letter = one.terms, one.letter
    means = letter.means if letter and letter.state is not DeliveryState.OTHERWISE else "otherwise"
    return {
        "release": str(terms.release.number),
        "status": str(terms.status.status),
        "ground": str(one.ground),
        "effective": _text(terms.release.effective),
        "begins": _text(terms.begins),
        "letter": str(letter.state) if letter else None,
        "means": (means or None) if one.told else None,
        "told": _text(one.told),
        "period_ends": _text(one.period_ends),
        "in_time": one.in_time,
        "opted_out": _text(one.opted_out),
        "opted_out_late": _text(one.late),
        "applies": _text(one.applies),
        "binds": one.binds,
        "why": reason(one),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _csv(cells: list[str] | tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
