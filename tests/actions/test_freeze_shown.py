"""`publisher freeze --dry-run -o FOLDER`: all that a freeze would seal, and what it looks like."""

from __future__ import annotations

import io
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from publisher.releases.folder import seal_of
from tests.fixtures.house import FACTS, SECTIONS, House, copied_house, git, later, make_house
from tests.fixtures.letters import read_message
from tests.fixtures.some import some
from tests.releases.test_translation import DECLARED, GERMAN, NEW_GERMAN

USE = SECTIONS["use.md"]
FOLLOWS = ("published", "revision")
"""What of `release.toml` is another at each freeze."""


def bilingual(house: House) -> None:
    """A committed draft with a German translation, and no release."""
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")


def shown(house: House, *words: str, folder: str = "look") -> dict[str, bytes]:
    """The files of a dry run, by path, which changes nothing else."""
    before = state(house)
    said = house.ok("freeze", *words, "--dry-run", "-o", str(house.root.parent / folder))
    assert f"open {house.root.parent / folder}/index.html" in said
    assert before == (
        git(house.root, "log", "--format=%H", "--all"),
        git(house.root, "status", "-s"),
    )
    return files_of(house.root.parent / folder)


def state(house: House) -> tuple[str, str]:
    """What git has, and what it has not."""
    return git(house.root, "log", "--format=%H", "--all"), git(house.root, "status", "--porcelain")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# ── the same as a freeze ─────────────────────────────────────────────────────────────────────────


def edited(house: House) -> None:
    """A material change, in German too, of which German is new in the letter."""
    house.write({"de/security.md": NEW_GERMAN})
    house.edit()


def respelt(house: House) -> None:
    house.write({"use.md": USE.replace("your orders", "your oders"), "notes/use.md": "A slip.\n"})
    house.commit("A slip")


def added(house: House) -> None:
    house.write(
        {"notes/_summary.md": "The letter before did not say that backups have them too.\n"}
    )
    house.commit("What was not said")


STEPS = (
    ("1", None, ("--effective", "unknown")),
    ("2", edited, ("--effective", later(60))),
    ("2.1", None, ("--effective", later(90), "--correction")),
    ("2.2", respelt, ("--effective", later(90), "--correction", "--unaffected", "de")),
    ("2.3", added, ("--effective", later(90), "--correction", "--supplement")),
)
"""The first release, an amendment, another day, a correction, what a letter did not say: each with
a translation."""


def test_a_freeze_seals_the_bytes_that_a_dry_run_shows(house: House) -> None:
    bilingual(house)
    for number, edit, words in STEPS:
        if edit:
            edit(house)
        found = shown(house, *words)
        house.ok("freeze", *words)
        sealed = files_of(house.root / "versions/privacy" / number)
        before = {
            name.removeprefix("release/"): data
            for name, data in found.items()
            if name.startswith("release/")
        }
        assert sealed.keys() == before.keys()
        differing = {name for name in sealed if sealed[name] != before[name]}
        documents = {name for name in sealed if name.endswith(".pdf")}
        assert len(documents) == 2
        assert differing <= {"release.toml", "SHA256SUMS", *documents}
        assert facts(sealed) == facts(before)
        for name in documents:
            assert content(sealed[name]) == content(before[name])
        telling = {name for name in sealed if name.startswith(("notice", "opt-out"))}
        assert bool(telling) == (number in ("2", "2.1", "2.3"))
        assert sums(sealed) == sums(before)


def facts(files: dict[str, bytes]) -> dict[str, Any]:
    """What `release.toml` says, but for what no two freezes have in common."""
    found = tomllib.loads(files["release.toml"].decode())
    kept = {name: value for name, value in found.items() if name not in FOLLOWS}
    assert len(kept) == len(found) - len(FOLLOWS)
    return kept


def sums(files: dict[str, bytes]) -> dict[str, str]:
    """The digests of all files that are the same at each freeze."""
    lines = (line.split("  ") for line in files["SHA256SUMS"].decode().splitlines())
    return {
        name: digest
        for digest, name in lines
        if name != "release.toml" and not name.endswith(".pdf")
    }


def content(pdf: bytes) -> list[Any]:
    """What a PDF says on its pages, and the files in it, without the moment of the freeze.

    Of the text for programs that travels in each, `published` follows from that moment; its size
    and digest, and the document's own identifier, follow from that.
    """
    read = PdfReader(io.BytesIO(pdf))
    pages = [page.extract_text() for page in read.pages]
    inside: dict[str, Any] = {name: data[0] for name, data in read.attachments.items()}
    (program,) = [name for name in inside if name.endswith(".json")]
    told = json.loads(inside.pop(program))
    told.pop("published")
    assert some(pages)[0]
    assert inside
    return [pages, inside, told]


def test_on_another_day_the_pdfs_print_another_day(tmp_path: Path) -> None:
    """Of the pages of a PDF, nothing but the day of publication follows from the freeze."""
    from tests.fixtures.sample import _at

    house = make_house(tmp_path / "house")
    words = ("freeze", "--effective", "2027-06-01", "--dry-run", "-o")
    pages = []
    for day in (1, 2):
        folder = tmp_path / f"look-{day}"
        house.ok(*words, str(folder), at=_at(2027, 1, day))
        pdf = PdfReader(folder / "release/policy.pdf")
        pages.append("\n".join(page.extract_text() for page in pdf.pages))
    assert pages[0] != pages[1]
    assert pages[0].replace("1 January 2027", "2 January 2027") == pages[1]


# ── what is in the folder ────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a dry run of an amendment wrote."""
    house = copied_house(tmp_path_factory.mktemp("shown") / "house", _amended)
    shown(house, "--effective", later(60))
    return house.root.parent / "look"


def _amended(house: House) -> None:
    bilingual(house)
    house.ok("freeze", "--effective", "unknown")
    edited(house)


def test_the_letter_is_the_one_with_the_seal_of_the_folder(look: Path) -> None:
    seal = seal_of((look / "release/SHA256SUMS").read_bytes())
    message = read_message((look / "letter.eml").read_bytes())
    assert seal in str(message["Policy-Release"])
    assert "privacy_2_0_sample" in str(message["Reply-To"])
    html, text = (look / "letter.html").read_text(), (look / "letter.txt").read_text()
    for kind, said in (("html", html), ("plain", text)):
        part = message.get_body((kind,))
        assert part is not None
        assert part.get_content().split() == said.split()
    assert "Longer keys protect your data better." in text
    pages = PdfReader(look / "letter.pdf").pages
    words = " ".join("".join(page.extract_text() for page in pages).split())
    assert "Longer keys protect your data better." in words
    done = subprocess.run(
        ["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=look / "release", check=False
    )
    assert done.returncode == 0


def test_every_page_of_it_needs_nothing_else(look: Path) -> None:
    pages = sorted(path.name for path in look.glob("*.html"))
    kinds = ("", ".de", ".again", ".again.de")
    expected = [f"letter{kind}.html" for kind in kinds] + ["index.html"]
    expected += [
        f"{n}{tag}.html" for n in ("form", "form.public", "redline") for tag in ("", ".de")
    ]
    assert pages == sorted(expected)
    for name in some(pages):
        html = (look / name).read_text()
        fetched = re.findall(r'<(?:img|script|link|iframe|source)\b[^>]*?\s(?:src|href)="', html)
        assert fetched == [], name
        assert "@import" not in html
        assert not re.search(r"url\((?!['\"]?data:)", html), name
    index = (look / "index.html").read_text()
    assert "<script" not in index
    here = {path.relative_to(look).as_posix() for path in look.rglob("*") if path.is_file()}
    linked = set(re.findall(r'<a href="([^"#]+)"', index))
    assert linked == here - {"index.html", ".preview", ".gitignore"}


def test_the_redline_is_in_the_language_of_the_text_that_it_shows(look: Path) -> None:
    said = {"": ("en", "Before", "version 1"), ".de": ("de", "Vorher", "Version 1")}
    for tag, (language, before, called) in said.items():
        page = (look / f"redline{tag}.html").read_text()
        assert f'<html lang="{language}"' in page
        assert before in page
        assert called in page
    assert "Before" not in (look / "redline.de.html").read_text()


def test_beyond_the_first_letter_and_form_the_page_is_folded(look: Path) -> None:
    index = (look / "index.html").read_text()
    assert "<details open" not in index
    folded = re.findall(r'<details><summary>Show it</summary>\n<div id="([^"]+)">', index)
    assert folded == ["letter-de", "letter-again", "letter-again-de", "form-de"]
    linked = set(re.findall(r'href="#([^"]+)"', index))
    assert {*folded, "letter", "form", "facts"} <= linked == set(re.findall(r' id="(.+?)"', index))


def test_a_first_release_has_no_letter_and_says_so(house: House) -> None:
    found = shown(house, "--effective", "unknown")
    assert not [name for name in found if name.startswith(("letter", "form", "redline"))]
    assert "nobody is told of this release" in found["index.html"].decode()


# ── where it is written ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "place",
    ["policy", "policy/privacy/look", "versions/look", "site/look", "build/site/look",
     ".git/look", ".publisher", "fonts", "wording/look", ".", "..", "link", "link/look",
     "pages/look", "out/look", "../.git/look"],
)  # fmt: skip
def test_a_folder_of_the_projects_own_is_refused(tmp_path: Path, place: str) -> None:
    house = make_house(tmp_path / "house")
    (house.root / "link").symlink_to(house.root / "policy")
    (tmp_path / ".git").mkdir()
    config = (house.root / "mkdocs.yml").read_text()
    (house.root / "mkdocs.yml").unlink()
    for was, now in (("docs_dir: site", "docs_dir: 'pages'"), ("build/site", "out # ours")):
        assert was in config
        config = config.replace(was, now)
    (house.root / "mkdocs.yml").write_text(config)
    (tmp_path / "other").write_text("kept")
    before = files_of(tmp_path)
    result = house.run(
        "freeze", "--effective", "unknown", "--dry-run", "-o", f"{house.root}/{place}"
    )
    assert result.exit_code == 2
    assert "-o FOLDER" in result.output
    assert files_of(tmp_path) == before


def test_only_what_a_preview_wrote_is_replaced(house: House) -> None:
    look, words = house.root / "look", ("freeze", "--effective", "unknown", "--dry-run", "-o")
    look.mkdir()
    (look / "mine.txt").write_text("mine")
    assert "`mine.txt` in it was not written" in house.run(*words, str(look)).output
    (look / "mine.txt").unlink()
    house.ok(*words, str(look))  # an empty folder is nobody's
    first = files_of(look)
    assert git(house.root, "status", "--porcelain") == "", "it stands in the way of no freeze"
    house.write({"use.md": USE.replace("30", "90")})
    house.commit()
    house.ok(*words, str(look))
    second = files_of(look)
    assert second["release/sections/use.md"] != first["release/sections/use.md"]
    for change in (_added, _altered, _linked):
        change(look)
        kept = files_of(look)
        result = house.run(*words, str(look))
        assert result.exit_code == 2
        assert "nothing was replaced" in result.output
        assert files_of(look) == kept
        _put_back(look, second)
    (look / "index.html").unlink()  # what is gone is lost to nobody
    house.ok(*words, str(look))
    assert files_of(look).keys() == second.keys()
    assert sorted(path.name for path in house.root.glob(".*.part")) == []


def _added(look: Path) -> None:
    (look / "release/remarks.txt").write_text("What our lawyer said.")


def _altered(look: Path) -> None:
    (look / "letter.txt").write_text("Corrected by hand.")


def _linked(look: Path) -> None:
    (look / "more").symlink_to("/")


def _put_back(look: Path, files: dict[str, bytes]) -> None:
    for path in _leaves(look):
        if path.relative_to(look).as_posix() not in files:
            path.unlink()
    for name, data in files.items():
        (look / name).write_bytes(data)


def _leaves(folder: Path) -> Iterator[Path]:
    yield from [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]


def test_a_folder_that_cannot_be_written_is_named(house: House) -> None:
    words = ("freeze", "--effective", "unknown", "--dry-run", "-o")
    result = house.run(*words, "/proc/look")
    assert result.exit_code == 2
    assert "/proc/look: cannot be written" in result.output


def test_what_a_freeze_refuses_is_refused_in_the_same_words(house: House) -> None:
    look = house.root.parent / "look"
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    for words in (("--effective", later(3)), ("--effective", later(60), "--correction")):
        refused = house.run("freeze", *words).output
        assert refused == house.run("freeze", *words, "--dry-run", "-o", str(look)).output
        assert "try:" in refused
    house.write({"use.md": USE.replace("30", "90")})
    words = ("--effective", later(60))
    assert house.run("freeze", *words).output == (
        house.run("freeze", *words, "--dry-run", "-o", str(look)).output
    )
    assert not look.exists()


def test_a_folder_is_for_a_dry_run_alone(house: House) -> None:
    result = house.run("freeze", "--effective", "unknown", "-o", str(house.root.parent / "look"))
    assert result.exit_code == 2
    assert "--dry-run" in result.output
    assert git(house.root, "tag") == ""
