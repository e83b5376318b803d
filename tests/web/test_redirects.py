"""The receiver redirects to no other host, and loses nothing on the way."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from publisher.actions.optouts import optouts
from publisher.actions.workplace import Workplace
from publisher.edges.project import Project
from publisher.web.app import application
from tests.fixtures.answers import at
from tests.fixtures.houses import NOW, TWO, token, told

PAGE = "/privacy/2/opt-out/"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = told(tmp_path)
    for folder in ("", "privacy", "privacy/a:b c"):
        (project.built / folder).mkdir(parents=True, exist_ok=True)
        (project.built / folder / "index.html").write_text("<!doctype html><title>It</title>")
    return project


@pytest.fixture
def client(project: Project) -> TestClient:
    return TestClient(
        application(Workplace(project, lambda: NOW)),
        base_url="http://evil.example",
        follow_redirects=False,
    )


def answer_to(client: TestClient, target: str) -> tuple[int, str]:
    """Status and Location for a request target as it comes over the wire.

    A client of HTTP would tidy it up first.
    """
    raw, _, query = target.encode("ascii").partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": unquote(raw.decode()), "raw_path": raw, "query_string": query,
        "root_path": "", "headers": [(b"host", b"evil.example")],
        "client": ("203.0.113.9", 4711), "server": ("evil.example", 80),
    }  # fmt: skip
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    return said[0]["status"], dict(said[0]["headers"]).get(b"location", b"").decode("latin-1")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_the_slash_is_put_behind_the_page_and_the_query_kept(
    client: TestClient, method: str
) -> None:
    answer = client.request(method, PAGE[:-1] + "?token=abc_1&x=%0d%0a")
    assert answer.status_code == 308
    assert answer.headers["location"] == "./opt-out/?token=abc_1&x=%0d%0a"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_redirect_holds_under_a_prefix_and_over_https(client: TestClient) -> None:
    for path, expected in [
        (PAGE[:-1], PAGE),
        ("/privacy", "/privacy/"),
        ("/privacy/a:b%20c", "/privacy/a%3Ab%20c/"),
        ("/./privacy", "/privacy/"),
        ("/privacy/.", "/privacy/"),
        ("/privacy/a/..", "/privacy/"),
    ]:
        _, location = answer_to(client, path)
        seen = f"https://policies.example/legal{path}"
        assert urljoin(seen, location) == f"https://policies.example/legal{expected}"


def test_a_declaration_without_the_slash_is_not_lost(project: Project, client: TestClient) -> None:
    form = {"token": token(project, "c-1"), "action": "opt out"}
    answer = client.post(PAGE[:-1], data=form, follow_redirects=True)
    assert (answer.status_code, "R-000001" in answer.text) == (200, True)
    assert [row.state for row in optouts(at(project), "privacy", TWO)] == ["opted out"]


HOSTILE = [
    "//evil.example/..", "//evil.example/privacy", "/%2f%2fevil.example/..", "/%2f%2fevil.example",
    "/\\evil.example/..", "/\\\\evil.example/..", "/%5cevil.example/..", "//evil.example%2f..",
    "/privacy%0d%0aLocation:%20//evil.example", "/%09/evil.example/..", "///evil.example/../..",
    "/https:%2f%2fevil.example/..", "/.//evil.example/..", "/%2e%2e//evil.example/..",
    "//evil.example/2/opt-out", "/\\evil.example/2/opt-out", "/privacy/2/opt-out%0a",
    "//evil.example/privacy/2/opt-out", "/javascript:alert(1)/2/opt-out",
]  # fmt: skip


def stays(location: str, path: str) -> bool:
    """Whether a browser that is at `path` of a host stays there."""
    seen = "http://policies.example" + path
    return (
        location.startswith("./")
        and location.isascii()
        and location.isprintable()
        and not set("\\ ") & set(location.partition("?")[0])
        and urlsplit(urljoin(seen, location)).netloc == "policies.example"
    )


@pytest.mark.parametrize("path", HOSTILE)
def test_no_path_bends_a_redirect_to_another_host(client: TestClient, path: str) -> None:
    status, location = answer_to(client, path)
    assert status in (308, 404)
    assert status == 404 or stays(location, path)


PIECES = ["/", "\\", "..", ".", "%2f", "%5C", "evil.example", "privacy", ":", "2", "opt-out", "%0a"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(PIECES) | st.text(max_size=3).map(lambda text: quote(text, safe="")),
        max_size=8,
    ),
    query=st.text(max_size=9).map(quote),
)
def test_every_redirect_stays_on_its_host(client: TestClient, parts: list[str], query: str) -> None:
    path = "/" + "".join(parts)
    status, location = answer_to(client, f"{path}?{query}")
    if location:
        assert status == 308
        assert stays(location, path)
        assert location.partition("?")[2] == query
