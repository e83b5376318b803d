"""The history of a policy as a picture: notice periods, times in force, size of each change.

A material release and its corrections share one bar. The picture is drawn to scale of its width,
so a page holds one for wide and one for narrow screens, and its text is readable on both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from publisher.compare.amendment import Counts
from publisher.compare.summary import words_in_figures
from publisher.markup.elements import NOTHING
from publisher.releases.beginning import Beginning, beginning
from publisher.releases.number import Number
from publisher.releases.periods import applied, by_number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.site.release_words import status_words, version_words, when_words
from publisher.wording.dates import moved
from publisher.wording.words import Words

ROWS = 24
"""Limit on the amendments drawn, the latest ones; a table beside the picture lists all."""
_ROW, _TOP, _FOOT = 74, 34, 30
_NAME = 84
"""Room for the name of a version."""
_STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 24000)
"""Months between two marks of the scale."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One amendment with its corrections, and the days it reaches over."""

    release: Release
    corrections: tuple[Release, ...]
    status: Status
    announced: dt.date | None
    start: dt.date | None
    """First day in force; None: unknown, or never."""
    end: dt.date | None
    """First day of the next version; None: none is announced."""
    size: Counts | None
    """What it changed; None for the first version."""
    seen: dt.date | None = None
    """Of a text of the past: when it was first seen."""
    never: Beginning | None = None
    """Of one that is not in force on any day, by what is known now: for when it was announced, or
    when it was retracted."""

    @property
    def told_until(self) -> dt.date | None:
        """The end of its notice period: the day for which it was announced, or from which it is in
        force; of one that was retracted, the day of that.
        """
        return (self.never.retracted or self.never.day) if self.never else self.start


def timeline_bars(
    releases: Releases, today: dt.date, sizes: Mapping[Number, Counts]
) -> tuple[Bar, ...]:
    """The bars of a line of releases, oldest first.

    Args:
        releases: all releases of one policy.
        today: the day whose statuses hold.
        sizes: what each material release changed, by its number.
    """
    groups: dict[int, list[Release]] = {}
    for release in releases:
        groups.setdefault(release.number.major, []).append(release)
    found: list[Bar] = []
    periods = by_number(applied(releases))
    for members in groups.values():
        first = members[0]
        own = [periods[one.number] for one in members if one.number in periods]
        never = None if own or first.imported else beginning(first, releases)
        found.append(
            Bar(
                release=first,
                corrections=tuple(r for r in members[1:] if not releases.is_retracted(r)),
                status=_status(members, releases, today),
                announced=first.published_day,
                start=own[0].first if own else first.begins if first.imported else None,
                end=None,
                size=sizes.get(first.number),
                seen=first.imported.seen.date() if first.imported else None,
                never=never,
            )
        )
    end: dt.date | None = None
    for place in range(len(found) - 1, -1, -1):
        found[place] = replace(found[place], end=end)
        if not found[place].never:
            end = found[place].start
    return tuple(found)


def _status(members: Sequence[Release], releases: Releases, today: dt.date) -> Status:
    found = {releases.status(release, today).status for release in members}
    order = (Status.IN_FORCE, Status.UPCOMING, Status.SUPERSEDED, Status.RETRACTED)
    return next(status for status in order if status in found)


def bar_described(bar: Bar, words: Words) -> str:
    """What a bar shows, in a sentence."""
    parts = []
    if bar.announced and bar.told_until and bar.announced < bar.told_until:
        parts.append(words.gettext("announced on {day}", day=words.day(bar.announced)))
    parts.append(_reach(bar, words))
    if bar.size and (said := words_in_figures(bar.size.inserted, bar.size.deleted, words)):
        parts.append(said)
    told = parts[0]
    for part in parts[1:]:
        told = words.pgettext("list of facts", "{facts}; {next}", facts=told, next=part)
    return words.gettext("{version}: {facts}.", version=bar_name(bar, words), facts=told)


def bar_name(bar: Bar, words: Words) -> str:
    """`Version 2 (corrected: 2.1)`."""
    if not bar.corrections:
        return version_words(bar.release, words)
    numbers = words.listed(str(r.number) for r in bar.corrections)
    return words.gettext(
        "Version {number} (corrected: {numbers})", number=bar.release.number, numbers=numbers
    )


def _reach(bar: Bar, words: Words) -> str:
    """From when until when, in words."""
    if bar.never:
        return when_words(bar.release, words, bar.never)
    last = words.day(moved(bar.end, -1)) if bar.end else ""
    if bar.seen:
        seen = words.day(bar.seen)
        if last:
            return words.gettext("first seen on {day}, seen until {last}", day=seen, last=last)
        return words.gettext("first seen on {day}", day=seen)
    start = words.day(bar.start)
    if last:
        return words.gettext("in force from {first} until {last}", first=start, last=last)
    return words.gettext("in force from {day}", day=start)


def timeline_picture(
    found: Sequence[Bar], today: dt.date, words: Words, *, width: int, name: str
) -> Markup:
    """The timeline as SVG.

    Args:
        found: the bars, oldest first.
        today: marked by a line.
        words: of the page; where they are read from the right, time runs from there too.
        width: in CSS pixels at which it is shown.
        name: makes its ids unique on a page.
    """
    shown = tuple(found[-ROWS:])
    drawing = _Drawing(shown, today, width, name, words)
    height = _TOP + _ROW * len(shown) + _FOOT
    title = words.gettext("Timeline")
    if shown:
        policy = shown[-1].release.policy.facts.title
        title = words.gettext("Timeline: {policy}", policy=policy)
    text = " ".join(bar_described(bar, words) for bar in reversed(shown))
    return Markup(
        '<svg class="pp-timeline pp-timeline-{}" viewBox="0 0 {} {}" '
        'role="img" aria-labelledby="pp-{}-title pp-{}-desc" '
        'xmlns="http://www.w3.org/2000/svg">\n'
        '<title id="pp-{}-title">{}</title>\n'
        '<desc id="pp-{}-desc">{}</desc>\n'
        "{}{}</svg>\n"
    ).format(
        name,
        width,
        height,
        name,
        name,
        name,
        title,
        name,
        text,
        drawing.patterns(),
        NOTHING.join(drawing.parts(height)),
    )


class _Drawing:
    """Places days on the width, and bars below one another, the latest on top."""

    def __init__(
        self, found: Sequence[Bar], today: dt.date, width: int, name: str, words: Words
    ) -> None:
        self.bars, self.today, self.width, self.name, self.words = found, today, width, name, words
        self.mirrored = words.direction == "rtl"
        known = [today]
        for bar in found:
            known += [day for day in (bar.announced, bar.told_until, bar.end, bar.seen) if day]
            known += [r.published_day for r in bar.corrections if r.published_day]
        first, last = min(known), max(known)
        span = max((last - first).days, 60)
        before = 0.3 if found and found[0].told_until is None else 0.05
        self.first = moved(first, -round(span * before))
        self.last = moved(first, round(span * 1.18))
        self.scale = width / max((self.last - self.first).days, 1)

    def x(self, day: dt.date) -> float:
        """How far the beginning of a day is from where time begins."""
        return round((day - self.first).days * self.scale, 1)

    def at(self, x: float) -> float:
        """The place of something that far from where time begins."""
        return round(self.width - x, 1) if self.mirrored else x

    def box(self, left: float, right: float, y: float, height: int) -> Markup:
        """The attributes of a rectangle, from one to another of such places."""
        start = self.at(right) if self.mirrored else left
        return Markup('x="{:.1f}" y="{}" width="{:.1f}" height="{}"').format(
            start, y, right - left, height
        )

    def text(self, x: float, y: float, words: str, kind: str, anchor: str = "start") -> Markup:
        """Words: they begin at the place, or end at it, as they are read."""
        return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>\n').format(
            kind, self.at(x), y, anchor, words
        )

    def patterns(self) -> Markup:
        return Markup(
            '<defs><pattern id="pp-{}-hatch" width="6" height="6" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect width="6" height="6" class="pp-tl-notice-ground"/>'
            '<rect width="2.2" height="6" class="pp-tl-notice"/></pattern>'
            '<linearGradient id="pp-{}-fade"{}>'
            '<stop offset="0" class="pp-tl-fade-out"/><stop offset="1" class="pp-tl-fade-in"/>'
            "</linearGradient></defs>\n"
        ).format(self.name, self.name, Markup(' x1="1" x2="0"') if self.mirrored else NOTHING)

    def parts(self, height: int) -> Iterator[Markup]:
        foot = height - _FOOT
        for day, label in self._marks():
            x = self.x(day)
            yield Markup('<path class="pp-tl-grid" d="M{} {}V{}"/>').format(
                self.at(x), _TOP - 6, foot
            )
            yield self.text(x, foot + 18, label, "pp-tl-mark", "middle")
        x = self.x(self.today)
        yield Markup('<path class="pp-tl-today" d="M{} {}V{}"/>').format(
            self.at(x), _TOP - 10, foot
        )
        label = self.words.gettext("as of {day}", day=self._short(self.today))
        anchor = "start" if x < 60 else "end" if x > self.width - 60 else "middle"
        yield self.text(x, _TOP - 16, label, "pp-tl-now", anchor)
        for row, bar in enumerate(reversed(self.bars)):
            yield from self._bar(bar, _TOP + row * _ROW)

    def _short(self, day: dt.date) -> str:
        return self.words.short_day(day)

    def _since(self, bar: Bar) -> str:
        """From when, below the name of a bar."""
        if bar.never and bar.never.retracted:
            day = self._short(bar.never.retracted)
            since = self.words.gettext("retracted on {day}", day=day)
        elif bar.never and bar.never.day:
            since = self.words.gettext("announced for {day}", day=self._short(bar.never.day))
        elif bar.seen:
            since = self.words.gettext("first seen on {day}", day=self._short(bar.seen))
        elif bar.start:
            since = self.words.gettext("from {day}", day=self._short(bar.start))
        else:
            since = self.words.gettext("from an unknown day")
        if not bar.corrections:
            return since
        numbers = ", ".join(str(r.number) for r in bar.corrections)
        return self.words.gettext("{since}, corrected: {numbers}", since=since, numbers=numbers)

    def _bar(self, bar: Bar, top: float) -> Iterator[Markup]:
        yield self.text(0, top + 16, version_words(bar.release, self.words), "pp-tl-name")
        status = status_words(bar.release, bar.status, self.words)
        yield self.text(_NAME, top + 16, status, f"pp-tl-{bar.status.name.lower()}")
        yield self.text(0, top + 33, self._since(bar), "pp-tl-since")
        y = top + 42
        start = self.x(bar.start) if bar.start else 0.0
        end = self.x(bar.end) if bar.end else float(self.width)
        if bar.announced and bar.told_until and bar.announced < bar.told_until:
            box = self.box(self.x(bar.announced), self.x(bar.told_until), y, 14)
            yield Markup('<rect {} fill="url(#pp-{}-hatch)"/>').format(box, self.name)
        if not bar.never:
            yield from self._in_force(bar, start, end, y)
        for correction in bar.corrections:
            if correction.published_day:
                x = self.at(self.x(correction.published_day))
                yield Markup(
                    '<path class="pp-tl-correction" d="M{} {}l6 10l-6 10l-6 -10z"/>'
                ).format(x, y - 3)
        yield from self._size(bar, top)

    def _in_force(self, bar: Bar, start: float, end: float, y: float) -> Iterator[Markup]:
        now = min(max(self.x(self.today), start), end)
        if bar.start is None:
            # A start that nobody knows fades in, instead of claiming an edge.
            start = min(self.x(bar.seen) if bar.seen else 36.0, now)
            box = self.box(max(start - 36.0, 0.0), start, y, 14)
            yield Markup('<rect {} fill="url(#pp-{}-fade)"/>').format(box, self.name)
        for left, right, kind in ((start, now, "force"), (now, end, "future")):
            if right > left:
                box = self.box(left, right, y, 14)
                yield Markup('<rect class="pp-tl-{}" {}/>').format(kind, box)

    def _size(self, bar: Bar, top: float) -> Iterator[Markup]:
        if bar.size is None:
            return
        largest = max(b.size.inserted + b.size.deleted for b in self.bars if b.size) or 1
        unit = 90 / largest
        added, removed = bar.size.inserted * unit, bar.size.deleted * unit
        # A unit would have to agree with either number; the key says what is counted.
        numbers = (("+", bar.size.inserted), ("−", bar.size.deleted))
        figures = " ".join(f"\u2066{sign}{self.words.number(n)}\u2069" for sign, n in numbers)
        yield self.text(self.width, top + 16, figures, "pp-tl-size", "end")
        left = self.width - added - removed
        for kind, x, length in (("added", left, added), ("removed", left + added, removed)):
            box = self.box(x, x + length, top + 24, 8)
            yield Markup('<rect class="pp-tl-{}" {}/>').format(kind, box)

    def _marks(self) -> Iterator[tuple[dt.date, str]]:
        months = (self.last - self.first).days / 30.4
        room = max(self.width // 90, 2)
        step = next((s for s in _STEPS if months / s <= room), _STEPS[-1])
        at = self.first.year * 12 + (self.first.month - 1) // step * step
        while True:
            at += step
            if (at // 12, at % 12 + 1, 1) >= (self.last.year, self.last.month, self.last.day):
                return
            day = dt.date(at // 12, at % 12 + 1, 1)
            if 24 < self.x(day) < self.width - 24:
                pattern = "y" if step >= 12 else "MMM y"
                yield day, self.words.short_day(day, pattern)
