"""Everything that was acknowledged over LMTP is there: killed, or with a disk that was full."""

from __future__ import annotations

import resource
import threading
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from smtplib import SMTPException

import pytest

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from tests.fixtures.houses import told
from tests.fixtures.letterboxes import Letterbox, letterbox
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.xdist_group("letterboxes")

TO = "opt-out@hosting.example"
KILLS = 3
SERVERS = 4


def mail(name: str) -> str:
    return f"From: a@b.example\r\nTo: {TO}\r\nSubject: {name}\r\n\r\nHello.\r\n"


def kept(project: Project) -> list[str]:
    """The subjects of the messages in the ledger, which is whole."""
    ledger = ledger_of(project)
    raws = [ledger.raw(message.id) or b"" for message in ledger.messages()]
    close_ledgers()
    return [raw.partition(b"Subject: ")[2].partition(b"\r")[0].decode() for raw in raws]


def deliver(box: Letterbox, name: str, acknowledged: list[str]) -> None:
    """Brings messages until the letterbox is gone."""
    number = 0
    with suppress(OSError, SMTPException), box.connect() as server:
        while True:
            number += 1
            subject = f"{name}-{number}"
            server.sendmail("a@b.example", [TO], mail(subject))
            acknowledged.append(subject)


def test_what_was_acknowledged_before_a_kill_is_there(disk: Path) -> None:
    project, random, acknowledged = told(disk), Random(1), list[str]()
    close_ledgers()
    for kill in range(KILLS):
        with letterbox(project) as box:
            servers = [
                threading.Thread(target=deliver, args=(box, f"{kill}-{n}", acknowledged))
                for n in range(SERVERS)
            ]
            before = len(acknowledged)
            for server in servers:
                server.start()
            while len(acknowledged) < before + 5:
                time.sleep(0.005)
            time.sleep(random.random() / 5)
            box.process.kill()
            for server in servers:
                server.join()
    found = kept(project)
    assert len(acknowledged) >= 5 * KILLS
    assert set(acknowledged) <= set(found)
    # At most what was on its way is there besides; its mail server brings it again.
    assert len(found) <= len(acknowledged) + KILLS * SERVERS


def test_with_a_full_disk_it_puts_off_and_goes_on_by_itself(disk: Path) -> None:
    project = told(disk)
    close_ledgers()
    with letterbox(project) as box, box.connect() as server:
        assert server.sendmail("a@b.example", [TO], mail("before")) == {}
        free = resource.prlimit(box.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(box.process.pid, resource.RLIMIT_FSIZE, (4_096, free[1]))
        server.mail("a@b.example")
        server.rcpt(TO)
        code, said = server.data(mail("full"))
        assert (code, said[:5]) == (452, b"4.3.1")
        resource.prlimit(box.process.pid, resource.RLIMIT_FSIZE, free)
        assert server.sendmail("a@b.example", [TO], mail("after")) == {}
    assert sorted(kept(project)) == ["after", "before"]
