"""Whether customers may be sent here, and why not, without a place or a secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from publisher.actions.tell_readiness import tell_readiness
from publisher.edges.ledger import close_ledgers
from tests.fixtures.houses import told, workplace


def test_it_is_ready_or_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    project = told(tmp_path)
    assert tell_readiness(workplace(project)) == ["the site is not built"]
    assert tell_readiness(workplace(project), forms_only=True) == []
    project.built.mkdir(parents=True)
    (project.built / "index.html").write_text("<!doctype html>")
    assert tell_readiness(workplace(project)) == []

    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    assert tell_readiness(workplace(project)) == ["the key of personal links is missing"]
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", "k" * 32)

    close_ledgers()
    ledger = project.private / "ledger.sqlite"
    ledger.write_bytes(b"no database" * 100)
    with caplog.at_level(logging.WARNING):
        reasons = tell_readiness(workplace(project))
    assert reasons == ["the ledger cannot be used"]
    assert str(tmp_path) not in " ".join(reasons)
    assert "not ready: the ledger cannot be used" in caplog.text
    close_ledgers()


def test_a_ledger_that_is_taken_away_while_it_is_open_is_noticed(tmp_path: Path) -> None:
    project = told(tmp_path)
    ours = workplace(project)
    assert tell_readiness(ours, forms_only=True) == []
    ledger = project.private / "ledger.sqlite"
    ledger.rename(ledger.with_name("elsewhere.sqlite"))
    assert tell_readiness(ours, forms_only=True) == ["the ledger cannot be used"]
    ledger.with_name("elsewhere.sqlite").rename(ledger)
    assert tell_readiness(ours, forms_only=True) == []
    close_ledgers()
