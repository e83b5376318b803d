"""What is kept between builds: never a wrong page, and each release costs the same.

A project with texts of the past is built again and again, each time with something wrong with what
was kept; whatever that is, the site is the same to the byte.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from publisher.actions.build import build
from publisher.actions.workplace import Workplace
from publisher.edges import build_cache
from publisher.edges.mkdocs import frames, plugin
from publisher.edges.project import Project
from publisher.edges.up_to_date import Built
from tests.fixtures.house import House, git, make_house

DAY = dt.date(2026, 12, 24)
USE = "We use your data for your orders, {0}, and for nothing else that you did not ask for.\n"


def commit(folder: Path, number: int) -> None:
    """One more text of the past."""
    parts = [f"# Terms\n\n## Use\n\n{USE.format('and no ' * number)}"]
    parts += [
        f"## Part {n}\n\nThis is part {n}.\n\n1. One\n2. Two\n" for n in range(1, 4 + number % 2)
    ]
    (folder / "terms.md").write_text("\n".join(parts))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", f"Text {number}", "--date", f"2026-01-{number:02}T12:00:00Z")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with four texts of the past."""
    folder = tmp_path_factory.mktemp("past") / "history"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "Tests")
    git(folder, "config", "user.email", "tests@hosting.example")
    for number in range(1, 5):
        commit(folder, number)
    return folder


@pytest.fixture(scope="module")
def house(past: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A project with those texts, built once."""
    made = make_house(tmp_path_factory.mktemp("sealed") / "house")
    made.ok("import", "--history", str(past), "terms.md", "--policy", "terms")
    build(Workplace(made.project), DAY)
    return made


@pytest.fixture
def again(house: House, tmp_path: Path) -> Callable[[], Built]:
    """Builds it once more, in a copy with its own cache, also where nothing has changed."""
    root = tmp_path / "again"
    shutil.copytree(house.root, root, symlinks=True)

    def act() -> Built:
        (root / ".publisher/cache/site.json").unlink(missing_ok=True)
        return build(Workplace(Project(root)), DAY)

    return act


def cache(built: Built) -> list[Path]:
    found = sorted((built.folder.parents[1] / ".publisher/cache/site").glob("*.kept"))
    assert found
    return found


def differences(one: Path, other: Path) -> str:
    """What `diff` finds between two sites; the day of the build stands in none of them."""
    command = ["diff", "-rq", "-x", "sitemap.xml.gz", str(one), str(other)]
    return subprocess.run(command, capture_output=True, text=True).stdout


def test_what_was_kept_makes_the_same_site(house: House, again: Callable[[], Built]) -> None:
    built = again()
    assert built.changed == 0
    assert not differences(house.project.built, built.folder)


HARMS: dict[str, Callable[[Path], object]] = {
    "deleted": lambda path: path.unlink(),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "another's": lambda path: path.write_bytes(bytes(32) + b"something else"),
    "altered": lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]),
}
EVERY, SECOND, OTHER = slice(None), slice(None, None, 2), slice(1, None, 2)


@pytest.mark.parametrize(
    ("harm", "which"),
    [(name, EVERY) for name in HARMS] + [("deleted", SECOND), ("deleted", OTHER)],
)
def test_a_spoilt_cache_makes_the_same_site(
    house: House, again: Callable[[], Built], harm: str, which: slice
) -> None:
    for path in cache(again())[which]:
        HARMS[harm](path)
    built = again()
    assert built.changed == 0
    assert not differences(house.project.built, built.folder)


def test_what_another_program_kept_is_of_no_use(
    house: House, again: Callable[[], Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(cache(again()))
    monkeypatch.setattr(build_cache, "_program", lambda: b"another program")
    built = again()
    assert len(set(cache(built)) - before) == len(before), "all was made anew, beside the old"
    assert not differences(house.project.built, built.folder)


def test_a_cache_shared_by_two_builds_makes_the_same_site(house: House, tmp_path: Path) -> None:
    """Two builds at the same time, of two days, with one empty cache."""
    roots = [tmp_path / name for name in ("one", "two")]
    for root in roots:
        shutil.copytree(house.root, root, symlinks=True, ignore=shutil.ignore_patterns("cache"))
    shared = tmp_path / "cache"
    for root in roots:
        (root / ".publisher").mkdir(exist_ok=True)
        (root / ".publisher/cache").symlink_to(shared)
    shared.mkdir()
    command = "from publisher.cli import command_line; command_line()"

    def run(root: Path) -> subprocess.CompletedProcess[str]:
        import sys

        words = [sys.executable, "-c", command, "--project", str(root), "build"]
        words += ["--as-of", DAY.isoformat()]
        return subprocess.run(words, capture_output=True, text=True)

    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(run, roots):
            assert done.returncode == 0, done.stderr
    for root in roots:
        assert not differences(house.project.built, root / "build/site")


def test_a_frame_holds_what_the_theme_would_have_written(
    house: House, again: Callable[[], Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames.Frames, "_frame", lambda *_: None)
    assert not differences(house.project.built, again().folder)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("{{ page.title | length }} letters", "{length} letters"),
        ("{{ (page or {}).url }}", "terms/{number}/"),
    ],
)
def test_a_theme_that_does_more_than_a_frame_can_renders_every_page(
    house: House, tmp_path: Path, own: str, told: str
) -> None:
    root = tmp_path / "own"
    shutil.copytree(house.root, root, symlinks=True)
    text = (root / "mkdocs.yml").read_text()
    (root / "mkdocs.yml").unlink()
    (root / "mkdocs.yml").write_text(
        text.replace("  name: material\n", "  name: material\n  custom_dir: own\n")
    )
    (root / "own").mkdir()
    (root / "own/main.html").write_text(
        f'{{% extends "base.html" %}}{{% block footer %}}<p class="own">{own}</p>{{% endblock %}}'
    )
    folder = build(Workplace(Project(root)), DAY).folder
    for number in (1, 2, 3, 4):
        page = (folder / f"terms/{number}/index.html").read_text()
        said = told.format(number=number, length=len(f"Terms, version {number}"))
        assert f'<p class="own">{said}</p>' in page
        page = (folder / f"terms/{number}/changes/index.html").read_text() if number > 1 else ""
        assert number == 1 or '<p class="own">' in page


BOX = re.compile(r'<div class="pp-box .*?</div>\n', re.DOTALL)
"""What is in force and what is coming, which every page says."""


def test_one_more_version_changes_the_first_box_alone_on_pages_of_versions_before_it(
    past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    act = plugin.SitePlugin.on_post_page

    def watched(self: plugin.SitePlugin, output: str, **facts: Any) -> str:
        rendered.append(facts["page"].url)
        return act(self, output, **facts)

    monkeypatch.setattr(plugin.SitePlugin, "on_post_page", watched)
    history = tmp_path / "history"
    shutil.copytree(past, history)
    house = make_house(tmp_path / "house")
    counts: list[int] = []
    sizes: list[int] = []
    before: dict[Path, str] = {}
    for number in range(4, 8):
        if number > 4:
            commit(history, number)
        house.ok("import", "--history", str(history), "terms.md", "--policy", "terms")
        rendered.clear()
        build(Workplace(house.project), DAY)
        pages = {
            path.relative_to(house.project.built): BOX.sub("", path.read_text("utf-8"))
            for path in house.project.built.rglob("*.html")
        }
        counts.append(sum(before.get(path) != text for path, text in pages.items()))
        before = pages
        assert len(rendered) == 6, "to MkDocs the home page and those that stay are pages"
        sizes.append((house.project.built / "terms/1/index.html").stat().st_size)
    assert len(set(counts[1:])) == 1
    assert len(set(sizes)) == 1, "the page of a version does not grow"
    assert counts[1] <= 12
