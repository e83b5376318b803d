"""The forms in each language of a release, and errors in the language that a visitor reads."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from publisher.actions.send_receipts import send_receipts
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, TOKEN_FIELD
from publisher.edges.project import Project
from publisher.web.app import application
from tests.fixtures.answers import at, words
from tests.fixtures.forms import GERMAN_ERRORS, bilingual
from tests.fixtures.houses import spooled, token
from tests.fixtures.workplaces import ledger_of

PAGE, GERMAN = "/privacy/2/opt-out/", "/privacy/2/opt-out/de/"
READS_GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}
READS_FRENCH = {"Accept-Language": "fr-FR"}
BUTTON = "Ich widerspreche Version 2"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return bilingual(tmp_path)


@pytest.fixture
def client(project: Project) -> TestClient:
    return TestClient(application(at(project)), raise_server_exceptions=False)


def test_each_language_has_its_form(project: Project, client: TestClient) -> None:
    own = {"token": token(project, "c-1")}
    german = client.get(GERMAN, params=own).text
    assert '<html lang="de">' in german
    assert BUTTON in words(german)
    assert "Widerspruch gegen Version 2 der Datenschutzerklärung" in german
    assert "Widersprechen können Sie bis 28. Februar 2027 (UTC)" in german
    assert "../../../../privacy/2/changes/" in german
    assert "I opt out of version 2" in words(client.get(PAGE, params=own).text)
    # Whatever the browser asks for: the letter led to this form.
    assert "I opt out" in words(client.get(PAGE, params=own, headers=READS_GERMAN).text)
    assert "Link zu meinem Formular" in client.get(GERMAN).text
    assert client.get(GERMAN, params=own).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", ["fr", "en", "DE", "de-AT", "xx", "%2e%2e", "opt-out"])
def test_there_is_no_form_in_another_language(client: TestClient, language: str) -> None:
    assert client.get(f"{PAGE}{language}/").status_code == 404
    assert client.post(f"{PAGE}{language}/", data={ADDRESS_FIELD: "a@b.de"}).status_code == 404


def test_a_lost_slash_is_put_back_with_the_link(project: Project, client: TestClient) -> None:
    answer = client.get(f"{GERMAN[:-1]}?token=x", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "./de/?token=x")
    own = token(project, "c-1")
    assert BUTTON in words(client.get(f"{GERMAN[:-1]}?token={own}").text)


def test_what_is_declared_in_german_is_on_record_with_the_form_that_was_seen(
    project: Project, client: TestClient
) -> None:
    fields = {TOKEN_FIELD: token(project, "c-1"), ACTION_FIELD: "opt out"}
    assert "R-000001" in client.post(GERMAN, data=fields).text
    (declared,) = ledger_of(project).requests("privacy", 2)
    assert json.loads(declared.evidence)["language"] == "de"
    fields[TOKEN_FIELD] = token(project, "c-2")
    client.post(PAGE, data=fields)
    assert json.loads(ledger_of(project).requests("privacy", 2)[-1].evidence)["language"] == "en"


def test_a_link_asked_for_in_german_leads_to_the_german_form(
    project: Project, client: TestClient
) -> None:
    client.post(GERMAN, data={ADDRESS_FIELD: "anna@customer.example"})
    client.post(PAGE, data={ADDRESS_FIELD: "ben@customer.example"})
    send_receipts(at(project))
    mails = [message_from_bytes(data, policy=default) for data in spooled(project)]
    bodies = {mail["To"].addresses[0].username: mail.get_body(("plain",)) for mail in mails}
    texts = {name: body.get_content() for name, body in bodies.items() if body}
    assert f"{GERMAN}?token=" in texts["anna"]
    assert f"{PAGE}?token=" in texts["ben"]


@pytest.mark.parametrize(
    ("path", "fields", "title"),
    [
        (f"{PAGE}?token=x", None, "Dieser Link funktioniert nicht"),
        (PAGE, {"x": "y"}, "Das Formular war nicht lesbar"),
        (PAGE, {ADDRESS_FIELD: "anna@customer.example"}, "Sehen Sie in Ihr Postfach"),
    ],
)
def test_a_message_is_in_the_language_that_the_browser_asks_for(
    client: TestClient, path: str, fields: dict[str, str] | None, title: str
) -> None:
    def shown(address: str, headers: dict[str, str]) -> str:
        method = "POST" if fields else "GET"
        return client.request(method, address, data=fields, headers=headers).text

    assert title in shown(path, READS_GERMAN)
    assert 'lang="de"' in shown(path, READS_GERMAN)
    assert title not in shown(path, READS_FRENCH)
    assert shown(path, {}) == shown(path, READS_FRENCH)
    # A visitor of the German form reads German, whatever the browser says.
    assert title in shown(path.replace(PAGE, GERMAN), READS_FRENCH)


def test_too_often_is_told_in_the_language_that_is_asked_for(project: Project) -> None:
    app = application(at(project), asks="1 per hour")
    client = TestClient(app, client=("203.0.113.7", 4711), headers=READS_GERMAN)
    answers = [client.post(PAGE, data={ADDRESS_FIELD: "a@b.example"}) for _ in range(2)]
    assert answers[1].status_code == 429
    assert "Zu viele Versuche" in answers[1].text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/privacy/9/", 404),
        ("GET", "/privacy/9/opt-out/", 404),
        ("GET", "/nothing/at/all", 404),
        ("POST", "/privacy/9/opt-out/", 404),
        ("POST", "/privacy/2/", 405),
        ("PUT", PAGE, 405),
    ],
)
def test_every_error_is_a_page_in_the_language_that_is_asked_for(
    client: TestClient, method: str, path: str, status: int
) -> None:
    german = client.request(method, path, headers=READS_GERMAN)
    english = client.request(method, path)
    assert (german.status_code, english.status_code) == (status, status)
    assert GERMAN_ERRORS[status] in german.text
    assert '<html lang="de">' in german.text
    assert '<html lang="en">' in english.text
    for answer in (german, english):
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["vary"] == "Accept-Language"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_fault_and_an_altered_release_are_told_in_that_language_too(
    project: Project, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    fault = client.get(f"{PAGE}?token=privacy_2_1_{'a' * 20}", headers=READS_GERMAN)
    assert fault.status_code == 500
    assert GERMAN_ERRORS[500] in fault.text
    assert fault.headers["referrer-policy"] == "no-referrer"
    (project.versions / "privacy/2/opt-out.md").write_text("altered")
    altered = client.get(PAGE, headers=READS_GERMAN)
    assert (altered.status_code, altered.headers["retry-after"]) == (503, "300")


def test_a_request_with_two_ends_gets_a_page(client: TestClient) -> None:
    headers = {**READS_GERMAN, "Transfer-Encoding": "chunked", "Content-Length": "3"}
    answer = client.post(PAGE, content=b"a=b", headers=headers)
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")
    assert GERMAN_ERRORS[400] in answer.text
