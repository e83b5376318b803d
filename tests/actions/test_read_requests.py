"""Mails that take something back, agree, end a contract, or are about mailings; what waits."""

from __future__ import annotations

import datetime as dt
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from publisher.actions.receive import receive
from publisher.actions.send_receipts import send_receipts
from publisher.edges.project import Project
from publisher.people.handling import HandlingState
from publisher.people.mailings import MailingState
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from tests.fixtures.answers import at, listed, reply, state, take
from tests.fixtures.houses import NOW, spooled, token
from tests.fixtures.request_pages import WAYS
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")
HOUR = dt.timedelta(hours=1)
REMOVE, DATA, PLAIN = (f"{box}@hosting.example" for box in ("remove", "data", "opt-out"))


@pytest.fixture
def asked(project: Project) -> Project:
    settings = project.root / "publisher.toml"
    settings.write_text(settings.read_text() + WAYS)
    return project


def mails(project: Project) -> list[tuple[str, str, str]]:
    """Subject, Reply-To and Auto-Submitted of what was mailed."""
    found = [BytesParser(policy=policy.default).parsebytes(raw) for raw in spooled(project)]
    fields = ("Subject", "Reply-To", "Auto-Submitted")
    return sorted((str(m[fields[0]]), str(m[fields[1]]), str(m[fields[2]])) for m in found)


def test_an_opt_out_is_taken_back_by_mail(project: Project) -> None:
    take(project, reply(project, "I opt out"))
    back = take(project, reply(project, "I withdraw my opt-out."), now=NOW + HOUR)
    assert (back.filed, state(project)) == (Filed.REQUEST, "withdrawn")
    assert back.receipt == "R-000002"


def test_there_has_to_be_one(project: Project) -> None:
    verdict = take(project, reply(project, "I withdraw my opt-out."))
    assert verdict.filed is Filed.UNCLEAR
    assert "has no opt-out" in verdict.reason
    assert listed(project) == [("mail to read", "in time", "")]


def test_what_the_form_does_not_offer_waits(project: Project) -> None:
    for text in ("I accept version 2.", "I terminate my contract."):
        verdict = take(project, reply(project, text))
        assert verdict.filed is Filed.UNCLEAR
        assert "does not offer" in verdict.reason


def test_who_reads_it_is_told_what_was_not_understood(project: Project) -> None:
    verdict = take(project, reply(project, "I opt out if you raise prices"))
    (message,) = ledger_of(project).waiting()
    assert "from “if you raise prices”" in message.reason
    assert "prices" not in str(verdict), "which a mail server writes into its log"


def test_what_waits_is_acknowledged_once_a_day(project: Project) -> None:
    for minutes in range(3):
        take(project, reply(project, "What is this?"), now=NOW + minutes * HOUR / 60)
    ((subject, answer, submitted),) = mails(project)
    assert subject == "Your mail has come"
    assert submitted == "auto-replied"
    assert "@hosting.example" in answer
    (raw,) = spooled(project)
    assert b"To: Anna" in raw


@pytest.mark.parametrize(
    "fields",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<x.example>"}],
)
def test_no_machine_is_acknowledged(project: Project, fields: dict[str, str]) -> None:
    """RFC 3834 §2."""
    take(project, reply(project, "What is this?", **fields))
    assert spooled(project) == []


def test_a_stranger_is_not_answered(asked: Project) -> None:
    raw = reply(asked, "Who are you?", to=PLAIN).replace(b"anna@customer", b"nobody@stranger")
    take(asked, raw)
    take(asked, raw.replace(PLAIN.encode(), REMOVE.encode()))
    assert spooled(asked) == []


def test_who_writes_to_the_plain_address_gets_one_mail_with_the_link(project: Project) -> None:
    """It says that theirs came and leads to their form, at once; once a day."""
    verdict = take(project, reply(project, "I opt out", to=PLAIN))
    assert verdict.filed is Filed.UNKNOWN
    ((subject, _, submitted),) = mails(project)
    assert (subject, submitted) == ("Your mail has come", "auto-replied")
    (raw,) = spooled(project)
    text = BytesParser(policy=policy.default).parsebytes(raw).get_body(("plain",))
    assert text
    said = text.get_content()
    assert "Receipt: R-000001" in said
    assert "Your form for version 2 of the Privacy Policy" in said
    assert f"/privacy/2/opt-out/?token={token(project, 'c-1')}" in said
    take(project, reply(project, "I opt out", to=PLAIN), now=NOW + HOUR)
    assert len(mails(project)) == 1, "once a day"
    assert state(project) == ""
    take(project, reply(project, "I opt out", to=PLAIN), now=NOW + 25 * HOUR)
    assert len(mails(project)) == 2


def test_who_was_told_today_that_a_mail_came_is_mailed_the_link_alone(asked: Project) -> None:
    take(asked, reply(asked, "Why?", to="data@hosting.example"))
    for minutes in range(2):
        take(asked, reply(asked, "I opt out", to=PLAIN), now=NOW + HOUR + minutes * HOUR / 60)
    subjects = [subject for subject, _, _ in mails(asked)]
    own = "Your link to opt out of version 2 of the Privacy Policy"
    assert subjects == [own, "Your mail has come"]


def test_a_form_that_is_gone_is_not_led_to(project: Project) -> None:
    work = at(project)
    receive(work, reply(project, "I opt out", to=PLAIN), None)
    sealed = project.root / "versions/privacy/2/notice.md"
    sealed.write_text(sealed.read_text() + "More.")
    send_receipts(at(project))
    (raw,) = spooled(project)
    assert b"token=" not in raw


@pytest.mark.parametrize("text", ["remove", "", "Please unsubscribe me.", "Bitte abmelden"])
def test_the_remove_address_leaves_the_mailings(asked: Project, text: str) -> None:
    verdict = take(asked, reply(asked, text, to=REMOVE, subject=""))
    assert verdict.filed is Filed.REQUEST
    assert ledger_of(asked).mailing_of(1) is MailingState.LEFT
    ((subject, answer, _),) = mails(asked)
    assert subject == "You asked us to send you no more mailings"
    assert answer == REMOVE
    assert state(asked) == "", "that is no refusal of a version"


def test_joining_by_mail_needs_the_link(asked: Project) -> None:
    take(asked, reply(asked, "subscribe", to=REMOVE, subject=""))
    assert ledger_of(asked).mailing_of(1) is None
    ((subject, _, _),) = mails(asked)
    assert subject == "Please confirm: you ask us to send you our mailings"


@pytest.mark.parametrize("text", ["I do not agree to version 2", "Why do you write to me?"])
def test_what_is_no_word_about_mailings_waits(asked: Project, text: str) -> None:
    verdict = take(asked, reply(asked, text, to=REMOVE, subject=""))
    assert verdict.filed is Filed.UNCLEAR
    (message,) = ledger_of(asked).waiting()
    assert message.likely == "mailings"
    assert ledger_of(asked).mailing_of(1) is None


def test_a_mail_about_personal_data_waits_under_its_likely_kind(asked: Project) -> None:
    take(asked, reply(asked, "What do you know about me?", to=DATA, subject="Hello"))
    (message,) = ledger_of(asked).waiting()
    assert message.likely == "access"


def test_mailings_at_the_opt_out_address_are_no_opt_out(project: Project) -> None:
    verdict = take(project, reply(project, "Unsubscribe me from your newsletter."))
    assert verdict.filed is Filed.UNCLEAR
    (message,) = ledger_of(project).waiting()
    assert message.likely == "mailings"
    assert ledger_of(project).mailing_of(1) is None


def test_ending_the_contract_waits_to_be_confirmed(tmp_path: Path) -> None:
    from tests.fixtures.houses import told

    project = told(tmp_path, choices=("end the contract", "accept"))
    verdict = take(project, reply(project, "I terminate my contract."))
    assert verdict.filed is Filed.REQUEST
    ((subject, _, _),) = mails(project)
    assert subject == "Please confirm: you ask us to end your contract"
    found = ledger_of(project).handlings()
    assert [(one.request.kind, one.state) for one in found] == [
        (RequestKind.END, HandlingState.UNCONFIRMED)
    ]
    assert take(project, reply(project, "I accept version 2.")).filed is Filed.REQUEST
    assert state(project) == "agreed"
