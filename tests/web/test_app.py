from __future__ import annotations

import datetime as dt
import logging
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from publisher.actions.optouts import optouts
from publisher.actions.send_receipts import send_receipts
from publisher.actions.workplace import Workplace
from publisher.answers.declarations import MOST_CHANGES, MOST_REPEATS
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, TOKEN_FIELD
from publisher.answers.receipts_due import MOST_A_DAY
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, ServeError
from publisher.people.requests import Channel
from publisher.releases.number import Number
from publisher.web.app import application, run
from publisher.web.bodies import LARGEST_BODY
from tests import ROOT
from tests.fixtures.answers import at
from tests.fixtures.houses import (
    LATE,
    NOW,
    TWO,
    import_customers,
    postpone,
    send_letters,
    spooled,
    token,
    told,
)
from tests.fixtures.relays import free_port
from tests.fixtures.workplaces import ledger_of

PAGE = "/privacy/2/opt-out/"
OUT, BACK = "opt out", "withdraw"
SHELL = """<!doctype html><html lang="en"><head><title>Opt out</title>
<script>var known = 1;</script></head><body><h1>Opt out of version 2</h1>
<!-- form -->
<form><input name="address"></form>
<!-- /form -->
<p>After the form.</p></body></html>
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = told(tmp_path)
    page = project.built / "privacy" / "2" / "opt-out" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(SHELL)
    (project.built / "index.html").write_text("<!doctype html><title>Home</title>")
    (project.built / "404.html").write_text("<!doctype html><title>Not here</title>")
    return project


class Watch:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> dt.datetime:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def client(project: Project, watch: Watch) -> TestClient:
    return TestClient(application(Workplace(project, watch)), raise_server_exceptions=False)


def everything(project: Project) -> dict[str, list[object]]:
    """Every row of the ledger."""
    ledger = ledger_of(project)
    tables = ("batch", "event", "private", "recipient", "delivery", "request", "answer", "message")
    with ledger._reading() as db:
        return {t: [*db.exec_driver_sql(f"SELECT * FROM {t}").fetchall()] for t in tables}


def declare(client: TestClient, token: str, action: str = OUT) -> str:
    answer = client.post(PAGE, data={TOKEN_FIELD: token, ACTION_FIELD: action})
    assert answer.status_code == 200
    return words(answer.text)


def soon(project: Project, count: int) -> list[bytes]:
    """The letters in the spool, once there are so many; the rounds send them."""
    end = time.monotonic() + 20
    while len(spooled(project)) < count and time.monotonic() < end:
        time.sleep(0.02)
    letters = spooled(project)
    assert len(letters) == count
    return letters


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_served_as_it_was_built_with_the_form_of_today(
    client: TestClient, watch: Watch
) -> None:
    shell = [SHELL.partition("<!-- form -->")[0], SHELL.partition("<!-- /form -->")[2]]
    for address in (PAGE, PAGE[:-1]):
        answer = client.get(address)
        before, _, rest = answer.text.partition("<!-- form -->")
        form, _, after = rest.partition("<!-- /form -->")
        assert [before, after] == shell
        assert "You can opt out until the end of 28 February 2027 (UTC)" in words(form)
        assert "cache-control" not in answer.headers
    watch.time = LATE
    text = words(client.get(PAGE).text)
    assert "The last day to opt out was 28 February 2027 (UTC)" in text
    assert "You can opt out until" not in text
    assert "Home" in client.get("/").text
    missing = client.get("/privacy/nothing/")
    assert (missing.status_code, "Not here" in missing.text) == (404, True)
    assert client.get("/privacy/1/opt-out/").status_code == 404
    assert client.get("/privacy/02/opt-out/").status_code == 404


def test_a_link_opens_the_form_of_its_customer(project: Project, client: TestClient) -> None:
    own = token(project, "c-2")
    answer = client.get(PAGE, params={"token": own})
    text = words(answer.text)
    assert "I opt out of version 2" in text
    assert "b•••@c•••.example" in text
    assert "ben@" not in answer.text
    assert f'name="token" value="{own}"' in answer.text
    assert "After the form." in text
    assert 'name="address"' not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"


def test_every_answer_is_careful(project: Project, client: TestClient) -> None:
    for path in ("/", PAGE, f"{PAGE}?token={token(project, 'c-1')}", "/nothing", f"{PAGE}?token=x"):
        headers = client.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "set-cookie" not in headers


def test_no_page_runs_a_script_that_stands_in_it(project: Project, client: TestClient) -> None:
    personal = client.get(PAGE, params={"token": token(project, "c-1")})
    for answer in (personal, client.get(PAGE), client.get("/"), client.get("/nothing/")):
        policy = answer.headers["content-security-policy"]
        scripts = policy.split("script-src")[1].split(";")[0]
        assert scripts.split() == ["'self'"]
        assert "object-src 'none'" in policy
    assert "var known" in personal.text


def test_a_link_works_though_the_page_is_not_built(project: Project, client: TestClient) -> None:
    shutil.rmtree(project.built)
    assert "Send me the link to my form" in words(client.get(PAGE).text)
    assert "receipt" in declare(client, token(project, "c-1")).lower()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_never_acts(project: Project, client: TestClient, method: str) -> None:
    own = token(project, "c-1")
    declare(client, token(project, "c-2"))
    before, mails = everything(project), spooled(project)
    questions = [
        "",
        f"?token={own}",
        f"?token={own}&action=opt+out",
        f"?token={own}&action=withdraw",
        "?address=anna@customer.example",
        "?token=x",
    ]
    paths = ["/", "/privacy/", PAGE, PAGE[:-1], "/privacy/1/opt-out/", "/privacy/2.1/opt-out/"]
    for path in paths:
        for question in questions:
            body = f"token={own}&action=opt+out"
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            client.request(method, path + question, content=body, headers=kind)
    assert everything(project) == before
    assert spooled(project) == mails


# ── declaring ────────────────────────────────────────────────────────────────────────────────────


def test_opting_out_gives_a_receipt_on_the_page_and_by_mail(
    project: Project, client: TestClient
) -> None:
    with client:
        answer = client.post(PAGE, data={TOKEN_FIELD: token(project, "c-1"), ACTION_FIELD: OUT})
        (letter,) = soon(project, 1)
    text = words(answer.text)
    assert "You opted out of version 2 of the Privacy Policy" in text
    assert "R-000001" in text
    assert "10 January 2027, 09:30 UTC" in text
    assert answer.text.count("<h1") == 1
    assert b"R-000001" in letter
    assert [r.state for r in optouts(at(project), "privacy", TWO)] == ["opted out"]


def test_twice_is_the_same_as_once(project: Project, client: TestClient, watch: Watch) -> None:
    own = token(project, "c-1")
    with client:
        first = declare(client, own)
        soon(project, 1)
        watch.time += dt.timedelta(days=1)
        assert declare(client, own) == first
    with client:
        soon(project, 1)
    assert len(ledger_of(project).requests("privacy", 2)) == 2


def test_an_opt_out_can_be_taken_back_on_the_same_page(
    project: Project, client: TestClient
) -> None:
    own = token(project, "c-1")
    declare(client, own)
    text = words(client.get(PAGE, params={"token": own}).text)
    assert "You opted out of version 2" in text
    assert "I withdraw my opt-out of version 2" in text
    assert "You withdrew your opt-out" in declare(client, own, BACK)
    assert "I opt out of version 2" in words(client.get(PAGE, params={"token": own}).text)


def test_late_is_said_and_kept(project: Project, client: TestClient, watch: Watch) -> None:
    watch.time = LATE
    own = token(project, "c-1")
    assert "The last day to opt out was 28 February 2027" in words(
        client.get(f"{PAGE}?token={own}").text
    )
    assert "marked as late" in declare(client, own)
    text = words(client.get(f"{PAGE}?token={own}").text)
    assert "You opted out of version 2 on 5 March 2027, after the last day" in text
    assert "marked it as late" in text
    assert [r.timing for r in optouts(at(project), "privacy", TWO)] == ["late"]


def test_the_form_says_what_stands_beside_what_came_late(
    project: Project, client: TestClient, watch: Watch
) -> None:
    own = token(project, "c-1")
    declare(client, own)
    watch.time = LATE
    assert "Your withdrawal of your opt-out of version 2" in declare(client, own, BACK)
    text = words(client.get(PAGE, params={"token": own}).text)
    assert "You took back your opt-out of version 2 on 5 March 2027, after the last day" in text
    assert "your opt-out of 10 January 2027, which came in time, stands" in text


def test_a_postponement_moves_the_last_day(
    project: Project, client: TestClient, watch: Watch
) -> None:
    postpone(project, dt.date(2027, 4, 1))
    watch.time = LATE
    text = words(client.get(PAGE, params={"token": token(project, "c-1")}).text)
    assert "until the end of 31 March 2027" in text


def test_a_bad_link_is_one_plain_page_without_effect(project: Project, client: TestClient) -> None:
    postpone(project, dt.date(2027, 4, 1))
    good = token(project, "c-1")
    other = token(project, "c-1", Number(2, 1))
    before = everything(project)
    seen = set()
    tampered = [good[:i] + ("x" if c != "x" else "y") + good[i + 1 :] for i, c in enumerate(good)]
    for bad in [*tampered, other, good[:-1], "x", "é", "privacy_2_0_sample", "a" * 5000]:
        shown = client.get(PAGE, params={"token": bad})
        posted = client.post(PAGE, data={TOKEN_FIELD: bad, ACTION_FIELD: OUT})
        assert (shown.status_code, posted.status_code) == (404, 404)
        seen |= {shown.text, posted.text}
    assert len(seen) == 1
    assert "This link does not work" in seen.pop()
    assert everything(project) == before
    assert spooled(project) == []


def test_a_shouted_link_is_the_same_link(project: Project, client: TestClient) -> None:
    assert "R-000001" in declare(client, token(project, "c-1").upper())


# ── asking for a link ────────────────────────────────────────────────────────────────────────────


def test_whether_an_address_is_known_cannot_be_seen(project: Project, client: TestClient) -> None:
    known = client.post(PAGE, data={ADDRESS_FIELD: "anna@customer.example"})
    unknown = client.post(PAGE, data={ADDRESS_FIELD: "nobody@customer.example"})
    assert (
        (known.status_code, known.text) == (unknown.status_code, unknown.text) == (200, known.text)
    )
    assert dict(known.headers) == dict(unknown.headers)
    assert "If this address belongs to a customer we know" in words(known.text)
    with client:
        (letter,) = soon(project, 1)
    assert b"anna@customer.example" in letter
    assert optouts(at(project), "privacy", TWO) == []


def test_asking_is_limited(project: Project) -> None:
    app = application(Workplace(project, Watch()), asks="2 per hour")
    client = TestClient(app, client=("203.0.113.7", 4711))
    answers = [client.post(PAGE, data={ADDRESS_FIELD: "a@b.example"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert "R-0000" in declare(client, token(project, "c-1"))


@pytest.mark.parametrize(
    "address", ["a\r\nBcc: x@y.example", "a" * 9000, "\x00", "é@x", "' OR 1=1"]
)
def test_a_strange_address_has_no_effect(
    project: Project, client: TestClient, address: str
) -> None:
    answer = client.post(PAGE, data={ADDRESS_FIELD: address})
    assert answer.status_code in (200, 400, 413)
    assert spooled(project) == []


# ── what is posted ───────────────────────────────────────────────────────────────────────────────


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data", "", "x"]),
)
def test_nonsense_has_no_effect(
    project: Project, client: TestClient, body: bytes, kind: str
) -> None:
    before = everything(project)
    answer = client.post(PAGE, content=body, headers={"Content-Type": kind})
    assert 200 <= answer.status_code < 500
    assert everything(project)["answer"] == before["answer"]


def test_an_action_nobody_offers_has_no_effect(project: Project, client: TestClient) -> None:
    own = token(project, "c-1")
    for action in ("", "delete", "ask for the link"):
        answer = client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: action})
        assert answer.status_code == 400
    assert ledger_of(project).requests("privacy", 2) == []


def test_a_large_body_is_refused(project: Project, client: TestClient) -> None:
    own = token(project, "c-1")
    body = f"token={own}&action=opt+out&x=".encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for size in (LARGEST_BODY + 1, 10_000_000):
        answer = client.post(PAGE, content=body.ljust(size, b"x"), headers=kind)
        assert answer.status_code == 413
    assert ledger_of(project).requests("privacy", 2) == []
    assert client.post(PAGE, content=body.ljust(LARGEST_BODY, b"x"), headers=kind).is_success


def test_other_pages_take_nothing(client: TestClient) -> None:
    assert client.post("/").status_code == 405
    assert client.post("/privacy/9/opt-out/").status_code == 404
    assert client.put(PAGE).status_code == 405
    assert client.delete(PAGE).status_code == 405


# ── when the ledger fails ────────────────────────────────────────────────────────────────────────


def test_there_is_no_receipt_for_what_was_not_recorded(
    project: Project, client: TestClient
) -> None:
    own = token(project, "c-1")
    with sqlite3.connect(project.private / "ledger.sqlite") as db:
        db.execute("DROP TABLE answer")
    answer = client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: OUT})
    assert answer.status_code == 503
    assert "Your declaration was not recorded" in words(answer.text)
    assert "privacy@hosting.example" in answer.text
    assert "Receipt" not in answer.text
    assert ledger_of(project).requests("privacy", 2) == []


@pytest.mark.parametrize("put_back", [False, True])
def test_there_is_no_receipt_where_the_ledger_was_taken_away(
    project: Project, client: TestClient, put_back: bool
) -> None:
    own = token(project, "c-1")
    declare(client, own)
    ledger = project.private / "ledger.sqlite"
    copy = ledger.read_bytes()
    ledger.unlink()
    if put_back:
        ledger.write_bytes(copy)
    for method, data in (("GET", None), ("POST", {TOKEN_FIELD: own, ACTION_FIELD: BACK})):
        answer = client.request(method, PAGE, params={"token": own}, data=data)
        assert answer.status_code == 503
        said = "Your declaration was not recorded" if data else "Your form cannot be shown"
        assert said in words(answer.text)
        assert "R-0000" not in answer.text
    asked = client.post(PAGE, data={ADDRESS_FIELD: "anna@customer.example"})
    assert asked.status_code == 503


def test_one_customer_cannot_fill_the_ledger_or_a_mailbox(
    project: Project, client: TestClient
) -> None:
    own = token(project, "c-1")
    for _ in range(60):
        assert client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: OUT}).is_success
    assert len(ledger_of(project).requests("privacy", 2)) == 1 + MOST_REPEATS
    statuses = [
        client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: action}).status_code
        for _ in range(MOST_CHANGES)
        for action in (BACK, OUT)
    ]
    # What only says what stands is answered; what would change it once more is refused.
    assert set(statuses[: MOST_CHANGES - 1]) == {200}
    assert set(statuses[MOST_CHANGES:]) == {200, 429}
    recorded = ledger_of(project).requests("privacy", 2)
    assert sum(r.repeats is None for r in recorded) == MOST_CHANGES
    answers = [client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: a}) for a in (OUT, BACK)]
    (refused,) = [answer for answer in answers if answer.status_code == 429]
    assert "Too many changes in one day" in words(refused.text)
    assert "R-0000" in declare(client, token(project, "c-2"))
    send_receipts(at(project))
    letters = [letter for letter in spooled(project) if b"To: Anna" in letter]
    assert len(letters) <= MOST_A_DAY[Channel.FORM]


def test_two_clicks_at_once_are_one_declaration(project: Project) -> None:
    """With the real clock, and real threads of the server."""
    client = TestClient(application(Workplace(project)))
    own, seen = token(project, "c-1"), []

    def click(action: str) -> None:
        answer = client.post(PAGE, data={TOKEN_FIELD: own, ACTION_FIELD: action})
        seen.append(re.findall(r"R-\d{6}", answer.text)[0])

    for turn in range(10):
        action = BACK if turn % 2 else OUT
        clicks = [threading.Thread(target=click, args=(action,)) for _ in range(2)]
        for one in clicks:
            one.start()
        for one in clicks:
            one.join()
        assert seen[-1] == seen[-2]
    assert len(set(seen)) == 10


def test_a_full_disk_gives_no_receipt_and_loses_none(project: Project, tmp_path: Path) -> None:
    """A process that may not let the ledger grow takes opt-outs until it refuses one."""
    people = "".join(f"d-{n},d{n}@customer.example\n" for n in range(400))
    import_customers(project, f"customer,address\n{people}".encode())
    tokens = tmp_path / "tokens"
    tokens.write_text("\n".join(token(project, f"d-{n}") for n in range(400)))
    script = (
        "import re, resource, sys; from pathlib import Path\n"
        "from starlette.testclient import TestClient\n"
        "from publisher.actions.workplace import Workplace\n"
        "from publisher.edges.project import Project\n"
        "from publisher.web.app import application\n"
        "from tests.fixtures.houses import NOW\n"
        "work = Workplace(Project(Path(sys.argv[1])), lambda: NOW)\n"
        "client = TestClient(application(work))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), -1))\n"
        "for token in Path(sys.argv[2]).read_text().split():\n"
        "    form = {'token': token, 'action': 'opt out'}\n"
        "    answer = client.post('/privacy/2/opt-out/', data=form)\n"
        "    print(answer.status_code, *re.findall(r'R-[0-9]{6}', answer.text)[:1])\n"
        "    if answer.status_code != 200: break\n"
    )
    limit = str(300_000)
    done = subprocess.run(
        [sys.executable, "-c", script, str(project.root), str(tokens), limit],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    *given, last = done.stdout.split("\n")[:-1]
    assert last == "503"
    assert given == [f"200 R-{n:06}" for n in range(1, len(given) + 1)]
    recorded = ledger_of(project).requests("privacy", 2)
    assert [r.receipt for r in recorded] == [line.split()[1] for line in given]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY


# ── the server ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def serving(project: Project) -> Iterator[int]:
    port = free_port()
    app = application(Workplace(project, Watch()))
    server = uvicorn.Server(uvicorn.Config(app, port=port, access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def test_ten_megabytes_do_not_stop_a_real_server(project: Project) -> None:
    head = "POST /privacy/2/opt-out/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n" % 65536 + b"x" * 65536 + b"\r\n"
    with serving(project) as port:
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(head.encode())
            sent = 0
            try:
                while sent < 10_000_000:
                    client.sendall(chunk)
                    sent += 65536
            except OSError:
                pass
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"GET /privacy/2/opt-out/ HTTP/1.0\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_no_token_and_no_address_is_logged(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    own = token(project, "c-1")
    caplog.set_level(logging.DEBUG)
    client = TestClient(application(Workplace(project, Watch())))
    client.get(PAGE, params={"token": own})
    declare(client, own)
    client.post(PAGE, data={ADDRESS_FIELD: "anna@customer.example"})
    client.get("/a%0d%0ab?token=" + own)
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("publisher")]
    assert len(lines) == 4
    assert lines[0].startswith(f"GET {PAGE} 200")
    assert not any(own in line or "anna" in line or "\n" in line for line in lines)


def test_a_port_that_is_taken_is_told_with_a_remedy(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"127.0.0.1:{port}") as error:
            run(Workplace(project), "127.0.0.1", port)
    assert "--port" in error.value.remedy


def test_without_the_key_of_personal_links_nothing_is_served(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    with pytest.raises(ConfigurationError, match="PUBLISHER_TOKEN_KEY"):
        run(Workplace(project), "127.0.0.1", free_port())


def test_ctrl_c_is_a_way_to_stop_and_no_failure(project: Project) -> None:
    project.built.mkdir(parents=True, exist_ok=True)
    (project.built / "index.html").write_text("Policies")
    port = free_port()
    words = ["--project", str(project.root), "serve", "--no-build", "--port", str(port)]
    command = [sys.executable, "-m", "publisher", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.05)
        server.send_signal(signal.SIGINT)
        printed = server.communicate(timeout=20)[0].decode()
    assert (server.returncode, "Abort" in printed, "Traceback" in printed) == (0, False, False)


# ── another ledger than the one the release was sent with ────────────────────────────────────────


def test_a_ledger_that_is_another_one_is_answered_by_503_and_logged(
    project: Project, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that a customer declares is taken for nothing, or lost in an empty ledger."""
    send_letters(project)
    link = token(project, "c-1")
    close_ledgers()
    kept = project.root / "kept"
    kept.mkdir()
    for path in project.private.glob("ledger.sqlite*"):
        path.rename(kept / path.name)
    client = TestClient(application(Workplace(project, watch)), raise_server_exceptions=False)
    for answer in (
        client.post(PAGE, data={TOKEN_FIELD: link, ACTION_FIELD: OUT}),
        client.get(PAGE, params={TOKEN_FIELD: link}),
        client.post(PAGE, data={ADDRESS_FIELD: "anna@customer.example"}),
    ):
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
    assert client.get(PAGE).status_code == 200
    assert not (project.private / "ledger.sqlite").exists()
    said = caplog.text
    assert "there is no ledger here" in said
    assert "publisher ledger restore FILE" in said
    assert "anna" not in said
    for path in kept.iterdir():
        path.rename(project.private / path.name)
    assert "Receipt: R-000001" in declare(client, link)
