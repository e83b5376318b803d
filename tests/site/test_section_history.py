"""The history of each section, through every fate that a section can have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from publisher.compare.amendment import Amendment, amend
from publisher.markup.change_places import changed_places
from publisher.markup.redline import redline
from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.releases import Releases
from publisher.site.change_summary import ChangeSummary, section_titles, summarise
from publisher.site.page_parts import text_of
from publisher.site.section_history import (
    MOST_EVENTS,
    SectionHistory,
    history_of_sections,
    section_headings,
    section_histories,
)
from publisher.wording.words import ENGLISH
from tests.actions.test_import_history import CONTACT, COOKIES, KEYS, USE
from tests.site.test_timeline import FACTS, POLICY, release

AT = Addresses("../../", "terms")
USED = f"## Use {{#use}}\n\n{USE}\n\n"
SAFE = f"## Keys {{#keys}}\n\n{KEYS}\n\n"
ASK = f"## Contact {{#contact}}\n\n{CONTACT}\n\n"
CRUMBS = f"## Cookies {{#cookies}}\n\n{COOKIES}\n\n"


def line_of(*texts: str, **retired: str) -> Releases:
    """One release a text; `retired` holds for the last."""
    found = []
    for number, text in enumerate(texts, 1):
        policy = Policy("terms", FACTS, {"a.md": text})
        found.append(replace(release(str(number), "", "2027-01-01"), policy=policy))
    facts = replace(FACTS, retired=retired)
    found[-1] = replace(found[-1], policy=replace(found[-1].policy, facts=facts))
    return Releases(tuple(found))


def amendments(releases: Releases) -> dict[Number, Amendment]:
    return {b.number: amend(a.policy.document, b.policy.document) for a, b in pairwise(releases)}


def told_of(releases: Releases) -> tuple[tuple[SectionHistory, ...], tuple[SectionHistory, ...]]:
    short = {
        n: ChangeSummary.decode(summarise(a).encode()) for n, a in amendments(releases).items()
    }
    return section_histories(releases, section_titles(releases[0].policy.document), short)


def told(releases: Releases) -> tuple[dict[str, str], str]:
    """What is told of each section, without mark-up, by its name; and the HTML."""
    here, gone = told_of(releases)
    html = history_of_sections(
        here, gone, ENGLISH, {n: changed_places(a) for n, a in amendments(releases).items()}, AT
    )
    parts = re.split(r'<h[23] id="([^"]+)">', html)[1:]
    words = {
        name: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }
    return words, html


def names(found: Sequence[SectionHistory]) -> list[str]:
    return [story.name for story in found]


def test_each_release_is_told_of_the_sections_it_touched_the_newest_first() -> None:
    line = line_of(USED + SAFE, USED.replace("nothing", "naught") + SAFE, USED + SAFE + ASK)
    words, html = told(line)
    day = ", in force from 1 January 2027"
    assert words["use"] == (
        f"Use Version 3 {day} amended 1 word added, 1 removed "
        f"Version 2 {day} amended 1 word added, 1 removed Version 1 {day} first version"
    )
    assert words["keys"] == f"Keys Version 1 {day} first version"
    assert re.fullmatch(rf"Contact Version 3 {day} new \d+ words added", words["contact"])
    assert 'href="../../terms/2/changes/#change-use-1"' in html
    assert 'id="change-use-1"' in redline(amendments(line)[Number(2)], views=True).html


def test_the_sections_stand_in_the_order_of_the_latest_text() -> None:
    line = line_of(USED + SAFE + ASK, USED + ASK, ASK + CRUMBS)
    here, gone = told_of(line)
    assert names(here) == ["contact", "cookies"]
    assert names(gone) == ["use", "keys"]
    assert [h.title for h in section_headings(here, gone, ENGLISH)] == [
        "In the latest text", "Contact", "Cookies", "No longer in it", "Use", "Keys",
    ]  # fmt: skip
    assert "pp-gone" not in told(line_of(USED))[1]


def test_a_renamed_section_has_its_name_of_now() -> None:
    words, _ = told(line_of(SAFE, SAFE.replace("## Keys", "## Secrets")))
    assert words["keys"].startswith("Secrets Version 2")
    assert "renamed from “Keys”" in words["keys"]


def test_a_split_is_told_of_both_parts() -> None:
    both = f"## Data {{#data}}\n\n{USE}\n\n{CONTACT}\n\n{KEYS}\n\n"
    words, _ = told(line_of(both, f"## Data {{#data}}\n\n{USE}\n\n{CONTACT}\n\n{SAFE}"))
    assert "split, a part became Keys" in words["data"]
    assert "split off from Data" in words["keys"]


def test_a_merged_section_leads_to_where_it_went() -> None:
    two = f"## Data {{#data}}\n\n{USE}\n\n{CONTACT}\n\n{SAFE}"
    one = f"## Data {{#data}}\n\n{USE}\n\n{CONTACT}\n\n{KEYS}\n"
    words, html = told(line_of(two, one))
    assert "took in Keys" in words["data"]
    assert "merged into Data" in words["keys"]
    assert words["keys"].startswith("Keys In its place: Data .")
    assert html.index('id="pp-gone"') < html.index('id="keys"')
    assert 'In its place: <a href="#data">' in html


def test_a_removed_section_leads_to_what_takes_its_place() -> None:
    words, _ = told(line_of(USED + CRUMBS, USED, cookies="use"))
    assert words["cookies"].startswith("Cookies In its place: Use .")
    assert "removed" in words["cookies"]
    words, _ = told(line_of(USED + CRUMBS, USED, cookies=""))
    assert "In its place" not in words["cookies"]


def test_a_section_under_another_anchor_is_told_of_both() -> None:
    words, _ = told(line_of(USED + SAFE, USED + SAFE.replace("{#keys}", "{#secrets}")))
    assert "goes on as Keys" in words["keys"]
    assert words["secrets"].startswith("Keys Version 2")


def test_a_section_that_came_back_is_here() -> None:
    line = line_of(USED + CRUMBS, USED, USED + CRUMBS)
    here, gone = told_of(line)
    assert names(here) == ["use", "cookies"]
    assert gone == ()
    assert len(here[1].events) == 3


def test_what_stands_before_the_first_heading_is_a_section_too() -> None:
    words, _ = told(line_of("Hello.\n\n" + USED, "Hello, you.\n\n" + USED))
    assert words["beginning"].startswith("Beginning of the text Version 2")


def test_what_is_old_is_folded_away() -> None:
    texts = [USED + f"{n} apples.\n" for n in range(MOST_EVENTS + 3)]
    _, html = told(line_of(*texts))
    assert html.count("<li>") == MOST_EVENTS + 3
    assert html.split("<details")[0].count("<li>") == MOST_EVENTS
    assert "<summary>3 more, back to version 1</summary>" in html


def test_only_the_text_in_force_links_each_heading_to_its_history() -> None:
    html = text_of(POLICY, ENGLISH, "sections/").html
    assert 'href="sections/#a" aria-label="History of this section: A"' in html
    assert "History" not in text_of(POLICY, ENGLISH).html
