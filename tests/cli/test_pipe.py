"""A mail server that pipes a message into `publisher receive` never bounces it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from publisher import pipe
from publisher.cli import command_line
from publisher.edges.project import Project
from tests import ROOT
from tests.fixtures.house import CONFIGURATION, KEY, House
from tests.fixtures.some import by_turns, some
from tests.fixtures.workplaces import ledger_of

MAIL = b"From: Ann <ann@example.com>\nTo: opt-out@hosting.example\nSubject: Hello\n\nHello.\n"
LATER = f"{pipe.LATER}\n".encode()
PROGRAM = (sys.executable, "-m", "publisher")
SCRIPT = (sys.executable, "-c", "import sys; from publisher.__main__ import main; sys.exit(main())")
"""What the installed `publisher` does."""


def surroundings(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    return {**kept, "PYTHONPATH": str(ROOT), "PUBLISHER_TOKEN_KEY": KEY, **more}


@dataclass(frozen=True)
class Done:
    """What a mail server sees."""

    status: int
    said: bytes


def hand_over(
    *words: str,
    program: Sequence[str] = PROGRAM,
    shell: str = '"$@"',
    before: Callable[[], None] | None = None,
    environment: Mapping[str, str] | None = None,
    mail: bytes = MAIL,
) -> Done:
    """Pipes a message into the program, as a mail server does that reads both of its outputs."""
    done = subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *program, *words],
        input=mail,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment or surroundings(),
        preexec_fn=before,
        cwd="/",
        check=False,
    )
    return Done(done.returncode, done.stdout)


def kept(house: House) -> list[bytes | None]:
    """The messages that are in the ledger."""
    ledger = ledger_of(Project(house.root))
    return [ledger.raw(message.id) for message in ledger.messages()]


@pytest.fixture
def place(house: House) -> tuple[str, str]:
    return "--project", str(house.root)


# ── stored ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("program", [PROGRAM, SCRIPT], ids=["module", "script"])
def test_a_message_that_is_stored(
    house: House, place: tuple[str, str], program: Sequence[str]
) -> None:
    done = hand_over(*place, "receive", program=program)
    assert done.status == 0
    assert done.said.startswith(b"message 1 kept: ")
    assert done.said.count(b"\n") == 1
    assert kept(house) == [MAIL]


@pytest.mark.parametrize("name", ["PYTHONINSPECT", "PYTHONFAULTHANDLER", "PYTHONDEVMODE"])
def test_nothing_in_the_environment_changes_the_status(
    house: House, place: tuple[str, str], name: str
) -> None:
    environment = surroundings(**{name: "1"})
    assert hand_over(*place, "receive", environment=environment).status == 0
    assert hand_over(*place, "receive", "--wrong", environment=environment).status == 75
    assert kept(house) == [MAIL]


def test_a_folder_that_is_not_there_is_no_other_project(house: House) -> None:
    done = hand_over("--project", str(house.root / "no/such/folder"), "receive")
    assert done == Done(75, LATER)
    assert not (house.root / ".publisher").exists()


OUTPUTS = {
    "a full disk": '"$@" >/dev/full',
    "both full": '"$@" >/dev/full 2>&1',
    "closed": '"$@" >&-',
    "errors closed": '"$@" 2>&-',
    "both closed": '"$@" >&- 2>&-',
    "nobody reads it": '"$@" | :',
    "a file that cannot be written": '"$@" 1</dev/null',
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_once_it_is_stored_the_output_does_not_matter(
    house: House, place: tuple[str, str], name: str
) -> None:
    done = hand_over(*place, "receive", shell=OUTPUTS[name])
    assert done.status == 0
    assert kept(house) == [MAIL]


def test_a_quiet_run_says_nothing(place: tuple[str, str]) -> None:
    assert hand_over(*place, "-q", "receive") == Done(0, b"")


# ── not stored ───────────────────────────────────────────────────────────────────────────────────


WRONG = [
    ("receive", "--bogus"), ("receive", "more"), ("receive", "--to"), ("--projcet", "X", "receive"),
    ("--bogus", "receive"), ("--bogus=X", "receive"), ("--policy", "receive"), ("-x", "receive"),
    ("--project", "/nowhere", "receive"), ("--project", "receive"), ("--version", "receive"),
    ("--help", "receive"), ("--", "receive"), ("receive", "--to", "\x1b]0;x\x07", "more"),
    ("receive", "--", "-h"), ("--project", "\udcff", "receive"),
]  # fmt: skip


@pytest.mark.parametrize("program", [PROGRAM, SCRIPT], ids=["module", "script"])
@pytest.mark.parametrize(
    "words", WRONG[:3], ids=[" ".join(map(ascii, words)) for words in WRONG[:3]]
)
def test_a_wrong_command_line_puts_it_off(words: tuple[str, ...], program: Sequence[str]) -> None:
    """By a process, which takes half a second each; all of them in this one, below."""
    assert hand_over(*words, program=program) == Done(75, LATER)


@pytest.mark.parametrize("words", WRONG, ids=[" ".join(map(ascii, words)) for words in WRONG])
def test_the_same_where_python_calls_it(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    result = CliRunner().invoke(command_line, list(words), input=MAIL)
    assert (result.exit_code, result.output) == (75, LATER.decode())


def test_other_commands_keep_their_codes() -> None:
    for words in (("--policy", "receive", "check"), ("diff", "receive", "x"), ("recieve",)):
        done = hand_over(*words)
        assert done.status == 2
        assert b"rror" in done.said


def test_help_is_help() -> None:
    done = hand_over("receive", "--help")
    assert done.status == 0
    assert b"--to ADDRESS" in done.said


INPUTS = {
    "closed": '"$@" <&-',
    "all closed": '"$@" <&- >&- 2>&-',
    "not to be read": '"$@" 0>/dev/null',
    "failing": '"$@" </proc/self/mem',
}


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_fails_puts_it_off(house: House, place: tuple[str, str], name: str) -> None:
    done = hand_over(*place, "receive", shell=INPUTS[name])
    assert done.status == 75
    assert done.said in (LATER, b"")
    assert not kept(house)


def test_an_input_that_does_not_wait_is_read_to_its_end(
    house: House, place: tuple[str, str]
) -> None:
    here, there = socket.socketpair()
    there.setblocking(False)
    with subprocess.Popen(
        [*PROGRAM, *place, "receive"],
        stdin=there.fileno(),
        stdout=subprocess.PIPE,
        env=surroundings(),
    ) as program:
        there.close()
        here.sendall(MAIL[:20])
        time.sleep(2)
        here.sendall(MAIL[20:])
        here.close()
        assert program.wait(60) == 0
    assert kept(house) == [MAIL]


def test_a_broken_configuration_puts_it_off(house: House, place: tuple[str, str]) -> None:
    for text in ("[organisation", "", '[ledger]\nurl = "nonsense"\n', "\0", CONFIGURATION + "x=1"):
        (house.root / "publisher.toml").write_text(text)
        assert hand_over(*place, "receive") == Done(75, LATER)


def test_a_database_that_does_not_answer_puts_it_off(house: House, place: tuple[str, str]) -> None:
    for url in ("postgresql+psycopg://me:secret@127.0.0.1:1/x", "mysql://127.0.0.1/x", "sqlit:"):
        (house.root / "publisher.toml").write_text(f'{CONFIGURATION}\n[ledger]\nurl = "{url}"\n')
        assert hand_over(*place, "receive") == Done(75, LATER)


AS_NOBODY = (
    "import os, sys, publisher.cli, publisher.actions.receive; from publisher.__main__ import "
    "main; os.setgroups([]); os.setgid(65534); os.setuid(65534); sys.exit(main())"
)
"""The program for a user who owns nothing, and who may not even read where it is installed."""


def test_a_ledger_that_cannot_be_written_puts_it_off(house: House, place: tuple[str, str]) -> None:
    house.ok("receive", stdin=MAIL)
    ledger = house.root / ".publisher/ledger.sqlite"
    ledger_of.cache_clear() if hasattr(ledger_of, "cache_clear") else None
    for path in some(ledger.parent.glob("ledger.sqlite*")):
        path.unlink()
    ledger.mkdir()
    assert hand_over(*place, "receive") == Done(75, LATER)
    ledger.rmdir()
    ledger.write_bytes(b"no database" * 1000)
    assert hand_over(*place, "receive") == Done(75, LATER)
    shutil.rmtree(ledger.parent)
    ledger.parent.write_text("a file, and no folder")
    assert hand_over(*place, "receive") == Done(75, LATER)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_a_ledger_that_belongs_to_another_puts_it_off(
    house: House, place: tuple[str, str], tmp_path: Path
) -> None:
    house.ok("receive", stdin=MAIL)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder.stat().st_mode & 0o5 != 0o5:
            folder.chmod(0o755)
    program = (sys.executable, "-c", AS_NOBODY)
    assert hand_over(*place, "receive", program=program) == Done(75, LATER)
    assert len(kept(house)) == 1


def test_a_full_disk_puts_it_off(house: House, place: tuple[str, str]) -> None:
    house.ok("receive", stdin=MAIL)

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    mail = MAIL + b"x" * 200_000
    assert hand_over(*place, "receive", before=full, mail=mail) == Done(75, LATER)
    assert kept(house) == [MAIL]


def test_a_locked_ledger_puts_it_off(house: House, place: tuple[str, str]) -> None:
    import sqlite3

    house.ok("receive", stdin=MAIL)
    with sqlite3.connect(house.root / ".publisher/ledger.sqlite") as other:
        other.execute("BEGIN EXCLUSIVE")
        assert hand_over(*place, "receive") == Done(75, LATER)
        other.rollback()


LOADED = ["click", "sqlalchemy", "publisher/cli/__init__", "publisher/edges/project", "logging"]
SPOILT = [
    "raise ImportError('/secret/path')", "syntax error", "raise SystemExit(0)",
    "raise MemoryError", "raise KeyboardInterrupt", "print('loaded')",
]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "text"), [*by_turns(LOADED, SPOILT), *by_turns(LOADED, SPOILT[::-1])]
)
def test_what_cannot_be_loaded_puts_it_off(
    place: tuple[str, str], tmp_path: Path, module: str, text: str
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    if module.startswith("publisher"):
        shutil.copytree(ROOT / "publisher", folder / "publisher")
    (folder / f"{module}.py").write_text(f"{text}\n")
    environment = surroundings(PYTHONPATH=f"{folder}:{ROOT}")
    assert hand_over(*place, "receive", environment=environment) == Done(75, LATER)


def test_git_that_is_not_installed_puts_it_off(place: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = hand_over(*place, "receive", environment=surroundings(PATH=str(tmp_path / "bin")),
                     shell='exec "$@"')  # fmt: skip
    assert done.status in (0, 75)
    assert done.said.count(b"\n") == 1
    assert b"/" not in done.said


def test_a_missing_key_bounces_nothing(house: House, place: tuple[str, str]) -> None:
    reply = b"To: opt-out+privacy_2_1_aaaaaaaaaaaaaaaaaaaa@hosting.example\n\nI opt out.\n"
    for key in ("", "short"):
        done = hand_over(
            *place, "receive", environment=surroundings(PUBLISHER_TOKEN_KEY=key), mail=reply
        )
        assert done.status in (0, 75)
        assert bool(done.status) != bool(kept(house))
        assert done.said.count(b"\n") == 1
        assert b"/" not in done.said


@pytest.mark.parametrize("megabytes", [30, 60, 90, 120])
def test_memory_that_runs_out_puts_it_off(
    house: House, place: tuple[str, str], megabytes: int
) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    done = hand_over(*place, "receive", before=little, mail=MAIL + b"x" * (40 << 20),
                     shell='exec "$@"')  # fmt: skip
    assert done.status == 75
    assert done.said in (LATER, b"")
    assert not kept(house)


def shielded(process: int) -> None:
    """Waits until a program that Python is still loading has come to the first lines of ours."""
    for _ in range(600):
        # From then on nothing is written to standard error.
        if Path(f"/proc/{process}/fd/2").readlink() == Path(os.devnull):
            return
        time.sleep(0.02)


SIGNALS = [
    signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM,
]  # fmt: skip


@pytest.mark.parametrize(("number", "wait"), by_turns(SIGNALS, [0, 0.3, 1.5]))
def test_a_signal_puts_it_off(
    house: House, place: tuple[str, str], number: signal.Signals, wait: float
) -> None:
    with subprocess.Popen(
        [*PROGRAM, *place, "receive"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=surroundings(),
    ) as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(MAIL)
        program.stdin.flush()
        shielded(program.pid)
        time.sleep(wait)
        program.send_signal(number)
        assert program.wait(60) == 75
        assert program.stdout.read() in (LATER, b"")
    assert not kept(house)


def test_a_signal_that_comes_in_a_finaliser_puts_it_off_too() -> None:
    """Python prints what is raised there, and goes on; so does its import of modules, in places."""
    program = """if True:
        import os, signal, time
        from publisher import pipe
        class Ending:
            def __del__(self):
                os.kill(os.getpid(), signal.SIGTERM)
                for _ in range(10):
                    time.sleep(0.01)
        pipe.Shield()
        Ending()
        time.sleep(60)
        os._exit(3)
    """
    done = subprocess.run([sys.executable, "-c", program], env=surroundings(), timeout=30)
    assert done.returncode == 75


# ── what is said, and to whom ────────────────────────────────────────────────────────────────────


@given(st.text())
def test_a_line_is_short_and_holds_no_control_character(text: str) -> None:
    line = pipe.line(text)
    assert len(line) <= pipe.LONGEST_REPLY
    assert line.isascii()
    assert not line or line.isprintable()
    assert "@" not in line
    assert "\\" not in line


@given(st.text(), st.text())
def test_a_line_holds_no_path_and_no_address(before: str, behind: str) -> None:
    for secret in ("/srv/secret/ledger.sqlite", "ann@example.com", "C:\\secret", "../secret/x"):
        told = pipe.line(f"{before} {secret} {behind}")
        assert "secret" not in told.replace(pipe.line(before), "").replace(pipe.line(behind), "")
        assert "example.com" not in told or "example.com" in before + behind


def test_a_line_keeps_the_name_of_a_release() -> None:
    said = "message 7 kept: opt-out, privacy/2, in time, R-000001"
    assert pipe.line(said) == said


ALONE = """unshare --map-root-user --mount sh -c '
for name in null zero full urandom; do
    touch "$0/$name" && mount --bind "/dev/$name" "$0/$name" || exit 9
done
if [ -d /dev/shm ]; then mkdir -p "$0/shm" && mount --bind /dev/shm "$0/shm" || exit 9; fi
mount --rbind "$0" /dev && exec "$@"' {devices} "$@"
"""
"""Runs a program whose devices are those in a folder, the socket of the system's log among them."""


@dataclass(frozen=True)
class Log:
    """A log of the system, of which only the programs know that this test starts."""

    service: socket.socket
    shell: str

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """What is written there meanwhile."""
        found: list[str] = []

        def listen() -> None:
            with suppress(TimeoutError):
                while True:
                    found.append(self.service.recv(65536).decode())

        listener = Thread(target=listen)
        listener.start()
        yield found
        listener.join()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    devices = tmp_path / "devices"
    devices.mkdir()
    shell = ALONE.format(devices=devices)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.bind(str(devices / "log"))
        service.settimeout(5)
        tried = subprocess.run(["/bin/sh", "-c", shell, "sh", "true"], check=False)
        if tried.returncode:
            pytest.skip("no user of this machine may have mounts of their own")
        yield Log(service, shell)


MAIL_ERROR = 2 << 3 | 3
"""Facility and severity (RFC 5424 §6.2.1)."""


def test_the_operator_reads_in_the_log_what_went_wrong(log: Log) -> None:
    with log.heard() as told:
        assert hand_over("--project", "/nowhere", "receive", shell=log.shell).status == 75
        assert hand_over("--projcet", "X", "receive", shell=log.shell).status == 75
    assert told[0].startswith(f"<{MAIL_ERROR}>")
    assert "publisher[" in told[0]
    assert "/nowhere: there is no such folder" in told[0]
    assert "Try: " in told[1]
    assert "No such option" in told[2]


def test_the_log_has_the_traceback_of_a_bug_and_no_address(
    log: Log, place: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "click.py").write_text("raise RuntimeError('for ann@example.com \\x1b[2J')\n")
    environment = surroundings(PYTHONPATH=f"{tmp_path}:{ROOT}")
    with log.heard() as lines:
        assert hand_over(*place, "receive", shell=log.shell, environment=environment).status == 75
    told = "\n".join(lines)
    assert "Traceback" in told
    assert "RuntimeError" in told
    assert "ann@example.com" not in told
    assert "\x1b" not in told


def test_a_log_that_takes_nothing_holds_nobody_up(log: Log) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other, suppress(BlockingIOError):
        other.connect(log.service.getsockname())
        other.setblocking(False)
        for _ in range(10_000):
            other.send(b"x")
    assert hand_over("--projcet", "X", "receive", shell=f"timeout 60 {log.shell}") == Done(
        75, LATER
    )


def test_the_installed_program_is_the_guarded_one() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert facts["project"]["scripts"] == {"publisher": "publisher.__main__:main"}


def test_every_command_name_is_known() -> None:
    assert pipe.COMMAND in command_line.commands
    options = {o for p in command_line.params for o in p.opts if not getattr(p, "is_flag", False)}
    assert {o for o in options if o.startswith("--")} == set(pipe._VALUED)


def test_no_stranger_takes_the_promise_away_by_an_address() -> None:
    """Mail that is taken until somebody stops it has no mail server that waits for the end."""
    for option in ("--lmtp", "--imap"):
        assert not pipe.meant(["receive", option, "127.0.0.1:2424"], ["receive"])
        assert pipe.meant(["receive", "--to", f"{option}=x@hosting.example"], ["receive"])
        assert pipe.meant(["receive", "--to", option], ["receive"])
