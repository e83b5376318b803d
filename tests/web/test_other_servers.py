"""Any server of ASGI starts the application, in several processes; the forms alone are one, too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from publisher.actions.optouts import optouts
from publisher.actions.workplace import Workplace
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import SETTINGS_FILE, Project
from publisher.errors import ConfigurationError
from publisher.web.app import PROJECT, application, create
from tests import ROOT
from tests.fixtures.answers import at
from tests.fixtures.house import KEY
from tests.fixtures.houses import TWO, token, told
from tests.fixtures.relays import free_port

pytestmark = pytest.mark.xdist_group("servers")

PAGE = "/privacy/2/opt-out/"
UVICORN = ["uvicorn", "--factory", "publisher.web.app:create"]
GUNICORN = ["gunicorn", "--worker-class", "uvicorn_worker.UvicornWorker", "--workers", "2"]


@contextmanager
def serving(project: Project, words: list[str], *, here: bool) -> Iterator[Path]:
    """A server of its own; gives its log."""
    log = project.root / "server.log"
    env = {**os.environ, "PUBLISHER_TOKEN_KEY": KEY, "PYTHONPATH": str(ROOT)}
    if not here:
        env[PROJECT] = str(project.root)
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdout=said,
            stderr=said,
            env=env,
            cwd=project.root if here else "/",
        )
    try:
        yield log
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) in (0, -signal.SIGTERM), log.read_text()


def until_ready(address: str, log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)


@pytest.mark.parametrize("server", ["uvicorn", "gunicorn"])
def test_a_server_of_asgi_serves_forms_and_logs_no_link(tmp_path: Path, server: str) -> None:
    pytest.importorskip(server)
    project = told(tmp_path)
    own = token(project, "c-1")
    close_ledgers()
    port = free_port()
    words = {
        "uvicorn": [*UVICORN, "--port", str(port), "--workers", "2"],
        "gunicorn": [
            *GUNICORN,
            f"--bind=127.0.0.1:{port}",
            "--access-logfile=-",
            "publisher.web.app:create()",
        ],
    }[server]
    address = f"http://127.0.0.1:{port}"
    with serving(project, words, here=server == "uvicorn") as log:
        until_ready(address, log)
        assert "I opt out of version 2" in httpx.get(f"{address}{PAGE}?token={own}").text
        said = httpx.post(f"{address}{PAGE}", data={"token": own, "action": "opt out"})
        assert "R-000001" in said.text
        ready = httpx.get(f"{address}/ready")
        assert (ready.status_code, ready.json()["reasons"]) == (503, ["the site is not built"])
    assert own not in log.read_text()
    assert f"GET {PAGE} 200" in log.read_text()
    assert [r.state for r in optouts(at(project), "privacy", TWO)] == ["opted out"]


def test_where_there_is_no_project_or_no_key_it_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROJECT, str(tmp_path))
    with pytest.raises(ConfigurationError, match="publisher"):
        create()
    house = tmp_path / "house"
    house.mkdir()
    project = told(house)
    monkeypatch.setenv(PROJECT, str(project.root))
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    with pytest.raises(ConfigurationError, match="key"):
        create()


def test_the_forms_alone_are_served_beside_another_host(tmp_path: Path) -> None:
    project = told(tmp_path)
    project.built.mkdir(parents=True)
    (project.built / "index.html").write_text("<!doctype html><title>Home</title>")
    whole = TestClient(application(Workplace(project)))
    assert "Home" in whole.get("/").text
    settings = project.root / SETTINGS_FILE
    settings.write_text(f'{settings.read_text()}\n[receiver]\nserves = "forms"\n')
    client = TestClient(application(Workplace(project)))
    assert client.get("/").status_code == 404
    assert client.get(PAGE).status_code == 200
    assert "There is no such page" in client.get("/nothing/").text
    assert client.get("/ready").json() == {"ready": True, "reasons": []}
    assert client.get("/health").json() == {"up": True}
    assert client.head("/ready").status_code == 200
    assert client.post("/ready").status_code == 405
