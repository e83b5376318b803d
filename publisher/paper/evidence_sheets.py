"""The evidence about one customer on paper: who, which version, what was told and declared, and how
that is proved. All of it follows from the JSON that travels inside.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from publisher.answers.evidence_attachment import EVIDENCE_FILE
from publisher.answers.evidence_document import CustomerEvidence, SealedFiles
from publisher.markup.elements import NOTHING
from publisher.markup.html import is_written_right_to_left
from publisher.paper.evidence_words import (
    CHECKING,
    EVENT_WORDS,
    LABELS,
    LETTER_OUTCOMES,
    PROOF,
    REQUEST_EVENTS,
    REQUEST_WORDS,
    UNSAID,
)
from publisher.paper.paper_frame import PaperFrame, document_title, facts_list
from publisher.people.requests import receipt_number
from publisher.record.dossier import ProvenEvent
from publisher.record.event import EventKind, moment_of
from publisher.text.amounts import amount
from publisher.wording.dates import long_date
from publisher.wording.words import ENGLISH

_MOST_IN_A_CELL = 400
"""Characters of a value in the table of events; the JSON has all of it."""
_UNSEEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Characters that are not seen, and may turn round what stands beside them."""


@dataclass(frozen=True)
class ReadableMails:
    """The words of letters and mails, as their readers saw them, by the number of the event."""

    texts: Mapping[int, str]


def evidence_sheet(evidence: CustomerEvidence, mails: ReadableMails, digest: str) -> Markup:
    """The evidence about a customer as a document.

    Args:
        evidence: as it was read from the JSON.
        mails: the words of its letters and mails.
        digest: SHA-256 of the JSON, hexadecimal.
    """
    title = f"Evidence about customer {evidence.customer}"
    pages = _Pages(evidence, mails)
    parts = [
        document_title("", title, f"As of {_moment(evidence.made)}"),
        facts_list(*pages.about(digest)),
        _section("Who this is about", pages.record()),
        _section("Which version applies, and why", pages.applies()),
        _section("What the customer was told, and when", pages.told()),
        _section("What the customer declared or asked for", pages.declared()),
        _section("Mails that declared nothing by themselves", pages.other_mails()),
        _section("The releases, and what is stated of them", pages.releases()),
        _section("All events, in their order", pages.events()),
        _section("How it is proved", map(_paragraph, PROOF)),
        _section("How to check it", map(_paragraph, CHECKING)),
    ]
    whole = Markup('<div class="pp-evidence">{}</div>\n').format(NOTHING.join(parts))
    return PaperFrame(ENGLISH, "", title).sheet(f"{title}, {_moment(evidence.made)}", [whole])


class _Pages:
    """What each section says."""

    def __init__(self, evidence: CustomerEvidence, mails: ReadableMails) -> None:
        self._evidence, self._texts = evidence, mails.texts
        self._events = evidence.dossier.events

    def about(self, digest: str) -> Iterator[tuple[str, str | Markup]]:
        """What the file is, in rows."""
        dossier = self._evidence.dossier
        yield "Customer", self._evidence.customer
        yield "Ledger", dossier.ledger
        yield "In it", amount(len(self._events), "event")
        if self._evidence.release:
            left_out = "letters and mails about others are left out, but for that they were"
            yield "About", f"{self._evidence.release}; {left_out}"
        yield (
            "SHA-256",
            Markup("<code>{}</code> of {}, which is attached").format(digest, EVIDENCE_FILE),
        )

    def record(self) -> Iterator[Markup]:
        """What the list of recipients has."""
        for one in self._evidence.record:
            rows = [(_called(key), _clear(str(value))) for key, value in one.items() if value]
            yield facts_list(*rows)
        if not self._evidence.record:
            yield _paragraph("Nothing is known of them but that they were a recipient.")
        if self._evidence.dossier.shared:
            yield _paragraph("Another customer has, or had, the same address.")
        if count := self._evidence.dossier.undecided:
            yield _paragraph(
                f"{amount(count, 'message')} may be theirs; nobody has said so, and none is here."
            )

    def applies(self) -> Iterator[Markup]:
        """Which version applies of each policy."""
        for one in self._evidence.applies:
            day, version = long_date(dt.date.fromisoformat(one["on"])), one.get("version")
            which = f"version {version} applies" if version else "no version that is known applies"
            since = one.get("since")
            begun = f", since {long_date(dt.date.fromisoformat(since))}" if since else ""
            sure = "" if one.get("certain") else " Whether it does is in doubt."
            yield _heading(f"{one['policy']}: on {day}, {which}{begun}.{sure}")
            yield _list(str(each["why"]) for each in one["amendments"])
        if not self._evidence.applies:
            yield _paragraph("No policy of which something is on record.")

    # ── told ─────────────────────────────────────────────────────────────────────────────────────

    def told(self) -> Iterator[Markup]:
        """Each letter about a release: when, what became of it, and its words."""
        notices = [one for one in self._events if self._is_notice(one)]
        for one in notices:
            event = one.event
            yield _heading(f"Letter about {event.policy}, version {event.release}")
            rows = [("Handed over", _moment(event.at)), *self._private_rows(one)]
            rows += [(_at(each), self._line(each)) for each in self._outcomes(one)]
            yield facts_list(*rows)
            yield self._words(one, "The letter, word by word")
        if not notices:
            yield _paragraph("No letter about a release is on record.")

    def _is_notice(self, one: ProvenEvent) -> bool:
        told = one.event.kind == EventKind.TOLD
        return told and bool(one.event.release) and "requests" not in _json(one.event.facts)

    def _outcomes(self, told: ProvenEvent) -> Iterator[ProvenEvent]:
        """What became of a letter, up to the next attempt."""
        about = (told.event.policy, told.event.release, told.event.recipient)
        for one in self._events:
            event = one.event
            if event.number <= told.event.number:
                continue
            if (event.policy, event.release, event.recipient) != about:
                continue
            if self._is_notice(one):
                return
            if event.kind in LETTER_OUTCOMES and "requests" not in _json(event.facts):
                yield one

    # ── declared ─────────────────────────────────────────────────────────────────────────────────

    def declared(self) -> Iterator[Markup]:
        """Each declaration and request: what, when, how, in which words, and what followed."""
        asked = [one for one in self._events if one.event.kind in REQUEST_EVENTS]
        for one in asked:
            event, facts = one.event, _json(one.event.facts)
            about = f", {event.policy}, version {event.release}" if event.release else ""
            number = facts.get("repeats") or event.request
            receipt = receipt_number(number) if isinstance(number, int) else ""
            what = str(facts.get("kind", event.kind))
            yield _heading(f"{receipt}: {REQUEST_WORDS.get(what, what)}{about}")
            rows = [("On record", _moment(event.at)), *_rows(facts), *self._private_rows(one)]
            following = self._following(one)
            rows += [(_at(each), self._line(each)) for each in following]
            yield facts_list(*rows)
            for each in self._events:
                if event.message is not None and each.event.message == event.message:
                    yield self._words(each, "The mail in which it came")
            for each in following:
                yield self._words(each, f"The letter of {_moment(each.event.at)}")
        if not asked:
            yield _paragraph("Nothing that the customer declared or asked for is on record.")

    def _following(self, asked: ProvenEvent) -> list[ProvenEvent]:
        """What happened to a request afterwards."""
        number = asked.event.request
        return [
            one
            for one in self._events
            if one.event.number > asked.event.number
            and number is not None
            and (
                one.event.request == number or number in _json(one.event.facts).get("requests", ())
            )
        ]

    def other_mails(self) -> Iterator[Markup]:
        """Mails in which no request came."""
        shown = {e.event.message for e in self._events if e.event.kind in REQUEST_EVENTS}
        others = [
            one
            for one in self._events
            if one.event.kind == EventKind.RECEIVED and one.event.message not in shown
        ]
        for one in others:
            yield _heading(f"Message {one.event.message}")
            yield facts_list(("Received", _moment(one.event.at)))
            yield self._words(one, "What it says")
        if not others:
            yield _paragraph("None is on record.")

    # ── parts ────────────────────────────────────────────────────────────────────────────────────

    def _words(self, one: ProvenEvent, title: str) -> Markup:
        text = self._texts.get(one.event.number)
        return _quoted(f"{title} (event {one.event.number})", text) if text else NOTHING

    def _private_rows(self, one: ProvenEvent) -> list[tuple[str, str]]:
        if one.private is None:
            return [("Words", "erased or pruned")] if one.event.digest else []
        return _rows(_json(one.private.text))

    def _line(self, one: ProvenEvent) -> str:
        """An event in a line."""
        event, facts = one.event, _json(one.event.facts)
        said = [EVENT_WORDS.get(event.kind, event.kind)]
        if event.kind in REQUEST_EVENTS and (kind := str(facts.get("kind", ""))):
            said = [f"the customer {REQUEST_WORDS.get(kind, kind)}"]
        if event.release:
            said.append(f"{event.policy}, version {event.release}")
        rows = [*_rows(facts), *self._private_rows(one)]
        return "; ".join([*said, *(f"{key}: {value}" for key, value in rows)])

    @cached_property
    def _batches(self) -> Mapping[tuple[int, int], str]:
        return {(b.chain, b.number): b.digest().hex() for b in self._evidence.dossier.batches}

    def events(self) -> Iterator[Markup]:
        """Every event, with its place in the chain."""
        rows = NOTHING.join(
            Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n").format(
                one.event.number, _at(one), self._line(one), self._place(one)
            )
            for one in self._events
        )
        head = NOTHING.join(
            map(Markup("<th>{}</th>").format, ("No.", "When (UTC)", "What", "Proof"))
        )
        yield Markup("<table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table>\n").format(
            head, rows
        )

    def _place(self, one: ProvenEvent) -> str:
        batch = self._batches.get((one.chain, one.batch), "")
        return f"chain {one.chain}, batch {one.batch}, place {one.index}; {batch[:16]}…"

    def releases(self) -> Iterator[Markup]:
        """The seal of each release, the wording of its form, and the register."""
        for one in self._evidence.releases:
            yield _heading(f"{one.policy}, version {one.number}")
            yield facts_list(("Seal", one.seal))
            yield from _forms(one)
        for each in self._evidence.statements:
            yield _quoted(f"Statement {each.number} of the register of {each.policy}", each.text)
        if not self._evidence.releases:
            yield _paragraph("No event is about a release that was here.")


def _forms(one: SealedFiles) -> Iterator[Markup]:
    for name, text in one.files.items():
        if name.startswith("opt-out"):
            yield _quoted(f"The wording of the form ({name})", text)


def _section(title: str, parts: Iterable[Markup]) -> Markup:
    return Markup("<h2>{}</h2>\n{}").format(title, NOTHING.join(parts))


def _heading(words: str) -> Markup:
    return Markup("<h3>{}</h3>\n").format(_clear(words))


def _paragraph(words: str) -> Markup:
    return Markup("<p>{}</p>\n").format(_clear(words))


def _list(lines: Iterable[str]) -> Markup:
    items = NOTHING.join(Markup("<li>{}</li>\n").format(_clear(line)) for line in lines)
    return Markup("<ul>\n{}</ul>\n").format(items) if items else NOTHING


def _quoted(title: str, text: str) -> Markup:
    """Somebody's words, set apart from ours, each line by which way it goes."""
    lines = NOTHING.join(
        Markup("<p{}>{}</p>\n").format(
            Markup(' dir="rtl"') if is_written_right_to_left(line) else NOTHING, _clear(line)
        )
        for line in text.splitlines()
        if line.strip()
    )
    return Markup(
        '<p class="pp-quoted-title">{}</p>\n<blockquote class="pp-quoted">\n{}</blockquote>\n'
    ).format(title, lines)


def _clear(words: str) -> str:
    """Words in which every character is seen that may turn others round."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", words)


def _rows(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_called(key), _value(key, value))
        for key, value in values.items()
        if key not in UNSAID and value not in ("", None)
    ]


def _called(key: str) -> str:
    return LABELS.get(key) or key.replace("_", " ").capitalize()


_MOMENTS = ("received", "happened")
"""Facts that are microseconds since 1970, see `microseconds`."""


def _value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in _MOMENTS and isinstance(value, int):
        return _counted_moment(value)
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = said if len(said) <= _MOST_IN_A_CELL else f"{said[:_MOST_IN_A_CELL]} […]"
    return _clear(" ".join(cut.split()))


def _counted_moment(count: int) -> str:
    try:
        return _moment(moment_of(count))
    except OverflowError:
        return str(count)


def _requests(one: ProvenEvent) -> Sequence[object]:
    """The requests that a letter answers, where it is one that does."""
    found = _json(one.event.facts).get("requests")
    return found if isinstance(found, list) else ()


def _json(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _moment(at: dt.datetime) -> str:
    own = at.astimezone(dt.UTC)
    return f"{long_date(own.date())}, {own:%H:%M:%S} UTC"


def _at(one: ProvenEvent) -> str:
    return f"{one.event.at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
