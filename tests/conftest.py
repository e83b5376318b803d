"""What every test gets, and how a run is laid out; what only some need: `fixtures`."""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from publisher.edges.ledger import close_ledgers
from publisher.releases.releases import Releases
from tests import ROOT
from tests.fixtures import browsers, places, prints, sample
from tests.fixtures.engines import ENGINES, empty_ledger
from tests.fixtures.house import KEY, House, make_house
from tests.fixtures.servers import PLACE, stop_server
from tests.fixtures.workplaces import archive_of

# CI tries the same examples every time, so that a failure there is the change's own; at a desk,
# every run tries new ones.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    derandomize="CI" in os.environ,
)
settings.load_profile("default")
_MEMORY = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where real texts are: pairs of versions (`test_pairs.py`), histories (`test_script.py`)."""
    parser.addoption("--pairs", default="", metavar="FOLDER", help="real pairs of versions")
    parser.addoption("--corpus", default="", metavar="FOLDER", help="a git clone of real policies")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Puts temporary folders into memory, those of the programs that are started as well.

    Workers get folders in the one of the process that started them. The program is started
    hundreds of times, so what Python compiles of it is kept, whatever the surroundings say.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if config.option.basetemp is None and (folder := places.in_memory()):
        config.stash[_MEMORY] = folder
        (folder / "tmp").mkdir()
        os.environ["TMPDIR"] = str(folder / "tmp")
        config.option.basetemp = folder / "tests"
    temporary = os.environ.get("TMPDIR", "/tmp")
    os.environ.setdefault(PLACE, f"{temporary}/pg-{os.getpid()}")
    os.environ.setdefault(prints.PLACE, f"{temporary}/prints-{os.getpid()}")


def pytest_collection_finish() -> None:
    """What was collected lives to the end: looking through it for garbage takes a tenth of a run.

    See https://docs.python.org/3/library/gc.html#gc.freeze.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Gives the memory back, whatever came of the tests."""
    stop_server()
    if folder := config.stash.get(_MEMORY, None):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core, eight at most: about half the tests wait for somebody else."""
    return min(8, 2 * (os.cpu_count() or 1))


_SHARING = ('scope="module"', "browser: Browser", "windows: Windows", "sample_site", "xdist_group")


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps a file together whose tests share something costly, or mostly wait.

    Those come first. Every other test goes to whichever process has nothing to do, so that the last
    ones are short, and no process goes on alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[0]
        return name if _shares(name) else nodeid


@cache
def _shares(name: str) -> bool:
    """Whether the tests of a file stay together."""
    text = (ROOT / name).read_text("utf-8")
    return any(word in text for word in _SHARING)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Scheduling:
    """Also without `--dist`; `loadgroup` does nothing with this pytest."""
    return _Scheduling(config, log)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same environment on every machine: nothing of the developer's own git or secrets."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "PUBLISHER_")) or name == "SOURCE_DATE_EPOCH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


@pytest.fixture(scope="session", autouse=True)
def _prints() -> Iterator[None]:
    """A PDF is set once a run."""
    with pytest.MonkeyPatch.context() as patched:
        prints.keep_prints(patched)
        yield


@pytest.fixture(scope="module", autouse=True)
def _set_anew(request: pytest.FixtureRequest) -> Iterator[None]:
    """But where it is tried how it is set."""
    with prints.set_anew() if request.node.get_closest_marker("prints") else nullcontext():
        yield


@pytest.fixture(params=ENGINES)
def each_engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Has a test be made twice: with the ledger in a file, and with it in a server."""
    if request.param == "sqlite":
        yield
        return
    with empty_ledger(request.param, tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        yield
        close_ledgers()


@pytest.fixture
def disk() -> Iterator[Path]:
    """A temporary folder on a disk, where `tmp_path` may be in memory."""
    with places.on_disk() as folder:
        yield folder


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A committed draft without releases."""
    return make_house(tmp_path / "house")


@pytest.fixture(scope="session")
def sample_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The project of `fixtures/sample`, made once a process: to be read, or to be copied."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        patched.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        return sample.make(tmp_path_factory.mktemp("sample") / "house")


@pytest.fixture(scope="session")
def sample_releases(sample_house: House) -> Releases:
    """Versions 1, 2 and 2.1 of the sample."""
    return archive_of(sample_house.project).releases("privacy")


@pytest.fixture(scope="module")
def sample_site(sample_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample's site, built as of a day between publication and effect, when it
    was on record that customers had been told.
    """
    house = sample.copy(sample_house, tmp_path_factory.mktemp("site") / "house")
    house.record("2.1", "--on", "2026-11-24", at=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    house.ok("build", "--as-of", str(sample.DAY))
    with browsers.serving(house) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, which the tests of a module share."""
    with browsers.opened() as opened:
        yield opened


@pytest.fixture(scope="module")
def windows(browser: Browser) -> Iterator[browsers.Windows]:
    """Its windows, which tests lend one another."""
    made = browsers.Windows(browser)
    yield made
    made.close()
