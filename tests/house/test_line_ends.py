"""Clones in which git wrote other line ends than were committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.test_import_history import ONE, make_past
from tests.fixtures.git_setups import (
    COMMANDS,
    EDITED,
    SOON,
    do,
    of_clone,
    printed,
    sound,
)
from tests.fixtures.house import House, copied_house, git

LINE_ENDS = {
    "autocrlf": ("-c", "core.autocrlf=true"),
    "input": ("-c", "core.autocrlf=input"),
    "eol": ("-c", "core.eol=crlf"),
}


@pytest.mark.parametrize("attributes", ["", "* text=auto\n", "*.md text eol=crlf\n"])
@pytest.mark.parametrize("name", LINE_ENDS)
def test_clones_with_other_line_ends(name: str, attributes: str, tmp_path: Path) -> None:
    """Whatever the checkout makes of them, a draft is what git has, a release what was sealed."""
    origin = copied_house(tmp_path / "house", House.freeze_two)
    text = f"# What every clone does\n{attributes}versions/** -text -merge\n"
    (origin.root / ".gitattributes").write_text(text)
    origin.commit("Attributes")
    house = of_clone(origin, tmp_path, *LINE_ENDS[name])
    for word in LINE_ENDS[name][1::2]:
        git(house.root, "config", *word.split("="))
    house.write({name: text.replace("\n", "\r\n") for name, text in EDITED.items()})
    git(house.root, "add", "-A")
    git(house.root, "commit", "-q", "-m", "Sooner")
    assert house.ok("check") == ""
    assert "1 word added" in house.ok("diff")
    house.ok(*COMMANDS["freeze"])
    frozen = house.root / "versions/privacy/3"
    assert (frozen / "sections/contact.md").read_text("utf-8") == SOON
    assert b"\r" not in (frozen / "sections/contact.md").read_bytes()
    sound(house, 3)
    assert house.ok("check") == ""
    git(house.root, "push", "-q", "origin", "HEAD:other", "--tags")
    git(origin.root, "merge", "-q", "other")
    sound(origin, 3)


def test_a_text_of_the_past_and_a_clone_with_other_line_ends(tmp_path: Path) -> None:
    """A draft that is the text of the last import follows the next one; nothing is left to do."""
    origin = copied_house(tmp_path / "house", House.freeze_two)
    past = make_past(tmp_path / "past")
    past.texts(ONE)
    history = ("import", "--history", str(past.root), "terms.md")
    origin.ok(*history)
    house = of_clone(origin, tmp_path, "-c", "core.autocrlf=true")
    assert b"\r\n" in (house.root / "policy/terms/contact.md").read_bytes()
    past.texts(ONE + "\nMore.\n")
    assert "left alone" not in house.ok(*history)
    assert "More." in (house.root / "policy/terms/contact.md").read_text("utf-8")
    house.write(EDITED)
    git(house.root, "add", "policy/privacy")
    git(house.root, "commit", "-q", "-m", "Sooner")
    house.ok("--policy", "privacy", *COMMANDS["freeze"])
    assert "error" not in house.ok("verify")


def test_a_project_without_attributes_and_a_clone_with_other_line_ends(tmp_path: Path) -> None:
    """A freeze has its releases protected, so that every clone gets the bytes."""
    origin = copied_house(tmp_path / "house", _without_attributes)
    house = of_clone(origin, tmp_path, "-c", "core.autocrlf=true")
    assert b"\r\n" in (house.root / "policy/privacy/use.md").read_bytes()
    sound(house, 2)
    house.ok("status")
    assert house.ok("check") == ""


def _without_attributes(house: House) -> None:
    (house.root / ".gitattributes").unlink()
    house.commit("No attributes")
    house.freeze_two()


def test_a_checkout_that_altered_releases(tmp_path: Path) -> None:
    """As releases of earlier programs are, which nothing protects; what mends it is told."""
    origin = copied_house(tmp_path / "house", House.freeze_two)
    for name in (".gitattributes", "versions/.gitattributes"):
        (origin.root / name).unlink(missing_ok=True)
    origin.commit("No attributes")
    house = of_clone(origin, tmp_path, "-c", "core.autocrlf=true")
    told = house.run("status")
    assert told.exit_code == 2
    assert "verify" not in told.output
    assert "the checkout altered its line ends" in told.output
    do(house, printed(told))
    house.ok("status")
    assert "error" not in house.ok("verify")
