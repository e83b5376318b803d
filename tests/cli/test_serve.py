"""`publisher serve`: an address is told once connections to it are accepted."""

from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest

from publisher.cli.publishing import web_address
from tests.actions.test_preview import free_port
from tests.fixtures.house import House

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
