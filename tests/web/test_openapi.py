"""`/openapi.json` says what the receiver answers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok
from starlette.routing import Route
from starlette.testclient import TestClient

from publisher.web.app import application
from publisher.web.openapi import OPENAPI
from tests.fixtures.house import KEY
from tests.fixtures.houses import token, told, workplace
from tests.fixtures.request_pages import WAYS
from tests.fixtures.some import some

CHECKS: list[Any] = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
Described = tuple[TestClient, dict[str, Any], str]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PUBLISHER_TOKEN_KEY", KEY)
        yield _described(tmp_path_factory)


def _described(tmp_path_factory: pytest.TempPathFactory) -> Described:
    project = told(tmp_path_factory.mktemp("house"))
    settings_file = project.root / "publisher.toml"
    settings_file.write_text(settings_file.read_text() + WAYS)
    app = application(workplace(project), asks="5 per hour", asks_of_unknown="5 per hour")
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    return client, client.get(OPENAPI).json(), token(project, "c-1")


def test_it_names_every_route_and_no_other(described: Described) -> None:
    client, said, _ = described
    routes = [route for route in client.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    named = set(said["paths"])
    # An address without its slash is answered by that of the page.
    assert {r.path for r in routes} == named | {p.rstrip("/") for p in named if p.endswith("/")}
    for route in routes:
        if route.path in named:
            methods = {m.lower() for m in route.methods or () if m != "HEAD"}
            assert methods == {"get", "post"} & set(said["paths"][route.path])
    for path, what in said["paths"].items():
        parameters = {p["name"] for p in what.get("parameters", []) if p["in"] == "path"}
        assert parameters == set(re.findall(r"\{(\w+)\}", path))


def test_what_it_says_of_probes_is_so(described: Described) -> None:
    client, said, _ = described
    for path in ("/health", "/ready"):
        answer = client.get(path)
        response = said["paths"][path]["get"]["responses"][str(answer.status_code)]
        Draft202012Validator(response["content"]["application/json"]["schema"]).validate(
            answer.json()
        )


WORDS = st.sampled_from(["opt out", "withdraw", "leave", "access", "x", ""]) | st.text(max_size=8)
VALUES = {"policy": ["privacy", "terms"], "number": ["2", "1", "9.9"], "language": ["de", "xx"]}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_is_asked_it_answers_as_described(
    described: Described, data: st.DataObject
) -> None:
    client, said, own = described
    path = data.draw(st.sampled_from(sorted(said["paths"])))
    operations = said["paths"][path]
    method = data.draw(st.sampled_from(sorted({"get", "post"} & set(operations))))
    operation = operations[method]
    address = path
    for name, values in VALUES.items():
        address = address.replace(f"{{{name}}}", data.draw(st.sampled_from(values)))
    content: dict[str, Any] = {}
    links = st.sampled_from([own, own[:-1], ""]) | st.text(max_size=8)
    if any(p["in"] == "query" for p in operation.get("parameters", [])):
        content["params"] = {operation["parameters"][0]["name"]: data.draw(links)}
    if method == "post":
        schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
        names = sorted(schema["properties"])
        drawn = {n: data.draw(links if n in ("token", "pass") else WORDS) for n in names}
        kept = data.draw(st.sets(st.sampled_from(names)))
        content["data"] = {n: value for n, value in drawn.items() if n in kept}
    answer = client.request(method.upper(), address, **content)
    status = str(answer.status_code)
    assert status in operation["responses"], (method, path, status)
    kinds = operation["responses"][status].get("content")
    if kinds:
        assert answer.headers["content-type"].partition(";")[0] in kinds


def test_it_is_open_api(described: Described) -> None:
    _, said, _ = described
    assert said["openapi"] == "3.1.0"
    for what in some(said["paths"].values()):
        for operation in (what[m] for m in ("get", "post") if m in what):
            assert all("description" in r for r in operation["responses"].values())
    assert json.loads(json.dumps(said)) == said


def test_every_form_leads_to_a_described_address(described: Described) -> None:
    client, said, own = described
    page = client.get("/privacy/2/opt-out/", params={"token": own}).text
    posted = said["paths"]["/{policy}/{number}/opt-out/"]["post"]["requestBody"]["content"]
    fields = next(iter(posted.values()))["schema"]["properties"]
    assert set(re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', page)) <= set(fields)


def test_schemathesis_finds_nothing_that_is_not_described(described: Described) -> None:
    """A checker of others: whatever it makes of the description, valid or not, in every place."""
    client = described[0]
    schema = schemathesis.openapi.from_asgi(OPENAPI, client.app)
    seen = Counter[str]()
    for operation in some(
        [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    ):

        @settings(
            max_examples=5,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        @given(case=operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE))
        def tried(case: Any) -> None:
            response = case.call()
            case.validate_response(response, checks=CHECKS)
            seen[operation.label] += 1  # noqa: B023 - called in its turn of the loop

        tried()
    assert len(seen) > 10
