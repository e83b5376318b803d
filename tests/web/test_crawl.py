"""Reading never acts: every route, every link of every mail and of every page, by GET and HEAD."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from publisher.actions.rule_requests import rule_requests
from publisher.actions.send_receipts import send_receipts
from publisher.answers.ruling import Ruling
from publisher.edges.project import SETTINGS_FILE, Project
from publisher.people.handling import HandlingOutcome, HandlingState
from publisher.web.app import application
from tests.fixtures.answers import at, reply, take
from tests.fixtures.houses import send_letters, spooled, token, told, workplace
from tests.fixtures.request_pages import WAYS
from tests.fixtures.some import some
from tests.fixtures.workplaces import ledger_of

SITE = "http://127.0.0.1:8000/"
PAGE = "/privacy/2/opt-out/"
KINDS = 8
"""Of mails: the notice, links, receipts, what waits for a person, what a person decided."""
MOST = 400
"""Addresses that are looked at; there are fewer."""


def everything(project: Project) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with ledger_of(project)._reading() as db:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in db.exec_driver_sql(named)]
        assert {"event", "request", "message", "batch"} <= set(names)
        return {
            name: [tuple(row) for row in db.exec_driver_sql(f"SELECT * FROM {name}")]
            for name in names
        }


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose customers were told, declared, asked for links and for all that there is."""
    project = told(tmp_path, choices=("accept", "end the contract", "question"))
    settings = project.root / SETTINGS_FILE
    settings.write_text(settings.read_text() + WAYS)
    send_letters(project)
    client = TestClient(
        application(workplace(project), asks="999/hour", asks_of_unknown="999/hour")
    )
    own = token(project, "c-1")
    for action, wrote in (
        ("opt out", ""),
        ("withdraw", ""),
        ("question", "Why?"),
        ("end the contract", ""),
    ):
        fields = {"token": own, "action": action, "words": wrote}
        assert client.post(PAGE, data=fields).status_code in (200, 400)
    client.post(PAGE, data={"address": "anna@customer.example"})
    for page in ("mailings", "personal-data", "question", "applies"):
        for action in ("leave", "access", "erase", "question", "applies"):
            fields = {"address": "anna@customer.example", "action": action, "words": "Please"}
            client.post(f"/requests/{page}/", data=fields)
    assert send_receipts(at(project)).sent
    for text, to in (
        ("I opt out.", ""),
        ("I am not sure what to make of this.", ""),
        ("I opt out.", "opt-out@hosting.example"),
        ("Please remove me.", "remove@hosting.example"),
        ("What do you hold about me?", "data@hosting.example"),
    ):
        take(project, reply(project, text, to=to), to or None)
    asked = ledger_of(project).handlings(HandlingState.OPEN)
    for one in some(asked):
        done = Ruling(HandlingOutcome.DONE, role="support", words="Done.")
        rule_requests(at(project), [one.request.receipt], done)
    assert send_receipts(at(project)).sent
    return project


def links_in_mails(project: Project) -> set[str]:
    """All addresses in the mails that went out, in their header and in every part."""
    found = set()
    for raw in spooled(project):
        message = BytesParser(policy=policy.default).parsebytes(raw)
        texts = [str(value) for value in message.values()]
        texts += [
            str(p.get_content()) for p in message.walk() if p.get_content_type()[:4] == "text"
        ]
        found |= {link for text in texts for link in re.findall(r"https?://[^\s<>\")\]]+", text)}
    return {unescape(link) for link in found if link.startswith(SITE)}


def links_in(page: str, address: str) -> set[str]:
    """Where a page leads to, of this site: links, pictures, and what its forms are sent to."""
    named = re.findall(r'(?:href|src|action)="([^"#]*)', page)
    joined = {urljoin(SITE + address.lstrip("/"), unescape(link)) for link in named}
    return {link for link in joined if link.startswith(SITE)}


def routes(app: object) -> set[str]:
    """The address of every route, with what a policy has in place of its parameters."""
    named = {"{policy}": "privacy", "{number}": "2", "{language}": "de"}
    found = set()
    for route in getattr(app, "routes", ()):
        if isinstance(route, Route):
            path = route.path
            for name, value in named.items():
                path = path.replace(name, value)
            assert "{" not in path
            found.add(path)
    assert len(found) > 10
    return found


def test_no_route_and_no_link_acts_when_it_is_read(project: Project) -> None:
    app = application(workplace(project))
    client = TestClient(app, base_url=SITE, raise_server_exceptions=False)
    mailed = links_in_mails(project)
    subjects = {BytesParser().parsebytes(raw)["Subject"] for raw in spooled(project)}
    assert len(subjects) >= KINDS, subjects
    tokens = {query for link in mailed if (query := urlsplit(link).query)}
    assert len(tokens) > 2
    waiting = {
        f"{path}{query}" for path in routes(app) for query in ("", *(f"?{t}" for t in tokens))
    }
    waiting |= {f"{path}?token={token(project, 'c-2')}&action=opt+out" for path in routes(app)}
    waiting |= {link.removeprefix(SITE.rstrip("/")) for link in mailed}
    before, mails, seen = everything(project), spooled(project), set[str]()
    shown = 0
    while waiting - seen and len(seen) < MOST:
        address = min(waiting - seen)
        seen.add(address)
        answer = client.get(address)
        head = client.head(address)
        assert answer.status_code == head.status_code, address.partition("?")[0]
        assert head.content == b""
        shown += answer.status_code == 200
        found = links_in(answer.text, address)
        waiting |= {link.removeprefix(SITE.rstrip("/")) for link in found}
    assert len(seen) < MOST
    assert shown > 20
    assert everything(project) == before
    assert spooled(project) == mails
