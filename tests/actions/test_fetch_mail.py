"""Mail is fetched once, whenever fetching is cut off, and unseen until it is on the disk."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.actions.fetch_mail import TOGETHER, fetch_mail
from publisher.edges.ledger import Ledger, close_ledgers
from publisher.edges.project import SETTINGS_FILE, Project
from publisher.errors import ConfigurationError, LedgerError, MailboxError
from tests import ROOT
from tests.fixtures.answers import at, reply, state
from tests.fixtures.house import KEY
from tests.fixtures.houses import told
from tests.fixtures.mailboxes import PASSWORD, USER, Folder, mailbox
from tests.fixtures.workplaces import ledger_of

SETTINGS = """
[mail.imap]
host = "127.0.0.1"
port = {port}
security = "none"
user = "{user}"
"""


@pytest.fixture
def folder() -> Iterator[Folder]:
    with mailbox() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PUBLISHER_IMAP_PASSWORD", PASSWORD)
    project = told(tmp_path)
    settings = project.root / SETTINGS_FILE
    settings.write_text(settings.read_text() + SETTINGS.format(port=folder.port, user=USER))
    return project


def kept(project: Project) -> list[bytes | None]:
    ledger = ledger_of(project)
    return [ledger.raw(message.id) for message in ledger.messages()]


def test_what_is_unseen_is_kept_in_its_order_and_then_seen(
    project: Project, folder: Folder
) -> None:
    folder.mails = {n: b"Subject: %d\r\n\r\n\0\xff(x)\r\n" % n for n in range(1, TOGETHER + 3)}
    folder.seen = {2}
    assert fetch_mail(at(project)) == TOGETHER + 1
    assert kept(project) == [raw for n, raw in folder.mails.items() if n != 2]
    assert folder.seen == set(folder.mails)
    assert fetch_mail(at(project)) == 0
    folder.mails[99] = b"later"
    assert fetch_mail(at(project)) == 1
    assert folder.said[-1] == "LOGOUT"


@pytest.mark.parametrize("fails_at", ["SEARCH", "FETCH", "STORE", "LOGOUT", "SELECT"])
def test_whenever_it_is_cut_off_nothing_is_lost_or_kept_twice(
    project: Project, folder: Folder, fails_at: str
) -> None:
    folder.mails = {n: b"Subject: %d\r\n\r\n" % n for n in range(1, 4)}
    folder.fails_at = fails_at
    if fails_at == "LOGOUT":
        assert fetch_mail(at(project)) == 3
    else:
        with pytest.raises(MailboxError, match="cannot be fetched"):
            fetch_mail(at(project))
        assert folder.seen == set()
    folder.fails_at = ""
    fetch_mail(at(project))
    assert kept(project) == [*folder.mails.values()]
    assert folder.seen == {1, 2, 3}


def test_what_cannot_be_kept_stays_unseen(
    project: Project, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mails = {1: b"Subject: 1\r\n\r\n"}

    def full(*_: object) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "keep_all", full)
        with pytest.raises(LedgerError):
            fetch_mail(at(project))
    assert folder.seen == set()
    assert fetch_mail(at(project)) == 1


def test_a_mailbox_that_does_not_let_us_in_is_said(
    project: Project, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_IMAP_PASSWORD", "another")
    with pytest.raises(MailboxError, match="AUTHENTICATIONFAILED") as raised:
        fetch_mail(at(project))
    assert "another" not in str(raised.value)
    assert raised.value.where == f"127.0.0.1:{folder.port}"


def test_without_a_mailbox_it_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no mailbox is named"):
        fetch_mail(at(told(tmp_path)))


def test_a_reply_in_the_mailbox_opts_out(project: Project, folder: Folder) -> None:
    folder.mails = {7: reply(project, "I opt out.")}
    close_ledgers()
    log = project.root / "imap.log"
    with log.open("wb") as said:
        words = ["-P", "-m", "publisher", "--project", str(project.root), "receive", "--imap"]
        process = subprocess.Popen(
            [sys.executable, *words],
            stdout=said,
            stderr=said,
            cwd="/",
            env={
                "PYTHONPATH": str(ROOT),
                "PUBLISHER_TOKEN_KEY": KEY,
                "PUBLISHER_IMAP_PASSWORD": PASSWORD,
            },
        )
    try:
        end = time.monotonic() + 30
        while state(project) != "opted out":
            assert time.monotonic() < end, log.read_text()
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
    assert folder.seen == {7}
    assert "anna" not in log.read_text()
