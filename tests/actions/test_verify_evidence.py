"""Evidence is checked without the ledger: `publisher verify --evidence`."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.actions.erase_recipients import ErasureOrder, erase_recipients
from publisher.actions.evidence import evidence
from publisher.actions.ledger_head import ledger_head
from publisher.actions.verify_evidence import verify_evidence
from publisher.answers.evidence_document import document_digest
from publisher.edges.project import Project
from publisher.errors import NotFoundError, PublisherError
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare
from tests.fixtures.house import House
from tests.fixtures.houses import record_counted, send_letters, token, told, workplace

FREE = {"undecided", "shared_address"}
"""What is said in passing; the digest of the whole has it."""


@pytest.fixture
def made(tmp_path: Path) -> tuple[Project, Path]:
    root = tmp_path / "house"
    root.mkdir()
    project = told(root)
    send_letters(project)
    declare(project, token(project, "c-1"), RequestKind.OPT_OUT)
    record_counted(project)
    file = tmp_path / "made.json"
    evidence(workplace(project), "privacy", "c-1", None, file)
    return project, file


def test_what_was_recorded_holds_without_the_ledger(
    made: tuple[Project, Path], tmp_path: Path
) -> None:
    project, file = made
    clone = tmp_path / "clone"
    shutil.copytree(project.root, clone, ignore=shutil.ignore_patterns(".publisher"))
    done = House(clone).run("verify", "--evidence", str(file))
    assert done.exit_code == 0, done.output
    assert "follows from events and releases" in done.output
    assert not (clone / ".publisher/ledger.sqlite").exists()
    alone = verify_evidence(None, file, None)
    assert not alone.findings
    assert any("not checked" in line for line in alone.lines)
    assert any("left out" in line for line in alone.lines)


def test_heads_that_others_have_vouch_for_it(made: tuple[Project, Path], tmp_path: Path) -> None:
    project, file = made
    heads = tmp_path / "heads"
    line = ledger_head(workplace(project))[0].line()
    later = tmp_path / "c-1.json"
    evidence(workplace(project), "privacy", "c-1", None, later)
    heads.write_text(line + "\n")
    done = verify_evidence(workplace(project), later, heads)
    assert not done.findings
    events = len(json.loads(later.read_text())["events"])
    assert any(f"{events} of them vouched for by {heads}" in one for one in done.lines)
    heads.write_text(line[:-1] + ("0" if line[-1] != "0" else "1") + "\n")
    (found,) = verify_evidence(workplace(project), later, heads).findings
    assert "is another one than" in found.what
    with pytest.raises(NotFoundError):
        verify_evidence(None, file, tmp_path / "none")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value stands that is no list and no object."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*path, key))
    else:
        yield path


def altered(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    first = "1" if value[:1] == "0" else "0"
    return first + value[1:]


def test_any_value_that_is_altered_is_an_error(made: tuple[Project, Path], tmp_path: Path) -> None:
    """By the digest of the whole; and, where somebody made that anew, by what proves each."""
    project, file = made
    whole, other, missed = json.loads(file.read_bytes()), tmp_path / "other.json", []
    at = workplace(project)
    paths = [p for p in places(whole) if p[0] not in {*FREE, "digest"}]
    assert len(paths) > 100
    for path in paths:
        value = copy.deepcopy(whole)
        inner = value
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = altered(inner[path[-1]])
        value["digest"] = document_digest(value)
        other.write_text(json.dumps(value))
        if sound(other, at):
            missed.append(path)
    assert not missed, missed
    value = copy.deepcopy(whole)
    value["made"] = "2001-01-01T00:00:00+00:00"
    other.write_text(json.dumps(value))
    assert not sound(other, at)


def variants(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """A document with something more, less, twice or in another order, anywhere in it."""
    if isinstance(value, dict):
        yield f"{path} has a key more", {**value, "strange": 1}
        for key in value:
            if path[-1:] != ("private",) or key != "left_out":
                yield f"{(*path, key)} is gone", {k: v for k, v in value.items() if k != key}
            for what, each in variants(value[key], (*path, key)):
                yield what, {**value, key: each}
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield f"{(*path, place)} is gone", [*value[:place], *value[place + 1 :]]
            yield f"{(*path, place)} is there twice", [*value[: place + 1], *value[place:]]
            for what, each in variants(one, (*path, place)):
                yield what, [*value[:place], each, *value[place + 1 :]]
        if len(value) > 1:
            yield f"{path} is turned round", value[::-1]


def test_anything_more_less_or_twice_is_an_error(
    made: tuple[Project, Path], tmp_path: Path
) -> None:
    """But for an event that is left out, or a batch after all events: only the ledger knows."""
    project, file = made
    other, missed, tried = tmp_path / "other.json", [], 0
    at = workplace(project)
    for what, value in variants(json.loads(file.read_bytes())):
        if (
            what.startswith(("('events', ", "('batches', "))
            and what.count(",") == 1
            and "gone" in what
        ):
            continue
        if "digest" in value:
            value["digest"] = document_digest(value)
        other.write_text(json.dumps(value))
        tried += 1
        if sound(other, at):
            missed.append(what)
    assert tried > 300
    assert not missed, missed


def sound(file: Path, at: Any) -> bool:
    try:
        return not verify_evidence(at, file, None).findings
    except PublisherError:
        return False


def test_what_was_erased_is_said_and_still_holds(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    project = told(tmp_path / "house")
    send_letters(project)
    erase_recipients(workplace(project), ErasureOrder(("c-1",), (), True))
    file = tmp_path / "c-1.json"
    evidence(workplace(project), "privacy", "c-1", None, file)
    assert "anna@" not in file.read_text()
    done = verify_evidence(workplace(project), file, None)
    assert not done.findings
    assert any("erased or pruned" in line for line in done.lines)
    value = json.loads(file.read_bytes())
    value["events"] = [one for one in value["events"] if one["kind"] != "erased"]
    value["digest"] = document_digest(value)
    file.write_text(json.dumps(value))
    assert any("no erasure says so" in f.what for f in verify_evidence(None, file, None).findings)


def test_a_key_that_stands_twice_is_an_error(made: tuple[Project, Path], tmp_path: Path) -> None:
    """Programs differ in which of the two they read, and the digest is of one."""
    _, file = made
    text = file.read_text("utf-8")
    other = tmp_path / "other.json"
    for key in ('"made"', '"kind"', '"proof"', '"digest"'):
        before, _, behind = text.partition(f"{key}: ")
        other.write_text(f"{before}{key}: null, {key}: {behind}", "utf-8")
        with pytest.raises(NotFoundError, match="twice"):
            verify_evidence(None, other, None)


def test_what_is_no_evidence_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    deep = '{"format": ' + "[" * 100_000
    nan = '{"format": "policy-publisher evidence 1", "made": NaN}'
    later = '{"format": "policy-publisher evidence 2"}'
    for text in ("", "[]", "{}", later, deep, nan, "\xff"):
        file.write_bytes(text.encode("latin-1"))
        with pytest.raises(NotFoundError, match="no evidence"):
            verify_evidence(None, file, None)
