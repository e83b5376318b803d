"""Mail is fetched once, whenever fetching is cut off, and unseen until it is on the disk."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

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
    words = ["-P", "-m", "publisher", "--project", str(project.root), "receive", "--imap"]
    with fetching(project, *words) as process:
        end = time.monotonic() + 30
        while state(project) != "opted out":
            assert time.monotonic() < end, log_of(project)
            assert process.poll() is None, log_of(project)
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert folder.seen == {7}
    assert "anna" not in log_of(project)


def log_of(project: Project) -> str:
    return (project.root / "imap.log").read_text()


@contextmanager
def fetching(project: Project, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that fetches mail; it is killed in the end."""
    close_ledgers()
    keys = {"PUBLISHER_TOKEN_KEY": KEY, "PUBLISHER_IMAP_PASSWORD": PASSWORD}
    with (project.root / "imap.log").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *words],
            stdout=said,
            stderr=said,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), **keys},
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


OFTEN = """
import sys
from pathlib import Path
from publisher.actions.workplace import Workplace
from publisher.edges.project import Project
from publisher.letterbox.serving import receive_from_mailbox
receive_from_mailbox(Workplace(Project(Path(sys.argv[1]))), 0.2)
"""


def test_killed_or_with_a_full_disk_it_loses_no_mail_and_keeps_none_twice(
    disk: Path, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_IMAP_PASSWORD", PASSWORD)
    project = told(disk)
    settings = project.root / SETTINGS_FILE
    settings.write_text(settings.read_text() + SETTINGS.format(port=folder.port, user=USER))
    folder.mails = {n: b"Subject: %d\r\n\r\nHello.\r\n" % n for n in range(1, 4)}
    often = ("-c", OFTEN, str(project.root))
    for hangs_at, are_kept in (("UID FETCH 2", 0), ("UID STORE", 3)):
        folder.hangs_at, folder.reached, folder.go = hangs_at, Event(), Event()
        with fetching(project, *often) as process:
            assert folder.reached.wait(60), log_of(project)
            process.kill()
        folder.go.set()
        assert len(kept(project)) == are_kept
        assert folder.seen == set()
    folder.hangs_at = ""
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    with fetching(project, *often) as process:
        until(lambda: folder.seen == {1, 2, 3}, project)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4_096, free[1]))
        folder.mails[4] = b"Subject: 4\r\n\r\nHello.\r\n"
        until(lambda: "no mail is fetched" in log_of(project), project)
        assert 4 not in folder.seen
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, free)
        until(lambda: folder.seen == {1, 2, 3, 4}, project)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert kept(project) == [*folder.mails.values()]


def until(condition: Callable[[], bool], project: Project) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, log_of(project)
        time.sleep(0.02)
