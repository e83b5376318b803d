"""Translations get what the text has: names of paragraphs, comparison, feeds, in their language."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path

import pytest

from publisher.actions.generate import generate
from publisher.actions.workplace import Workplace
from publisher.compare.amendment import amend
from publisher.compare.clause_names import first_names, names_in_common, translated_names
from publisher.edges.up_to_date import Inputs
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Facts, Policy, Wording
from publisher.releases.address import Addresses
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Lag, Release
from publisher.releases.releases import Releases
from publisher.site import assembly
from publisher.site.assembly import SiteParts
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.page import GeneratedSite
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import Words
from tests.fixtures.house import FACTS, House, copied_house, later, today
from tests.fixtures.marked_words import marked_words, unmarked
from tests.releases.test_translation import DECLARED, GERMAN

AT = Addresses("https://policies.example/", "privacy")
TODAY = dt.date(2027, 1, 1)
EN = ("## Use {#use}\n\nOne.\n\nTwo.\n", "## Use {#use}\n\nOne.\n\nTwo, longer.\n")
DE = ("## Nutzung {#use}\n\nEins.\n\nZwei.\n", "## Nutzung {#use}\n\nEins.\n\nZwei, länger.\n")


def document(text: str) -> Document:
    return Document(parse(text, "p.md"))


def release(number: int, text: str, own: Mapping[str, str], *lags: Lag) -> Release:
    day = dt.date(2026, number, 1)
    facts = Facts(title="Privacy policy", language="en", contact="", remark="",
                  sections=("all.md",), profile="none", days=0, effect="",
                  translations={tag: Wording(f"Titel {tag}", f"Maßgeblich {tag}.")
                                for tag in own})  # fmt: skip
    files = {tag: {"all.md": text} for tag, text in own.items()}
    return Release(
        number=Number(number),
        materiality=Materiality.MATERIAL,
        policy=Policy("privacy", facts, {"all.md": text}, translations=files),
        published=dt.datetime.combine(day, dt.time(), dt.UTC),
        effective=day,
        previous=Number(number - 1) if number > 1 else None,
        lags=lags,
    )


def line(english: Sequence[str], german: Sequence[str | None], *lags: Lag) -> Releases:
    pairs = enumerate(zip(english, german, strict=True), 1)
    return Releases(
        [release(n, text, {"de": own} if own else {}, *lags) for n, (text, own) in pairs]
    )


def texts(releases: Releases) -> DerivedTexts:
    return DerivedTexts(releases, "Example", AT)


# ── names of paragraphs ──────────────────────────────────────────────────────────────────────────


def test_a_paragraph_has_the_same_name_in_each_language() -> None:
    derived = texts(line(EN, DE))
    for one in derived.releases:
        assert derived.translated("de").naming(one).names == derived.names(one)
    html = derived.translated("de").text(derived.releases[1], AT).html
    assert 'id="use.2"' in html
    assert 'href="#use.2" aria-label="Link to paragraph use.2"' in html


def test_a_section_of_another_form_has_names_of_its_own_and_keeps_them() -> None:
    german = [f"{DE[0]}\nDrei.\n", f"{DE[1]}\nDrei, auch länger.\n"]
    derived = texts(line(EN, german))
    first, second = (derived.translated("de").naming(r).names for r in derived.releases)
    assert first == second
    # None of them is a name that the text gave to another paragraph.
    assert first[-1] == "use.5"
    assert not set(first) & set(derived.names(derived.releases[0])) - {""}


def test_a_section_that_lags_behind_keeps_the_names_of_what_it_translates() -> None:
    english = (EN[0], "## Use {#use}\n\nTwo.\n\nThree.\n")
    derived = texts(line(english, (DE[0], DE[0]), Lag("de", "use", Number(1))))
    first, second = (derived.translated("de").naming(r).names for r in derived.releases)
    assert second[0] == ""
    assert first[1:] == second[1:]
    assert derived.names(derived.releases[1])[1:] == ("use.2", "use.3")


def test_a_paragraph_that_is_gone_is_remembered_and_no_name_is_given_twice() -> None:
    was, now = document("## A {#a}\n\nEins.\n\nZwei.\n"), document("## A {#a}\n\nZwei.\n\nNeu.\n")
    known = first_names(was)
    # The text has given `a.3` to something else.
    after = translated_names(now, {}, {"a": 3}, (known, amend(was, now)))
    assert after.names == ("", "a.2", "a.4")
    assert set(after.retired) == {"a.1"}
    shared = translated_names(now, {1: "a.1"}, {"a": 3}, (known, amend(was, now)))
    assert len(set(shared.names) - {""}) == 2
    assert shared.names[1] == "a.1"


def test_names_are_shared_by_sections_with_the_same_clauses_alone() -> None:
    text = document("## A {#a}\n\nOne.\n\n- item\n\n## B {#b}\n\nTwo.\n")
    other = document("## Ä {#a}\n\nEins.\n\n- Punkt\n\n## B {#b}\n\nZwei.\n\nDrei.\n")
    naming = first_names(text)
    assert list(names_in_common(other, text, naming).values()) == ["a.1", "a.2"]
    assert not names_in_common(other, text, naming, {"a"})


# ── comparison ───────────────────────────────────────────────────────────────────────────────────


def test_the_versions_that_have_a_translation_can_be_compared_in_it() -> None:
    english = (*EN, EN[1].replace("One", "1"))
    releases = line(english, (DE[0], None, DE[1]))
    policy = PolicyOnDay(texts(releases), TODAY, ORGANISATION)
    (page,) = [p for p in site(policy).pages if p.path == "privacy/compare/de/"]
    html = page.body().html
    assert re.findall(r'<option value="(\d)"', html) == ["3", "1"] * 2  # from, to
    for name in re.findall(r'data-file="([^"]*)"', html):
        assert f"privacy/compare/de/{name}" in site(policy).files
    # Version 2 has no translation, so no page tells what version 3 changes in it.
    assert '<li data-number="3">From version 1 to version 3, ' in html
    assert 'hreflang="de"' in html


def test_the_words_of_a_comparison_come_from_messages() -> None:
    policy = PolicyOnDay(texts_in(line(EN, DE), MARKED), TODAY, ORGANISATION, MARKED)
    (page,) = [p for p in site(policy).pages if p.path == "privacy/compare/de/"]
    html = page.body().html
    found = re.search(r'class="pp-words">(.*?)</script>', html, re.DOTALL)
    assert found
    for name, said in json.loads(found[1]).items():
        if name in {
            "rest",
            "lead",
            "tail",
            "counted",
            "typography",
            "numbers",
            "script",
            "steps",
            "kinds",
        }:
            continue
        every = said.values() if isinstance(said, dict) else [said]
        for message in every:
            shown = unmarked(unescape(re.sub(r"<[^>]*>", " ", message)))
            assert not re.search(r"[^\W\d_]{2,}", shown), (name, message)
        labels = re.findall(r'(?:aria-label|title|data-told)="([^"]*)"', f"{said}")
        assert not [label for label in labels if re.search(r"[A-Za-z]{2}", unmarked(label))]


# ── feeds ────────────────────────────────────────────────────────────────────────────────────────


ORGANISATION = Organisation(
    name="Example", address="", site=AT.root, sender="a@example.com", reply="o@example.com"
)


class _Marked(Catalogs):
    """Catalogs in which every message is marked."""

    def words(self, tag: str) -> Words:
        return marked_words(tag)


MARKED = _Marked({})


def texts_in(releases: Releases, catalogs: Catalogs) -> DerivedTexts:
    return DerivedTexts(releases, "Example", AT, None, catalogs)


def site(policy: PolicyOnDay) -> GeneratedSite:
    parts = SiteParts(lambda _: b"", lambda _: b"", {}, ())
    return assembly.assemble(ORGANISATION, [policy], parts)


def test_each_translation_has_feeds_of_its_own() -> None:
    policy = PolicyOnDay(texts(line(EN, DE)), TODAY, ORGANISATION)
    made = site(policy)
    feed = json.loads(made.files["privacy/feed.de.json"]())
    assert feed["feed_url"] == "https://policies.example/privacy/feed.de.json"
    assert feed["home_page_url"] == "https://policies.example/privacy/de/"
    second, first = feed["items"]
    assert {second["language"], first["language"]} == {"de"}
    assert second["url"] == "https://policies.example/privacy/2/de/"
    assert "Maßgeblich de." in second["content_html"]
    assert "<ins>, länger</ins>" in second["content_html"]
    assert "https://policies.example/privacy/2/de/changes/" in second["content_html"]
    assert first["summary"].endswith("First version.")
    atom = made.files["privacy/feed.de.atom"]().decode()
    assert '<entry xml:lang="de">' in atom
    types = made.files["_headers"]().decode()
    assert "/privacy/feed.de.atom" in types
    (page,) = [p for p in made.pages if p.path == "privacy/de/"]
    head = page.body().head
    assert head.index("feed.de.atom") < head.index("feed.atom")


@pytest.mark.parametrize("name", ["feed.json", "feed.de.json"])
def test_the_words_of_a_feed_come_from_messages(name: str) -> None:
    english, german = (*EN, EN[1]), (*DE, DE[1])
    policy = PolicyOnDay(texts_in(line(english, german), MARKED), TODAY, ORGANISATION, MARKED)
    feed = json.loads(site(policy).files[f"privacy/{name}"]())
    own = " ".join((*english, *german, "Titel de Privacy policy Maßgeblich de. Example"))
    for item in feed["items"]:
        said = unescape(re.sub(r"<[^>]*>", " ", item["content_html"]))
        for text in (said, item["title"], item["summary"]):
            words = re.findall(r"[^\W\d_]{2,}", unmarked(text))
            assert not {word for word in words if word not in own}, text


# ── what is cached ───────────────────────────────────────────────────────────────────────────────


ENTRY = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Every change, word by word"
msgstr "Alles, Wort für Wort, {}"

msgid "This translation"
msgstr "Diese Übersetzung, {}"

msgid "[added:"
msgstr "[neu {}:"
"""


def _with_two(house: House) -> None:
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", "unknown")
    house.write(
        {
            "security.md": "## Security {#security}\n\nWe encrypt your data with 256-bit keys.\n",
            "de/security.md": GERMAN["de/security.md"].replace("128", "256"),
            "notes/security.md": "Longer.\n",
        }
    )
    house.commit("256")
    house.ok("freeze", "--effective", later(60))


def test_an_entry_of_ones_own_is_on_pages_and_feeds_after_the_next_build(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _with_two)
    day, found = today(), []
    for word in ("zuerst", "danach"):
        own = house.root / "wording/de.po"
        own.parent.mkdir(exist_ok=True)
        own.write_text(ENTRY.replace("{}", word), "utf-8")
        made = generate(Workplace(house.project), day)
        pages = {page.path: page for page in made.pages}
        assert f"[neu {word}:" in pages["privacy/2/de/changes/"].body().html
        assert f"[neu {word}:" in pages["privacy/compare/de/"].body().html
        assert f"Diese Übersetzung, {word}" in pages["privacy/2/de/"].body().html
        feed = json.loads(made.files["privacy/feed.de.json"]())
        assert f"Alles, Wort für Wort, {word}" in feed["items"][0]["content_html"]
        found.append(Inputs.now(house.project, day).digest)
    # The next build does not take the site for up to date.
    assert found[0] != found[1]
