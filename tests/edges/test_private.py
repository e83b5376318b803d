"""What holds customers' addresses is for its owner alone; no remedy has anybody commit it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from publisher.edges.build_cache import cached_bytes
from publisher.edges.files import write_file
from publisher.edges.locks import held
from publisher.edges.private import private_places, refuse_exposed
from publisher.errors import HistoryError
from tests.fixtures.house import CONFIGURATION, House, git, later
from tests.fixtures.some import some

LIST = b"customer,address,name\nc-1,anna@customer.example,Anna Example\n"


def open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def unignored(house: House) -> House:
    """A project whose own `.gitignore` names nothing that is ours."""
    (house.root / ".gitignore").write_text("/build/\n")
    house.commit("A project of somebody's own")
    return house


def committed(house: House) -> str:
    """All that git has after everything was committed, as the remedy of a freeze says."""
    git(house.root, "add", "-A")
    git(house.root, "commit", "-q", "--allow-empty", "-m", "As I was told")
    words = ["git", "log", "-p", "-a"]
    done = subprocess.run(words, cwd=house.root, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def in_the_ledger(house: House) -> None:
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(LIST)
        file.flush()
        house.ok("recipients", "import", file.name)


def in_the_lock(house: House) -> None:
    with held(house.project.private / "send.lock"):
        pass


def in_a_file(house: House) -> None:
    write_file(house.project.private / "unfinished" / "privacy", b"x")


def in_the_cache(house: House) -> None:
    cached_bytes(house.project.cache / "site", "name", lambda: b"x")


def in_a_freeze(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")


def in_the_receiver(house: House) -> None:
    house.run("receive", stdin=b"From: a@b.example\r\n\r\nHello.\r\n")


WRITERS = [in_the_ledger, in_the_lock, in_a_file, in_the_cache, in_a_freeze, in_the_receiver]


@pytest.mark.parametrize("write", WRITERS)
def test_whoever_writes_there_first_closes_it(
    house: House, write: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    unignored(house)
    before = os.umask(0)
    try:
        write(house)
    finally:
        os.umask(before)
    private = house.project.private
    assert private.is_dir()
    assert not open_to_others(private)
    assert git(house.root, "status", "--porcelain", "-uall", "--", ".publisher") == ""


@pytest.mark.parametrize("write", WRITERS)
def test_one_that_was_open_is_closed(house: House, write: Callable[[House], None]) -> None:
    unignored(house)
    house.project.private.mkdir()
    (house.project.private / "notes").write_text("anna@customer.example")
    house.project.private.chmod(0o777)
    write(house)
    assert not open_to_others(house.project.private)
    assert git(house.root, "status", "--porcelain", "-uall") == ""


def test_a_command_that_only_reads_closes_it_too(house: House) -> None:
    unignored(house)
    house.project.private.mkdir(0o755)
    (house.project.private / "ledger.sqlite").write_text("anna@customer.example")
    house.ok("check")
    assert not open_to_others(house.project.private)
    house.ok("freeze", "--effective", "unknown")


def test_a_folder_of_that_name_that_is_no_project_s_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / ".publisher"
    folder.mkdir(0o755)
    write_file(folder / "inner" / "file", b"x")
    assert sorted(path.name for path in folder.iterdir()) == ["inner"]
    assert open_to_others(folder)


def test_its_own_rules_are_not_written_over(house: House) -> None:
    house.project.private.mkdir()
    (house.project.private / ".gitignore").write_text("*\n!kept\n")
    in_the_ledger(house)
    assert (house.project.private / ".gitignore").read_text() == "*\n!kept\n"


@pytest.mark.parametrize(
    "settings",
    ["", "[ledger]\nurl = 'sqlite:///{root}/data/ledger.sqlite'\n",
     "[ledger]\nurl = 'sqlite:///{root}/ledger.sqlite'\n"],
)  # fmt: skip
@pytest.mark.parametrize("spool", ["", "outbox", "post/out"])
def test_the_remedies_never_lead_to_committing_addresses(
    house: House, settings: str, spool: str
) -> None:
    """After letters were spooled, whoever does what `freeze` says has no address in git."""
    own = CONFIGURATION.replace("[mail]", f"[mail]\nspool = '{spool}'" if spool else "[mail]")
    (house.root / "publisher.toml").write_text(own + settings.format(root=house.root))
    unignored(house).freeze_two()
    in_the_ledger(house)
    house.ok("send", "2", "--confirm")
    assert list((house.root / (spool or ".publisher/spool")).glob("*.eml"))
    house.write({"contact.md": "## Contact {#contact}\n\nWrite to us soon.\n"})
    for _ in range(12):
        result = house.run("freeze", "--effective", later(90), "--dry-run")
        told = result.output
        if "commit them, or git stash" in told or result.exit_code == 0:
            break
        remedy = re.search(r"try: (echo .*?); never commit it", told)
        assert remedy, told
        subprocess.run(remedy[1], shell=True, cwd=house.root, check=True)
    history = committed(house)
    assert "Write to us soon." in history
    assert "anna@customer.example" not in history
    assert "Anna Example" not in history


@pytest.mark.parametrize("spool", [".", "..", "/", "policy/.."])
def test_the_spool_is_a_folder_of_its_own(house: House, spool: str) -> None:
    house.freeze_two()
    own = CONFIGURATION.replace("[mail]", f"[mail]\nspool = '{spool}'")
    (house.root / "publisher.toml").write_text(own)
    in_the_ledger(house)
    told = house.run("send", "2", "--confirm")
    assert told.exit_code == 2
    assert "`mail.spool` is not a folder of its own" in told.output
    assert not list(house.root.rglob("*.eml"))


def test_addresses_that_git_has_already(house: House) -> None:
    house.project.private.mkdir()
    (house.project.private / "list.csv").write_bytes(LIST)
    git(house.root, "add", "-f", ".publisher/list.csv")
    git(house.root, "commit", "-q", "-m", "Oh no")
    told = house.run("freeze", "--effective", "unknown")
    assert told.exit_code == 2
    assert ".publisher/list.csv: holds customers' addresses, and git has it" in told.output
    remedy = re.search(r"try: (git rm .*)", told.output)
    assert remedy, told.output
    subprocess.run(remedy[1], shell=True, cwd=house.root, check=True)
    house.commit()
    house.ok("freeze", "--effective", "unknown")


def test_where_customers_addresses_lie(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    places = [
        private_places(root, root / spool, ledger)
        for spool, ledger in (
            (".publisher/spool", ""),
            ("../outside", "postgresql:///ledger"),
            (".publisher", f"sqlite:///{root}/a b.sqlite?x=1"),
            ("out", f"sqlite+pysqlite:///{root}/l.sqlite"),
        )
    ]
    assert places == [
        [".publisher", ".publisher/spool"],
        [".publisher"],
        [".publisher", "a b.sqlite"],
        [".publisher", "out", "l.sqlite"],
    ]
    assert some(places)
    shutil.rmtree(root)


@pytest.mark.parametrize("place", ["x'; touch pwned; '", "$(touch pwned)", "*", "a[b]c", "a b"])
def test_a_place_is_no_command(house: House, place: str) -> None:
    """The settings name it, and who can push writes these."""
    (house.root / place).mkdir()
    (house.root / place / "list.csv").write_bytes(LIST)
    git(house.root, "--literal-pathspecs", "add", "-f", "--", place)
    git(house.root, "commit", "-q", "-m", "Oh no")
    kept = git(house.root, "ls-files", "-z").split("\0")
    with pytest.raises(HistoryError) as caught:
        refuse_exposed([place], [], kept)
    command = caught.value.remedy.partition(", and commit")[0]
    subprocess.run(["sh", "-c", command], cwd=house.root, check=True)
    left = git(house.root, "ls-files", "-z").split("\0")
    assert {*kept} - {*left} == {f"{place}/list.csv"}
    assert f"!! {place}/" in git(
        house.root, "-c", "core.quotePath=false", "status", "-z", "--ignored"
    )
    assert not list(house.root.rglob("pwned"))
