"""What every test gets; what only some need: `fixtures`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fixtures.house import KEY, House, make_house

# CI tries the same examples every time, so that a failure there is the change's own; at a desk,
# every run tries new ones.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    derandomize="CI" in os.environ,
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where real texts are: pairs of versions (`test_pairs.py`), histories (`test_script.py`)."""
    parser.addoption("--pairs", default="", metavar="FOLDER", help="real pairs of versions")
    parser.addoption("--corpus", default="", metavar="FOLDER", help="a git clone of real policies")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same environment on every machine: nothing of the developer's own git or secrets."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "PUBLISHER_")) or name == "SOURCE_DATE_EPOCH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A committed draft without releases."""
    return make_house(tmp_path / "house")
