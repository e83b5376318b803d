from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import os
import re
import signal
import subprocess
import sys
from email.message import EmailMessage
from html import escape
from pathlib import Path

import pytest
from pypdf import PdfReader

from publisher.actions import silent
from publisher.actions.addressing import SAMPLE
from publisher.actions.noticing import (
    Report,
    import_recipients,
    letter_for,
    plan,
    resolve,
    send,
    send_test,
    unsettled,
)
from publisher.actions.printing import letter_pdf
from publisher.answers.reply_address import token_in
from publisher.answers.token import is_signed, parse_token
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, RecipientsError, SendError
from publisher.people.deliveries import DeliveryState
from publisher.releases.number import Number
from tests.fixtures.houses import (
    CUSTOMERS,
    KEY,
    NOW,
    ONE,
    SPRING,
    TWO,
    amend_again,
    correct,
    make,
    postpone,
    reseal,
    spooled,
    told,
)
from tests.fixtures.relays import CLOSE, HANG, Keeps, real, scripted


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told(tmp_path)


def now() -> dt.datetime:
    return NOW


def run(project: Project, number: Number = TWO) -> Report:
    return send(project, "privacy", number, now, silent)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def states(project: Project, number: Number = TWO) -> dict[str, str]:
    ledger = ledger_of(project)
    names = {r.number: r.customer for r in ledger.recipients()}
    rows = ledger.deliveries("privacy", number.major)
    return {names[d.recipient]: d.state for d in rows if d.release == str(number)}


# ── the letter ───────────────────────────────────────────────────────────────────────────────────


def test_the_letter_of_a_customer_has_that_customers_own_links(project: Project) -> None:
    letter = letter_for(project, "privacy", TWO, "c-2", NOW)
    message = read(letter.data)
    assert message["To"] == '"Ben <b>Example</b>" <ben@customer.example>'
    assert message.get_all("Auto-Submitted") == ["auto-generated"]
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    parsed = parse_token(token)
    assert is_signed([KEY.encode()], parsed, "c-2")
    capability = parsed.capability
    assert (capability.policy, capability.number, capability.recipient) == ("privacy", TWO, 2)
    link = f"http://127.0.0.1:8000/privacy/2/opt-out/?token={token}"
    assert link in letter.part("text/plain")
    assert f'href="{link}"' in letter.part("text/html")
    assert "Dear Ben <b>Example</b>," in letter.part("text/plain")
    assert "Dear Ben &lt;b&gt;Example&lt;/b&gt;," in letter.part("text/html")


def test_the_letter_of_a_sample_leads_nowhere(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    message = read(letter_for(project, "privacy", TWO, None, NOW).data)
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    assert not is_signed([KEY.encode()], parse_token(token), SAMPLE.customer)


def test_the_same_letter_has_the_same_bytes(project: Project) -> None:
    one, two = (letter_for(project, "privacy", TWO, "c-1", NOW) for _ in range(2))
    assert one == two
    assert letter_for(project, "privacy", TWO, "c-3", NOW).id != one.id


def test_a_stranger_has_no_letter(project: Project) -> None:
    with pytest.raises(NotFoundError, match="`c-9`"):
        letter_for(project, "privacy", TWO, "c-9", NOW)


def test_the_text_travels_with_the_letter_where_the_profile_says_so(tmp_path: Path) -> None:
    project = make(tmp_path, profile="p2b")
    message = read(letter_for(project, "privacy", TWO, None, NOW).data)
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "privacy-2.pdf"
    frozen = project.versions / "privacy/2/policy.pdf"
    assert attached.get_content() == frozen.read_bytes()
    frozen.unlink()
    reseal(frozen.parent)
    with pytest.raises(SendError, match=r"no policy\.pdf"):
        letter_for(project, "privacy", TWO, None, NOW)


# ── what changed since the version that a customer was last told of ──────────────────────────────

THREE = Number(3)
SITE = "http://127.0.0.1:8000/privacy"


def settle(project: Project, customer: str, state: DeliveryState, number: Number = TWO) -> None:
    """Says what became of the letter to a customer."""
    ledger = ledger_of(project)
    recipient = ledger.customer(customer)
    assert recipient is not None
    (one,) = [
        d
        for d in ledger.deliveries("privacy", number.major)
        if d.recipient == recipient.number and d.release == str(number)
    ]
    ledger.settle(one, state, "550 5.1.1 no such user", NOW, was=one.state)


def since(project: Project, customer: str | None, number: Number) -> str:
    """Where the letter to a customer leads, in all its parts."""
    letter = letter_for(project, "privacy", number, customer, NOW)
    link = re.search(r"last told of[^\w]+(http\S+?)\)?\s", letter.part("text/plain"))
    assert link is not None
    assert f'href="{escape(link[1])}"' in letter.part("text/html")
    return link[1]


def test_each_customer_sees_what_changed_since_the_last_letter(project: Project) -> None:
    for customer in ("c-1", "c-2", None):
        assert since(project, customer, TWO) == f"{SITE}/2/changes/"
    run(project)
    settle(project, "c-2", DeliveryState.REFUSED)
    settle(project, "c-3", DeliveryState.IN_DOUBT)
    import_recipients(project, b"customer,address\nc-4,dan@x.example\n", "l.csv", NOW)
    amend_again(project)
    assert since(project, "c-1", THREE) == f"{SITE}/3/changes/"
    assert since(project, "c-2", THREE) == f"{SITE}/compare/?from=1&to=3"
    assert since(project, "c-3", THREE) == f"{SITE}/compare/?from=1&to=3"
    assert since(project, "c-4", THREE) == f"{SITE}/3/changes/"  # version 2 is all they know
    assert since(project, None, THREE) == f"{SITE}/3/changes/"
    # Looking back, nothing has changed.
    assert since(project, "c-2", TWO) == f"{SITE}/2/changes/"


def test_what_is_sent_leads_where_the_preview_led(project: Project) -> None:
    run(project)
    settle(project, "c-2", DeliveryState.BOUNCED)
    amend_again(project)
    expected = {c: since(project, c, THREE) for c in ("c-1", "c-2")}
    assert expected["c-1"] != expected["c-2"]
    send(project, "privacy", THREE, lambda: SPRING, silent)
    letters = {
        read(data)["To"].addresses[0].addr_spec: data
        for data in spooled(project)
        if "version 3" in read(data)["Subject"]
    }
    for customer, address in (("c-1", "anna@customer.example"), ("c-2", "ben@customer.example")):
        body = read(letters[address]).get_body(("plain",))
        assert body is not None
        assert expected[customer] in body.get_content()


def test_who_missed_a_letter_and_got_the_next_one_is_up_to_date(project: Project) -> None:
    run(project)
    settle(project, "c-2", DeliveryState.REFUSED)
    postpone(project, dt.date(2027, 4, 1))
    assert since(project, "c-1", Number(2, 1)) == f"{SITE}/2.1/changes/"
    assert since(project, "c-2", Number(2, 1)) == f"{SITE}/compare/?from=1&to=2.1"
    run(project, Number(2, 1))
    amend_again(project)
    assert since(project, "c-2", THREE) == f"{SITE}/3/changes/"


def test_the_pdf_of_a_letter_leads_there_too(project: Project) -> None:
    run(project)
    settle(project, "c-2", DeliveryState.REFUSED)
    amend_again(project)
    data = letter_pdf(project, "privacy", THREE, "c-2", NOW)
    links = {
        str(annotation["/A"]["/URI"])
        for page in PdfReader(io.BytesIO(data)).pages
        for annotation in (a.get_object() for a in page.get("/Annots") or [])
        if "/URI" in annotation.get("/A", {})
    }
    assert f"{SITE}/compare/?from=1&to=3" in links


def test_a_letter_frozen_before_there_was_such_a_link_goes_as_it_is(project: Project) -> None:
    second = archive.release(project, "privacy", TWO)
    text = second.notice.replace(
        "- [What has changed since the version you were last told of]({{changes_link}})\n", ""
    )
    assert text != second.notice
    folder = project.versions / "privacy/2"
    (folder / "notice.md").write_text(text)
    reseal(folder)
    letter = letter_for(project, "privacy", TWO, "c-1", NOW)
    assert "last told of" not in letter.part("text/plain")
    assert "{{" not in letter.part("text/plain")


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────


def test_the_plan_says_what_a_person_must_see(project: Project) -> None:
    found = plan(project, "privacy", TWO, NOW)
    assert len(found.due.to_tell) == 3
    text = "\n".join(found.lines())
    assert "applies from 1 March 2027, opting out until 28 February 2027" in text
    assert "to tell  3 of 3 recipients" in text
    assert str(project.spool) in text
    assert states(project) == {}


def test_no_letter_for_a_release_without_notice(project: Project) -> None:
    with pytest.raises(SendError, match="it has no notice"):
        plan(project, "privacy", ONE, NOW)
    with pytest.raises(NotFoundError):
        plan(project, "privacy", Number(7), NOW)


def test_no_letter_without_recipients(tmp_path: Path) -> None:
    with pytest.raises(SendError, match="no recipient") as caught:
        plan(make(tmp_path), "privacy", TWO, NOW)
    assert caught.value.remedy == "publisher recipients import FILE.csv"


def test_no_letter_after_the_notice_period_has_begun_to_run_out(project: Project) -> None:
    last = dt.datetime(2027, 1, 30, 23, 59, tzinfo=dt.UTC)
    plan(project, "privacy", TWO, last)
    with pytest.raises(SendError) as caught:
        plan(project, "privacy", TWO, last + dt.timedelta(minutes=1))
    assert "freeze --correction --effective 2027-03-02" in caught.value.remedy
    with pytest.raises(SendError, match="in force since"):
        plan(project, "privacy", TWO, dt.datetime(2027, 3, 1, tzinfo=dt.UTC))


def test_nothing_is_too_late_once_everybody_was_told(project: Project) -> None:
    run(project)
    after = dt.datetime(2027, 4, 1, tzinfo=dt.UTC)
    assert plan(project, "privacy", TWO, after).due.told == 3


def test_a_postponed_release_is_not_announced_with_its_old_date(project: Project) -> None:
    postpone(project, dt.date(2027, 4, 1))
    with pytest.raises(SendError, match=r"2\.1 has taken the place of 2") as caught:
        plan(project, "privacy", TWO, NOW)
    assert caught.value.remedy == "publisher send 2.1"


def test_a_correction_that_nobody_is_told_of_leaves_the_letter_as_it_is(project: Project) -> None:
    correct(project)
    assert len(plan(project, "privacy", TWO, NOW).due.to_tell) == 3
    with pytest.raises(SendError, match="it has no notice"):
        plan(project, "privacy", Number(2, 1), NOW)


def test_who_was_told_of_a_date_is_told_of_a_later_one_without_a_new_period(
    project: Project,
) -> None:
    run(project)
    postpone(project, dt.date(2027, 3, 8), dt.datetime(2027, 2, 20, tzinfo=dt.UTC))
    later = dt.datetime(2027, 2, 20, tzinfo=dt.UTC)
    assert len(plan(project, "privacy", Number(2, 1), later).due.to_tell) == 3
    import_recipients(project, b"customer,address\nc-4,dora@x.example\n", "more.csv", later)
    with pytest.raises(SendError, match="1 recipients would be told today"):
        plan(project, "privacy", Number(2, 1), later)


def test_the_same_date_is_told_once_under_two_numbers(project: Project) -> None:
    run(project)
    postpone(project, dt.date(2027, 3, 1))
    found = plan(project, "privacy", Number(2, 1), NOW).due
    assert (found.told, len(found.to_tell)) == (3, 0)
    assert run(project, Number(2, 1)).accepted == 0
    assert len(spooled(project)) == 3


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def test_everybody_is_told_once(project: Project) -> None:
    said: list[tuple[str, int, int]] = []
    report = send(project, "privacy", TWO, now, lambda *words: said.append(words))
    assert report == Report(3, 0, 0, 0)
    assert said[-1] == ("sending", 3, 3)
    assert set(states(project).values()) == {DeliveryState.ACCEPTED}
    assert run(project) == Report(0, 0, 0, 0)
    assert len(spooled(project)) == 3


def test_who_comes_later_is_told_by_the_next_run(project: Project) -> None:
    run(project)
    import_recipients(project, b"customer,address\nc-4,dora@x.example\n", "more.csv", NOW)
    assert run(project).accepted == 1


def test_a_real_relay_gets_every_letter(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        assert run(project) == Report(3, 0, 0, 0)
        assert run(project) == Report(0, 0, 0, 0)
    assert keeps.told == ["anna@customer.example", "ben@customer.example", "cleo@other.example"]
    expected = letter_for(project, "privacy", TWO, "c-1", NOW)
    assert keeps.letters[0][1] == expected.data


def test_refused_is_kept_with_the_reply_and_later_is_tried_again(tmp_path: Path) -> None:
    keeps = Keeps(
        {
            "anna@customer.example": "550 5.1.1 no such user",
            "ben@customer.example": "451 4.7.1 greylisted",
        }
    )
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        report = run(project)
        assert (report.accepted, report.refused, report.later, report.open) == (1, 1, 1, 2)
        assert states(project) == {"c-1": "refused", "c-2": "to do", "c-3": "accepted"}
        assert "no such user" in ledger_of(project).deliveries("privacy", 2)[0].reply
        keeps.refusals = {}
        assert run(project) == Report(1, 0, 0, 0)
        resolve(project, "privacy", TWO, "c-1", "again", NOW)
        assert run(project) == Report(1, 0, 0, 0)
    assert sorted(keeps.told) == sorted(set(keeps.told))


def test_a_letter_in_doubt_is_never_sent_again_by_itself(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        assert run(project) == Report(2, 0, 0, 1)
        assert run(project) == Report(0, 0, 0, 0)
        assert len(server.letters) == 3
        assert states(project)["c-1"] == "in doubt"
        (listed,) = unsettled(project, "privacy", TWO)
        assert listed.cells()[:2] == ("c-1", "in doubt")
        assert listed.delivery.message_id in listed.cells()
        with pytest.raises(SendError, match="is not in doubt: it is accepted"):
            resolve(project, "privacy", TWO, "c-2", "again", NOW)
        resolve(project, "privacy", TWO, "c-1", "again", NOW)
        assert run(project) == Report(1, 0, 0, 0)
        with pytest.raises(NotFoundError):
            resolve(project, "privacy", ONE, "c-1", "again", NOW)


def test_a_letter_in_doubt_is_settled_by_what_a_person_found(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        run(project)
        resolve(project, "privacy", TWO, "c-1", "accepted", NOW)
        assert states(project)["c-1"] == "accepted"
        assert run(project) == Report(0, 0, 0, 0)


@pytest.mark.parametrize("does", [CLOSE, "550 5.7.1 blocked"])
def test_a_run_stops_when_nothing_goes_through(tmp_path: Path, does: str) -> None:
    more = b"".join(b"d-%d,d%d@x.example,\n" % (n, n) for n in range(20))
    with scripted({"RCPT": does}) as server:
        project = told(tmp_path, port=server.port)
        import_recipients(project, CUSTOMERS + more, "more.csv", NOW)
        with pytest.raises(SendError, match="3 letters in a row"):
            run(project)
        assert sum(state == "to do" for state in states(project).values()) >= 20


def test_killed_between_the_end_of_a_letter_and_its_reply(tmp_path: Path) -> None:
    script = (
        "import datetime as dt, sys; from pathlib import Path\n"
        "from publisher.actions.noticing import send; from publisher.edges.project import Project\n"
        "from publisher.releases.release import Number\n"
        "now = lambda: dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)\n"
        "send(Project(Path(sys.argv[1])), 'privacy', Number(2), now, lambda *_: None)\n"
    )
    with scripted({"dot": HANG}) as server:
        project = told(tmp_path, port=server.port)
        environment = {**os.environ, "PUBLISHER_TOKEN_KEY": KEY}
        with subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], env=environment
        ) as sender:
            assert server.at_the_dot.wait(30)
            with pytest.raises(SendError, match="another run is sending"):
                run(project)
            sender.send_signal(signal.SIGKILL)
        assert states(project) == {"c-1": "in doubt", "c-2": "to do", "c-3": "to do"}
        server.script = {}
        assert run(project) == Report(2, 0, 0, 0)
        assert run(project) == Report(0, 0, 0, 0)
        recipients = [read(letter)["To"].addresses[0].addr_spec for letter in server.letters]
    assert recipients == ["anna@customer.example", "ben@customer.example", "cleo@other.example"]


def test_a_test_letter_is_marked_and_leaves_no_trace(project: Project) -> None:
    send_test(project, "privacy", TWO, "me@hosting.example", NOW)
    (data,) = spooled(project)
    message = read(data)
    assert str(message["Subject"]).startswith("[Test] Privacy Policy: version 2 applies from")
    assert message["To"].addresses[0].addr_spec == "me@hosting.example"
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    assert not is_signed([KEY.encode()], parse_token(token), SAMPLE.customer)
    assert states(project) == {}
    assert message["Message-ID"] != f"<{letter_for(project, 'privacy', TWO, None, NOW).id}>"


def test_a_test_letter_that_is_not_taken_is_told(tmp_path: Path) -> None:
    with scripted({"RCPT": "550 no"}) as server:
        project = told(tmp_path, port=server.port)
        with pytest.raises(SendError, match="was not taken: 550 no"):
            send_test(project, "privacy", TWO, "me@hosting.example", NOW)
        with pytest.raises(RecipientsError, match="not an address"):
            send_test(project, "privacy", TWO, "jösé@hosting.example", NOW)


def test_a_bad_list_changes_nothing(project: Project) -> None:
    with pytest.raises(RecipientsError):
        import_recipients(project, CUSTOMERS + b"c-9,broken,\n", "bad.csv", NOW)
    assert len(ledger_of(project).recipients()) == 3


def test_an_import_reports_what_it_did(project: Project) -> None:
    data = CUSTOMERS.replace(b"Anna Example", b"Anna E.") + b"c-4,anna@customer.example,\n"
    done = import_recipients(project, data, "list.csv", NOW)
    assert (done.new, done.changed, done.unchanged) == (1, 1, 2)
    assert done.remarks == [
        "anna@customer.example is the address of several customers; each is told"
    ]
