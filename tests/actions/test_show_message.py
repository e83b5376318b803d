"""One message for the person who decides: `publisher requests show`."""

from __future__ import annotations

from publisher.edges.project import Project
from tests.fixtures.answers import (
    reply,
    take,
)
from tests.fixtures.house import House


def test_a_message_is_shown_without_what_it_quotes(project: Project) -> None:
    raw = reply(project, "How do I opt out?\n\n> You can opt out until the end of February.\n")
    number = str(take(project, raw).message)
    shown = House(project.root).ok("requests", "show", number)
    assert shown.startswith("From: anna@customer.example\nSubject: Re: Privacy Policy\n")
    assert "How do I opt out?" in shown
    assert "February" not in shown


def test_a_message_is_given_back_as_it_came(project: Project) -> None:
    raw = reply(project, "How do I opt out?")
    number = str(take(project, raw).message)
    result = House(project.root).run("requests", "show", number, "--raw")
    assert result.stdout_bytes == raw


def test_a_message_that_is_not_there_is_refused(project: Project) -> None:
    result = House(project.root).run("requests", "show", "7")
    assert result.exit_code == 2
    assert "there is no message 7" in result.output
