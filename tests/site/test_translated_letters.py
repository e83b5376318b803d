"""The site of a policy in three languages: what was told in each, on its own pages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.fixtures.house import House, copied_house
from tests.fixtures.trilingual import FRENCH_NOTES, NOTES, release_two

SUMMARY, REASON = "We look after your data better.", NOTES["notes/security.md"].strip()
FRENCH_SUMMARY = "Nous protégeons mieux vos données."
FRENCH_REASON = FRENCH_NOTES["fr/notes/security.md"].strip()
FRENCH_TITLE = "Politique de confidentialité"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    house: House = copied_house(tmp_path_factory.mktemp("told") / "house", release_two)
    house.ok("build")
    return house.root / "build/site"


def page(site: Path, path: str) -> LexborNode:
    root = LexborHTMLParser((site / path / "index.html").read_text("utf-8")).root
    assert root
    return root


def words(tag: LexborNode) -> str:
    return " ".join(tag.text().split())


def one(found: LexborNode, kind: str) -> LexborNode:
    """The first element of a class."""
    element = found.css_first(f".{kind}")
    assert element, kind
    return element


def links(found: LexborNode) -> list[str]:
    return [link.attributes["href"] or "" for link in found.css("a[href]")]


def spoken(found: LexborNode, text: str) -> str:
    """The language in which some words stand, as the page has it."""
    place = next(tag for tag in one(found, "md-content").css("p") if text in words(tag))
    while place and not (language := place.attributes.get("lang")):
        assert place.parent
        place = place.parent
    return language or ""


# ── notes ────────────────────────────────────────────────────────────────────────────────────────


def test_the_changes_of_a_translation_have_its_notes(site: Path) -> None:
    french, german = page(site, "privacy/2/fr/changes"), page(site, "privacy/2/de/changes")
    assert FRENCH_SUMMARY in words(french)
    assert FRENCH_REASON in words(french)
    assert REASON not in words(french)
    assert spoken(french, FRENCH_REASON) == "fr"
    assert SUMMARY in words(german)
    assert REASON in words(german)
    assert spoken(german, REASON) == "en"
    assert spoken(german, "We look after your data") == "en"


def test_what_is_announced_is_in_the_language_of_the_page(site: Path) -> None:
    assert FRENCH_SUMMARY in words(page(site, "privacy/fr"))
    german = page(site, "privacy/de")
    assert SUMMARY in words(german)
    assert spoken(german, "We look after your data") == "en"
    assert SUMMARY in words(page(site, "privacy"))


@pytest.mark.parametrize(("tag", "said"), [("fr", FRENCH_REASON), ("de", REASON)])
def test_feeds_tell_why_in_the_language_of_the_text(site: Path, tag: str, said: str) -> None:
    assert said in (site / f"privacy/feed.{tag}.atom").read_text("utf-8")


# ── what the policy is called ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path",
    ["2/fr", "2/fr/changes", "fr", "2/opt-out/fr", "2/notice/fr", "compare/fr"],
)
def test_pages_of_a_translation_call_the_policy_as_it_does(site: Path, path: str) -> None:
    found = page(site, f"privacy/{path}")
    for kind in ("pp-crumbs", "md-nav--primary"):
        assert FRENCH_TITLE in words(one(found, kind))
        assert "Privacy Policy" not in words(one(found, kind))


def test_pages_of_the_text_call_it_as_the_text_does(site: Path) -> None:
    for path in ("2", "2/changes", "2/notice"):
        found = page(site, f"privacy/{path}")
        assert FRENCH_TITLE not in words(one(found, "md-nav--primary"))


# ── the letter ───────────────────────────────────────────────────────────────────────────────────


def test_the_letter_has_a_page_in_each_language(site: Path) -> None:
    for path, said, language in (
        ("2/notice", REASON, "en"),
        ("2/notice/fr", FRENCH_REASON, "fr"),
        ("2/notice/de", REASON, "de"),
    ):
        found = page(site, f"privacy/{path}")
        assert found.attributes["lang"] == language
        assert said in words(found)
        switch = one(found, "pp-languages")
        assert [a.attributes["hreflang"] for a in switch.css("a")] == ["en", "fr", "de"]
        for link in links(switch):
            assert (site / f"privacy/{path}" / link / "index.html").is_file()
    assert any(link.endswith("notice/fr/") for link in links(page(site, "privacy/2/fr")))


def test_the_links_of_a_letter_that_stand_alone_are_buttons(site: Path) -> None:
    for path, form in (("2/notice", "opt-out"), ("2/notice/fr", "opt-out/fr")):
        calls = one(page(site, f"privacy/{path}"), "pp-letter").css(".pp-calls")
        assert len(calls) == 1
        targets = links(calls[0])
        assert len(targets) == 2
        assert targets[1].endswith(f"{form}/")
        for target in targets:
            assert (site / f"privacy/{path}" / target / "index.html").is_file()


def test_letter_and_form_are_printed_in_each_language(site: Path) -> None:
    for name in ("notice.pdf", "notice.fr.pdf", "opt-out.pdf", "opt-out.fr.pdf"):
        pages = PdfReader(io.BytesIO((site / "privacy/2" / name).read_bytes())).pages
        said = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert ("s’appliquer à vous" in said) == ("fr" in name), name
    for path, name in (("2/notice/fr", "notice.fr.pdf"), ("2/opt-out/fr", "opt-out.fr.pdf")):
        there = [link for link in links(page(site, f"privacy/{path}")) if link.endswith(name)]
        assert there
        assert (site / f"privacy/{path}" / there[0]).is_file()


def test_the_letter_for_everybody_leads_to_the_changes_of_its_release(site: Path) -> None:
    for language, end in (("", "2/changes/"), ("/fr", "2/fr/changes/")):
        calls = one(page(site, f"privacy/2/notice{language}"), "pp-calls")
        assert any(link.endswith(end) for link in links(calls)), language


# ── the form ─────────────────────────────────────────────────────────────────────────────────────


def test_the_form_says_what_opting_out_means_in_its_language_where_it_can(site: Path) -> None:
    effect = "the version before this one goes on applying to you"
    assert effect not in words(page(site, "privacy/2/opt-out/fr"))
    assert "continue de s’appliquer à vous" in words(page(site, "privacy/2/opt-out/fr"))
    assert effect in words(page(site, "privacy/2/opt-out/de"))


def test_what_is_announced_leads_to_the_translation(site: Path) -> None:
    box = one(page(site, "privacy/fr"), "pp-box")
    targets = links(box)
    for end in ("2/fr/changes/", "2/fr/", "2/opt-out/fr/"):
        assert any(target.endswith(end) for target in targets), end
        assert all((site / "privacy/fr" / target).is_dir() for target in targets)
