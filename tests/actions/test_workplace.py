"""A verb opens what it needs and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions.build import build
from publisher.actions.check import check
from publisher.actions.diff import DiffOrder, diff
from publisher.actions.freeze import freeze
from publisher.actions.pdf import pdf
from publisher.actions.verify import VerifyOrder, verify
from publisher.actions.workplace import Workplace
from publisher.edges.project import Project
from publisher.errors import FreezeError
from publisher.releases.freezing import FreezeOrder
from publisher.releases.number import Number
from tests.fixtures.house import House

PRIVATE = {"ledger", "keys", "phrases"}
"""What only telling and answering need."""


@pytest.fixture
def without_secrets(house: House, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A project whose keys are not set, whose ledger cannot be opened and whose relay is gone."""
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY", raising=False)
    monkeypatch.delenv("PUBLISHER_SMTP_PASSWORD", raising=False)
    return Workplace(Project(house.root))


def opened(workplace: Workplace) -> set[str]:
    """The parts that were asked for."""
    return set(vars(workplace)) - {"project", "clock"}


def test_a_new_workplace_has_opened_nothing(house: House) -> None:
    assert opened(Workplace.find(house.root)) == set()


def test_two_files_are_compared_without_any_part(house: House, tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text("# Terms\n\nYou may leave.\n")
    new.write_text("# Terms\n\nYou may stay.\n")
    workplace = Workplace.find(house.root)
    told = diff(workplace, None, DiffOrder(str(old), str(new)))
    assert "stay" in str(told)
    assert opened(workplace) <= {"drafts"}, "the folder of the drafts is named, not read"
    assert diff(None, None, DiffOrder(str(old), str(new))) == told


def test_a_draft_is_checked_without_ledger_and_key(without_secrets: Workplace) -> None:
    check(without_secrets, ("privacy",))
    assert not opened(without_secrets) & {*PRIVATE, "history"}
    assert not (without_secrets.project.private / "ledger.sqlite").exists()


def test_releases_are_frozen_verified_printed_and_built_without_ledger_key_and_relay(
    house: House, without_secrets: Workplace
) -> None:
    house.ok("freeze", "--effective", "unknown")
    assert verify(without_secrets, None, VerifyOrder()).sound
    assert pdf(without_secrets, "privacy", Number(1)).startswith(b"%PDF")
    assert build(without_secrets).documents
    with pytest.raises(FreezeError, match="word for word"):
        freeze(without_secrets, "privacy", FreezeOrder(None), dry_run=True)
    assert opened(without_secrets) >= {"archive", "history", "settings"}
    assert not opened(without_secrets) & PRIVATE
    assert not (without_secrets.project.private / "ledger.sqlite").exists()
