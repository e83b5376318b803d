"""How the notice of a release went out, as one HTML file: charts, each with its figures.

It fetches nothing and runs nothing, and names no customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from publisher.markup.elements import NOTHING, concatenated
from publisher.people.due import Due
from publisher.people.sending_figures import (
    LEAST_AT_A_DOMAIN,
    NO_CODE,
    DomainFigures,
    SendingFigures,
    in_bars,
)
from publisher.releases.release import Release
from publisher.wording.dates import long_date, moved

_DECLARED = ("opted out", "took it back")
_DAY = dt.timedelta(1)
_HIGH = 100
"""Height of a chart in its own units; it is drawn as wide and as high as there is room."""


def sending_report(
    release: Release, organisation: str, figures: SendingFigures, now: dt.datetime, style: Markup
) -> str:
    """The page.

    Args:
        release: which; it has a notice.
        organisation: the name of who sent it.
        figures: what became of its letters.
        now: when they were counted, with an offset.
        style: its style sheet.
    """
    title = f"{release.policy.facts.title}, version {release.number}: how its notice went out"
    parts = [
        _head(release, organisation, now),
        _summary(figures.due),
        _accepted(figures.accepted),
        _domains(figures.domains),
        _codes("Refused, by code", "Code of the reply (RFC 5321, RFC 3463)", figures.refused),
        _codes("Came back, by status", "Status of the report (RFC 3463)", figures.bounced),
        _opted_out(figures),
    ]
    page = _PAGE.format(title=title, style=style, body=concatenated(parts))
    return str(page)


_PAGE = Markup(
    "<!doctype html>\n"
    '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n'
    '<meta name="robots" content="noindex">\n'
    "<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
    "{body}</main>\n</body>\n</html>\n"
)


def _head(release: Release, organisation: str, now: dt.datetime) -> Markup:
    told = Markup(
        '<header>\n<p class="who">{}</p>\n<h1>{}, version {}: how its notice went out</h1>\n'
        "<p>It applies from {}; one may opt out until {}. Counted on {} at {} (UTC). "
        "Accepted means that the carrier took a letter, not that it was read.</p>\n</header>\n"
    )
    at = now.astimezone(dt.UTC)
    return told.format(
        organisation,
        release.policy.facts.title,
        release.number,
        long_date(release.effective),
        long_date(release.closes),
        long_date(at.date()),
        f"{at:%H:%M}",
    )


def _summary(due: Due) -> Markup:
    counts = {
        "recipients": due.recipients,
        "accepted": due.told,
        "to tell": due.to_tell,
        "in doubt": due.in_doubt,
        "refused or came back": due.refused,
        "told otherwise": due.otherwise,
        "came with this version": due.agreed,
        "given up": due.given_up,
    }
    shown = [
        Markup("<div><dt>{}</dt><dd>{}</dd></div>\n").format(what, f"{count:,}")
        for what, count in counts.items()
        if count or what in ("recipients", "accepted", "to tell")
    ]
    return Markup('<dl class="figures">\n{}</dl>\n').format(concatenated(shown))


# ── over time ────────────────────────────────────────────────────────────────────────────────────


def _accepted(counts: Mapping[dt.datetime, int]) -> Markup:
    width, bars = in_bars(counts)
    form = "%d %b %Y" if width >= _DAY else "%d %b %Y, %H:%M"
    rows = [(f"{at:{form}}", (count,)) for at, count in bars.items()]
    told = f"Letters that the carrier took in each {_length(width)} (UTC)."
    return _section(
        "Accepted over time", told, _timeline("Accepted over time", rows, ("accepted",))
    )


def _opted_out(figures: SendingFigures) -> Markup:
    days = {*figures.opted_out, *figures.withdrawn}
    rows = list[tuple[str, tuple[int, ...]]]()
    if days:
        day, last = min(days), max(days)
        while day <= last:
            counts = figures.opted_out.get(day, 0), figures.withdrawn.get(day, 0)
            rows.append((long_date(day), counts))
            day = moved(day, 1)
    told = "Declarations of known customers, by the day on the calendar of the version."
    title = "Opt-outs over time"
    return _section(title, told, _timeline(title, rows, _DECLARED))


def _length(width: dt.timedelta) -> str:
    minutes = width // dt.timedelta(minutes=1)
    for size, noun in ((10_080, "week"), (1_440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return noun if count == 1 else f"{count} {noun}s"
    return f"{minutes} minutes"


def _timeline(
    title: str, rows: Sequence[tuple[str, tuple[int, ...]]], series: Sequence[str]
) -> Markup:
    """Bars side by side, one over the other where there are several series, and a table of them."""
    if not rows:
        return Markup("<p>None.</p>\n")
    most = max(sum(counts) for _, counts in rows) or 1
    bars = concatenated(
        _bar(place, counts, most, series) for place, (_, counts) in enumerate(rows) if any(counts)
    )
    named = ", ".join(f"{sum(c[i] for _, c in rows):,} {one}" for i, one in enumerate(series))
    (first, _), (last, _) = rows[0], rows[-1]
    told = f"{named}, from {first} to {last}; at most {most:,} in a bar"
    svg = Markup(
        '<svg class="timeline" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none">{}</svg>\n'
    ).format(told, len(rows), _HIGH, bars)
    chart = Markup(
        '<div class="chart">\n<p class="most">{}</p>\n{}<p class="ends"><span>{}</span> '
        "<span>{}</span></p>\n</div>\n"
    ).format(f"{most:,}", svg, first, last if len(rows) > 1 else "")
    legend = _legend(series) if len(series) > 1 else NOTHING
    table = _table(title, ("When", *series), [(when, *counts) for when, counts in rows])
    folded = Markup("<details>\n<summary>The figures</summary>\n{}</details>\n").format(table)
    return concatenated([legend, chart, folded])


def _bar(place: int, counts: Sequence[int], most: int, series: Sequence[str]) -> Markup:
    edges = [sum(counts[:end]) * _HIGH / most for end in range(len(counts) + 1)]
    return concatenated(
        Markup('<rect class="series-{}" x="{}" y="{}" width="0.86" height="{}"/>').format(
            number, f"{place + 0.07:.2f}", f"{_HIGH - top:.2f}", f"{top - low:.2f}"
        )
        for number, (low, top) in zip(range(len(series)), pairwise(edges), strict=True)
        if top > low
    )


def _legend(series: Sequence[str]) -> Markup:
    items = (
        Markup('<li><span class="swatch series-{}"></span>{}</li>\n').format(number, name)
        for number, name in enumerate(series)
    )
    return Markup('<ul class="legend">\n{}</ul>\n').format(concatenated(items))


# ── by domain, by code ───────────────────────────────────────────────────────────────────────────


def _domains(domains: Sequence[DomainFigures]) -> Markup:
    told = (
        f"Letters by the domain of their recipients. Domains with fewer than {LEAST_AT_A_DOMAIN} "
        "recipients are among the others, so that nobody is told by them."
    )
    series = ("accepted", "refused", "came back", "other")
    rows = [
        (one.domain or "all others", (one.accepted, one.refused, one.bounced, one.others))
        for one in domains
    ]
    return _section("By domain", told, _stacked("By domain", rows, series))


def _codes(title: str, told: str, counts: Mapping[str, int]) -> Markup:
    rows = [(code if code != NO_CODE else "no code", (count,)) for code, count in counts.items()]
    return _section(title, f"{told}.", _stacked(title, rows, ("letters",)))


def _stacked(
    title: str, rows: Sequence[tuple[str, tuple[int, ...]]], series: Sequence[str]
) -> Markup:
    """A table whose rows have bars, as long as their sums."""
    if not rows:
        return Markup("<p>None.</p>\n")
    most = max(sum(counts) for _, counts in rows) or 1
    bars = [_lying(counts, most) for _, counts in rows]
    cells: list[tuple[str | int, ...]] = [(name, *counts) for name, counts in rows]
    legend = _legend(series) if len(series) > 1 else NOTHING
    return concatenated(
        [legend, _table(title, (title.rpartition(" ")[2].capitalize(), *series), cells, bars)]
    )


def _lying(counts: Sequence[int], most: int) -> Markup:
    edges = [sum(counts[:end]) * 100 / most for end in range(len(counts) + 1)]
    bars = concatenated(
        Markup('<rect class="series-{}" x="{}" y="0" width="{}" height="10"/>').format(
            number, f"{low:.2f}", f"{top - low:.2f}"
        )
        for number, (low, top) in enumerate(pairwise(edges))
        if top > low
    )
    return Markup(
        '<svg class="bar" aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none">'
        "{}</svg>"
    ).format(bars)


# ── what all have ────────────────────────────────────────────────────────────────────────────────


def _section(title: str, told: str, inside: Markup) -> Markup:
    return Markup("<section>\n<h2>{}</h2>\n<p>{}</p>\n{}</section>\n").format(title, told, inside)


def _table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[tuple[str | int, ...]],
    bars: Sequence[Markup] = (),
) -> Markup:
    first = concatenated(Markup('<th scope="col">{}</th>').format(one) for one in heads)
    body = [
        concatenated(
            [
                Markup('<tr><th scope="row">{}{}</th>').format(row[0], bars[n] if bars else ""),
                *(Markup("<td>{}</td>").format(f"{count:,}") for count in row[1:]),
                Markup("</tr>\n"),
            ]
        )
        for n, row in enumerate(rows)
    ]
    return Markup(
        '<div class="table" tabindex="0" role="region" aria-label="{}">\n<table>\n'
        "<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n"
    ).format(f"{title}: the figures", first, concatenated(body))
