"""What is kept is what would be made anew, whatever happens to the files that it was made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.edges.file_state import state_of_files, state_of_folder
from publisher.edges.lasting import Lasting, note_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("publisher.edges.lasting.CLOCK_STEP", -(10**18))
    (tmp_path / "sub").mkdir()
    (tmp_path / "one").write_text("one")
    (tmp_path / "sub" / "two").write_text("two")
    return tmp_path


class Made:
    """Counts how often it is made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.times = folder, 0

    def __call__(self) -> str:
        self.times += 1
        state_of_folder(self.folder / "sub")
        state_of_files([self.folder / "one", self.folder / "missing"])
        note_files([self.folder / "link"], follow=False)
        read = (self.folder / "sub").rglob("*")
        return " ".join(sorted(f"{p.name}={p.read_text()}" for p in read if p.is_file()))


def _swap(folder: Path) -> None:
    (folder / "sub" / "two").rename(folder / "sub" / "away")
    (folder / "sub" / "away").rename(folder / "sub" / "zwei")


def _add_below(folder: Path) -> None:
    (folder / "sub" / "x").mkdir()
    (folder / "sub" / "x" / "y").write_text("y")


CHANGES: dict[str, Callable[[Path], object]] = {
    "altered": lambda f: (f / "sub" / "two").write_text("TWO"),
    "longer": lambda f: (f / "one").write_text("longer"),
    "added": lambda f: (f / "sub" / "three").write_text("three"),
    "in a new folder": _add_below,
    "removed": lambda f: (f / "sub" / "two").unlink(),
    "appeared": lambda f: (f / "missing").write_text("here"),
    "became a link": lambda f: (f / "link").symlink_to(f / "one"),
    "renamed": _swap,
    "its rights": lambda f: (f / "one").chmod(0o400),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("nested", [False, True])
def test_a_change_is_noticed(folder: Path, change: Callable[[Path], object], nested: bool) -> None:
    made, inner, outer = Made(folder), Lasting[str](4), Lasting[str](4)

    def get() -> str:
        if nested:
            return outer.get("x", lambda: inner.get("x", made))
        return inner.get("x", made)

    assert get() == get() == "two=two"
    assert made.times == 1
    # What is kept inside was made before: whoever makes something of it depends on the same files.
    outer = Lasting[str](4)
    assert get() == get()
    assert made.times == 1
    change(folder)
    expected = Made(folder)()
    assert get() == expected
    assert made.times == 2


def test_what_changed_a_moment_ago_is_not_relied_upon(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "two").write_text("two")
    made, kept = Made(tmp_path), Lasting[str](4)
    assert kept.get("x", made) == kept.get("x", made)
    assert made.times == 2


def test_what_fails_is_not_kept_and_no_more_than_so_many_are(folder: Path) -> None:
    kept = Lasting[int](2)

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            kept.get("x", fail)
    for number in range(3):
        assert kept.get(str(number), lambda number=number: number) == number  # type: ignore[misc]
    assert kept.get("0", lambda: 7) == 7
    assert kept.get("2", lambda: 7) == 2
