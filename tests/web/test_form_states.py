"""What the opt-out form says in each state: the tables of docs/opt-out.md, tried on what is served.

Where something is wrong on a page, its row in the document is wrong too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from publisher.actions.send_receipts import send_receipts
from publisher.answers.declarations import MOST_CHANGES
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, TOKEN_FIELD
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from publisher.releases.number import Number
from publisher.releases.statement import REGISTER, Statement, statement_toml
from publisher.web.app import application
from tests import ROOT
from tests.fixtures.answers import at, declare, words
from tests.fixtures.house import House
from tests.fixtures.houses import (
    LATE,
    NOW,
    SPRING,
    amend_again,
    correct,
    import_customers,
    postpone,
    record,
    spooled,
    token,
    told,
)
from tests.fixtures.letters import read_message
from tests.fixtures.workplaces import archive_of

PAGE = "/privacy/2/opt-out/"
OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
APRIL = dt.date(2027, 4, 1)
FEBRUARY = dt.datetime(2027, 2, 13, 12, tzinfo=dt.UTC)
"""With 30 days of notice, who was told then is told until 15 March."""
DAYS = {
    "10 January": NOW,
    "5 March": LATE,
    "5 April": dt.datetime(2027, 4, 5, 12, tzinfo=dt.UTC),
    "5 June": dt.datetime(2027, 6, 5, 12, tzinfo=dt.UTC),
}


@dataclass(frozen=True)
class Row:
    """A row of a table: what a page says in a state."""

    state: str
    on: str
    first: str
    further: tuple[str, ...]
    last: str
    """The button; of what stands in place of the form, the status."""


def rows(heading: str) -> list[Row]:
    """The table below a heading of the document."""
    text = (ROOT / "docs/opt-out.md").read_text("utf-8")
    part = text.split(f"### {heading}\n")[1].split("\n### ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [
        Row(state, on, first, tuple(part.strip() for part in further.split("…")), last)
        for state, on, first, further, last in cells
    ]


OWN = rows("The form of a customer, who came by the link in the letter")
EARLIER = rows("The form of a customer who opted out of an earlier version")
PUBLIC = rows("The form of everybody")
INSTEAD = rows("In place of the form")

STATES: Mapping[str, Callable[[Project, str], object]] = {
    "nothing declared": lambda _, __: None,
    "opted out": lambda p, own: declare(p, own),
    "taken back": lambda p, own: both(p, own, NOW, NOW),
    "in force, nothing declared": lambda p, _: record(p),
    "in force, opted out": lambda p, own: (record(p), declare(p, own)),
    "in force, taken back": lambda p, own: (record(p), both(p, own, NOW, NOW)),
    "held, nothing declared": lambda _, __: None,
    "held, opted out": lambda p, own: declare(p, own),
    "held, taken back": lambda p, own: both(p, own, NOW, NOW),
    "told late, nothing declared": lambda p, _: record(p, at=FEBRUARY),
    "opted out late": lambda p, own: declare(p, own, OUT, LATE),
    "taken back late": lambda p, own: both(p, own, NOW, LATE),
    "opted out and taken back late": lambda p, own: both(p, own, LATE, LATE),
    "taken back in time, opted out late": lambda p, own: both(p, own, NOW, NOW, LATE),
    "corrected": lambda p, _: correct(p),
    "postponed": lambda p, _: postpone(p, APRIL),
    "late, then postponed": lambda p, own: (declare(p, own, OUT, LATE), postpone(p, APRIL, LATE)),
    "superseded": lambda p, _: (record(p), amend_again(p), record(p, Number(3), SPRING)),
    "another is announced while it is held": lambda p, _: amend_again(p, replaces=Number(1)),
    "overtaken while held": lambda p, _: (amend_again(p), record(p, Number(3), SPRING)),
    "erased, nothing declared": lambda p, _: erase(p, "c-1"),
    "before the last day": lambda _, __: None,
    "after the last day": lambda p, _: record(p),
    "after the last day, held": lambda _, __: None,
    "before the last day, postponed": lambda p, _: postpone(p, APRIL),
}
"""What is done to a project so that a state is there."""


def both(project: Project, own: str, *moments: dt.datetime) -> list[object]:
    """Opts out and takes it back by turns."""
    return [
        declare(project, own, (OUT, BACK)[turn % 2], moment) for turn, moment in enumerate(moments)
    ]


def erase(project: Project, customer: str) -> None:
    House(project.root).ok("recipients", "erase", customer, "--confirm", at=NOW)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told(tmp_path)


def client_of(project: Project, row: Row, **options: Any) -> TestClient:
    app = application(at(project, DAYS[row.on]), **options)
    return TestClient(app, client=("203.0.113.7", 4711), raise_server_exceptions=False)


def region(answer: Response) -> str:
    """What stands in the region of the form."""
    return answer.text.partition("<!-- form -->")[2].partition("<!-- /form -->")[0]


def said_first(html: str) -> str:
    """The heading of the form, or of what stands in its place."""
    found = re.search(r"<h2[^>]*>(.*?)</h2>", html)
    assert found, html
    return words(found[1])


def says(html: str, row: Row) -> None:
    """Whether a form says what its row says, and nothing that contradicts it."""
    text = words(html)
    assert said_first(html) == row.first
    for part in row.further:
        assert part in text
    # Others may have opted out of the version before: what applies to them nobody says here.
    assert "everybody" not in text
    # One statement of the last day: either one may, or one might have.
    assert not ("You can opt out until" in text and "The last day" in text)
    assert html.count("<h2") == 1


def test_every_state_has_its_row() -> None:
    assert {row.state for row in (*OWN, *PUBLIC)} == set(STATES)
    assert {row.state for row in INSTEAD} == set(ANSWERS)


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.state)
def test_the_form_of_a_customer(project: Project, row: Row) -> None:
    own = token(project, "c-1")
    STATES[row.state](project, own)
    html = region(client_of(project, row).get(PAGE, params={"token": own}))
    says(html, row)
    assert re.findall(r"<button[^>]*>(.*?)</button>", html) == [row.last]
    assert ("a•••@c•••.example" in html) is not row.state.startswith("erased")
    assert "../../../privacy/2/changes/" in html
    action = OUT if row.last.startswith("I opt out") else BACK
    assert f'name="action" value="{action}"' in html


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.state)
def test_the_button_does_what_it_says(project: Project, row: Row) -> None:
    own = token(project, "c-1")
    STATES[row.state](project, own)
    client = client_of(project, row)
    found = re.search(
        r'name="action" value="([^"]+)"', client.get(PAGE, params={"token": own}).text
    )
    assert found
    answer = client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: found[1]})
    assert "R-0000" in words(region(answer))
    after = said_first(region(client.get(PAGE, params={"token": own})))
    did = "You opted out of" if found[1] == OUT else "You took back your opt-out of"
    assert after.startswith(did), "in the past"


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: row.state)
def test_the_form_of_everybody(project: Project, row: Row) -> None:
    STATES[row.state](project, "")
    html = region(client_of(project, row).get(PAGE))
    says(html, row)
    assert re.findall(r"<button[^>]*>(.*?)</button>", html) == [row.last]


def test_who_opted_out_before_is_not_told_which_version_applies(project: Project) -> None:
    declare(project, token(project, "c-1"))
    amend_again(project)
    own, page = token(project, "c-1", Number(3)), PAGE.replace("2", "3")
    client, receipts = client_of(project, EARLIER[0]), []
    for row in EARLIER:
        html = region(client.get(page, params={"token": own}))
        says(html, row)
        (button,) = re.findall(r"<button[^>]*>(.*?)</button>", html)
        assert button == row.last
        action = OUT if button.startswith("I opt out") else BACK
        answer = client.post(page, data={TOKEN_FIELD: own, ACTION_FIELD: action})
        receipts.append(words(region(answer)))
        for said in (words(html), receipts[-1]):
            assert "ersion 2 applies" not in said
            assert "ersion 2 goes on applying" not in said
    assert ["You opted out" in said for said in receipts] == [True, False, True]
    send_receipts(at(project, DAYS["5 April"]))
    bodies = [read_message(data).get_body(("plain",)) for data in spooled(project)]
    texts = [body.get_content() for body in bodies if body]
    about = [" ".join(text.split()) for text in texts if "version 3" in text and "R-0" in text]
    assert about
    assert all("2 goes on applying" not in text for text in about)


# ── in place of the form ─────────────────────────────────────────────────────────────────────────

ANSWERS: Mapping[str, Callable[[Project, Row], Response]] = {
    "asked for a link": lambda p, row: client_of(p, row).post(PAGE, data=asking()),
    "a link that was cut off": lambda p, row: opened(p, row, token(p, "c-1")[:-2]),
    "the link of another release": lambda p, row: other(p, row),
    "the link of a customer whose id was an address, and erased": lambda p, row: erased(p, row),
    "the ledger is gone, and the form is opened": lambda p, row: gone(p, row, declares=False),
    "the ledger is gone, and something is declared": lambda p, row: gone(p, row, declares=True),
    "asked for links too often": lambda p, row: too_often(p, row),
    "changed too often": lambda p, row: changed(p, row),
    "not a form of ours": lambda p, row: client_of(p, row).post(PAGE, data={"x": "y"}),
    "too large": lambda p, row: client_of(p, row).post(PAGE, data={"x": "y" * 70_000}),
    "no such form": lambda p, row: client_of(p, row).get("/privacy/9/opt-out/"),
    "the release was altered": lambda p, row: altered(p, row),
}
"""The answer in each state."""


def asking() -> dict[str, str]:
    return {ADDRESS_FIELD: "anna@customer.example"}


def opened(project: Project, row: Row, own: str) -> Response:
    return client_of(project, row).get(PAGE, params={"token": own})


def other(project: Project, row: Row) -> Response:
    postpone(project, APRIL)
    return opened(project, row, token(project, "c-1", Number(2, 1)))


def erased(project: Project, row: Row) -> Response:
    customer = "dora@customer.example"
    import_customers(project, f"customer,address\n{customer},{customer}\n".encode())
    own = token(project, customer)
    erase(project, customer)
    return opened(project, row, own)


def gone(project: Project, row: Row, *, declares: bool) -> Response:
    own, client = token(project, "c-1"), client_of(project, row)
    declare(project, own)
    (project.private / "ledger.sqlite").unlink()
    if declares:
        return client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: BACK})
    return client.get(PAGE, params={"token": own})


def too_often(project: Project, row: Row) -> Response:
    client = client_of(project, row, asks="1 per hour")
    return [client.post(PAGE, data=asking()) for _ in range(2)][1]


def changed(project: Project, row: Row) -> Response:
    own, client = token(project, "c-1"), client_of(project, row)
    answers = [
        client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: (OUT, BACK)[turn % 2]})
        for turn in range(MOST_CHANGES + 1)
    ]
    assert all(answer.is_success for answer in answers[:-1])
    return answers[-1]


def altered(project: Project, row: Row) -> Response:
    (project.versions / "privacy/2/opt-out.md").write_text("altered")
    return client_of(project, row).get(PAGE)


@pytest.mark.parametrize("row", INSTEAD, ids=lambda row: row.state)
def test_what_stands_in_place_of_the_form(project: Project, row: Row) -> None:
    answer = ANSWERS[row.state](project, row)
    assert answer.status_code == int(row.last)
    text = words(region(answer) or answer.text)
    for part in (row.first, *row.further):
        assert part in text
    assert "I opt out of version" not in text
    assert "{" not in text


def test_a_version_that_was_retracted_has_no_button(project: Project) -> None:
    own = token(project, "c-1")
    declare(project, own)
    retract_statement(project)
    client = client_of(project, EARLIER[0])
    for query, receipts in (({}, 0), ({"token": own}, 1)):
        html = region(client.get(PAGE, params=query))
        assert said_first(html).startswith("Version 2 was retracted on 5 April 2027, before any")
        assert "There is nothing to opt out of." in words(html)
        assert "<button" not in html
        assert "opt out until" not in words(html)
        assert html.count("Receipt") == receipts


def retract_statement(project: Project) -> None:
    """States in the register of a project without git that release 2 was taken back."""
    release = archive_of(project).release("privacy", Number(2))
    moment = DAYS["5 April"]
    made = Statement("privacy", 1, release.number, release.seal, moment, "Legal", why="A mistake")
    folder = project.root / "versions/privacy" / REGISTER
    folder.mkdir()
    (folder / made.file).write_bytes(statement_toml(made))
