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
from publisher.markup.elements import NOTHING
from publisher.policies.dates import long_date, moved, short_date
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.site.page_parts import status_words

ROWS = 24
"""Limit on the amendments drawn, the latest ones; a table beside the picture lists all."""
_ROW, _TOP, _FOOT = 74, 34, 30
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
    """First day in force; None: unknown."""
    end: dt.date | None
    """First day of the next version; None: none is announced."""
    size: Counts | None
    """What it changed; None for the first version."""
    seen: dt.date | None = None
    """Of a text of the past: when it was first seen."""


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
    for members in groups.values():
        first, starts = members[0], [_start(r, releases) for r in members]
        start = next((day for fits, day in starts if fits), None)
        found.append(
            Bar(
                release=first,
                corrections=tuple(members[1:]),
                status=_status(members, releases, today),
                announced=first.published.date() if first.published else None,
                start=start,
                end=None,
                size=sizes.get(first.number),
                seen=first.imported.seen.date() if first.imported else None,
            )
        )
    nexts = [bar.start for bar in found[1:]] + [None]
    return tuple(replace(bar, end=end) for bar, end in zip(found, nexts, strict=True))


def _start(release: Release, releases: Releases) -> tuple[bool, dt.date | None]:
    """Whether a release ever takes effect itself, and when."""
    if release.begins is None:
        return True, None
    if release.imported:
        return True, release.begins
    own = releases.status(release, release.begins)
    return own.status is Status.IN_FORCE, release.begins


def _status(members: Sequence[Release], releases: Releases, today: dt.date) -> Status:
    found = {releases.status(release, today).status for release in members}
    order = (Status.IN_FORCE, Status.UPCOMING, Status.SUPERSEDED)
    return next(status for status in order if status in found)


def bar_described(bar: Bar) -> str:
    """What a bar shows, in a sentence."""
    language = bar.release.policy.facts.language
    parts = []
    if bar.announced and bar.start and bar.announced < bar.start:
        parts.append(f"announced on {long_date(bar.announced, language)}")
    until = f" until {long_date(moved(bar.end, -1), language)}" if bar.end else ""
    if bar.seen:
        parts.append(f"first seen on {long_date(bar.seen, language)}{until and f', seen{until}'}")
    else:
        parts.append(f"in force from {long_date(bar.start, language)}{until}")
    if bar.size:
        parts.append(f"{bar.size.inserted:,} words added and {bar.size.deleted:,} removed")
    if bar.corrections:
        numbers = ", ".join(str(r.number) for r in bar.corrections)
        parts.append(f"corrected by {numbers}")
    return f"{bar.release.version}: {'; '.join(parts)}."


def timeline_picture(found: Sequence[Bar], today: dt.date, *, width: int, name: str) -> Markup:
    """The timeline as SVG.

    Args:
        found: the bars, oldest first.
        today: marked by a line.
        width: in CSS pixels at which it is shown.
        name: makes its ids unique on a page.
    """
    shown = tuple(found[-ROWS:])
    drawing = _Drawing(shown, today, width, name)
    height = _TOP + _ROW * len(shown) + _FOOT
    title = f"Timeline of the {shown[-1].release.policy.facts.title}" if shown else "Timeline"
    text = " ".join(bar_described(bar) for bar in reversed(shown))
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

    def __init__(self, found: Sequence[Bar], today: dt.date, width: int, name: str) -> None:
        self.bars, self.today, self.width, self.name = found, today, width, name
        known = [today]
        for bar in found:
            known += [day for day in (bar.announced, bar.start, bar.end, bar.seen) if day]
            known += [r.published.date() for r in bar.corrections if r.published]
        first, last = min(known), max(known)
        span = max((last - first).days, 60)
        before = 0.3 if found and found[0].start is None else 0.05
        self.first = moved(first, -round(span * before))
        self.last = moved(first, round(span * 1.18))
        self.scale = width / max((self.last - self.first).days, 1)

    def x(self, day: dt.date) -> float:
        """The place of the beginning of a day."""
        return round((day - self.first).days * self.scale, 1)

    def patterns(self) -> Markup:
        return Markup(
            '<defs><pattern id="pp-{}-hatch" width="6" height="6" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<rect width="6" height="6" class="pp-tl-notice-ground"/>'
            '<rect width="2.2" height="6" class="pp-tl-notice"/></pattern>'
            '<linearGradient id="pp-{}-fade">'
            '<stop offset="0" class="pp-tl-fade-out"/><stop offset="1" class="pp-tl-fade-in"/>'
            "</linearGradient></defs>\n"
        ).format(self.name, self.name)

    def parts(self, height: int) -> Iterator[Markup]:
        foot = height - _FOOT
        for day, label in self._marks():
            x = self.x(day)
            yield Markup('<path class="pp-tl-grid" d="M{} {}V{}"/>').format(x, _TOP - 6, foot)
            yield _text(x, foot + 18, label, "pp-tl-mark", "middle")
        x = self.x(self.today)
        yield Markup('<path class="pp-tl-today" d="M{} {}V{}"/>').format(x, _TOP - 10, foot)
        label = f"as of {self._short(self.today)}"
        anchor = "start" if x < 60 else "end" if x > self.width - 60 else "middle"
        yield _text(x, _TOP - 16, label, "pp-tl-now", anchor)
        for row, bar in enumerate(reversed(self.bars)):
            yield from self._bar(bar, _TOP + row * _ROW)

    def _short(self, day: dt.date) -> str:
        return short_date(day, self._language)

    @property
    def _language(self) -> str:
        return self.bars[-1].release.policy.facts.language if self.bars else "en"

    def _bar(self, bar: Bar, top: float) -> Iterator[Markup]:
        since = f"from {self._short(bar.start)}" if bar.start else "from an unknown day"
        if bar.seen:
            since = f"first seen on {self._short(bar.seen)}"
        if bar.corrections:
            since += f", corrected: {', '.join(str(r.number) for r in bar.corrections)}"
        yield _text(0, top + 16, bar.release.version, "pp-tl-name")
        status = status_words(bar.release, bar.status)
        yield _text(76, top + 16, status, f"pp-tl-{bar.status.name.lower()}")
        yield _text(0, top + 33, since, "pp-tl-since")
        y = top + 42
        start = self.x(bar.start) if bar.start else 0.0
        end = self.x(bar.end) if bar.end else float(self.width)
        if bar.announced and bar.start and bar.announced < bar.start:
            left = self.x(bar.announced)
            fill = f"url(#pp-{self.name}-hatch)"
            yield Markup('<rect x="{}" y="{}" width="{:.1f}" height="14" fill="{}"/>').format(
                left, y, start - left, fill
            )
        yield from self._in_force(bar, start, end, y)
        for correction in bar.corrections:
            if correction.published:
                x = self.x(correction.published.date())
                yield Markup(
                    '<path class="pp-tl-correction" d="M{} {}l6 10l-6 10l-6 -10z"/>'
                ).format(x, y - 3)
        yield from self._size(bar, top)

    def _in_force(self, bar: Bar, start: float, end: float, y: float) -> Iterator[Markup]:
        now = min(max(self.x(self.today), start), end)
        if bar.start is None:
            # A start that nobody knows fades in, instead of claiming an edge.
            start = min(self.x(bar.seen) if bar.seen else 36.0, now)
            left = max(start - 36.0, 0.0)
            fill = f"url(#pp-{self.name}-fade)"
            box = Markup('x="{:.1f}" y="{}" width="{:.1f}" height="14"').format(
                left, y, start - left
            )
            yield Markup('<rect {} fill="{}"/>').format(box, fill)
        for left, right, kind in ((start, now, "force"), (now, end, "future")):
            if right > left:
                box = Markup('x="{:.1f}" y="{}" width="{:.1f}" height="14"').format(
                    left, y, right - left
                )
                yield Markup('<rect class="pp-tl-{}" {}/>').format(kind, box)

    def _size(self, bar: Bar, top: float) -> Iterator[Markup]:
        if bar.size is None:
            return
        largest = max(b.size.inserted + b.size.deleted for b in self.bars if b.size) or 1
        unit = 90 / largest
        added, removed = bar.size.inserted * unit, bar.size.deleted * unit
        words = f"+{bar.size.inserted:,} −{bar.size.deleted:,} words"
        yield _text(self.width, top + 16, words, "pp-tl-size", "end")
        left = self.width - added - removed
        for kind, x, length in (("added", left, added), ("removed", left + added, removed)):
            box = Markup('x="{:.1f}" y="{}" width="{:.1f}" height="8"').format(x, top + 24, length)
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
                yield day, short_date(day, self._language, pattern)


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>\n').format(
        kind, x, y, anchor, words
    )
