"""`publisher serve --draft`: the site with the drafts, built again on every save."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.fixtures.house import SECTIONS, House


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


def test_words_of_our_own_are_shown_on_every_save(house: House) -> None:
    house.freeze_two()
    own = house.root / "wording/en.po"
    own.parent.mkdir()
    said = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Amendments"\n'
    own.write_text(f'{said}msgstr "Novelties"\n')
    with previewed(house) as address:
        page_that(f"{address}privacy/history/", lambda page: ">Novelties<" in page)
        own.write_text(f'{said}msgstr "News of it"\n')
        page_that(f"{address}privacy/history/", lambda page: ">News of it<" in page)


def test_what_a_freeze_would_seal_is_shown_and_follows_the_draft(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.write({"use.md": SECTIONS["use.md"].replace("30", "90")})  # and no note says why
    with previewed(house) as address:
        draft = f"{address}privacy/draft/"
        page_that(draft, lambda page: "What a freeze would seal cannot be shown yet" in page)
        house.write({"notes/use.md": "Some orders come back late.\n"})
        page = page_that(draft, lambda page: "draft/freeze/" in page)
        links = re.findall(r'href="../../privacy/(draft/freeze/[^"]*)"', page)
        ends = ("", "#letter", "#form", "#redline")
        assert links == [f"draft/freeze/{end}" for end in ends]
        index = page_that(f"{draft}freeze/", lambda page: "Some orders come back late." in page)
        for width in (375, 700):
            assert f'width="{width}"' in index
        assert all(f'id="{end[1:]}"' in index for end in ends if end)
        for name in ("letter.html", "letter.txt", "form.html", "redline.html", "release/notice.md"):
            page_that(f"{draft}freeze/{name}", lambda page: "90" in page or "version 2" in page)
        with urlopen(f"{draft}freeze/letter.pdf") as answer:
            assert answer.read(4) == b"%PDF"
        house.write({"notes/use.md": "So that we can tell.\n"})
        page_that(f"{draft}freeze/letter.txt", lambda page: "So that we can tell." in page)
    assert not house.project.built.exists(), "a preview is not the site"


def test_a_build_never_has_anything_of_a_draft(house: House) -> None:
    """Neither one of ours, nor MkDocs' own, whatever its configuration says of drafts."""
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    config = (house.root / "mkdocs.yml").read_text()
    config = config.replace("publisher: {}", "publisher: {draft: true}")
    assert "draft: true" in config
    (house.root / "mkdocs.yml").unlink()
    (house.root / "mkdocs.yml").write_text(config)
    house.commit("Drafts in a preview")
    house.ok("build")
    _require_public(house.project.built)
    other = house.root / "build/other"
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(other)]
    subprocess.run(mkdocs, cwd=house.root, check=True, timeout=100)
    _require_public(other)


def _require_public(site: Path) -> None:
    found = [path for path in site.rglob("*") if path.is_file()]
    assert len(found) > 20
    assert [path for path in found if "draft" in path.parts] == []
    pages = [path.read_text() for path in found if path.suffix in (".html", ".md", ".xml", ".json")]
    assert [page for page in pages if "Longer keys" in page or "256-bit" in page] == []


def test_a_port_in_use_is_named(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        done = subprocess.run(command(house, port), capture_output=True, text=True, timeout=100)
    assert done.returncode == 2
    assert f"cannot serve on 127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
