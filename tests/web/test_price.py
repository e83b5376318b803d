"""What a form's request reads does not depend on how many releases there are."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, TOKEN_FIELD
from publisher.edges import file_state, lasting
from publisher.web.app import application
from tests.fixtures.houses import prolong, token, told, under_git

PAGE = "/privacy/2/opt-out/"
Price = dict[str, Counter[str]]
"""By request: how many files were opened, their bytes, how many files were looked at …"""

_counted: list[tuple[Path, Counter[str]]] = []
"""The folder in which is counted at the moment, and what was."""


def _count(event: str, arguments: tuple[object, ...]) -> None:
    """Sees every file that this process opens and every folder that it lists, by whatever way."""
    if not _counted or event not in ("open", "os.listdir", "os.scandir"):
        return
    root, counts = _counted[0]
    path = arguments[0]
    if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(root):
        if event == "open":
            counts["opened"] += 1
            counts["bytes"] += Path(path).stat().st_size if Path(path).is_file() else 0
        else:
            counts["listed"] += 1


sys.addaudithook(_count)


@contextmanager
def counting(root: Path, patch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Counts what is read below a folder, and what is looked at."""
    found: Counter[str] = Counter()
    stat = os.stat

    def looked(path: object, *args: object, **more: object) -> os.stat_result:
        if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(root):
            found["looked at"] += 1
        return stat(path, *args, **more)  # type: ignore[arg-type]

    with patch.context() as within:
        within.setattr(os, "stat", looked)
        _counted.append((root, found))
        try:
            yield found
        finally:
            _counted.clear()


def prices(root: Path, releases: int, patch: pytest.MonkeyPatch, *, known: bool) -> Price:
    """What each request costs beside so many releases.

    Args:
        root: where to make the project.
        releases: how many.
        patch: undone after the test.
        known: whether the same was asked before, so that what was verified is remembered.
    """
    root.mkdir()
    project = told(root)
    prolong(project, releases)
    under_git(project, packed=releases if known else 2)
    own = token(project, "c-1")
    requests: dict[str, tuple[str, str, dict[str, str] | None]] = {
        "page": ("GET", PAGE, None),
        "form": ("GET", f"{PAGE}?{TOKEN_FIELD}={own}", None),
        "declaration": ("POST", PAGE, {TOKEN_FIELD: own, ACTION_FIELD: "opt out"}),
        "link": ("POST", PAGE, {ADDRESS_FIELD: "anna@customer.example"}),
    }
    for place in (file_state, lasting):
        patch.setattr(place, "CLOCK_STEP", 0 if known else sys.maxsize)
    found = {}
    client = TestClient(application(Workplace(project)))
    for name, (method, path, data) in requests.items():
        for _ in range(2 if known else 1):
            with counting(project.root, patch) as price:
                assert client.request(method, path, data=data).status_code == 200
        found[name] = price
    return found


@pytest.mark.parametrize("known", [False, True])
def test_a_request_costs_the_same_beside_4_and_beside_40_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    few = prices(tmp_path / "few", 4, monkeypatch, known=known)
    many = prices(tmp_path / "many", 40, monkeypatch, known=known)
    for name in few:
        assert few[name]["looked at"] > 10  # it counts
        assert many[name]["opened"] == few[name]["opened"], name
        assert many[name]["listed"] == few[name]["listed"], name
        assert many[name]["looked at"] == few[name]["looked at"], name
        # Git packs a tag a little better or worse, by its digests.
        assert abs(many[name]["bytes"] - few[name]["bytes"]) < 64, name
    assert (few["form"]["bytes"] > 2_000) is not known
