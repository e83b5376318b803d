"""Every word on a built page is the policy's, or comes from a catalog: one marks what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog

from publisher.edges.catalogs import program_messages
from publisher.wording.catalogs import read_catalog
from publisher.wording.laid_down import catalog_to_fill
from tests.fixtures import messages
from tests.fixtures.house import CONFIGURATION, House, later, make_house, today
from tests.fixtures.some import some

FACTS = """
title = "Lorem Ipsum"
contact = "privacy@hosting.example"
sections = ["use.md", "table.md", "contact.md"]

[notice]
days = 30

[opt_out]
effect = "Dolor sit amet."

[translations.de]
title = "Dolor Amet"
precedence = "Consectetur adipiscing."
lagging = "Elit sed."
"""
USE = "## Nunc Vitae {#use}\n\nDuis aute irure, vide [magna](#table). Velit esse cillum.\n"
TABLE = "## Magna {#table}\n\n| Quis | Nisi |\n| --- | --- |\n| Culpa | 30 |\n| Anim | 40 |\n"
CONTACT = "## Fugiat {#contact}\n\n1. Nulla pariatur.\n2. Excepteur sint.\n\n> “Occaecat”\n"
SECTIONS = {"use.md": USE, "table.md": TABLE, "contact.md": CONTACT}
ENDS = "⟦", "⟧"


def marked(tag: str) -> bytes:
    """A catalog whose entries say the message between marks."""
    laid_down = catalog_to_fill(tag, program_messages(), None, None, f"{tag}.po")
    catalog: Catalog = read_catalog(laid_down.data, tag, f"{tag}.po")
    for entry in catalog:
        if isinstance(entry.id, str):
            entry.string = f"{ENDS[0]}{entry.id}{ENDS[1]}" if entry.id else entry.string
        else:
            count = len(messages.strings_of(entry))
            entry.string = tuple(f"{ENDS[0]}{entry.id[1]}{ENDS[1]}" for _ in range(count))
    return messages.written(catalog)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a policy with a correction, a release to come, and a translation that lags."""
    house: House = make_house(tmp_path_factory.mktemp("marked") / "house", CONFIGURATION)
    for name in ("use.md", "security.md", "contact.md"):
        (house.root / "policy/privacy" / name).unlink()
    german = {f"de/{name}": text.replace("Nulla", "Nullus") for name, text in SECTIONS.items()}
    house.write({"policy.toml": FACTS, **SECTIONS, **german})
    for tag in ("en", "de"):
        place = house.root / f"wording/{tag}.po"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(marked(tag))
    house.commit()
    house.ok("freeze", "--effective", "2020-01-01")
    mended = CONTACT.replace("Excepteur", "Exceptur")
    house.write({"contact.md": mended, "notes/contact.md": "Laborum.\n"})
    house.commit()
    house.ok("freeze", "--effective", today().isoformat(), "--correction", "--lagging", "de")
    house.write(
        {
            "use.md": USE.replace("irure, ", ""),
            "table.md": TABLE.replace("| Anim | 40 |\n", "| Anim id | 50 |\n| Est | 7 |\n"),
            "contact.md": CONTACT.replace("Fugiat", "Est Fugiat"),
            "new.md": "## Cillum {#new}\n\nNulla pariatur.\n",
            "policy.toml": FACTS.replace('"use.md", ', "").replace(
                't.md"]', 't.md", "new.md", "use.md"]'
            ),
            "notes/new.md": "Laborum.\n",
            "notes/table.md": "Laborum.\n",
            "notes/use.md": "Laborum.\n",
            "notes/contact.md": "Laborum.\n",
        }
    )
    house.commit()
    house.ok("freeze", "--effective", later(60), "--lagging", "de")
    house.ok("build")
    return house.root / "build/site"


SHOWN = ("aria-label", "aria-description", "title", "alt", "placeholder", "content", "label")


class _Reading(HTMLParser):
    """What is read of a page, or said by who reads it out, in the page's own part."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside = ""
        self._article = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._article += tag == "article"
        self._inside = tag
        if self._article or tag == "meta":
            given = dict(attrs)
            if tag != "meta" or given.get("name") == "description":
                self.said += [given[name] or "" for name in SHOWN if name in given]

    def handle_endtag(self, tag: str) -> None:
        self._article -= tag == "article"
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title" or (
            self._article and self._inside not in ("script", "style", "code")
        ):
            self.said.append(data)


def _unmarked(text: str) -> str:
    """What stands between no marks; what a message has in it may be marked too."""
    kept, depth = [], 0
    for sign in text:
        depth += sign == ENDS[0]
        if not depth:
            kept.append(sign)
        depth -= sign == ENDS[1]
    return "".join(kept)


def _known() -> set[str]:
    """Words of the policy, of its organisation, of days, and names of formats."""
    own = " ".join(
        [FACTS, *SECTIONS.values(), CONFIGURATION, "Nullus Exceptur Laborum Cillum Est id"]
    )
    months = " ".join(
        name
        for tag in ("en", "de")
        for way in Locale(tag).months["format"].values()
        for name in way.values()
    )
    formats = "Markdown PDF UTC SHA JSON XML Atom Memento Akoma Ntoso English German Deutsch"
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", f"{own} {months} {formats}")}


def _left(page: str) -> Iterator[str]:
    reading = _Reading()
    reading.feed(page)
    known = _known()
    for piece in _unmarked("\0".join(reading.said)).split("\0"):
        words = re.findall(r"(?<![\w#./-])[^\W\d_]{2,}(?![\w/]|\.\w)", unescape(piece))
        if [word for word in words if word.lower() not in known]:
            yield " ".join(piece.split())


def test_no_word_on_a_page_comes_from_elsewhere(built: Path) -> None:
    pages = some(built.rglob("*.html"))
    found: dict[str, set[str]] = {}
    for page in pages:
        place = page.relative_to(built).as_posix()
        if "/notice/" in place or "/opt-out/" in place or not place.startswith("privacy/"):
            continue  # made of templates
        for left in _left(page.read_text("utf-8")):
            found.setdefault(left, set()).add(place)
    assert not found, "\n".join(f"{text!r}: {min(where)}" for text, where in found.items())


def test_marks_are_on_the_pages(built: Path) -> None:
    page = (built / "privacy/history/index.html").read_text("utf-8")
    assert page.count(ENDS[0]) > 20
