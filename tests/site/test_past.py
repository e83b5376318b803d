"""What the site says of texts of the past: when they were seen, and no more than that."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from publisher.paper.sheets import release_sheet
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Imported, Release
from publisher.releases.releases import Releases, Status
from publisher.site import catalogue, overview, page_head, relations, release_words
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.standing import announcement, status_banner
from publisher.site.timeline import bar_described, timeline_bars, timeline_picture
from publisher.wording.words import ENGLISH
from tests.actions.test_import_history import ONE, Past, bring, past
from tests.fixtures.house import House
from tests.site.test_timeline import LINE, release

__all__ = ["past"]

AT = Addresses("../../", "terms")
ORGANISATION = Organisation("Example", "", "https://policies.example/", "", "")
TODAY = dt.date(2026, 12, 1)


def text(number: int, seen: str) -> Release:
    """A text of the past, by the moment it was seen."""
    origin = Imported("git.example", "terms.md", "c" * 40, dt.datetime.fromisoformat(seen), "d")
    return replace(
        release(str(number), "", ""),
        previous=Number(number - 1) if number > 1 else None,
        imported=origin,
    )


PAST: Releases = Releases(
    (
        text(1, "2021-03-01T10:00Z"),
        text(2, "2021-05-01T10:00Z"),
        text(3, "2022-05-02T10:00Z"),
        text(4, "2022-05-02T11:00Z"),
    )
)
THEN: Releases = Releases(
    (*PAST, replace(release("5", "2026-11-23", "2027-03-01"), previous=Number(4)))
)


def on(releases: Releases, day: dt.date = TODAY) -> PolicyOnDay:
    texts = DerivedTexts(releases, "Example", Addresses("https://policies.example/", "terms"))
    return PolicyOnDay(texts, day, ORGANISATION)


def test_it_was_seen_and_nobody_knows_from_when_it_applied() -> None:
    spans = [
        release_words.in_force_span(r, THEN, ENGLISH).removesuffix(
            "; from when it applied is unknown"
        )
        for r in PAST
    ]
    assert spans == [
        "first seen on 1 March 2021, seen until 30 April 2021",
        "first seen on 1 May 2021, seen until 1 May 2022",
        "seen on 2 May 2022 only",
        "first seen on 2 May 2022, in force until 28 February 2027",
    ]
    words = "first seen on 1 May 2021; from when it applied is unknown"
    assert release_words.in_force_words(PAST[1], ENGLISH) == words
    assert release_words.in_force_span(THEN[4], THEN, ENGLISH) == "from 1 March 2027"


def test_its_kind_claims_no_amendment() -> None:
    kinds = [release_words.kind_words(r, ENGLISH) for r in (*PAST[:2], THEN[4])]
    assert kinds == ["first text known", "seen after version 1", "amends version 4"]


def test_the_next_one_was_seen_in_its_place() -> None:
    gone = status_banner(on(PAST), PAST[1], AT, ENGLISH)
    assert "was seen in place of version 2 on 2 May 2022" in gone
    assert "took the place" not in gone
    then = status_banner(on(THEN, dt.date(2027, 3, 5)), PAST[3], AT, ENGLISH)
    assert "took the place of version 4 on 1 March 2027" in then


def test_before_its_day_it_is_not_seen_yet() -> None:
    day = dt.date(2021, 4, 1)
    words = status_banner(on(PAST, day), PAST[1], AT, ENGLISH)
    assert "Not seen yet: <a" in words
    assert "appl" not in words
    assert "Changing" not in announcement(on(PAST, day), AT, ENGLISH)
    assert ">not seen yet<" in page_head.status_chip(PAST[1], Status.UPCOMING, ENGLISH)
    assert ">upcoming<" in page_head.status_chip(THEN[4], Status.UPCOMING, ENGLISH)
    assert ">not seen yet<" in timeline_picture(
        timeline_bars(PAST, day, {}), day, ENGLISH, width=330, name="narrow"
    )


def test_its_bar_goes_from_its_day_to_the_next_ones() -> None:
    first, second, *_ = timeline_bars(PAST, TODAY, {})
    assert (first.start, first.end) == (None, dt.date(2021, 5, 1))
    assert (second.start, second.end) == (dt.date(2021, 5, 1), dt.date(2022, 5, 2))
    words = bar_described(second, ENGLISH)
    assert words == "Version 2: first seen on 1 May 2021, seen until 1 May 2022."


def test_it_is_listed_apart_and_by_year() -> None:
    html = overview.history_overview(on(THEN), AT)
    amendments, imported = html.split('<h2 id="pp-imported">')
    assert 'href="../../terms/5/"' in amendments
    assert 'href="../../terms/4/"' not in amendments.split("pp-amendments")[1]
    assert "announced to customers" not in imported
    assert imported.count("<details") == 2
    assert imported.index("2022, 2 texts") < imported.index("2021, 2 texts")
    assert imported.count("<details open") + imported.count('pp-more" open') == 1
    assert '<th scope="col">Seen</th>' in imported
    alone = overview.history_overview(on(PAST), AT)
    assert "announced to customers" not in alone
    assert "notice period" not in alone
    assert "pp-imported" not in overview.history_overview(on(Releases(LINE)), AT)


def test_only_the_latest_is_a_pdf() -> None:
    assert [THEN.has_pdf(r) for r in THEN] == [False, False, False, True, True]
    at = Addresses("https://policies.example/", "terms")
    told = catalogue.versions_json(THEN, "Example", at, {}, lambda _: ENGLISH).decode()
    assert [f"terms/{n}/policy.pdf" in told for n in range(1, 6)] == [False] * 3 + [True] * 2
    links = relations.form_links("terms/1/", "policy", printed=False)
    assert [link.href for link in links] == [
        "terms/1/policy.md",
        "terms/1/policy.json",
        "terms/1/policy.akn.xml",
    ]
    data = relations.linked_data(PAST[0], None, "Example", at, printed=False)
    assert ".pdf" not in data


def test_any_can_be_had_as_pdf(house: House, past: Past) -> None:
    past.texts(ONE, ONE + "\nMore.\n")
    bring(house, past)
    house.ok("--policy", "terms", "pdf", "1", "-o", str(house.root / "one.pdf"))
    assert (house.root / "one.pdf").read_bytes().startswith(b"%PDF")
    assert house.run("--policy", "terms", "pdf", "9").exit_code == 2


def test_its_origin_stands_on_the_cover_of_its_pdf() -> None:
    cover = release_sheet(PAST[1], ORGANISATION, ENGLISH)
    assert "git.example" in cover
    assert "terms.md" in cover
    assert "c" * 40 in cover
    assert "1 May 2021, 10:00 UTC" in cover
    assert "Found in" not in release_sheet(THEN[4], ORGANISATION, ENGLISH)
