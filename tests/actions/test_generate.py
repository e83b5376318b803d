"""The generated part of the site, as a build and a plain `mkdocs build` ask for it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from publisher.actions.generate import generate
from publisher.actions.workplace import Workplace
from publisher.errors import SealError
from tests.fixtures.house import House, copied_house

DAY = dt.date(2026, 12, 24)


@pytest.fixture
def released(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", House.freeze_two)


def paths(house: House, *, draft: bool = False) -> set[str]:
    return {page.path for page in generate(Workplace(house.project), DAY, draft=draft).pages}


def test_drafts_are_pages_of_a_preview_alone(released: House) -> None:
    public, preview = paths(released), paths(released, draft=True)
    assert {"privacy/", "privacy/2/changes/"} <= public
    assert preview - public == {"privacy/draft/", "privacy/draft/changes/"}
    assert public <= preview


def test_where_nothing_can_be_frozen_the_preview_says_why(released: House) -> None:
    made = generate(Workplace(released.project), DAY, draft=True)
    page = made.files["privacy/draft/freeze/index.html"]().decode()
    assert "cannot be shown yet" in page
    assert re.search(r"<main>\n<p>[^<]{15,}</p>\n<p>Try: [^<]{9,}</p>", page)
    assert 'href="../"' in page
    facts = released.root / "policy/privacy/policy.toml"
    facts.write_text("title =")
    broken = generate(Workplace(released.project), DAY, draft=True)
    assert "policy.toml:1" in broken.files["privacy/draft/freeze/index.html"]().decode()


def test_each_file_can_be_made_and_none_is_empty(released: House) -> None:
    made = generate(Workplace(released.project), DAY)
    assert {"privacy/1/policy.pdf", "privacy/2/changes.json", "feed.atom"} <= set(made.files)
    assert [path for path, make in made.files.items() if not make()] == []
    frozen = (released.root / "versions/privacy/1/policy.pdf").read_bytes()
    assert made.files["privacy/1/policy.pdf"]() == frozen


def test_progress_is_told_of_each_version_and_each_pdf(released: House) -> None:
    heard: list[tuple[str, int, int]] = []
    made = generate(Workplace(released.project), DAY, lambda *what: heard.append(what))
    assert heard[0] == ("versions", 0, 2)
    assert heard[-1] == ("PDFs", made.documents, made.documents)
    assert made.documents == 5


def test_nothing_is_generated_from_an_altered_release(released: House) -> None:
    path = released.root / "versions/privacy/1/sections/security.md"
    path.write_text(path.read_text("utf-8").replace("128", "64"), "utf-8")
    with pytest.raises(SealError) as caught:
        generate(Workplace(released.project), DAY)
    assert "security.md" in caught.value.where
