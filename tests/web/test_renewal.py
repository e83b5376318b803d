"""The receiver has its site built anew when a day begins, and nobody waits for it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from publisher.actions.workplace import Workplace
from publisher.web import renewal
from publisher.web.renewal import SiteRenewal
from tests import ROOT
from tests.actions.test_renew_site import _built_yesterday, timemap
from tests.fixtures.house import copied_house
from tests.fixtures.receivers import receiving, status
from tests.web.test_rounds import until

pytestmark = pytest.mark.xdist_group("rounds")  # one waits while others compute


def building(root: Path) -> list[int]:
    """The processes that build a site, or do something for one that does."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if str(root).encode() in words and b"build" in words.split(b"\0"):
            found.append(int(place.name))
    return found


def test_a_receiver_that_runs_over_midnight_shows_what_is_in_force(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    with receiving(house.project, options="renewed=True") as receiver:
        assert until(lambda: building(house.root))
        page = receiver.get("/privacy/")
        assert status(page) == 200  # while it builds
        assert until(lambda: b"/privacy/2/" in receiver.get("/privacy/timemap.json"), 90)
        assert until(lambda: "the site was built anew" in receiver.log)
        assert not building(house.root)


def test_without_being_asked_to_it_serves_what_was_built(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    with receiving(house.project) as receiver:
        assert status(receiver.get("/privacy/")) == 200
        assert not building(house.root)
    assert "/privacy/2/" not in timemap(house)


def test_a_receiver_that_is_stopped_while_it_builds_leaves_no_process(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    before = timemap(house)
    with receiving(house.project, options="renewed=True") as receiver:
        assert until(lambda: building(house.root))
        assert receiver.stop() < 15
        assert not building(house.root)
    assert timemap(house) == before


def test_what_cannot_be_built_is_told_once_and_tried_again_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    (house.root / "mkdocs.yml").unlink()
    workplace = Workplace(house.project)
    run, tries, now = workplace.builds.run, [], 0.0

    def counted() -> str:
        tries.append(now)
        if len(tries) == 3:
            (house.root / "versions/privacy/1/release.toml").write_text("altered")
            (house.root / "mkdocs.yml").symlink_to(ROOT / "mkdocs.yml")
        return run()

    workplace.builds.run = counted  # type: ignore[method-assign]
    looks = SiteRenewal(workplace, clock=lambda: now)
    with caplog.at_level(logging.INFO, "publisher.web.renewal"):
        while now < 2 * 3600:
            looks.look()
            now += renewal.LOOK_EVERY
    assert tries == [0, 300, 900, 2100, 4500]
    missing, altered = caplog.messages  # one for each cause
    assert "there is no mkdocs.yml" in missing
    assert "try: publisher init --renew" in missing
    assert "versions/privacy/1" in altered
