"""`publisher serve --draft`: the site with the drafts, built again on every save."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from tests.fixtures.house import House


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(house: House, port: int) -> list[str]:
    start = [sys.executable, "-m", "publisher", "--project", str(house.root)]
    return [*start, "serve", "--draft", "--port", str(port)]


@contextmanager
def previewed(house: House) -> Iterator[str]:
    """The address of a preview."""
    port = free_port()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command(house, port), stdout=quiet, stderr=quiet)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


def page_that(address: str, fits: Callable[[str], bool]) -> str:
    """A page, as soon as it is as it should be."""
    page = ""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urlopen(address) as answer:
                page = answer.read().decode()
        except OSError:
            page = ""
        if fits(page):
            return page
        time.sleep(0.2)
    return pytest.fail(f"{address} stayed as it is: {page[:500]}")


def test_a_change_of_the_draft_is_shown(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    with previewed(house) as address:
        page = page_that(f"{address}privacy/draft/", lambda page: "256-bit" in page)
        assert "publisher check finds" in page
        house.write({"security.md": "## Security {#security}\n\nWe use 512-bit keys.\n"})
        page_that(f"{address}privacy/draft/", lambda page: "512-bit" in page)
    assert not house.project.built.exists(), "a preview is not the site"


def test_a_port_in_use_is_named(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        done = subprocess.run(command(house, port), capture_output=True, text=True, timeout=100)
    assert done.returncode == 2
    assert f"cannot serve on 127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
