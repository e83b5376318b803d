"""What the ledger knows of a notice is stated in the register: `notice record` where it is."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.rows import fetch
from publisher.people.deliveries import DeliveryState
from publisher.people.notice_list import CountedNotice, figures_text
from publisher.record.heads import read_head_line
from publisher.record.private import PrivateValue
from publisher.releases.number import Number
from publisher.releases.statement import Figures, Means, NoticeGiven
from tests.fixtures.house import House, copied_house, git, later, today
from tests.fixtures.workplaces import archive_of, ledger_of

TWO = Number(2)
NOW = dt.datetime.now(dt.UTC)
CUSTOMERS = b"""customer,address,name
c-1,anna@customer.example,Anna Example
c-2,ben@customer.example,Ben Example
c-3,cleo@other.example,
"""


def sent(house: House) -> None:
    """Three customers, all of whom were sent the notice of release 2."""
    house.freeze_two()
    house.ok("recipients", "import", "-", stdin=CUSTOMERS)
    house.ok("send", "2", "--confirm")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", sent)


def given(house: House, number: int = 1) -> NoticeGiven:
    found = archive_of(house.project).register("privacy")[number - 1].notice
    assert found
    return found


def become(house: House, customer: str, state: DeliveryState) -> Ledger:
    """Has a letter that was accepted be in another state, as its carrier says later."""
    ledger = ledger_of(house.project)
    whom = ledger.customer(customer)
    assert whom
    one = ledger.delivery("privacy", TWO, whom.number)
    assert one
    ledger.settle(one, state, "550 5.1.1 no such user", NOW, was=one.state)
    return ledger


def in_force(house: House, days: int) -> Number | None:
    found = archive_of(house.project).releases("privacy").in_force(today() + dt.timedelta(days))
    return found.number if found else None


def test_what_was_sent_is_stated_with_what_vouches_for_it(house: House) -> None:
    assert in_force(house, 61) == Number(1)
    said = house.ok("notice", "record", "2", "--as", "Legal")
    assert "Recorded: the notice of privacy/2 (statement 1 of the register)" in said
    assert f"privacy/2 may apply from {later(30)} on to all who were told in time" in said
    assert (in_force(house, 59), in_force(house, 60)) == (Number(1), TWO)
    one, day = given(house), today()
    assert (one.means, one.first, one.last) == (Means.MAIL, day, day)
    assert (one.applies, one.closed, one.figures) == (day + dt.timedelta(30), True, None)
    ledger = ledger_of(house.project)
    kept = counted(house)
    assert kept.given.figures == Figures(
        3, told=3, late=0, refused=0, bounced=0, otherwise=0, given_up=0
    )
    assert kept.given.figures_digest == one.figures_digest
    (head,) = map(read_head_line, one.heads)
    assert head
    assert ledger.batch_digest(head.chain, head.number) == head.digest
    text = (house.root / "versions/privacy/register/0001.toml").read_text()
    assert "@" not in text
    assert "told = " not in text


def test_who_knows_the_salt_can_check_the_figures(house: House) -> None:
    house.ok("notice", "record", "2", "--figures")
    one = given(house)
    assert one.figures
    ((text,),) = ledger_rows(ledger_of(house.project))
    row = json.loads(text)
    value = PrivateValue(bytes.fromhex(row["salt"]), figures_text(one.figures))
    assert value.digest().hex() == one.figures_digest
    other = PrivateValue(bytes.fromhex(row["salt"]), figures_text(Figures(4, 4, 0, 0, 0, 0, 0)))
    assert other.digest().hex() != one.figures_digest


def ledger_rows(ledger: Ledger) -> list[tuple[str]]:
    found = "SELECT value FROM private p JOIN event e ON e.id = p.event WHERE e.kind = 'stated'"
    with ledger._reading() as db:
        return [(value,) for (value,) in fetch(db, found)]


def counted(house: House) -> CountedNotice:
    """What was counted to be stated, the only one."""
    (kept,) = ledger_of(house.project).notices_counted("privacy/2")
    assert kept.digest_holds
    return kept.counted


def test_a_list_that_is_not_closed_is_refused_with_what_lacks(house: House) -> None:
    become(house, "c-1", DeliveryState.BOUNCED)
    become(house, "c-2", DeliveryState.IN_DOUBT)
    refused = house.run("notice", "record", "2")
    assert refused.exit_code == 2
    said = " ".join(refused.output.split())
    assert "the list of release 2 is not closed: 1 in doubt, 1 bounced" in said
    assert "publisher resolve 2" in said
    assert git(house.root, "status", "--porcelain") == ""
    assert archive_of(house.project).register("privacy") == ()
    house.ok("resolve", "2", "c-2", "--again")
    again = house.run("notice", "record", "2")
    assert "1 to do, 1 bounced" in " ".join(again.output.split())
    assert "publisher send 2 --confirm; publisher resolve 2" in " ".join(again.output.split())
    house.ok("send", "2", "--confirm")
    # One in doubt may have arrived, and one that is to do may be sent: neither is given up.
    assert house.run("resolve", "2", "c-2", "--give-up", "gone").exit_code == 2
    house.ok("resolve", "2", "--all", "--give-up", "the address is dead", "--confirm")
    house.ok("notice", "record", "2", "--figures")
    assert given(house).figures == Figures(3, 2, 0, 0, 0, 0, given_up=1)
    assert house.ok("send", "2", "--confirm").count("given up") == 1


def test_who_was_told_in_another_way_counts_from_that_day(house: House) -> None:
    become(house, "c-1", DeliveryState.REFUSED)
    at = NOW + dt.timedelta(days=10)
    letters = house.root / ".publisher" / "post.pdf"
    house.ok("deliveries", "print", "2", "-o", str(letters), at=at)
    posted = ("--from", str(letters.with_suffix(".csv")), "--otherwise", "by post")
    house.ok("resolve", "2", *posted, "--on", later(9), "--confirm", at=at)
    house.ok("notice", "record", "2", "--figures", at=at)
    one = given(house)
    assert one.figures == Figures(3, 2, 0, 0, 0, otherwise=1, given_up=0)
    assert (one.last, one.applies) == (today(), today() + dt.timedelta(39))


def test_nothing_new_is_said_and_nothing_written(house: House) -> None:
    house.ok("notice", "record", "2")
    before = git(house.root, "rev-parse", "HEAD")
    said = house.ok("notice", "record", "2")
    assert said == "Nothing is new: statement 1 of the register says it of privacy/2\n"
    assert git(house.root, "rev-parse", "HEAD") == before
    house.ok("notice", "record", "2", "--figures")  # which were not published
    assert given(house, 2).figures
    assert house.ok("notice", "record", "2").startswith("Nothing is new: statement 2 ")
    assert len(ledger_of(house.project).notices_counted("privacy/2")) == 1


def test_who_comes_later_is_no_part_of_the_list(house: House) -> None:
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-9,dora@other.example\n")
    house.ok("recipients", "remove", "c-3")
    house.ok("notice", "record", "2", "--figures")
    assert given(house).figures == Figures(2, 2, 0, 0, 0, 0, 0)


def test_a_late_bounce_corrects_figures_and_no_day(house: House) -> None:
    house.ok("notice", "record", "2", "--figures")
    become(house, "c-1", DeliveryState.BOUNCED)
    refused = house.run("notice", "record", "2", "--figures")
    assert refused.exit_code == 2
    assert "is not closed: 1 bounced" in " ".join(refused.output.split())
    assert "publisher resolve 2" in refused.output
    house.ok("resolve", "2", "c-1", "--give-up", "the address is dead")
    house.ok("notice", "record", "2", "--figures")
    later_one = given(house, 2)
    assert later_one.figures == Figures(3, 2, 0, 0, bounced=0, otherwise=0, given_up=1)
    assert later_one.closed
    assert in_force(house, 60) == TWO
    become(house, "c-2", DeliveryState.IN_DOUBT)
    assert house.run("notice", "record", "2").exit_code == 2


def test_figures_are_corrected_where_everybody_is_lost(house: House) -> None:
    """What was stated first stays; a later one says what became of them."""
    house.ok("notice", "record", "2", "--figures")
    first = given(house)
    for customer in ("c-1", "c-2", "c-3"):
        become(house, customer, DeliveryState.BOUNCED)
    house.ok("resolve", "2", "c-1", "--otherwise", "by phone")
    house.ok("resolve", "2", "--all", "--give-up", "dead", "--confirm")
    house.ok("notice", "record", "2", "--figures")
    assert given(house, 2).figures == Figures(3, 0, 0, 0, 0, otherwise=1, given_up=2)
    assert in_force(house, 60) == TWO
    assert "error" not in house.ok("verify", "--ledger")
    assert given(house) == first


def test_all_letters_that_came_back_are_stated_too(house: House) -> None:
    house.ok("notice", "record", "2")
    for customer in ("c-1", "c-2", "c-3"):
        become(house, customer, DeliveryState.BOUNCED)
    house.ok("resolve", "2", "--all", "--give-up", "dead", "--confirm")
    house.ok("notice", "record", "2", "--figures")
    one, two = given(house), given(house, 2)
    assert two.figures == Figures(3, 0, 0, 0, 0, 0, given_up=3)
    assert (two.first, two.last, two.applies) == (one.first, one.last, one.applies)
    assert "error" not in house.ok("verify", "--ledger")
    assert "Nothing is new" in house.ok("notice", "record", "2")


def test_a_list_of_which_each_was_told_otherwise_is_stated(house: House) -> None:
    for customer in ("c-1", "c-2", "c-3"):
        become(house, customer, DeliveryState.BOUNCED)
    for customer in ("c-1", "c-2"):
        house.ok("resolve", "2", customer, "--otherwise", "by phone")
    house.ok("resolve", "2", "--all", "--give-up", "dead", "--confirm")
    house.ok("notice", "record", "2", "--figures")
    one = given(house)
    assert (one.means, one.figures) == (Means.OTHERWISE, Figures(3, 0, 0, 0, 0, 2, 1))
    assert one.applies == today() + dt.timedelta(30)
    assert in_force(house, 60) == TWO
    assert "error" not in house.ok("verify", "--ledger")
    at = NOW + dt.timedelta(days=61)
    assert "version 2 applies" in house.ok("applies", "c-1", at=at)
    assert "version 1 applies" in house.ok("applies", "c-3", at=at)


def test_who_came_later_and_was_not_told_is_named(house: House) -> None:
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-9,dora@other.example\n")
    said = " ".join(house.ok("notice", "record", "2").split())
    assert "1 recipient came after the first letters and is not told" in said
    assert "publisher send 2 --confirm" in said
    late = NOW + dt.timedelta(days=40)
    said = " ".join(house.ok("notice", "record", "2", at=late).split())
    assert "Nothing is new" in said
    assert 'publisher resolve 2 --all --otherwise "by post"' in said


def test_who_was_not_told_of_what_is_in_force_is_named_until_they_are(house: House) -> None:
    rows = b"customer,address,joined\nc-8,emil@other.example,2020-01-01\nc-9,dora@other.example,\n"
    house.ok("recipients", "import", "-", stdin=rows)
    house.ok("notice", "record", "2")
    at = NOW + dt.timedelta(days=61)
    status = house.run("status", "--exit-code", at=at)
    assert status.exit_code == 1
    said = " ".join(status.output.split())
    assert "3 accepted, 2 not told" in said
    assert "2 recipients were not told of version 2, which is in force" in said
    found = json.loads(house.ok("status", "--format", "json", at=at))
    assert [one["untold"] for one in found["policies"][0]["releases"]] == [0, 2]
    assert [one["id"] for one in found["alerts"]] == ["notice-late"]
    refused = house.run("send", "2", at=at)
    assert refused.exit_code == 2
    tried = " ".join(refused.output.split())
    assert "publisher resolve 2 CUSTOMER --otherwise" in tried
    for customer in ("c-8", "c-9"):
        assert "version 1 applies" in house.ok("applies", customer, at=at)
    house.ok("resolve", "2", "c-8", "--otherwise", "by post", at=at)
    assert "1 recipient was not told" in " ".join(house.run("status", at=at).output.split())
    plan = house.ok("resolve", "2", "--all", "--otherwise", "by post", at=at)
    assert "1 letter would be recorded as: told otherwise" in plan
    house.ok("resolve", "2", "--all", "--otherwise", "by post", "--confirm", at=at)
    assert house.run("status", "--exit-code", at=at).exit_code == 0
    assert "version 2 applies" in house.ok("applies", "c-8", at=at + dt.timedelta(days=31))
    # Whoever becomes a customer now comes under it.
    row = f"customer,address,joined\nc-7,f@other.example,{later(61)}\n".encode()
    house.ok("recipients", "import", "-", stdin=row, at=at)
    assert house.run("status", "--exit-code", at=at).exit_code == 0


def test_what_is_open_is_settled_before_it_is_recorded(house: House) -> None:
    """Also what an earlier run left open."""
    become(house, "c-1", DeliveryState.IN_DOUBT)
    said = " ".join(house.ok("send", "2", "--confirm").split())
    assert "once all are settled, to record that people were told" in said


def test_what_was_counted_is_not_said_otherwise_by_the_way(house: House) -> None:
    house.ok("notice", "record", "2")
    words = ("notice", "record", "2", "--otherwise", "by post")
    result = house.run(*words)
    assert result.exit_code == 2
    assert "are on record, by e-mail" in " ".join(result.output.split())
    house.ok(*words, "--confirm")


def test_where_there_is_no_ledger_or_no_letter_it_is_refused(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", House.freeze_two)
    refused = house.run("notice", "record", "2")
    assert refused.exit_code == 2
    assert "there is no ledger here" in refused.output
    assert not (house.root / ".publisher/ledger.sqlite").exists()
    house.ok("recipients", "import", "-", stdin=CUSTOMERS)
    refused = house.run("notice", "record", "2")
    assert refused.exit_code == 2
    assert "no letter about release 2 is on record" in " ".join(refused.output.split())
    house.ok("send", "2", "--confirm")
    for customer in ("c-1", "c-2", "c-3"):
        become(house, customer, DeliveryState.BOUNCED)
    house.ok("resolve", "2", "--all", "--give-up", "all dead", "--confirm")
    refused = house.run("notice", "record", "2")
    assert refused.exit_code == 2
    assert "no letter about release 2 was accepted" in " ".join(refused.output.split())


def test_while_letters_are_under_way_nothing_is_stated(house: House) -> None:
    with ledger_of(house.project).alone("send", house.project.private) as ours:
        assert ours
        refused = house.run("notice", "record", "2")
    assert refused.exit_code == 2
    assert "letters are under way" in refused.output
    house.ok("notice", "record", "2")


def test_what_was_counted_by_a_run_that_was_cut_off_is_stated_by_the_next(house: House) -> None:
    """It was stopped before the statement was made: here by a hook of git."""
    hook = house.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert house.run("notice", "record", "2").exit_code == 2
    assert archive_of(house.project).register("privacy") == ()
    kept = counted(house)
    hook.unlink()
    house.ok("notice", "record", "2")
    assert given(house).figures_digest == kept.given.figures_digest
    assert len(ledger_of(house.project).notices_counted("privacy/2")) == 1


def test_a_carrier_is_given_the_days_it_may_take(house: House) -> None:
    path = house.root / "publisher.toml"
    path.write_text(path.read_text() + "margin_days = 3\n")
    house.commit()
    house.ok("notice", "record", "2")
    assert given(house).applies == today() + dt.timedelta(33)
