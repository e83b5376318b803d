"""The picture of a history: who is in it, to scale, and with words for those who do not see it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from publisher.compare.amendment import Counts
from publisher.policies.policy import Facts, Policy
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.site.timeline import ROWS, bar_described, timeline_bars, timeline_picture
from publisher.wording.words import ENGLISH

FACTS = Facts("Terms", "en", "a@b.example", "", ("a.md",), "promise", 30, "Nothing.")
POLICY = Policy("terms", FACTS, {"a.md": "## A {#a}\n\nText.\n"})


def release(number: str, published: str, effective: str) -> Release:
    parsed = Number.parse(number)
    assert parsed is not None
    return Release(
        parsed,
        Materiality.EDITORIAL if parsed.minor else Materiality.MATERIAL,
        POLICY,
        dt.datetime.fromisoformat(f"{published}T09:00+00:00") if published else None,
        dt.date.fromisoformat(effective) if effective else None,
    )


LINE = (
    release("1", "", ""),
    release("2", "2026-11-23", "2027-03-01"),
    release("2.1", "2026-11-24", "2027-03-01"),
)
TODAY = dt.date(2026, 12, 1)
SIZES = {Number(2): Counts(309, 98, 45)}


def drawn(releases: Releases, today: dt.date = TODAY, width: int = 720) -> ElementTree.Element:
    svg = timeline_picture(
        timeline_bars(releases, today, SIZES), today, ENGLISH, width=width, name="wide"
    )
    return ElementTree.fromstring(svg)


def texts(svg: ElementTree.Element) -> Sequence[str]:
    return [e.text or "" for e in svg.iter() if e.tag.endswith("}text")]


def test_a_correction_shares_the_bar_of_what_it_corrects() -> None:
    first, second = timeline_bars(Releases(LINE), TODAY, SIZES)
    assert first.end == dt.date(2027, 3, 1)
    assert first.status is Status.IN_FORCE
    assert [r.number for r in second.corrections] == [Number(2, 1)]
    assert second.status is Status.UPCOMING
    assert second.start == dt.date(2027, 3, 1)
    assert second.end is None


def test_a_postponed_amendment_starts_on_its_new_day() -> None:
    line = (*LINE[:2], release("2.1", "2026-12-20", "2027-05-01"))
    first, second = timeline_bars(Releases(line), dt.date(2026, 12, 24), SIZES)
    assert second.start == first.end == dt.date(2027, 5, 1)


def test_the_description_says_what_the_picture_shows() -> None:
    words = bar_described(timeline_bars(Releases(LINE), TODAY, SIZES)[1], ENGLISH)
    assert words == (
        "Version 2 (corrected: 2.1): announced on 23 November 2026; in force from 1 March 2027; "
        "309 words added, 98 removed."
    )


def test_the_picture_is_named_and_described() -> None:
    svg = drawn(Releases(LINE))
    ids = {e.get("id"): e.text for e in svg.iter() if e.get("id")}
    title, desc = (svg.get("aria-labelledby") or "").split()
    assert ids[title] == "Timeline: Terms"
    assert "a day we do not know" in (ids[desc] or "")
    assert svg.get("role") == "img"


def test_everything_stays_inside_the_picture() -> None:
    for width in (330, 720):
        for shape in drawn(Releases(LINE), width=width).iter():
            if shape.tag.endswith("}rect") and shape.get("y"):
                x, w = float(shape.get("x", "0")), float(shape.get("width", "0"))
                assert w >= 0
                assert -0.2 <= x <= x + w <= width + 0.2


def test_days_keep_their_order_and_the_scale() -> None:
    svg = drawn(Releases(LINE))
    notice = next(e for e in svg.iter() if "hatch" in e.get("fill", ""))
    marks = [e for e in svg.iter() if e.get("class") == "pp-tl-mark"]
    places = [float(e.get("x", "0")) for e in marks]
    assert places == sorted(places)
    month = (places[-1] - places[0]) / (len(places) - 1)
    assert abs(float(notice.get("width", "0")) / month - 98 / 30.5) < 0.1


def test_a_single_release_of_unknown_date_is_drawn() -> None:
    assert "Version 1" in texts(drawn(Releases(LINE[:1])))


def test_a_long_history_shows_its_latest_part() -> None:
    line = tuple(
        release(str(n), f"{1990 + n}-01-01", f"{1990 + n}-03-01") for n in range(1, ROWS + 10)
    )
    shown = texts(drawn(Releases(line), dt.date(2050, 1, 1)))
    assert sum(bool(re.fullmatch(r"Version \d+", text)) for text in shown) == ROWS
    assert "Version 1" not in shown
