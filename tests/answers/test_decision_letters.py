"""The letter about what a person decided, in every language and state."""

from __future__ import annotations

import datetime as dt
import json
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import product
from pathlib import Path

import pytest

from publisher.actions.workplace import Workplace
from publisher.answers.decision_letters import decision_letter, sample_decision
from publisher.edges.project import Project
from publisher.letters.stationery import Stationery
from publisher.people.handling import STATE_AFTER, Handling, HandlingOutcome
from publisher.people.recipients import Recipient
from publisher.people.requests import HANDLED_KINDS, Channel, Request, RequestKind, Timing
from tests.fixtures.houses import make

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
DUE = dt.date(2027, 4, 10)
WROTE = "We looked for it.\n\nIt says *Ana* & <b>Anna</b> now."


@pytest.fixture(scope="module")
def stationery(tmp_path_factory: pytest.TempPathFactory) -> Stationery:
    root: Path = tmp_path_factory.mktemp("decisions")
    project: Project = make(root)
    settings = root / "publisher.toml"
    added = '\n[requests]\npersonal_data = "privacy@hosting.example"\n'
    settings.write_text(settings.read_text("utf-8") + added, "utf-8")
    return Workplace(project).stationery


def letter(
    stationery: Stationery, kind: RequestKind, outcome: HandlingOutcome, language: str = "en"
) -> EmailMessage:
    evidence = json.dumps({"language": language, "words": "My name is Ana."})
    about = kind, "", "", 0, 1, NOW, Timing.IN_TIME, Channel.FORM
    request = Request(42, *about, evidence, None)
    due = DUE if outcome is HandlingOutcome.EXTENDED else None
    handling = Handling(request, STATE_AFTER[outcome], due, NOW, WROTE, "support", outcome)
    whom = Recipient(1, "c-1", "ana@customer.example", "Ana")
    made = decision_letter(handling, whom, stationery)
    parsed = BytesParser(policy=default).parsebytes(made.data)
    assert isinstance(parsed, EmailMessage)
    assert sample_decision(handling, whom, stationery) == sample_decision(
        handling, Recipient(2, "c-2", "b@customer.example", "Ben"), stationery
    ), "the sample is that of any customer"
    return parsed


def plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ar"])
def test_each_decision_is_told_in_the_language_of_the_form(
    stationery: Stationery, language: str
) -> None:
    subjects = set()
    for kind, outcome in product(sorted(HANDLED_KINDS), HandlingOutcome):
        message = letter(stationery, kind, outcome, language)
        text = plain(message)
        assert "R-000042" in text
        assert "Anna" in text
        assert "{{" not in text
        subjects.add((kind, message["Subject"]))
        html = message.get_body(("html",))
        assert html
        assert f'lang="{language}"' in html.get_content()
        assert "<b>Anna</b>" not in html.get_content()
    assert len(subjects) == len(HANDLED_KINDS) * len(HandlingOutcome), "each has its subject"


def test_it_says_what_was_decided_and_what_may_be_done_about_it(stationery: Stationery) -> None:
    declined = plain(letter(stationery, RequestKind.CORRECT, HandlingOutcome.DECLINED))
    words = " ".join(declined.split())
    assert "We do not do what you asked for, for this reason: We looked for it." in words
    assert "You may complain about this to a data protection authority, or go to court." in words
    assert "privacy@hosting.example" in words
    longer = " ".join(
        plain(letter(stationery, RequestKind.CORRECT, HandlingOutcome.EXTENDED)).split()
    )
    assert "longer than a month" in longer
    assert "You get an answer by" in longer
    assert "10 April 2027" in longer
    assert "complain" not in longer
    ended = plain(letter(stationery, RequestKind.END, HandlingOutcome.DECLINED))
    assert "complain" not in ended, "no right over personal data is declined"
    answered = letter(stationery, RequestKind.QUESTION, HandlingOutcome.DONE)
    assert answered["Subject"] == "Our answer to your question"
    assert answered["Auto-Submitted"] == "auto-replied"
