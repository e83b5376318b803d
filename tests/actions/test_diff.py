"""`publisher diff`: any two versions, in every form, also without a project."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner, Result

from publisher.actions.generate import generate
from publisher.cli import command_line
from publisher.compare.diff_form import rebuild
from tests.fixtures.answers import at
from tests.fixtures.house import SECTIONS, House, copied_house, later


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
    assert "<del>128</del><ins>256</ins>-bit" in output


def test_html_stands_alone(amended: House, tmp_path: Path) -> None:
    target = tmp_path / "redline.html"
    amended.ok("diff", "--format", "html", "-o", str(target))
    page = target.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<del>" in page
    assert "http://" not in page.replace("http://127.0.0.1", "").replace("http://www.w3.org", "")


def test_html_for_machines_has_the_marks_alone(amended: House) -> None:
    output = amended.ok("diff", "--format", "html", "--bare")
    assert "<p>We encrypt your data with <del>128</del><ins>256</ins>-bit keys.</p>\n" in output
    assert "class=" not in output


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
    result = CliRunner().invoke(command_line, [*words, "--format", "json"])
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
        (("policy/nowhere.md",), "there is no file or folder `policy/nowhere.md`"),
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


def outside(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command_line, ["--project", str(folder), "diff", *words])


@pytest.mark.parametrize("data", [b"fine\n\xe9\n", b"fine\nbin\0ary\n"], ids=["latin", "binary"])
def test_a_file_that_is_no_utf8_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.md").write_bytes(data)
    result = outside(tmp_path, *[str(tmp_path / "a.md")] * 2)
    assert result.exit_code == 2
    assert "a.md:2: not UTF-8 text" in result.output


def test_a_folder_without_markdown(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")
    result = outside(tmp_path, str(tmp_path), str(tmp_path))
    assert result.exit_code == 2
    assert "the folder has no Markdown file" in result.output


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    result = outside(tmp_path, str(tmp_path / "a.md"), str(tmp_path / "b.md"))
    assert result.exit_code == 2
    assert "no file or folder" in result.output


@pytest.mark.parametrize("named", [(), ("a.md",)], ids=["nothing", "one file"])
def test_a_version_of_a_project_outside_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.md", "last", "draft"):
        (tmp_path / name).write_text("# Terms\n\nText.\n")
    result = outside(tmp_path, *named)
    assert result.exit_code == 2
    assert "there is no project here" in result.output
    assert "name two Markdown files or policy folders, or go to a project" in result.output
    assert "`" not in result.output


def test_files_are_called_by_what_tells_them_apart(tmp_path: Path) -> None:
    for folder, text in (("before", "# Terms\n\nold\n"), ("after", "# Terms\n\nnew\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "terms.md").write_text(text)
    files = [str(tmp_path / folder / "terms.md") for folder in ("before", "after")]
    output = CliRunner().invoke(command_line, ["diff", *files]).output
    assert output.startswith("Terms: before/terms.md → after/terms.md\n")


def test_a_file_of_any_name_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "OLD").write_bytes(b"\xef\xbb\xbf# Terms\n\nText.\n")
    (tmp_path / "2").write_bytes(b"# Terms\n\nText.\n")
    result = outside(tmp_path, str(tmp_path / "OLD"), str(tmp_path / "2"))
    assert result.exit_code == 0
    assert "No change." in result.output


def test_for_a_mail(amended: House) -> None:
    output = amended.ok("diff", "--format", "mail")
    assert "was: We encrypt your data with 128-bit keys." in output
    assert "now: We encrypt your data with 256-bit keys." in output


HELD = dt.datetime.now(dt.UTC) + dt.timedelta(days=62)
"""When the day of release 2 has come, and nothing is on record of its notice."""


def begun_while_held(house: House) -> None:
    """Release 2 is held, and another change is drafted."""
    house.freeze_two()
    text = SECTIONS["use.md"].replace("30 days", "20 days")
    notes = {"notes/security.md": "Longer keys.\n", "notes/use.md": "Shorter.\n"}
    house.write({"use.md": text, **notes})
    house.commit("Shorter")


def compared(said: str) -> str:
    """With which version the draft was compared, by the title of a comparison."""
    return said.split(": version ")[1].split(" ")[0]


def test_while_a_release_is_held_all_compare_with_what_a_freeze_does(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", begun_while_held)
    assert compared(house.ok("diff")) == "2"  # its day is to come
    result = house.run("diff", at=HELD)
    assert result.stdout.startswith("Privacy Policy: version 1 → draft\n2 sections amended")
    day = f"{HELD - dt.timedelta(days=2):%-d %B %Y}"
    why = (
        f"the draft is compared with version 1: version 2 was announced for {day}, and nothing is "
        "on record of its notice"
    )
    assert result.stderr == f"T{why[1:]}.\n"
    assert f"T{why[1:]}." in house.run("diff", "--format", "markdown", at=HELD).stdout
    assert house.run("--quiet", "diff", at=HELD).stderr == ""
    assert house.run("diff", "2", at=HELD).stderr == ""  # it was named
    said = " ".join(house.ok("check", at=HELD).split())
    assert f"policy/privacy: review: {why}" in said
    assert "publisher diff 2 draft" in said
    words = ("freeze", "--effective", later(200), "--dry-run")
    assert "  2 sections amended" in (frozen := house.ok(*words, at=HELD))
    assert "  it amends version 1, and goes past version 2, which does not apply" in frozen
    site = generate(at(house.project, HELD), draft=True)
    (page, changes) = (
        next(p for p in site.pages if p.path == f"privacy/draft/{name}")
        for name in ("", "changes/")
    )
    assert "Changes since version 1" in page.body().html
    assert why in page.body().html
    assert changes.title == "Privacy Policy: draft against version 1"


def test_past_a_release_that_was_retracted_too(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", begun_while_held)
    house.ok("retract", "2", "--why", "a slip", "--confirm")
    result = house.run("diff")
    assert compared(result.stdout) == "1"
    assert "with version 1: version 2 was retracted on" in result.stderr
    assert "with version 1: version 2 was retracted on" in " ".join(house.ok("check").split())
    house.ok("freeze", "--effective", later(60))
    assert house.run("diff").stderr == ""
    assert compared(house.ok("diff")) == "3"


def test_a_draft_that_is_the_held_text_is_compared_with_it(tmp_path: Path) -> None:
    """Nobody has begun another: `check` and `diff` say no change, and why."""
    house = copied_house(tmp_path / "house", House.freeze_two)
    result = house.run("diff", at=HELD)
    assert result.stdout == "Privacy Policy: version 2 → draft\nNo change.\n"
    assert result.stderr.startswith("The draft is version 2, word for word, and compared with it;")
    assert "another text is compared with version 1." in result.stderr
    assert "compared with" not in house.ok("check", at=HELD)


def test_two_files_need_no_git() -> None:
    """What a comparison of two files does not need takes no time: git, dates, pages."""
    code = (
        "import sys; from publisher.cli import command_line; import publisher.actions.diff, "
        "publisher.reports.terminal; "
        "print(*{'git', 'babel', 'sqlalchemy', 'mkdocs'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""
