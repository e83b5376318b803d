"""The pages of a policy in several languages, as readers and machines get them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser

from publisher.actions.generate import generate
from publisher.actions.workplace import Workplace
from publisher.edges.catalogs import shipped_catalogs
from publisher.wording.catalogs import Catalogs
from tests.fixtures.house import FACTS, House, later, make_house, today
from tests.fixtures.links import dead
from tests.fixtures.some import some
from tests.releases.test_translation import COOKIES, DECLARED, GERMAN

SITE = "http://127.0.0.1:8000/"
DE = Catalogs(shipped_catalogs()).words("de")
HEBREW = {
    "he/use.md": "## שימוש {#use}\n\nאנו משתמשים במידע שלך, ראו [אבטחה](#security).\n",
    "he/security.md": "## אבטחה {#security}\n\nאנו מצפינים במפתחות של 128 סיביות.\n",
    "he/contact.md": "## קשר {#contact}\n\nכתבו לנו:\n\n- בדואר\n",
}
DECLARED_HEBREW = """
[translations.he]
title = "מדיניות פרטיות"
precedence = "זהו תרגום. הנוסח האנגלי הוא הקובע."
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Version 1 in English; 1.1, in force, in German and Hebrew too; 2, announced, in German,
    where a section lags and another is missing, and no longer in Hebrew.
    """
    house = make_house(tmp_path_factory.mktemp("languages") / "house")
    house.ok("freeze", "--effective", "2020-01-01")
    house.write({"policy.toml": FACTS + DECLARED + DECLARED_HEBREW, **GERMAN, **HEBREW})
    house.commit("Translations")
    house.ok("freeze", "--effective", today().isoformat(), "--correction")
    for name in HEBREW:
        (house.root / "policy/privacy" / name).unlink()
    house.write(COOKIES)
    house.edit()
    house.ok("freeze", "--effective", later(60), "--lagging", "de")
    house.record("2")
    house.ok("build")
    return house


@pytest.fixture(scope="module")
def built(house: House) -> Path:
    return house.root / "build/site"


@pytest.fixture(scope="module")
def built_later(house: House) -> Path:
    """The site when version 2 is in force."""
    here, away = house.root / "build/site", house.root / "build/now"
    here.rename(away)
    house.ok("build", "--as-of", later(60))
    target = here.rename(house.root / "build/later")
    away.rename(here)
    return target


def html(folder: Path, path: str) -> str:
    return (folder / path / "index.html").read_text("utf-8")


def words(folder: Path, path: str) -> str:
    """What a reader sees in the page's own part."""
    text = html(folder, path).split("<article", 1)[1].rsplit("</article>", 1)[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)))


def test_every_page_has_its_address(built: Path) -> None:
    pages = {p.parent.relative_to(built).as_posix() for p in built.rglob("index.html")}
    assert {page for page in pages if re.search(r"/(de|he)\b", page)} == {
        "privacy/de",
        "privacy/he",
        "privacy/1.1/de",
        "privacy/1.1/he",
        "privacy/2/de",
        "privacy/2/de/changes",
        "privacy/2/notice/de",
        "privacy/2/opt-out/de",
        "privacy/compare/de",
        "privacy/compare/he",
    }


def test_the_translation_of_the_text_in_force(built: Path, built_later: Path) -> None:
    now = words(built, "privacy/de")
    assert "1.1, " in now
    assert "128-Bit" in now
    assert DE.gettext("version {number}", number=2) in now
    assert _outdated(2) not in now
    then = words(built_later, "privacy/de")
    assert _outdated(2) in then


def _outdated(count: int) -> str:
    return DE.ngettext(
        "In this translation, {count} section is not up to date",
        "In this translation, {count} sections are not up to date",
        count,
    )


def test_each_page_says_which_text_decides(built: Path) -> None:
    for path, read in (
        ("privacy/de", "../../privacy/1.1/"),
        ("privacy/2/de", "../../../privacy/2/"),
        ("privacy/2/de/changes", "../../../../privacy/2/"),
    ):
        page = html(built, path)
        assert "Dies ist eine Übersetzung. Maßgeblich ist der englische" in page
        assert f'<a href="{read}" hreflang="en">' in page
        assert '<html lang="de"' in page


def test_what_lags_is_told_on_top_and_in_its_place(built: Path) -> None:
    page, text = html(built, "privacy/2/de"), words(built, "privacy/2/de")
    assert _outdated(2) in text
    assert '<a href="#security">Sicherheit</a>' in page
    assert "compare/?from=1.1&amp;to=2" in page
    assert '<a href="#cookies" lang="en">Cookies</a>' in page
    article = page.split('<article class="pp-text" lang="de">')[1]
    security, cookies = article.split('<h2 id="cookies" lang="en">')
    security = security.split('<h2 id="security">')[1]
    assert "Noch nicht auf dem neuesten Stand." in security
    assert '<a href="../../../privacy/2/#security" hreflang="en">' in security
    assert "128-Bit" in security
    assert DE.gettext("Not translated") + "." in cookies
    assert "We set one" not in article
    assert "pp-lag" not in html(built, "privacy/1.1/de")


def test_the_redline_of_a_translation_leads_to_its_labels(built: Path) -> None:
    page = html(built, "privacy/2/de/changes")
    assert '<a href="../../../../privacy/2/de/#cookies" lang="en">Cookies</a>' in page
    assert DE.gettext("No change") + "." in words(built, "privacy/2/de/changes")


def test_days_are_written_as_the_language_writes_them(built: Path) -> None:
    day = today()
    assert re.search(rf"<dd>{day.day}\. \w+ {day.year}</dd>", html(built, "privacy/de"))


def test_the_way_from_language_to_language(built: Path) -> None:
    for path, here, others in (
        ("privacy", "English", {"Deutsch": "../privacy/de/", "עברית": "../privacy/he/"}),
        ("privacy/de", "Deutsch", {"English": "../../privacy/", "עברית": "../../privacy/he/"}),
        ("privacy/2", "English", {"Deutsch": "../../privacy/2/de/"}),
        ("privacy/2/de", "Deutsch", {"English": "../../../privacy/2/"}),
        ("privacy/2/changes", "English", {"Deutsch": "../../../privacy/2/de/changes/"}),
        ("privacy/2/de/changes", "Deutsch", {"English": "../../../../privacy/2/changes/"}),
    ):
        nav = html(built, path).split('<nav class="pp-languages"')[1].split("</nav>")[0]
        found = re.findall(r'<a href="([^"]+)"[^>]*?( aria-current="page")?>([^<]+)</a>', nav)
        assert {name: address for address, current, name in found if not current} == others
        assert [name for _, current, name in found if current] == [here]
    assert "pp-languages" not in html(built, "privacy/1")
    assert "pp-languages" not in html(built, "privacy/1.1/changes")


def test_machines_are_told_of_each_language(built: Path) -> None:
    for path in ("privacy/2", "privacy/2/de"):
        page = html(built, path)
        for language, address in (("en", "privacy/2/"), ("de", "privacy/2/de/")):
            link = f'<link rel="alternate" href="{SITE}{address}" hreflang="{language}"'
            assert page.count(link) == 1
        assert f'<link rel="canonical" href="{SITE}{path}/">' in page
    page = html(built, "privacy/2/de")
    assert '<link rel="alternate" href="../../../privacy/2/policy.de.json"' in page
    data = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert data["inLanguage"] == "de"
    assert data["translationOfWork"]["@id"] == f"{SITE}privacy/2/"
    assert "hreflang" not in html(built, "privacy/1").split("</head>")[0]


def test_the_script_of_the_theme_asks_for_no_sitemap_of_a_translation(built: Path) -> None:
    (bundle,) = built.glob("assets/javascripts/bundle.*.min.js")
    text = bundle.read_text("utf-8")
    assert "link[rel=alternate][hreflang]:not([title])" in text
    for link in some(re.findall(r"<link [^>]*hreflang[^>]*>", html(built, "privacy/2/de"))):
        assert "title=" in link


def test_the_downloads_are_those_that_were_frozen_and_sealed(house: House, built: Path) -> None:
    frozen = house.root / "versions/privacy/2"
    assert (built / "privacy/2/policy.de.pdf").read_bytes() == (
        frozen / "policy.de.pdf"
    ).read_bytes()
    data = (built / "privacy/2/policy.de.md").read_bytes()
    assert b"> Dies ist eine" in data
    assert hashlib.sha256(data).hexdigest() in html(built, "privacy/2/de")
    told = json.loads((built / "privacy/2/policy.de.json").read_bytes())
    assert told["sha256"]["text"] == hashlib.sha256(data).hexdigest()


def test_every_address_in_the_catalogue_leads_to_what_was_built(built: Path) -> None:
    text = (built / "privacy/versions.json").read_text("utf-8")
    found = re.findall(rf"{SITE}([\w./-]*)", text)
    assert "privacy/2/de/changes/" in found
    for address in found:
        page = address.endswith("/") or not address
        assert (built / (f"{address}index.html" if page else address)).is_file()


def test_a_language_that_the_text_in_force_has_not_keeps_its_address(built_later: Path) -> None:
    text = words(built_later, "privacy/he")
    assert "The text in force, version 2, is not translated into Hebrew" in text
    assert 'href="../../privacy/1.1/he/"' in html(built_later, "privacy/he")
    assert "privacy/he/" not in html(built_later, "privacy").split("<article")[1]


def test_a_text_from_right_to_left_stands_so(built: Path) -> None:
    page = html(built, "privacy/1.1/he")
    assert '<article class="pp-text" lang="he" dir="rtl">' in page
    assert '<h1 id="pp-top" lang="he" dir="rtl">' in page


def test_the_history_lists_the_languages_of_each_version(built: Path) -> None:
    page = html(built, "privacy/history")
    assert page.count('hreflang="de" lang="de">Deutsch</a>') == 2
    assert page.count(">עברית</a>") == 1


def test_only_the_text_that_decides_is_searched(built: Path) -> None:
    index = json.loads((built / "search/search_index.json").read_text("utf-8"))
    assert {doc["location"].partition("#")[0] for doc in index["docs"]} == {"", "privacy/"}


def test_every_link_and_anchor_leads_somewhere(built: Path, built_later: Path) -> None:
    for folder in (built, built_later):
        lost, left = dead(folder)
        assert lost == set()
        assert {url for url in left if not url.startswith("mailto:")} == set()


def test_the_draft_is_previewed_in_each_language(house: House) -> None:
    made = generate(Workplace(house.project), today(), draft=True)
    pages = {page.path: page for page in made.pages}
    page = pages["privacy/draft/de/"]
    assert page.noindex
    assert '<article class="pp-text" lang="de">' in page.body().html
    assert "“Sicherheit” says what version 1.1 says" in page.body().html


# ── in a browser ─────────────────────────────────────────────────────────────────────────────────


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(built)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.mark.browser
def test_a_reader_goes_from_language_to_language(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}privacy/2/")
    page.get_by_role("navigation", name="Languages").get_by_role("link", name="Deutsch").click()
    assert page.url == f"{address}privacy/2/de/"
    page.get_by_role("link", name="Cookies", exact=True).first.click()
    label = page.locator("#cookies + .pp-lag")
    assert label.is_visible()
    label.get_by_role("link").click()
    assert page.url == f"{address}privacy/2/#cookies"
    page.close()


@pytest.mark.browser
def test_a_version_that_is_not_translated_is_there_all_the_same(
    browser: Browser, address: str
) -> None:
    """Version 1 is in English alone."""
    page = browser.new_page()
    page.goto(f"{address}privacy/compare/de/?from=1&to=1.1")
    told = page.locator(".pp-compared")
    assert told.inner_text() == "Version 1 gibt es nicht auf Deutsch. Wählen Sie zwei Versionen."
    page.get_by_role("link", name="Auf Englisch vergleichen").click()
    assert page.url == f"{address}privacy/compare/"
    page.goto(f"{address}privacy/compare/?from=constructor&to=7")
    assert told.inner_text() == "There is no such version. Choose two of these."
    page.close()
