"""`publisher diff`: any two versions, in every form, also without a project."""

from __future__ import annotations

import json
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner

from publisher.cli import main
from publisher.report import rebuild
from tests.conftest import SECTIONS, House


@pytest.fixture
def amended(house: House) -> House:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    return house


def test_the_last_release_against_the_draft(amended: House) -> None:
    output = amended.ok("diff")
    assert output.startswith("Privacy Policy: version 1 → draft\n")
    assert "[-128-]{+256+}-bit" in output
    assert "\x1b" not in output


def test_every_way_to_name_a_version(amended: House) -> None:
    for old in ("1", "git:HEAD~1", "git:privacy/1", str(amended.root / "versions/privacy/1")):
        for new in ("draft", "git:HEAD", str(amended.root / "policy/privacy")):
            assert "[-128-]{+256+}-bit" in amended.ok("diff", old, new), (old, new)


def test_json_rebuilds_both_drafts(amended: House) -> None:
    old, new = rebuild(amended.ok("diff", "--format", "json"))
    assert old == SECTIONS
    assert new["security.md"] == (amended.root / "policy/privacy/security.md").read_text()


def test_markdown_for_a_pull_request(amended: House) -> None:
    output = amended.ok("diff", "--format", "markdown")
    assert "| Security | amended | +1 −1 | Longer keys protect your data better. |" in output
    assert "~~128~~**256**-bit" in output


def test_html_stands_alone(amended: House, tmp_path: Path) -> None:
    target = tmp_path / "redline.html"
    amended.ok("diff", "--format", "html", "-o", str(target))
    page = target.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<del>" in page
    assert "http://" not in page.replace("http://127.0.0.1", "").replace("http://www.w3.org", "")


def test_pdf_reads_back(amended: House, tmp_path: Path) -> None:
    target = tmp_path / "redline.pdf"
    amended.ok("diff", "--format", "pdf", "-o", str(target))
    text = "".join(page.extract_text() for page in pypdf.PdfReader(target).pages)
    assert "128" in text
    assert "256" in text
    assert "Longer keys protect your data better." in " ".join(text.split())


def test_two_files_without_a_project(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("# Terms\n\nYou may not copy it.\n")
    (tmp_path / "new.md").write_text("# Terms\n\nYou may copy it.\n")
    words = ["--project", str(tmp_path), "diff", str(tmp_path / "old.md"), str(tmp_path / "new.md")]
    result = CliRunner().invoke(main, [*words, "--format", "json"])
    assert result.exit_code == 0
    value = json.loads(result.output)
    assert value["words"] == {"inserted": 0, "deleted": 1, "moved": 0}
    assert value["seconds"] >= 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("7",), "there is no release 7; there are: 1"),
        (("git:nowhere",), "git knows no revision `nowhere`"),
        (("nonsense",), "name a release number, draft, git:REV or a path"),
    ],
)
def test_a_version_that_is_not_there(amended: House, words: tuple[str, ...], told: str) -> None:
    result = amended.run("diff", *words)
    assert result.exit_code == 2
    assert told in result.output


def test_before_the_first_release(house: House) -> None:
    result = house.run("diff")
    assert result.exit_code == 2
    assert "there is no release yet" in result.output


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"fine\n\xe9\n")
    words = ["--project", str(tmp_path), "diff", str(tmp_path / "a.md"), str(tmp_path / "a.md")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "a.md:2" in result.output
