"""Letters in doubt are settled by the relay's log: `publisher resolve RELEASE --from-log FILE`."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from publisher.edges.project import Project
from publisher.people.deliveries import DeliveryState
from publisher.people.due import delivery_due
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, TWO, letter_states, told
from tests.fixtures.workplaces import archive_of, ledger_of

HEAD = "Jan 10 10:30:01 mail postfix"


def lines(queue: str, message: str, address: str, status: str, dsn: str = "2.0.0") -> str:
    return f"""\
{HEAD}/cleanup[7]: {queue}: message-id=<{message}@hosting.example>
{HEAD}/qmgr[7]: {queue}: from=<notices@hosting.example>, size=299, nrcpt=1 (queue active)
{HEAD}/smtp[7]: {queue}: to=<{address}>, relay=mx[192.0.2.1]:25, delay=1, dsn={dsn}, status={status}
{HEAD}/qmgr[7]: {queue}: removed
"""


@pytest.fixture
def doubted(tmp_path: Path) -> Project:
    """Three letters were handed over, and what became of them is not known."""
    project = told(tmp_path)
    ledger, release = ledger_of(project), archive_of(project).release("privacy", TWO)
    for number in (1, 2, 3):
        whom = ledger.customer(f"c-{number}")
        assert whom
        one = delivery_due(release, whom, NOW)
        ledger.mark(one, whom.address, f"m{number}@hosting.example", NOW)
    return project


@pytest.mark.usefixtures("each_engine")
def test_a_log_settles_what_it_tells_of(doubted: Project, tmp_path: Path) -> None:
    old, new = tmp_path / "mail.log.1.gz", tmp_path / "mail.log"
    sent = lines("4XyZ00001", "m1", "anna@customer.example", "sent (250 ok)")
    back = lines("4XyZ00002", "m2", "ben@customer.example", "bounced (550 no such user)", "5.1.1")
    begun = f"{HEAD}/cleanup[7]: 4XyZ00003: message-id=<m3@hosting.example>\n"
    first, *rest = back.splitlines(keepends=True)
    old.write_bytes(gzip.compress((sent + first).encode()))
    new.write_text("".join(rest) + begun)
    house = House(doubted.root)
    words = ("resolve", "2", "--from-log", str(old), "--from-log", str(new))
    plan = house.ok(*words, at=NOW)
    assert plan.splitlines() == [
        "1 letter would be recorded as: accepted",
        "1 letter would be recorded as: bounced",
        "1 letter in doubt still:",
        "  c-3: it was begun, and never queued",
        "Nothing was changed. To record it, add --confirm",
    ]
    assert set(letter_states(doubted).values()) == {"in doubt"}
    done = house.ok(*words, "--confirm", "--as", "Post", at=LATE)
    assert done.splitlines()[:2] == [
        "1 letter recorded as: accepted", "1 letter recorded as: bounced",
    ]  # fmt: skip
    assert letter_states(doubted) == {"c-1": "accepted", "c-2": "bounced", "c-3": "in doubt"}
    by_state = {one.state: one for one in ledger_of(doubted).deliveries("privacy", 2)}
    assert by_state[DeliveryState.ACCEPTED].at == NOW, "it was accepted when it was handed over"
    assert by_state[DeliveryState.ACCEPTED].reply == (
        "accepted: by the relay's log, queued as 4XyZ00001: sent"
    )
    assert by_state[DeliveryState.BOUNCED].reply == "550 no such user (5.1.1)"
    again = house.ok(*words, "--confirm", at=LATE)
    assert again.splitlines()[0] == "0 letters recorded as: accepted"
    house.ok("verify", "--ledger", at=LATE)


def test_what_is_no_log_settles_nothing(doubted: Project, tmp_path: Path) -> None:
    house, log = House(doubted.root), tmp_path / "log"
    log.write_text("nothing of the kind\n")
    refused = house.run("resolve", "2", "--from-log", str(log), "--confirm", at=NOW)
    assert refused.exit_code == 2
    assert "no line of Postfix" in refused.output
    for others in (["c-1"], ["--all"], ["--again"]):
        wrong = house.run("resolve", "2", "--from-log", str(log), *others, at=NOW)
        assert wrong.exit_code == 2
        assert "nothing else" in wrong.output
    cut = gzip.compress(lines("4XyZ00001", "m1", "anna@customer.example", "sent").encode())[:-9]
    log.write_bytes(cut)
    damaged = house.run("resolve", "2", "--from-log", str(log), "--confirm", at=NOW)
    assert "cut off or damaged" in damaged.output
    assert set(letter_states(doubted).values()) == {"in doubt"}
