"""The site by MkDocs alone: with our plugin it is the site, without it says that it is not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.fixtures.house import House, copied_house

NOT_THE_SITE = "This is not the site."


def mkdocs_build(house: House) -> str:
    """The home page as MkDocs builds it."""
    words = ["-m", "mkdocs", "build", "-q", "-d", str(house.root / "by-mkdocs")]
    done = subprocess.run([sys.executable, *words], cwd=house.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (house.root / "by-mkdocs/index.html").read_text("utf-8")


def own_file(house: House, name: str, text: str) -> None:
    """A file of the project in place of the link to ours."""
    path = house.root / name
    if not path.is_symlink():
        (house.root / Path(name).parts[0]).unlink()
        path.parent.mkdir(exist_ok=True)
    else:
        path.unlink()
    path.write_text(text, "utf-8")


@pytest.fixture
def released(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", House.freeze_two)


def test_without_the_plugin_the_page_says_that_it_is_not_the_site(released: House) -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert text.count("  publisher: {}\n") == 1
    own_file(released, "mkdocs.yml", text.replace("  publisher: {}\n", ""))
    page = mkdocs_build(released)
    assert NOT_THE_SITE in page
    assert "<code>publisher build</code>" in page
    assert not (released.root / "by-mkdocs/privacy").exists()


def test_with_the_plugin_the_policies_stand_in_its_place(released: House) -> None:
    page = mkdocs_build(released)
    assert NOT_THE_SITE not in page
    assert "policies -->" not in page
    assert re.search(r'<a href="privacy/">\s*Privacy Policy', page)
    found = (released.root / "by-mkdocs/search/search_index.json").read_text("utf-8")
    assert NOT_THE_SITE not in found


def test_a_page_with_the_place_alone_gets_the_policies_too(released: House) -> None:
    own_file(released, "site/index.md", "# Ours\n\n<!-- policies -->\n\nThe end.\n")
    page = mkdocs_build(released)
    assert 'href="privacy/"' in page
    assert "<p>The end.</p>" in page


def test_where_nobody_wrote_a_home_page_there_is_one_with_the_policies(released: House) -> None:
    own_file(released, "site/about.md", "# About us\n\nWe host.\n")
    settings = released.root / "publisher.toml"
    named = settings.read_text("utf-8").replace("Example Hosting GmbH", "R&D <b>*Hosting*</b>")
    settings.write_text(named, "utf-8")
    page = mkdocs_build(released)
    called = "Policies of R&amp;D &lt;b&gt;*Hosting*&lt;/b&gt;"
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == [called]
    assert f"<title>{called} - " in page
    assert 'href="privacy/"' in page
    assert NOT_THE_SITE not in page
    assert "We host." in (released.root / "by-mkdocs/about/index.html").read_text("utf-8")


def test_a_home_page_in_html_stays(released: House) -> None:
    own_file(released, "site/index.html", "<!doctype html><title>Ours</title>")
    assert mkdocs_build(released) == "<!doctype html><title>Ours</title>"


def test_an_altered_release_is_refused_without_a_traceback(released: House) -> None:
    path = released.root / "versions/privacy/1/sections/security.md"
    assert path.is_file(), sorted(path.parent.iterdir())
    path.write_text(path.read_text("utf-8").replace("128", "64"), "utf-8")
    words = [sys.executable, "-m", "mkdocs", "build", "-q"]
    done = subprocess.run(words, cwd=released.root, capture_output=True, text=True)
    assert done.returncode != 0
    assert "security.md" in done.stderr
    assert "Traceback" not in done.stderr
