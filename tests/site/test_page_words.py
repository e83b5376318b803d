"""The words around a text: in the language of each page, with dates, in the right number."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from markupsafe import Markup

from publisher.actions.build import build
from publisher.actions.workplace import Workplace
from publisher.edges.catalogs import shipped_catalogs
from publisher.edges.mkdocs.voice import searched_languages
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Note, Policy, Wording
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Lag, Release
from publisher.releases.releases import Releases
from publisher.site.context import PolicyOnDay
from publisher.site.current_pages import policy_pages
from publisher.site.derived import DerivedTexts
from publisher.site.home import home_page, site_words
from publisher.site.overview import history_overview
from publisher.site.page import Page
from publisher.site.standing import LONG, announcement
from publisher.site.timeline import timeline_bars, timeline_picture
from publisher.wording.catalogs import NO_CATALOGS, Catalogs
from publisher.wording.words import ENGLISH, Words
from tests.fixtures.house import CONFIGURATION, FACTS, House, make_house
from tests.site.test_past import PAST, THEN
from tests.site.test_timeline import FACTS as TERMS
from tests.site.test_timeline import release

SITE = "https://policies.example/"
ORGANISATION = Organisation("Example GmbH", "Way 1\n10115 Berlin", SITE, "", "no@example.example")
TODAY = dt.date(2026, 12, 24)


def on(
    line: tuple[Release, ...], day: dt.date = TODAY, catalogs: Catalogs = NO_CATALOGS
) -> PolicyOnDay:
    at = Addresses(SITE, line[0].policy.id)
    texts = DerivedTexts(Releases(line), ORGANISATION.name, at, None, catalogs)
    return PolicyOnDay(texts, day, ORGANISATION, catalogs)


def line_of(*texts: str, language: str = "en", notes: tuple[Note, ...] = ()) -> tuple[Release, ...]:
    """Versions 1, 2 … of a text, in force or announced a year from one another."""
    facts = replace(TERMS, language=language)
    found = []
    for number, text in enumerate(texts, 1):
        said = release(str(number), f"{2024 + number}-11-23", f"{2025 + number}-03-01")
        policy = Policy("terms", facts, {"a.md": text}, notes if number > 1 else ())
        previous = Number(number - 1) if number > 1 else None
        found.append(replace(said, policy=policy, previous=previous))
    return tuple(found)


def translated(line: tuple[Release, ...], sections: int, tag: str = "de") -> tuple[Release, ...]:
    """The last version in German too, or another language, in which some sections lag."""
    last = line[-1]
    facts = replace(
        last.policy.facts, translations={tag: Wording("Regeln", "Übersetzung.", "Veraltet.")}
    )
    policy = replace(last.policy, facts=facts, translations={tag: {"a.md": "## A {#a}\n\nText.\n"}})
    lags = tuple(Lag(tag, anchor, Number(1)) for anchor in ("a", "b")[:sections])
    return (*line[:-1], replace(last, policy=policy, lags=lags))


@cache
def shown(page: Page) -> str:
    body = page.body()
    html = re.sub(r"<script.*?</script>", "", body.html, flags=re.DOTALL)
    html = re.sub(r"<(?:/?(?:b|bdi|a|strong|ins|del|code|span))\b[^>]*>", "", html)
    attributes = " ".join(re.findall(r'(?:aria-label|title|data-none)="([^"]*)"', body.html))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " · ", f"{html} {page.footer}"))
    return unescape(f"{page.title} · {body.description} · {attributes} · {words}")


NOT_PLURALS = {"as", "is", "was", "has", "this", "changes", "corrects", "amends", "says"}
"""Words that may stand behind the number of a version."""
ONE, TWO, THREE = (
    f"## A {{#a}}\n\nText{more}.\n\n## B {{#b}}\n\nAnd so on.\n"
    for more in ("", " new", " new at all")
)
LINES = {
    "of one": line_of(ONE),
    "a word more": line_of(ONE, TWO),
    "a word less": line_of(TWO, ONE),
    "two words more": line_of(TWO, THREE),
    "no word": line_of(ONE, ONE.replace("And so", "**And** so")),
    "a word instead of one": line_of(ONE, ONE.replace("Text", "Words")),
    "a section more": line_of(ONE, f"{ONE}\n## C {{#c}}\n\nOne.\n"),
    "many": line_of(*([ONE, TWO] * 5)),
    "of the past": tuple(PAST),
    "of the past and of today": tuple(THEN),
    "one section lags": translated(line_of(ONE, TWO), 1),
    "two sections lag": translated(line_of(ONE, TWO), 2),
}


@pytest.mark.parametrize("kind", LINES)
def test_no_page_counts_one_of_many(kind: str) -> None:
    for page in policy_pages(on(LINES[kind], dt.date(2027, 1, 5))):
        found = re.findall(r"(?<![.\d])\b([01]) ([a-z]+)\b", shown(page))
        wrong = [f"1 {w}" for n, w in found if n == "1" and w.endswith("s")]
        wrong = [said for said in wrong if said.removeprefix("1 ") not in NOT_PLURALS]
        assert not wrong, (page.path, wrong)
        assert not re.search(
            r"\b(?:0|[2-9]) (?:word|section|change|text|version|day)\b", shown(page)
        )


def test_that_test_finds_what_it_looks_for() -> None:
    found = re.findall(r"(?<![.\d])\b([01]) ([a-z]+)\b", "in it 1 words were, 1.1 sections")
    assert found == [("1", "words")]


# ── what is in force, what is coming ─────────────────────────────────────────────────────────────


def first_box(page: Page) -> str:
    html = page.body().html
    box = html.split('<div class="pp-box', 1)[1].split("</div>\n", 2)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", "".join(box)))).strip()


def test_the_first_box_of_every_page_of_a_version_says_it_with_dates() -> None:
    line = translated(line_of(ONE, TWO), 0)
    pages = {page.path: page for page in policy_pages(on(line))}
    said = "In force: version 1, since 1 March 2026. From 1 March 2027: version 2."
    for path in (
        "terms/",
        "terms/1/",
        "terms/2/",
        "terms/2/changes/",
        "terms/2/de/",
        "terms/history/",
    ):
        assert said in first_box(pages[path]), path
    pages = {page.path: page for page in policy_pages(on(line, dt.date(2027, 3, 1)))}
    for path in ("terms/", "terms/1/", "terms/2/", "terms/2/changes/", "terms/de/"):
        assert "In force: version 2, since 1 March 2027." in first_box(pages[path]), path
    assert "Not in force: version 2 took the place of version 1" in first_box(pages["terms/1/"])


def test_a_corrected_version_goes_on_as_its_correction() -> None:
    first, second = line_of(ONE, TWO)
    later = replace(
        release("2.1", "2026-12-01", "2027-04-01"), policy=second.policy, previous=Number(2)
    )
    policy = on((first, second, later))
    history = history_overview(policy, policy.at(2))
    picture, table = history.split("</figure>")
    rows = {
        str(number): chip
        for number, chip in re.findall(r'terms/([\d.]+)/">Version.*?pp-chip-([\w-]+)"', table)
    }
    assert rows == {"1": "in-force", "2": "upcoming", "2.1": "upcoming"}
    assert ">upcoming<" in picture
    assert ">superseded<" not in picture
    assert "(corrected: 2.1)" in table
    assert "never" not in history
    assert "postponed: version 2.1, from 1 April 2027" in table
    pages = {page.path: page for page in policy_pages(policy)}
    for path in ("terms/2/", "terms/2.1/", "terms/2/changes/"):
        assert "From 1 April 2027: version 2 (corrected: 2.1)." in first_box(pages[path])
    assert "as it was before version 2.1 postponed it, on 1 December 2026" in shown(
        pages["terms/2/"]
    )


def test_what_changes_leads_in_the_words_of_its_authors() -> None:
    def box(*notes: Note) -> str:
        policy = on(line_of(ONE, TWO, notes=notes))
        return announcement(policy, policy.at(1), ENGLISH)

    assert "1 section amended; 1 word added." in box()
    short = box(Note("_summary.md", "We say **more**.\n"))
    title, summary, calls = (short.index(w) for w in ("Changing on 1 March", "We say", "pp-calls"))
    assert title < summary < calls
    assert 'href="../terms/2/changes/">See what changes</a>' in short
    long = box(Note("_summary.md", "We say more. " * (LONG // 5)))
    assert long.index("pp-calls") < long.index("We say more")


def test_pages_in_a_language_without_a_catalog_are_english_throughout() -> None:
    """Their words, days and names of languages; the text is marked as what it is."""
    dutch = line_of(ONE, TWO, language="nl", notes=(Note("_summary.md", "Wij zeggen meer.\n"),))
    every = {"dutch": dutch, "translated": translated(line_of(ONE, TWO), 1, "nl")}
    for name, line in every.items():
        pages = policy_pages(on(line, catalogs=Catalogs(shipped_catalogs())))
        for page in pages:
            html, path = page.body().html, f"{name}: {page.path}"
            assert page.words.language == "en", path
            for word in ("maart", "januari", "Niederländisch"):
                assert word not in html, path
            # The names of languages in themselves stand where one chooses among them.
            chosen = r'<a [^>]*hreflang="nl"[^>]*>Nederlands</a>'
            assert "Nederlands" not in re.sub(chosen, "", html), path
            assert "Nederlands" not in page.title, path
    first = next(iter(policy_pages(on(dutch)))).body().html
    assert re.search(r'<div class="pp-why" lang="nl">\s*<p>Wij zeggen meer', first)
    assert re.search(r'<article[^>]* lang="nl"', first)


def test_however_often_it_was_corrected_the_box_has_three_links_at_most() -> None:
    first, second = line_of(ONE, TWO)
    closes = dt.date(2027, 3, 31)
    second = replace(second, notice="# Letter\n", opt_out="# Form\n", closes=closes)
    line = [first, second]
    for minor in (1, 2, 3):
        later = release(f"2.{minor}", f"2026-12-0{minor}", "2027-04-01")
        line.append(replace(later, policy=second.policy, notice="# L\n", previous=line[-1].number))
    policy = on(tuple(line))
    listed = re.findall(r"<li>.*?</li>", announcement(policy, policy.at(1), ENGLISH))
    assert [re.sub(r"<.*?>", "", each) for each in listed] == [
        "See what changes",
        "Opt out, until 31 March 2027",
        "Read version 2.3",
    ]
    every = history_overview(policy, policy.at(2))
    for number in ("2", "2.1", "2.3"):
        assert f'terms/{number}/changes/"' in every
        assert f'terms/{number}/notice/"' in every


def test_a_first_version_is_announced_as_such() -> None:
    policy = on(line_of(ONE), dt.date(2026, 1, 1))
    box = announcement(policy, policy.at(1), ENGLISH)
    assert "No version is in force yet. From 1 March 2026: <a" in box
    assert "Changing" not in box
    assert "Read version 1</a>" in box


def test_those_that_change_lead_the_list_of_all() -> None:
    still, changing = line_of(ONE), line_of(ONE, TWO)
    other = replace(still[0], policy=replace(still[0].policy, id="still"))
    home = home_page(ORGANISATION, [on((other,)), on(changing)], ENGLISH, Markup(""))
    assert home.policies.index("pp-policy-terms") < home.policies.index("pp-policy-still")


def test_nobody_is_said_to_have_had_the_letter() -> None:
    first, second = line_of(ONE, TWO)
    told = replace(
        second, notice="# Dear {{name}}\n", opt_out="# Opt out\n", closes=dt.date(2027, 2, 28)
    )
    pages = {page.path: page for page in policy_pages(on((first, told)))}
    letter = shown(pages["terms/2/notice/"])
    assert "The letter about version 2, written on 23 November 2026." in letter
    assert "No record that it was sent has been published." in letter
    assert "every customer" not in letter
    assert "From 1 March 2027: version 2." in letter


# ── at the foot, and for programs ────────────────────────────────────────────────────────────────


def test_every_page_says_at_its_foot_what_one_may_ask_for() -> None:
    first, second = line_of(ONE, TWO)
    told = replace(second, opt_out="# Opt out\n", notice="Hello", closes=dt.date(2027, 2, 28))
    for page in policy_pages(on((first, told))):
        assert 'href="mailto:a@b.example"' in page.footer
        assert 'href="mailto:no@example.example"' in page.footer
        assert "Opt out, until 28 February 2027" in page.footer
        assert "10115 Berlin" in page.footer
        assert f'{"../" * page.path.count("/")}terms/data/"' in page.footer
    for page in policy_pages(on((first, told), dt.date(2027, 3, 1))):
        assert "Opt out" not in page.footer


def test_a_policy_without_an_address_for_questions_names_none() -> None:
    (only,) = line_of(ONE)
    facts = replace(only.policy.facts, contact="")
    bare = replace(only, policy=replace(only.policy, facts=facts))
    for page in policy_pages(on((bare,))):
        assert "mailto:" not in page.footer
        assert "10115 Berlin" in page.footer
    home = home_page(ORGANISATION, [on((bare,))], ENGLISH, Markup(""))
    assert "mailto:" not in home.footer("./")


def test_what_is_for_programs_stands_on_one_page() -> None:
    line = line_of(ONE, TWO)
    pages = {page.path: page for page in policy_pages(on(line))}
    data = pages["terms/data/"].body().html
    for name in ("versions.json", "periods.json", "timemap.link", "timemap.json", "feed.json"):
        assert f'href="../../terms/{name}"' in data
        for path, page in pages.items():
            assert path == "terms/data/" or f'{name}"' not in page.body().html, path
    for name in ("policy.md", "policy.json", "policy.akn.xml", "changes.json", "SHA256SUMS"):
        assert f'href="../../terms/2/{name}"' in data
    assert "timemap" in pages["terms/2/"].body().head


# ── languages ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("own", "policies", "expected"),
    [
        ("", ["de"], "de"),
        ("", ["de", "de"], "de"),
        ("", ["de", "fr"], "en"),
        ("", [], "en"),
        ("ar", ["de", "de"], "ar"),
        ("", ["tlh"], "en"),
    ],
)
def test_what_is_about_all_policies_is_in_one_language(
    own: str, policies: list[str], expected: str
) -> None:
    organisation = replace(ORGANISATION, language=own)
    found = site_words(organisation, policies, Catalogs(shipped_catalogs()))
    assert found.language == expected


def test_the_search_knows_the_languages_of_the_policies() -> None:
    assert searched_languages(["de", "en", "pt-BR", "de", "cy"]) == ["de", "en", "pt"]


OWN = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "What applied on a day"
msgstr "Was an einem Tag galt"

msgid "Light colours; switch to dark"
msgstr "Hell; zu dunkel wechseln"

msgid "Breadcrumb"
msgstr "Brotkrumen"
"""


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A policy in German with a translation into Arabic, and a word of the company's own."""
    house = make_house(tmp_path_factory.mktemp("german") / "house", CONFIGURATION)
    facts = FACTS.replace('title = "Privacy Policy"', 'title = "Datenschutz"\nlanguage = "de"')
    arabic = (
        '\n[translations.ar]\ntitle = "سياسة الخصوصية"\nprecedence = "النص الألماني هو المعتمد."\n'
    )
    files = {
        f"ar/{name}.md": f"## عنوان {{#{name}}}\n\nنص.\n" for name in ("use", "security", "contact")
    }
    house.write({"policy.toml": facts + arabic, **files})
    (house.root / "wording").mkdir(exist_ok=True)
    (house.root / "wording/de.po").write_text(OWN, "utf-8")
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", "2020-01-01")
    build(Workplace(house.project), TODAY)
    return house


def built(house: House, path: str) -> str:
    return (house.root / "build/site" / path).read_text("utf-8")


def test_the_theme_speaks_the_language_of_each_page(german: House) -> None:
    for path in ("index.html", "404.html", "privacy/index.html", "privacy/1/index.html"):
        page = built(german, path)
        assert '<html lang="de"' in page, path
        assert '<body dir="ltr"' in page, path
        assert 'aria-label="Suche"' in page, path
        assert "Hell; zu dunkel wechseln" in page, path
        assert "Was an einem Tag galt" in page, path  # navigation
    assert "Zum Inhalt" in built(german, "privacy/1/index.html")
    assert 'aria-label="Brotkrumen"' in built(german, "privacy/1/index.html")


def test_a_page_in_arabic_goes_from_right_to_left(german: House) -> None:
    for path in ("privacy/ar/index.html", "privacy/1/ar/index.html"):
        page = built(german, path)
        assert '<html lang="ar"' in page, path
        assert '<body dir="rtl"' in page, path
        assert "انتقل إلى المحتوى" in page, path
        assert "Was an einem Tag galt" not in page, path
        assert '<bdi dir="ltr">privacy@hosting.example</bdi>' in page, path


def test_time_runs_as_its_readers_read() -> None:
    bars = timeline_bars(Releases(line_of(ONE, TWO, THREE)), TODAY, {})
    arabic = Words("ar")
    for words, falling in ((ENGLISH, False), (arabic, True)):
        picture = timeline_picture(bars, TODAY, words, width=720, name="wide")
        places = [float(x) for x in re.findall(r'pp-tl-mark" x="([\d.]+)"', picture)]
        assert len(places) > 2
        assert all((a > b) is falling for a, b in pairwise(places))
        for x, width in re.findall(
            r'<rect[^>]* ?x="([-\d.]+)" y="[\d.]+" width="([\d.]+)"', picture
        ):
            assert -0.2 <= float(x) <= float(x) + float(width) <= 720.2


def test_a_language_of_the_settings_is_one_that_we_know(tmp_path: Path) -> None:
    house = make_house(
        tmp_path / "house", CONFIGURATION.replace("[mail]", 'language = "DE"\n[mail]')
    )
    result = house.run("check")
    assert result.exit_code == 2
    assert "publisher.toml" in result.output
    assert 'write it "de"' in result.output
