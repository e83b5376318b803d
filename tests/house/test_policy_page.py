"""`docs/policy.md` tells of every key that is read, and of no other, and its example is a project.

The keys are those that the readers ask for while they read what the tables give as examples.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import ConfigurationError
from publisher.law.profiles import PROFILES, Profile
from publisher.policies.policy import read_facts
from publisher.policies.schema import SCHEMAS
from publisher.policies.settings import read_settings
from publisher.policies.toml import Table
from tests import ROOT
from tests.fixtures.house import House

PAGE = (ROOT / "docs/policy.md").read_text("utf-8")
REQUIRED = "error"


@dataclass(frozen=True)
class Row:
    key: str
    example: str
    missing: str


def rows(heading: str) -> list[Row]:
    """The table of the keys below a heading."""
    table = re.split(r"\n###? ", PAGE.split(f"\n## {heading}\n")[1])[0]
    found = re.findall(r"^\| `([a-z_.]+)` \| `([^|]+)` \| ([^|]+) \|", table, re.MULTILINE)
    assert found
    return [Row(*each) for each in found]


FILES: dict[str, Callable[[bytes, str], Any]] = {
    "policy.toml": read_facts,
    "publisher.toml": read_settings,
}


@pytest.mark.parametrize("name", FILES)
def test_the_table_is_the_description_that_reader_and_schema_go_by(name: str) -> None:
    table = re.split(r"\n###? ", PAGE.split(f"\n## `{name}`\n")[1])[0]
    told = [line for line in table.splitlines() if line.startswith("| `")]
    keys = SCHEMAS[name][1].values()
    assert told == [f"| `{k.path}` | `{k.example}` | {k.missing} | {k.says} |" for k in keys]


def as_file(table: list[Row]) -> bytes:
    """A file with the examples of a table: TOML takes keys by their whole path."""
    return "".join(f"{row.key} = {row.example}\n" for row in table).encode()


@pytest.mark.parametrize("name", FILES)
def test_the_table_has_the_keys_that_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    taken, looked = Table._take, Table.has

    def take(self: Table, key: str, kind: Any, *rest: Any) -> Any:
        asked.add(self._key(key))
        return taken(self, key, kind, *rest)

    def has(self: Table, key: str) -> bool:
        asked.add(self._key(key))
        return looked(self, key)

    monkeypatch.setattr(Table, "_take", take)
    monkeypatch.setattr(Table, "has", has)
    table = rows(f"`{name}`")
    FILES[name](as_file(table), name)
    tables = {key for key in asked if any(other.startswith(f"{key}.") for other in asked)}
    assert {row.key for row in table} == asked - tables


@pytest.mark.parametrize("name", FILES)
def test_the_table_says_which_keys_are_required(name: str) -> None:
    table = rows(f"`{name}`")
    for row in table:
        rest = as_file([each for each in table if each != row])
        if row.missing != REQUIRED:
            FILES[name](rest, name)
            continue
        with pytest.raises(ConfigurationError, match=rf"`{re.escape(row.key)}` is missing"):
            FILES[name](rest, name)


def profile_row(profile: Profile) -> str:
    least = {True: "`notice.days`"}.get(not (profile.days or profile.months), "")
    if not least:
        count, unit = (profile.months, "month") if profile.months else (profile.days, "day")
        least = f"`notice.days`, at least {count} {unit}{'s' * (count != 1)}"
        if profile.expires:
            least += f" that {'have' if count != 1 else 'has'} run out"
    duties = "; ".join(f"{duty.text} ({duty.source})" for duty in profile.duties) or "none"
    travels = "yes" if profile.durable else "no"
    return f"| `{profile.name}` | {least} | {travels} | {duties} | {profile.source} |"


def test_the_profiles_are_those_that_there_are() -> None:
    page = (ROOT / "docs/profiles.md").read_text("utf-8")
    table = page.split("\n## The profiles\n")[1].split("\n## ")[0]
    told = [
        line for line in table.splitlines() if line.startswith("| `") and "notice.prof" not in line
    ]
    assert told == [profile_row(each) for each in PROFILES.values()]


def test_the_example_is_a_project(tmp_path: Path) -> None:
    names = re.findall(r"in `((?:policy|publisher)[a-z/]*\.(?:toml|md))`:\n", PAGE)
    blocks = re.findall(r"```(?:toml|markdown)\n(.*?)```", PAGE, re.DOTALL)
    blocks = blocks[:3]
    assert len(names) == 3
    for name, text in zip(names, blocks, strict=True):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for words in (
        ["init", "-q", "--template="],
        ["add", "-A"],
        ["-c", "user.name=Tests", "-c", "user.email=tests@hosting.example", "commit", "-qm", "1"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert "0 error(s)" in House(tmp_path).ok("check")


def test_an_empty_folder_is_told_of_init_and_a_project_of_this_page(tmp_path: Path) -> None:
    nothing = House(tmp_path).run("check")
    assert nothing.exit_code == 2
    assert "publisher init" in nothing.output
    (tmp_path / "publisher.toml").write_text(
        re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0], "utf-8"
    )
    empty = House(tmp_path).run("check")
    assert "publisher init --policy privacy" in empty.output
