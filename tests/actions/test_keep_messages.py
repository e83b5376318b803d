"""Messages that come in together are kept together, or none of them is."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions.keep_messages import keep_messages
from publisher.edges.project import Project
from publisher.errors import LedgerError
from tests.fixtures.houses import told, workplace

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told(tmp_path)


def test_each_is_kept_as_it_came_with_its_recipient(project: Project) -> None:
    ours = workplace(project)
    keep_messages(ours, [(b"one\r\n", "a@b.example"), (b"two\0\xff", ""), (b"", "c@d.example")])
    kept = [(ours.ledger.raw(m.id), m.to) for m in ours.ledger.unread(10)]
    assert kept == [(b"one\r\n", "a@b.example"), (b"two\0\xff", ""), (b"", "c@d.example")]


def test_where_one_cannot_be_kept_none_is(project: Project) -> None:
    ours = workplace(project)

    def stopped() -> None:
        raise LedgerError("the disk is full")

    ours.clock = stopped  # type: ignore[assignment]
    with pytest.raises(LedgerError):
        keep_messages(ours, [(b"one", ""), (b"two", "")])
    assert ours.ledger.unread(10) == []
