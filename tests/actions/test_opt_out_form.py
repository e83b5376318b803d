"""The opt-out page as a visitor is shown it."""

from __future__ import annotations

import pytest

from publisher.actions.opt_out_form import opt_out_form
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SealError
from publisher.people.requests import RequestKind, Timing
from tests.fixtures.answers import (
    at,
    declare,
    state_of_form,
    words,
)
from tests.fixtures.houses import LATE, NOW, ONE, TWO, token

PAGE = FormAddress("privacy", TWO)
OUT = RequestKind.OPT_OUT


def test_the_form_shows_what_stands(project: Project) -> None:
    own = token(project, "c-1")
    view = state_of_form(project, own, NOW)
    assert (view.address, view.declared, view.timing) == ("a•••@c•••.example", None, Timing.IN_TIME)
    declare(project, own, OUT, NOW)
    view = state_of_form(project, own.upper(), LATE)
    assert view.declared is not None
    assert (view.declared.kind, view.declared.receipt) == (OUT, "R-000001")
    assert (view.token, view.timing) == (own, Timing.LATE)


def test_a_visitor_without_a_link_may_ask_for_it(project: Project) -> None:
    page = opt_out_form(at(project), PAGE)
    assert (page.personal, page.message) == (False, None)
    assert "Send me the link to my form" in words(page.html)


def test_a_link_shows_its_customers_form(project: Project) -> None:
    page = opt_out_form(at(project), PAGE, token(project, "c-1"))
    assert page.personal
    assert "I opt out of version 2" in words(page.html)


def test_a_link_of_nobody_shows_what_to_do(project: Project) -> None:
    page = opt_out_form(at(project), PAGE, "x")
    assert page.message is FormMessage.BAD_LINK
    assert "This link does not work" in words(page.html)


def test_a_message_stands_in_place_of_the_form(project: Project) -> None:
    page = opt_out_form(at(project), PAGE, message=FormMessage.TOO_LARGE)
    assert (page.personal, page.message) == (True, FormMessage.TOO_LARGE)
    assert "privacy@hosting.example" in page.html


def test_a_release_without_opt_out_has_no_form(project: Project) -> None:
    with pytest.raises(NotFoundError):
        opt_out_form(at(project), FormAddress("privacy", ONE))


def test_of_an_altered_release_no_form_is_shown(project: Project) -> None:
    (project.versions / "privacy/2/opt-out.md").write_text("altered")
    with pytest.raises(SealError):
        opt_out_form(at(project), PAGE)
