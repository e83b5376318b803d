"""Receipts and links that are owed: `publisher receipts send`."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from publisher.actions.receipts import receipts
from publisher.actions.send_receipts import send_receipts
from publisher.actions.status import status
from publisher.actions.workplace import Workplace
from publisher.answers.receipts_due import MOST_A_DAY, due_answers
from publisher.edges.carriers.spool import Spool
from publisher.edges.ledger.schema import EVENTS, PRIVATE
from publisher.edges.project import Project
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import Answer, Channel, Request, RequestKind, Timing
from publisher.record.private import PrivateValue
from tests.fixtures import answers
from tests.fixtures.answers import ask, at, posted
from tests.fixtures.houses import NOW, letter_for, spooled, token, told
from tests.fixtures.relays import HANG, Keeps, free_port, real, scripted
from tests.fixtures.some import some
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

OUT, BACK, ASK = RequestKind.OPT_OUT, RequestKind.WITHDRAW, RequestKind.ASK
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def declare(
    project: Project,
    kind: RequestKind = OUT,
    moment: dt.datetime = NOW,
    customer: str = "c-1",
    channel: Channel = Channel.FORM,
) -> None:
    answers.declare(project, token(project, customer), kind, moment, channel)


def texts(project: Project) -> list[str]:
    return [" ".join(letter.replace(b"=\r\n", b"").decode().split()) for letter in spooled(project)]


# ── how many, and when ───────────────────────────────────────────────────────────────────────────


def test_each_letter_gives_way_before_it_is_written(project: Project) -> None:
    for customer in ("c-1", "c-2", "c-3"):
        declare(project, customer=customer)
    before: list[int] = []
    run = send_receipts(at(project), lambda: before.append(len(spooled(project))))
    assert run.sent == 3
    assert before == [0, 1, 2]


def test_mail_is_answered_once_a_day_and_nothing_is_left_out(project: Project) -> None:
    for hours, kind in enumerate((OUT, BACK, OUT)):
        declare(project, kind, NOW + hours * HOUR, channel=Channel.MAIL)
        send_receipts(at(project, NOW + hours * HOUR))
    assert len(spooled(project)) == 1
    assert send_receipts(at(project, NOW + DAY - HOUR)).sent == 0
    assert send_receipts(at(project, NOW + DAY + HOUR)).sent == 1
    (second,) = [text for text in texts(project) if "R-000003" in text]
    assert "R-000002" in second
    assert receipts(at(project)) == []


def test_a_form_is_answered_a_few_times_a_day(project: Project) -> None:
    for turn in range(10):
        declare(project, BACK if turn % 2 else OUT, NOW + turn * dt.timedelta(minutes=1))
        send_receipts(at(project, NOW + turn * dt.timedelta(minutes=1)))
    assert len(spooled(project)) == MOST_A_DAY[Channel.FORM]
    declare(project, OUT, NOW, customer="c-2")
    assert send_receipts(at(project, NOW + HOUR)).sent == 1
    assert send_receipts(at(project, NOW + DAY + HOUR)).sent == 1
    assert all(any(f"R-{n:06}" in text for text in texts(project)) for n in range(1, 12))


def test_the_link_is_mailed_once_a_day_and_to_the_address_on_record(project: Project) -> None:
    for hours in range(20):
        ask(project, "Anna@Customer.example", NOW + hours * HOUR)
        ask(project, "stranger@evil.example", NOW + hours * HOUR)
        send_receipts(at(project, NOW + hours * HOUR))
    (letter,) = spooled(project)
    assert b"To: Anna Example <anna@customer.example>" in letter
    assert b"stranger" not in letter
    ask(project, "anna@customer.example", NOW + DAY + HOUR)
    assert send_receipts(at(project, NOW + DAY + HOUR)).sent == 1
    assert receipts(at(project)) == []


def test_a_link_that_was_asked_for_does_not_hold_up_a_receipt(project: Project) -> None:
    ask(project, "anna@customer.example")
    assert send_receipts(at(project)).sent == 1
    declare(project, OUT, NOW + HOUR)
    assert send_receipts(at(project, NOW + HOUR)).sent == 1


def test_known_and_unknown_addresses_cost_the_same(project: Project) -> None:
    """Until the answer is given: nobody looks before that whose address it is."""
    from sqlalchemy import event

    def statements(address: str) -> list[str]:
        seen: list[str] = []
        engine = ledger_of(project)._database._engine

        def note(_: object, __: object, statement: str, *___: object) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        ask(project, address)
        event.remove(engine, "before_cursor_execute", note)
        return seen

    ask(project, "first@customer.example")
    assert statements("anna@customer.example") == statements("nobody@customer.example")


def answer(
    number: int, kind: RequestKind, channel: Channel, whom: int, moment: dt.datetime, tries: int = 0
) -> Answer:
    request = Request(
        number, kind, "privacy", "2", 2, whom, moment, Timing.IN_TIME, channel, "{}", None
    )
    return Answer(request, DeliveryState.TO_DO, "", moment, tries)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([OUT, BACK, ASK]),
            st.sampled_from(list(Channel)),
            st.integers(1, 3),
            st.integers(0, 48),
        ),
        max_size=30,
    )
)
def test_whatever_is_owed_is_given_once_and_nobody_gets_too_much(
    asked: list[tuple[RequestKind, Channel, int, int]],
) -> None:
    """The law, hour by hour over some days: all is given in the end, each once."""
    owed = [
        answer(n, kind, channel, whom, NOW + hours * HOUR)
        for n, (kind, channel, whom, hours) in enumerate(sorted(asked, key=lambda a: a[3]), 1)
    ]
    given_: list[Answer] = []
    letters: list[tuple[int | None, Channel, dt.datetime]] = []
    for hour in range(24 * 5):
        now = NOW + hour * HOUR
        todo = [
            a for a in owed if a.at <= now and a.request.id not in {g.request.id for g in given_}
        ]
        lately = [g for g in given_ if g.at >= now - DAY]
        for together in due_answers(todo, lately, now):
            one = together[-1].request
            if one.kind is not ASK:
                letters.append((one.recipient, one.channel, now))
            given_ += [Answer(a.request, DeliveryState.ACCEPTED, "", now, 1) for a in together]
    assert sorted(g.request.id for g in given_) == [a.request.id for a in owed]
    for whom, channel, moment in letters:
        day = [x for x in letters if x[:2] == (whom, channel) and moment <= x[2] < moment + DAY]
        assert len(day) <= MOST_A_DAY[channel]


def test_what_was_not_taken_for_now_is_tried_less_and_less_often() -> None:
    one = answer(1, OUT, Channel.FORM, 1, NOW, tries=3)
    assert due_answers([one], [], NOW + dt.timedelta(minutes=7)) == []
    assert due_answers([one], [], NOW + dt.timedelta(minutes=8)) == [(one,)]
    assert due_answers([answer(1, OUT, Channel.FORM, 1, NOW, tries=99)], [], NOW + 4 * HOUR) != []


# ── when the carrier fails ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("each_engine", ["sqlite"], indirect=True)
def test_one_receipt_that_cannot_be_written_holds_up_no_other(project: Project) -> None:
    with sqlite3.connect(project.private / "ledger.sqlite") as db:
        db.execute("DROP TRIGGER recipient_update")
        db.execute("UPDATE recipient SET name = 'A' || char(7) WHERE id = 1")
    declare(project)
    declare(project, customer="c-2")
    assert send_receipts(at(project)).sent == 1
    assert [(o.customer, o.answer.state) for o in receipts(at(project))] == [("c-1", "refused")]


def test_receipts_have_no_sender_to_answer_to(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        declare(project)
        ask(project, "ben@customer.example")
        assert send_receipts(at(project)).sent == 2
    assert keeps.senders == ["<>", "<>"]
    assert all(b"Auto-Submitted: auto-replied" in letter for _, letter in some(keeps.letters))


def test_only_one_run_sends_at_a_time(tmp_path: Path) -> None:
    with scripted({"RCPT": HANG}) as server:
        project = told(tmp_path, port=server.port)
        declare(project)
        declare(project, customer="c-2")
        first = threading.Thread(target=send_receipts, args=(at(project),), daemon=True)
        first.start()
        while not server.connections:
            time.sleep(0.01)
        for _ in range(20):
            assert send_receipts(at(project)).left == 2
        assert server.connections == 1
    first.join(20)


def test_a_failure_before_the_mark_undoes_nobody_elses(tmp_path: Path) -> None:
    """Another machine's sender marks the receipt while the relay puts ours off."""
    with scripted({"RCPT": "451 later"}) as server:
        project = told(tmp_path, port=server.port)
        declare(project)
        ledger = ledger_of(project)
        real_answers = ledger.settle_answers

        def other_first(numbers: list[int], *args: object, **more: object) -> None:
            ledger.mark_answers(numbers, NOW)
            real_answers(numbers, DeliveryState.ACCEPTED, "250 theirs", NOW)
            real_answers(numbers, *args, **more)  # type: ignore[arg-type]

        ledger.settle_answers = other_first  # type: ignore[method-assign, assignment]
        try:
            send_receipts(at(project))
        finally:
            del ledger.settle_answers
    assert receipts(at(project)) == []


def test_what_the_relay_puts_off_is_tried_again_later(tmp_path: Path) -> None:
    with scripted({"RCPT": "451 later"}) as server:
        project = told(tmp_path, port=server.port)
        declare(project)
        for minutes in range(16):
            send_receipts(at(project, NOW + dt.timedelta(minutes=minutes)))
        assert server.connections == 4  # at once, and after 2, 4 and 8 minutes more
        server.script.clear()
        assert send_receipts(at(project, NOW + HOUR)).sent == 1


def test_a_relay_that_is_down_loses_no_receipt(tmp_path: Path) -> None:
    port = free_port()
    project = told(tmp_path, port=port)
    declare(project)
    assert "cannot be reached" in send_receipts(at(project)).trouble
    ledger = status(at(project), ["privacy"]).status.ledger
    assert ledger
    assert ledger.receipts.states == {DeliveryState.TO_DO: 1}
    with real(Keeps(), port):
        assert send_receipts(at(project)).sent == 1


# ── the spool ────────────────────────────────────────────────────────────────────────────────────


def test_threads_may_write_the_same_letter_at_once(project: Project) -> None:
    letter = letter_for(project, "c-1")
    failed: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(25):
                Spool(Workplace(project).spool).deliver(letter, lambda: None)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [path.name for path in Workplace(project).spool.iterdir()] == [f"{letter.id}.eml"]


def test_a_receipt_has_the_digest_of_what_is_on_record(project: Project) -> None:
    """By mail and on the page: of the salt and the value, as the ledger proves them."""
    page = posted(project, token(project, "c-1"))
    assert send_receipts(at(project)).sent == 1
    with ledger_of(project)._reading() as db:
        found = select(EVENTS.c.digest, PRIVATE.c.salt, PRIVATE.c.value).join(
            PRIVATE, PRIVATE.c.event == EVENTS.c.id
        )
        digest, salt, value = db.execute(found.where(EVENTS.c.kind == "declared")).one()
    assert PrivateValue(bytes(salt), value, None).digest() == bytes(digest)
    (letter,) = spooled(project)
    assert bytes(digest).hex().encode() in letter.replace(b"=\r\n", b"")
    assert bytes(digest).hex() in page.html
    assert bytes(digest).hex() in posted(project, token(project, "c-1")).html, "the first one's"
