"""Telling a visitor in a language that the visitor reads that there is no page to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions.tell_error import tell_error
from publisher.actions.workplace import Workplace
from publisher.answers.error_page import lost_region
from publisher.edges.project import Project
from publisher.wording.words import ENGLISH
from tests.fixtures.forms import GERMAN_ERRORS, bilingual
from tests.fixtures.houses import make


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return bilingual(tmp_path)


@pytest.mark.parametrize("status", [400, 404, 405, 408, 418, 429, 500, 502, 503])
def test_an_error_is_told_in_the_language_that_is_asked_for(project: Project, status: int) -> None:
    work = Workplace(project)
    english = tell_error(work, status, "/privacy/9/")
    german = tell_error(work, status, "/privacy/9/", "de-AT, en;q=0.5")
    assert '<html lang="en">' in english
    assert '<html lang="de">' in german
    assert any(words in german for words in GERMAN_ERRORS.values())
    assert tell_error(work, status, "/privacy/9/", "fr") == english, "the policy is not in French"


def test_the_built_page_says_so_in_its_own_frame(project: Project) -> None:
    project.built.mkdir(parents=True)
    built = f'<html lang="en"><nav>Menu</nav>{lost_region(ENGLISH)}<footer>End</footer></html>'
    (project.built / "404.html").write_text(built)
    work = Workplace(project)
    assert tell_error(work, 404, "/x/") == built
    german = tell_error(work, 404, "/x/", "de")
    assert '<div lang="de">' in german
    assert GERMAN_ERRORS[404] in german
    assert "There is no such page" not in german
    assert german.startswith('<html lang="en"><nav>Menu</nav>')
    assert german.endswith("<footer>End</footer></html>")


def test_there_is_a_page_whatever_else_is_amiss(tmp_path: Path) -> None:
    project = make(tmp_path)
    (project.versions / "privacy/2/release.toml").write_text("altered")
    assert "There is no such page" in tell_error(Workplace(project), 404, "/privacy/", "de")
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording/en.po").write_text("not a catalog")
    assert "Something went wrong" in tell_error(Workplace(project), 500, "/privacy/", "en")
    (tmp_path / "publisher.toml").write_text("[")
    assert "Something went wrong" in tell_error(Workplace(project), 500, "/\x00/", "\x00;q=é")
