"""A page for requests as it is shown: nothing is written."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from publisher.actions.send_receipts import send_receipts
from publisher.actions.sent_letter import sent_letter
from publisher.answers.passes import Purpose
from publisher.answers.token import without_tokens
from publisher.edges.project import Project
from publisher.letters.message import LetterForm
from publisher.people.deliveries import DeliveryState
from publisher.people.handling import HandlingDecision, HandlingOutcome, HandlingState
from publisher.people.requests import Channel, RequestKind, Timing, Wanted
from tests.fixtures.answers import at, declare
from tests.fixtures.houses import NOW, TWO, send_letters, token
from tests.fixtures.request_pages import (
    ANNA,
    APPLIES,
    CONFIRM,
    MAILINGS,
    PERSONAL,
    ask_on,
    asked_project,
    client,
    link_in,
    mailed,
    pass_of,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return asked_project(tmp_path)


def test_what_applies_is_shown_for_an_hour(project: Project) -> None:
    send_letters(project)
    ask_on(project, APPLIES)
    link = link_in(mailed(project), APPLIES)
    shown = client(project).get(link)
    assert shown.status_code == 200
    assert "applies to you since 1 January 2026" in shown.text
    assert re.search(r"Version 2</a>: we told you on 10 January 2027", shown.text)
    assert ANNA not in shown.text, "whoever was forwarded the link does not learn the address"
    late = client(project, NOW + HOUR).get(link)
    assert late.status_code == 404
    assert "This link does not work" in late.text


def test_what_was_told_and_declared_is_shown_with_its_proof(project: Project) -> None:
    send_letters(project)
    own = token(project, "c-1")
    minute = dt.timedelta(minutes=1)
    out = declare(project, own).request
    accepted = declare(project, own, RequestKind.ACCEPT, NOW + minute).request
    link = f"{APPLIES}?t={pass_of(project, Purpose.VIEW)}"
    shown = client(project).get(link).text
    plain = unescape(re.sub("<[^>]+>", "", shown))
    assert f"Receipt {out.receipt}, 10 January 2027, 09:30 UTC, by form" in plain
    assert "You opted out of version 2 on 10 January 2027." in plain
    assert "You agreed to version 2 on 10 January 2027. This is what stands." in plain
    assert f"Receipt {accepted.receipt}, 10 January 2027, 09:31 UTC, by form" in plain
    (there,) = re.findall(r'<a href="(\?t=[^"]+letter=privacy/2)">Our letter, as we sent it', shown)
    letter = client(project).get(f"{APPLIES}{unescape(there)}")
    assert letter.headers["cache-control"] == "no-store"
    text = unescape(re.search(r"<pre[^>]*>(.*?)</pre>", letter.text, re.DOTALL)[1])  # type: ignore[index]
    sent = sent_letter(at(project), "privacy", TWO, "c-1", LetterForm.TEXT).decode()
    assert own in sent
    assert text.strip() == sent.replace(own, "[personal link left out]").strip()
    for other in ("privacy/1", "privacy/9", "terms/2", "x", "privacy/2/"):
        assert client(project).get(f"{link}&letter={other}").status_code == 404


def test_no_link_that_declares_is_found_from_what_applies(project: Project) -> None:
    """Its bearer may read for an hour: every page of the site that can be reached from there."""
    send_letters(project)
    declare(project, token(project, "c-1"))
    start = f"{APPLIES}?t={pass_of(project, Purpose.VIEW)}"
    seen, ahead, visitor = set[str](), [start], client(project)
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        answer = visitor.get(here)
        assert answer.status_code in (200, 404), here  # the site itself is not built
        assert token(project, "c-1") not in unescape(answer.text), here
        assert without_tokens(answer.text, "") == answer.text, here
        if here.startswith(APPLIES):
            found = re.findall(r'<a [^>]*href="([^"#]+)', answer.text)
            whole = (urljoin(f"http://127.0.0.1:8000{here}", unescape(one)) for one in found)
            parts = [urlsplit(one) for one in whole if one.startswith("http://127.0.0.1:8000/")]
            ahead += [f"{one.path}?{one.query}" if one.query else one.path for one in parts]
    assert any("letter=privacy/2" in one for one in seen)
    assert "/privacy/2/notice/" in seen, seen


def test_what_was_asked_for_can_be_looked_up(project: Project) -> None:
    wanted = Wanted(RequestKind.ERASE, "", None, 1, Channel.FORM, {}, due=dt.date(2027, 2, 10))
    ledger = ledger_of(project)
    request = ledger.record(wanted, lambda: NOW, lambda _: Timing.IN_TIME).request
    link = f"{APPLIES}?t={pass_of(project, Purpose.VIEW)}"
    assert "You get an answer by 10 February 2027" in client(project).get(link).text
    decision = HandlingDecision(HandlingOutcome.DECLINED, "We owe the tax office <6> years.", "x")
    ledger.handle(request.id, decision, NOW, [HandlingState.OPEN])
    shown = client(project).get(link).text
    assert "Declined on 10 January 2027" in shown
    assert "We owe the tax office &lt;6&gt; years." in shown


@pytest.mark.parametrize("page", [MAILINGS, CONFIRM, APPLIES])
def test_a_pass_of_another_kind_opens_nothing(project: Project, page: str) -> None:
    ask_on(project, PERSONAL, action="access")
    send_receipts(at(project))
    number = ledger_of(project).answers(DeliveryState.ACCEPTED)[-1].request.id
    for purpose in Purpose:
        token = pass_of(project, purpose, request=number)
        for text in (token, token[:-1], token.replace("_1_", "_2_", 1)):
            answer = client(project).get(page, params={"t": text})
            own = {MAILINGS: "mailings", CONFIRM: "confirm", APPLIES: "view"}[page] == purpose
            assert answer.status_code == (200 if own and text == token else 404)


def test_reading_writes_nothing(project: Project) -> None:
    ask_on(project, PERSONAL, action="erase")
    text = mailed(project)
    paths = [link_in(text, CONFIRM)]
    paths += [f"{MAILINGS}?t={pass_of(project, Purpose.MAILINGS)}"]
    paths += [f"{APPLIES}?t={pass_of(project, Purpose.VIEW)}", PERSONAL, f"{PERSONAL}en/"]
    head = ledger_of(project).audit(lambda *_: None).events
    for path in paths:
        for method in ("GET", "HEAD"):
            assert client(project).request(method, path).status_code == 200
    assert ledger_of(project).audit(lambda *_: None).events == head
