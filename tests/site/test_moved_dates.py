"""After a day was moved: every page, feed and picture says the day that holds, in each language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from publisher.edges.catalogs import shipped_catalogs
from publisher.paper.documents import site_documents
from publisher.policies.policy import Policy, Wording
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site.context import PolicyOnDay
from publisher.site.current_pages import policy_pages
from publisher.site.page import Page
from publisher.wording.catalogs import Catalogs
from tests.site.test_page_words import ORGANISATION, on
from tests.site.test_timeline import FACTS, release

CATALOGS = Catalogs(shipped_catalogs())
BEFORE, AFTER = dt.date(2026, 12, 24), dt.date(2027, 3, 5)
TITLES = {"de": "Regeln", "fr": "Règles"}


def said(
    number: str, published: str, effective: str, text: str, previous: Number | None
) -> Release:
    wordings = {language: Wording(title, "Said.", "Old.") for language, title in TITLES.items()}
    files = {"a.md": f"## A {{#a}}\n\n{text}\n"}
    facts = replace(FACTS, translations=wordings)
    policy = Policy("terms", facts, files, (), dict.fromkeys(TITLES, files))
    return replace(release(number, published, effective), policy=policy, previous=previous)


LINE = (
    said("1", "2024-11-23", "2025-01-01", "Text.", None),
    said("2", "2026-11-01", "2027-02-01", "Text and more.", Number(1)),
    said("2.1", "2026-11-10", "2027-02-01", "Text and more!", Number(2)),
    said("2.2", "2026-11-20", "2027-03-01", "Text and more!", Number(2, 1)),
)
MENDED = (*LINE[:3], said("2.2", "2026-11-20", "2027-03-01", "Text and more, too!", Number(2, 1)))


def pages(day: dt.date, line: tuple[Release, ...] = LINE) -> dict[str, Page]:
    return {page.path: page for page in policy_pages(on(line, day, CATALOGS))}


def policy(line: tuple[Release, ...] = LINE) -> PolicyOnDay:
    return on(line, BEFORE, CATALOGS)


def plain(html: str) -> str:
    html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def facts(page: Page) -> tuple[str, str]:
    """Its status, and the days in its list of facts and its boxes."""
    html = page.body().html
    chip = re.search(r'pp-chip pp-chip-([a-z-]+)"', html)
    rows = re.search(r'<dl class="pp-facts".*?</dl>', html, re.DOTALL)
    assert chip
    assert rows
    days = re.findall(r"\b\d{1,2}(?:er|\.)? \S+ 20\d\d", plain(rows[0]))
    days = [re.sub(r"[^\d ]| ", "", day.split()[0]) + " " + day.split()[-1] for day in days]
    return chip[1], " ".join(days)


@pytest.mark.parametrize("day", [BEFORE, AFTER, dt.date(2027, 1, 1)])
def test_a_version_has_the_same_facts_in_every_language(day: dt.date) -> None:
    found = pages(day)
    for number in ("1", "2", "2.1", "2.2"):
        own = facts(found[f"terms/{number}/"])
        for language in TITLES:
            assert facts(found[f"terms/{number}/{language}/"]) == own, (number, language)
    assert facts(found["terms/2/"])[0] == ("upcoming" if day < AFTER else "in-force")
    assert facts(found["terms/"]) == facts(found["terms/de/"]) == facts(found["terms/fr/"])


OLD_DAY = re.compile(r"(?:1|1\.|1er)\s(?:February|Februar|février) 2027")
TOLD = re.compile(r"(?:moved: from|verschoben: vom|déplacée\s: du) [^;]*?2027")


def places(line: tuple[Release, ...] = LINE) -> Iterator[tuple[str, str]]:
    """Everything that is built and read by people, each with where it is."""
    for page in pages(BEFORE, line).values():
        body = page.body()
        yield page.path, f"{page.title} {body.description} {plain(body.html)}"
    one = policy(line)
    for each in one.releases:
        entry = one.derived.entry(each)
        assert entry
        yield f"feed {each.number}", f"{entry.title} {entry.summary} {plain(entry.html)}"
        for language in TITLES:
            told = one.derived.translated(language).entry(each)
            assert told
            yield f"feed {each.number} {language}", f"{told.title} {told.summary}"
    for found in site_documents(one.releases, ORGANISATION, CATALOGS):
        if found.path.endswith("changes.pdf"):
            yield found.path, plain(found.document().html)


def test_no_page_or_feed_tells_the_day_that_was_moved_as_a_fact() -> None:
    for path, text in places():
        if "/opt-out/" not in path:
            assert not OLD_DAY.search(TOLD.sub("", text)), (path, OLD_DAY.findall(text))


def test_a_day_that_moved_is_told_where_the_correction_is() -> None:
    told = dict(places())
    only = "Only the day moved: from 1 February 2027 to 1 March 2027"
    for path in ("terms/2.2/changes/", "feed 2.2", "terms/2.2/changes.pdf", "terms/history/"):
        assert only in told[path], path
        assert "No change" not in told[path], path
    assert "Nur der Tag hat sich verschoben" in told["terms/2.2/de/changes/"]
    assert "Only the day" not in told["terms/2.1/changes/"]
    mended = dict(places(MENDED))
    for path in ("terms/2.2/changes/", "feed 2.2", "terms/2.2/changes.pdf", "terms/history/"):
        assert "The day moved: from 1 February 2027 to 1 March 2027; 1 section" in mended[path]


def test_the_pdf_of_a_correction_says_what_it_corrects() -> None:
    told = dict(places())
    assert "What version 2.2 corrects" in told["terms/2.2/changes.pdf"]
    assert "What version 2 changes" in told["terms/2/changes.pdf"]


def test_a_pdf_of_changes_follows_from_the_release_whose_dates_it_tells() -> None:
    made = {each.path: each for each in site_documents(Releases(LINE), ORGANISATION, CATALOGS)}
    assert LINE[3] in made["terms/2/changes.pdf"].releases
    assert LINE[3] not in made["terms/2/policy.pdf"].releases


# ── neighbours: pages about all versions ─────────────────────────────────────────────────────────


def test_every_page_about_all_versions_says_first_what_holds() -> None:
    found = pages(BEFORE)
    for path in ("terms/compare/", "terms/compare/de/", "terms/on/", "terms/history/"):
        html = found[path].body().html
        assert html.index("pp-box") < html.index("</h1>") + 800, path
    assert "From 1 March 2027" in plain(found["terms/compare/"].body().html)


def test_one_version_is_compared_with_none() -> None:
    html = pages(BEFORE, LINE[:1])["terms/compare/"].body().html
    assert "There is only one version yet." in html
    assert "<form" not in html
    assert "<script" not in html


def test_the_page_of_a_day_says_each_version_with_its_days() -> None:
    html = pages(BEFORE)["terms/on/"].body().html
    said = [unescape(each) for each in re.findall(r'data-said="([^"]*)"', html)]
    assert "In force: $, from 1 January 2025 until 28 February 2027" in said
    assert "Announced: $, in force from 1 March 2027" in said
    assert "Announced: $, corrected: version 2.2, from 1 March 2027" in said


def test_a_language_of_the_coming_text_alone_has_a_page_in_that_language() -> None:
    first = replace(LINE[0], policy=replace(LINE[0].policy, facts=FACTS, translations={}))
    page = pages(BEFORE, (first, *LINE[1:]))["terms/fr/"]
    body = page.body()
    assert page.title.startswith("Règles")
    assert "Versions traduites de « Règles »" in body.description.replace("\u00a0", " ")
    assert ">Règles<" in body.html
    assert ">Terms<" not in body.html
    assert "Version 2, corrigée" in plain(body.html)


def test_a_list_in_arabic_has_the_signs_of_arabic() -> None:
    facts = replace(FACTS, language="ar")
    line = tuple(replace(r, policy=replace(r.policy, facts=facts, translations={})) for r in LINE)
    html = pages(BEFORE, line)["terms/sections/"].body().html
    found = [plain(item) for item in re.findall(r"<li>.*?<br>", html)]
    assert found
    assert all("،" in item and "," not in item for item in found), found
