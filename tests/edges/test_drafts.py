"""A draft is read as git has it: its names live in every clone, its line ends are those of git."""

from __future__ import annotations

import os
import re
import subprocess
import unicodedata
from pathlib import Path

import pytest

from publisher.checks.name_findings import check_names
from publisher.edges.project import read_folder
from tests.actions.test_import_history import make_past
from tests.fixtures.house import FACTS, SECTIONS, House

USE, SECURITY = SECTIONS["use.md"], SECTIONS["security.md"]
NFD, NFC = (unicodedata.normalize(form, "größe.md") for form in ("NFD", "NFC"))
GERMAN = '\n[translations.de]\ntitle = "Datenschutz"\nprecedence = "Englisch gilt."\n'


def listed(*names: str) -> str:
    """A `policy.toml` with sections of these names."""
    sections = ", ".join(f'"{name}"' for name in names)
    return FACTS.replace('"use.md", "security.md", "contact.md"', sections)


def renamed(old: str, new: str) -> str:
    """A `policy.toml` with a section of another name."""
    return FACTS.replace(f'"{old}"', f'"{new}"')


def found(house: House) -> str:
    """What `check` finds, in one line; it finds errors, and so a freeze is refused."""
    result = house.run("check")
    assert result.exit_code == 1, result.output
    house.commit()
    assert house.run("freeze", "--effective", "unknown").exit_code == 2
    assert not (house.root / "versions").exists()
    return " ".join(result.output.split())


# ── names ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["con.md", "aux.de.md", "Nul.md", "com1.md", "lpt9.md", "com¹.md"])
def test_a_name_that_windows_keeps_for_a_device(house: House, name: str) -> None:
    (house.root / "policy/privacy/use.md").unlink()
    house.write({"policy.toml": renamed("use.md", name), name: USE})
    told = found(house)
    assert f"policy/privacy/{name}: error: Windows keeps" in told
    assert "give it another name" in told


@pytest.mark.parametrize("name", ["cone.md", "console.md", "my-con.md", "com10.md", "com.md"])
def test_names_that_look_like_one(house: House, name: str) -> None:
    (house.root / "policy/privacy/use.md").unlink()
    house.write({"policy.toml": renamed("use.md", name), name: USE})
    house.ok("check")


def test_a_note_on_a_section_whose_anchor_is_a_device(house: House) -> None:
    house.write({"use.md": USE.replace("{#use}", "{#con}"), "notes/con.md": "Why.\n"})
    told = found(house)
    assert "policy/privacy/notes/con.md: error: Windows keeps `con`" in told
    assert "notes/_summary.md" in told


def test_a_policy_whose_id_is_a_device(house: House) -> None:
    (house.root / "policy/privacy").rename(house.root / "policy/aux")
    told = found(house)
    assert "policy/aux: error: Windows keeps `aux` for a device" in told


@pytest.mark.parametrize("name", ["notes/use .md", "notes/a:b.md", "notes./x.md", "notes/x\\y.md"])
def test_a_name_that_windows_cannot_have(house: House, name: str) -> None:
    house.write({name: "Why.\n"})
    told = found(house)
    assert ("Windows cannot have a file of this name" in told) is (name != "notes/use .md")


@pytest.mark.parametrize("name", ["x" * 101 + ".md", "ö" * 100 + ".md"])
def test_a_name_that_is_too_long(house: House, name: str) -> None:
    (house.root / "policy/privacy/use.md").unlink()
    house.write({"policy.toml": renamed("use.md", name), name: USE})
    assert "characters; not every clone takes over 100" in found(house)


def test_names_that_differ_by_case(house: House) -> None:
    other = USE.replace("#use", "#use-2")
    names = ("use.md", "Use.md", "security.md", "contact.md")
    house.write({"policy.toml": listed(*names), "Use.md": other})
    told = found(house)
    assert "policy/privacy/use.md: error: is one file with `Use.md` on macOS and Windows" in told
    assert told.count("is one file") == 1


def test_folders_that_differ_by_case(house: House) -> None:
    house.write({"policy.toml": FACTS + GERMAN, "de/use.md": USE, "DE/security.md": SECURITY})
    told = found(house)
    assert "policy/privacy/de: error: is one file with `DE`" in told
    assert told.count("is one file") == 1


def test_names_that_differ_by_how_an_accent_is_written(house: House) -> None:
    names = (NFC, NFD, "security.md", "contact.md")
    other = USE.replace("#use", "#use-2")
    (house.root / "policy/privacy/use.md").unlink()
    house.write({"policy.toml": listed(*names), NFC: USE, NFD: other})
    told = found(house)
    assert r"is one file with `gro\xcc\x88\xc3\x9fe.md`" in told


def test_an_accent_on_disk_that_is_a_sign_of_its_own(house: House) -> None:
    """As some programs of macOS write it; the remedy works as it is printed."""
    (house.root / "policy/privacy/use.md").unlink()
    house.write({"policy.toml": renamed("use.md", NFC), NFD: USE})
    told = found(house)
    assert f"policy.toml:4: error: `{NFC}` is listed, and the file writes its accents" in told
    assert "policy.toml does not list" not in told
    remedy = re.search(r"git mv \$'policy.*?' \$'.*?'", told)
    assert remedy
    subprocess.run(["bash", "-c", remedy[0]], cwd=house.root, check=True)
    house.commit()
    assert house.ok("check") == ""
    house.ok("freeze", "--effective", "unknown")
    assert (house.root / "versions/privacy/1/sections" / NFC).is_file()


def test_an_accent_in_the_list_that_is_a_sign_of_its_own(house: House) -> None:
    (house.root / "policy/privacy/use.md").unlink()
    house.write({"policy.toml": renamed("use.md", NFD), NFC: USE})
    told = found(house)
    assert r"is listed with accents as signs of their own: gro\xcc\x88\xc3\x9fe.md" in told
    assert "type the name anew" in told
    house.write({"policy.toml": renamed("use.md", NFC)})
    assert house.ok("check") == ""


def test_a_file_that_is_listed_in_another_case(house: House) -> None:
    house.write({"policy.toml": renamed("use.md", "Use.md")})
    told = found(house)
    assert "`Use.md` is listed, and the file is called `use.md`" in told
    assert "does not list" not in told


def test_a_name_that_is_not_utf_8(house: House) -> None:
    (house.root / "policy/privacy" / os.fsdecode(b"gr\xf6\xdfe.md")).write_text(USE)
    assert r"its name is not UTF-8: gr\xf6\xdfe.md" in found(house)


def test_an_import_makes_no_such_names(house: House, tmp_path: Path) -> None:
    """Sections are called by their anchors, which are made of their headings, or were there."""
    past = make_past(tmp_path / "past")
    long = "x" * 300
    past.texts(
        "# Terms\n\nHello.\n\n## Con\n\nOne.\n\n## Aux {#aux}\n\nTwo.\n\n"
        f"## Long {{#{long}}}\n\nThree.\n"
    )
    history = ("import", "--history", str(past.root), "terms.md")
    refused = house.run(*history, "--policy", "nul")
    assert refused.exit_code == 2
    assert "Windows keeps `nul` for a device" in refused.output
    house.ok(*history)
    sections = house.root / "versions/terms/1/sections"
    names = [path.name for path in sections.iterdir()]
    assert {"con-2.md", "aux-section.md"} <= set(names)
    assert check_names("terms", names, "policy/terms") == []
    assert "{#aux}" in (sections / "aux-section.md").read_text()
    assert "error" not in house.ok("--policy", "terms", "verify")
    assert "Nothing new" in house.ok(*history)


# ── what is no file ──────────────────────────────────────────────────────────────────────────────


def test_links_that_lead_round_in_circles(house: House) -> None:
    """There are more ways through them than anybody can go."""
    draft = house.root / "policy/privacy"
    for name in ("a", "b", "c"):
        (draft / name).symlink_to(".")
    (draft / "x.md").symlink_to("y.md")
    (draft / "y.md").symlink_to("x.md")
    told = found(house)
    assert "policy/privacy/a: error: is a link to a folder" in told
    assert "policy/privacy/x.md: error: is a link that leads to no file" in told
    for words in (("diff", "draft", "draft"), ("diff", str(draft), str(draft))):
        house.run(*words)


def test_a_link_to_a_text_elsewhere_and_its_remedy(house: House, tmp_path: Path) -> None:
    """Git keeps where it leads, and not what is there."""
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_text(USE)
    section = house.root / "policy/privacy/use.md"
    section.unlink()
    section.symlink_to(elsewhere)
    told = found(house)
    assert "policy/privacy/use.md: error: is a link; git has no text of it" in told
    remedy = told.partition("try: ")[2].partition(" 1 error")[0]
    subprocess.run(remedy, shell=True, cwd=house.root, check=True)
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    house.ok("verify")


def test_a_folder_behind_a_link(house: House, tmp_path: Path) -> None:
    draft = house.root / "policy/privacy"
    draft.rename(tmp_path / "elsewhere")
    draft.symlink_to(tmp_path / "elsewhere")
    assert "policy/privacy: error: is a link to a folder" in found(house)


@pytest.mark.parametrize("name", ["use.md", "pipe", "notes/use.md"])
def test_a_pipe_in_place_of_a_file(house: House, name: str) -> None:
    """Nobody waits for somebody who writes into it."""
    path = house.root / "policy/privacy" / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert f"policy/privacy/{name}: error: is neither a file nor a folder" in " ".join(
        house.run("check").output.split()
    )
    assert house.run("freeze", "--effective", "unknown").exit_code == 2


def test_a_folder_is_read_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("a.md", ".b.md", "c.md~", "d/e.md", ".f/g.md", "h~/i.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link.md").symlink_to("a.md")
    (tmp_path / "linked").symlink_to("d")
    assert list(read_folder(tmp_path)) == ["a.md", "d/e.md", "link.md"]


# ── line ends ────────────────────────────────────────────────────────────────────────────────────


def with_line_ends(house: House, name: str = "") -> None:
    """Turns the line ends of files on disk, as a checkout under `core.autocrlf` does."""
    for path in (house.root / "policy/privacy").rglob(name or "*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def test_what_was_committed_with_other_line_ends(house: House) -> None:
    """As an editor on Windows writes them, without `core.autocrlf`."""
    house.edit()
    with_line_ends(house)
    house.commit()
    assert house.ok("check") == ""
    house.ok("freeze", "--effective", "unknown")
    frozen = house.root / "versions/privacy/1"
    assert (frozen / "sections/use.md").read_bytes() == USE.encode()
    assert b"\r" not in (frozen / "release.toml").read_bytes()
    assert house.ok("verify").startswith("privacy: 1 release(s) checked")
    for old in ("1", "git:HEAD"):
        assert "No change." in house.ok("diff", old, "draft")


def test_a_carriage_return_that_stands_alone_is_told(house: House) -> None:
    house.write({"use.md": USE.replace("data", "da\rta", 1)})
    assert "policy/privacy/use.md:3: error: a line ends with a carriage return" in found(house)
