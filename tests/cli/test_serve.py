"""`publisher serve`: an address is told once connections to it are accepted."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys

import pytest

from publisher.cli.publishing import web_address
from tests.actions.test_preview import free_port
from tests.fixtures.house import House


@pytest.fixture(autouse=True)
def _built(house: House) -> None:
    """As far as it matters here, the site is there."""
    place = house.root / "build/site/index.html"
    place.parent.mkdir(parents=True)
    place.write_text("Policies")


SERVE = [("--no-build",), ("--draft",)]
NAMES = ["site", "draft"]


@pytest.mark.parametrize("words", SERVE, ids=NAMES)
def test_a_port_in_use_is_not_told_as_served(house: House, words: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = house.run("serve", *words, "--port", port)
    assert result.exit_code == 2
    assert "http" not in result.output
    assert f"cannot serve on 127.0.0.1:{port}: Address already in use\n" in result.output
    assert "--port" in result.output


@pytest.mark.parametrize("words", SERVE, ids=NAMES)
@pytest.mark.parametrize("host", ["nonsense", "203.0.113.1", "a..b", "ä..b", "2001:db8::1"])
def test_a_host_of_another_machine(house: House, words: tuple[str, ...], host: str) -> None:
    result = house.run("serve", *words, "--host", host, "--port", str(free_port()))
    assert result.exit_code == 2
    assert "http" not in result.output
    assert f"`{host}` is not an address of this machine" in result.output
    assert "--host" in result.output


@pytest.mark.parametrize("words", SERVE, ids=NAMES)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_that_is_told_is_served(house: House, words: tuple[str, ...], host: str) -> None:
    port = free_port()
    start = [sys.executable, "-m", "publisher", "--project", str(house.root), "serve"]
    with subprocess.Popen(
        [*start, *words, "--host", host, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        told = server.stdout.readline()
        socket.create_connection((host, port)).close()
        server.terminate()
    assert re.search(rf"http://{host}:{port}/", told)


def test_an_address_of_version_6_is_in_brackets() -> None:
    assert web_address("::1", 8000) == "http://[::1]:8000/"
    assert web_address("127.0.0.1", 80) == "http://127.0.0.1:80/"


@pytest.mark.parametrize(
    ("words", "said", "step"),
    [
        (("--no-build",), "the site was not built yet", "publisher build, or leave out --no-build"),
        ((), "Address already in use", "choose another with --port"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_built_or_told(
    house: House, words: tuple[str, ...], said: str, step: str
) -> None:
    shutil.rmtree(house.root / "build")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = house.run("serve", *words, "--port", port)
    assert result.exit_code == 2
    assert result.output.startswith("error: ")
    assert said in result.output
    assert step in result.output
    assert not (house.root / "build").exists()


def test_a_missing_key_is_said_first(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    result = house.run("serve", "--port", str(free_port()))
    assert result.exit_code == 2
    assert result.output.startswith("error: PUBLISHER_TOKEN_KEY: ")
    assert "openssl rand -hex 32" in result.output
