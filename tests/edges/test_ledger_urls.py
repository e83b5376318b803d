"""Where the ledger is, and that nobody learns its password who does not have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.actions.workplace import Workplace
from publisher.edges.ledger.database import Database
from publisher.edges.ledger.engines import ledger_file
from publisher.edges.ledger.urls import ledger_address, no_ledger_at
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, LedgerError
from publisher.policies.ledger_url import sqlite_url
from tests import ROOT
from tests.fixtures.house import CONFIGURATION, House
from tests.fixtures.servers import OWNER, PROGRAM, database, server

SECRET = "hun-ter2"


def configured(root: Path, url: str = "") -> Workplace:
    text = CONFIGURATION + (f'\n[ledger]\nurl = "{url}"\n' if url else "")
    (root / "publisher.toml").write_text(text)
    return Workplace(Project(root))


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = configured(tmp_path, "sqlite:////var/lib/one.sqlite")
    assert work.ledger_url == "sqlite:////var/lib/one.sqlite"
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", f"postgresql://us:{SECRET}@db.example/ledger")
    assert work.ledger_url == f"postgresql://us:{SECRET}@db.example/ledger"
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", "  ")
    assert work.ledger_url == "sqlite:////var/lib/one.sqlite"


def test_a_relative_file_is_the_same_wherever_a_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    work = configured(project, "sqlite:///data/ledger.sqlite")
    for folder in (tmp_path, project):
        monkeypatch.chdir(folder)
        assert work.ledger_url == f"sqlite:///{project}/data/ledger.sqlite"
        assert "data/ledger.sqlite" in work.private_places
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", f"sqlite:///{project}/other.sqlite")
    assert "other.sqlite" in work.private_places
    monkeypatch.delenv("PUBLISHER_LEDGER_URL")
    assert configured(project).ledger_url == f"sqlite:///{project}/.publisher/ledger.sqlite"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://us:{SECRET}@db.example/ledger",
        f"postgresql://us@db.example/ledger?password={SECRET}",
        f"us:{SECRET}@db.example",
    ],
)
def test_a_password_has_no_place_in_git(tmp_path: Path, url: str) -> None:
    work = configured(tmp_path, url)
    with pytest.raises(ConfigurationError, match="holds a password") as refused:
        work.ledger_url  # noqa: B018
    assert refused.value.where.startswith("publisher.toml:")
    assert "export PUBLISHER_LEDGER_URL=" in refused.value.remedy
    assert "ter2" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        f'[ledger]\nurl = ["postgresql://us:{SECRET}@db.example/ledger"]',
        f'[ledger]\nurl = {{ to = "postgresql://us:{SECRET}@db.example/ledger" }}',
        f'[ledger]\nurl = "postgresql://us:{SECRET}@db.example/ledger" "x"',
        f'[ledger]\nurl = "postgresql://us:{SECRET}@db.example/\\q"',
        f'[ledger]\nurl = "postgresql://us:{SECRET}@db.example/ledger',
        f"[ledger]\nurl = postgresql://us:{SECRET}@db.example/ledger",
        f'[ledger]\n"postgresql://us:{SECRET}@db.example/ledger" = 1',
        f'[ledger]\nurl = """postgresql://us:{SECRET}@db.example\\u0007/ledger"""',
        f'[ledger]\nkeep = ["postgresql://us:{SECRET}@db.example/ledger"]',
        f'[ledger]\nurl = "postgresql://us:{SECRET}/ledger"',
        f'[ledger]\nurl = "postgresql://us@db.example/ledger?PGPASSWORD={SECRET}"',
        f'[ledger]\nurl = "sqlite://us:{SECRET}@db.example/ledger"',
    ],
)
def test_no_fault_of_the_file_shows_a_password(tmp_path: Path, text: str) -> None:
    (tmp_path / "publisher.toml").write_text(f"{CONFIGURATION}\n{text}\n")
    (tmp_path / "policy").mkdir()
    for words in (["status"], ["status", "--format", "json"], ["ledger", "head"], ["check"]):
        done = House(tmp_path).run(*words)
        assert done.exit_code, done.output
        assert "ter2" not in done.output + str(done.exception)


def test_a_table_in_place_of_the_address_shows_none(tmp_path: Path) -> None:
    text = f'ledger = "postgresql://us:{SECRET}@db.example/ledger"\n{CONFIGURATION}'
    (tmp_path / "publisher.toml").write_text(text)
    done = House(tmp_path).run("ledger", "head")
    assert done.exit_code == 2
    assert "ter2" not in done.output
    assert "`ledger` must be a table, not a text" in done.output


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql//us:{SECRET}@db.example/ledger",
        f"postgresql://us:{SECRET}@db.example:port/ledger",
        f"postgresql://us:a?{SECRET}@db.example/ledger",
        f"postgresql://us:a/{SECRET}@db.example:0/ledger",
        f"postgresql:///ledger?host=/nowhere&password={SECRET}",
        f"postgresql://us:{SECRET}@127.0.0.1:1/ledger",
        f"postgresql://us@127.0.0.1:1/ledger?nonsense=1&password={SECRET}",
        f"mysql://us:{SECRET}@db.example/ledger",
        f"postgresql://us@127.0.0.1:1/ledger?PGPASSWORD={SECRET}",
        f"postgresql://127.0.0.1:1/ledger?sslpassword={SECRET}&connect_timeout=1",
        f"postgresql://us:{SECRET}/ledger",
        f"us:{SECRET}",
        f"{SECRET}",
        f"sqlite://us:{SECRET}@db.example/ledger",
        f"sqlite:////tmp/x.sqlite?password={SECRET}",
        f"odd://us:{SECRET}@db.example/ledger",
    ],
)
def test_no_message_shows_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    (tmp_path / "publisher.toml").write_text(CONFIGURATION)
    people = tmp_path / "people.csv"
    people.write_text("customer,address,name\nc-1,anna@customer.example,\n")
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
    done = House(tmp_path).run("recipients", "import", str(people))
    assert done.exit_code == 2, done.output
    assert "ter2" not in done.output
    assert "try:" in done.output


def test_postgresql_means_psycopg_and_others_are_refused() -> None:
    assert ledger_address("postgresql://us@/name").drivername == "postgresql+psycopg"
    assert ledger_address("sqlite:////a/b").drivername == "sqlite"
    assert no_ledger_at("postgresql://us@/name") == ("", "")
    for url in ("mysql://us@/name", "postgresql+pg8000://us@/name", "sqlite+aiosqlite:///x"):
        with pytest.raises(LedgerError, match="no ledger can be kept in"):
            ledger_address(url)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite://", "lost with the program"),
        ("sqlite:///", "lost with the program"),
        ("sqlite:///:memory:", "lost with the program"),
        ("sqlite:///%3Amemory%3A", "lost with the program"),
        ("sqlite:///file::memory:?cache=shared&uri=true", "not by a URI"),
        ("sqlite:///x?mode=memory&uri=true", "lost with the program"),
        ("sqlite:///file:x?mode=memory&cache=shared&uri=true", "lost with the program"),
        ("sqlite:///file:/tmp/x.sqlite?uri=true", "not by a URI"),
        ("sqlite:///file:/tmp/x.sqlite", "not by a URI"),
        ("sqlite:///%66ile:/tmp/x.sqlite", "not by a URI"),
        ("sqlite+pysqlite:///file:x.sqlite", "not by a URI"),
        ("sqlite:////tmp/x.sqlite?uri=true", "takes no parameters"),
        ("sqlite:////tmp/x.sqlite?mode=ro", "takes no parameters"),
        ("sqlite:////tmp/x.sqlite?nolock=1", "takes no parameters"),
        ("sqlite:////tmp/a?b/x.sqlite", "takes no parameters"),
        ("sqlite://tmp/x.sqlite", "three slashes"),
        ("sqlite://us:pw@tmp/x.sqlite", "three slashes"),
        ("sqlite:////tmp/x%00.sqlite", "control characters"),
    ],
)
def test_a_file_is_named_by_its_path_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    with pytest.raises(LedgerError, match=why) as refused:
        ledger_address(url)
    assert "sqlite:////var/lib/company/ledger.sqlite" in refused.value.remedy
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
    (tmp_path / "publisher.toml").write_text(CONFIGURATION)
    for words in (["ledger", "backup", str(tmp_path / "copy")], ["ledger", "head"]):
        done = House(tmp_path).run(*words)
        assert done.exit_code == 2
        assert refused.value.what in done.output


ODD = ["a?b", "a#b", "a%20b", "a b", "a;b", "Übung", "a&uri=true", "a%3Fb", "a'\"b", "a:b@c", "%"]


@pytest.mark.parametrize("name", ODD)
def test_a_path_means_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    root = tmp_path / name
    root.mkdir()
    for url, place in (
        ("", ".publisher/ledger.sqlite"),
        ("sqlite:///data/ledger.sqlite", "data/ledger.sqlite"),
    ):
        work = configured(root, url)
        Database(work.ledger_url).close()
        path = root / place
        assert path.is_file()
        assert [str(one) for one in tmp_path.iterdir()] == [str(root)]
        assert ledger_address(work.ledger_url).database == str(path)
        assert place.removesuffix("/ledger.sqlite") in " ".join(work.private_places)
        # As it is shown, it can be given to the program again.
        assert ledger_file(ledger_address(Database(work.ledger_url).where)) == path
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", sqlite_url(str(root / "own" / f"{name}.sqlite")))
    work = configured(root)
    Database(work.ledger_url).close()
    assert (root / "own" / f"{name}.sqlite").is_file()
    assert f"own/{name}.sqlite" in work.private_places


def test_backup_and_restore_find_the_ledger_at_an_odd_path(tmp_path: Path) -> None:
    root = tmp_path / "a?b #c %20"
    root.mkdir()
    Database(configured(root).ledger_url).close()
    house, copy = House(root), tmp_path / "the copy?.sqlite"
    house.ok("ledger", "backup", str(copy))
    house.ok("ledger", "restore", str(copy))
    assert list((root / ".publisher").glob("ledger.sqlite.before-*"))


_WITHOUT = """
import sys
sys.modules["psycopg"] = None  # as where it is not installed
from publisher.__main__ import main
main()
"""


def test_a_missing_driver_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "publisher.toml").write_text(CONFIGURATION)
    people = tmp_path / "people.csv"
    people.write_text("customer,address,name\nc-1,anna@customer.example,\n")
    words = ["--project", str(tmp_path), "recipients", "import", str(people)]
    url = f"postgresql://us:{SECRET}@/ledger"
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PUBLISHER_LEDGER_URL": url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "the ledger needs a driver that is not installed: psycopg" in done.stderr
    assert "pip install 'policy-publisher[postgresql]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_server_of_the_tests_has_a_role_that_owns_nothing() -> None:
    with database() as name:
        server().execute("CREATE TABLE kept (a int)", database=name)
        for role in (OWNER, PROGRAM):
            assert ledger_address(server().url(name, role)).database == name
