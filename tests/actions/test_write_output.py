"""`-o FILE`: the file is there whole, or it is what it was."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.house import House


def test_a_file_is_written_and_nothing_beside_it(house: House, tmp_path: Path) -> None:
    target = tmp_path / "out" / "diff.json"
    target.parent.mkdir()
    house.ok("diff", "--format", "json", str(house.root / "policy"), "draft", "-o", str(target))
    assert target.read_text().startswith("{")
    assert list(target.parent.iterdir()) == [target]


def test_a_command_that_fails_leaves_the_file_as_it_was(house: House, tmp_path: Path) -> None:
    target = tmp_path / "diff.txt"
    target.write_text("before")
    assert house.run("diff", "7", "draft", "-o", str(target)).exit_code == 2
    assert target.read_text() == "before"
    assert house.run("diff", "7", "draft", "-o", str(tmp_path / "other")).exit_code == 2
    assert not (tmp_path / "other").exists()


def test_a_file_that_cannot_be_written_is_told(house: House, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = house.run("diff", "draft", "draft", "-o", str(tmp_path / "file" / "below"))
    assert result.exit_code == 2
    assert "cannot be written: Not a directory" in result.output
    assert "name a file in a folder that has room and that you may write to" in result.output
