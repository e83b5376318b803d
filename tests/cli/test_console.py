"""What is shown on a terminal: how long work goes on, and nothing that the terminal obeys."""

from __future__ import annotations

import json
import logging
import os
import pty
import re
import subprocess
import sys
import termios
import time
import unicodedata
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.cli import console
from publisher.errors import NotFoundError
from publisher.policies.finding import Finding, Severity
from tests import ROOT
from tests.actions.test_import_history import ONE, make_past
from tests.fixtures.house import KEY, House, git

WORK = """
from publisher.cli import console
with console.show_progress(False) as show:
    for done in range(3):
        show("pages", done + 1, 3)
"""


def test_lines_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with console.show_progress(quiet=False) as show:
        for done in range(1000):
            show("pages", done + 1, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "pages: 1,000 of 1,000"
    assert 5 < len(lines) < 15


def test_work_that_takes_long_is_told_of_with_its_pace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_SILENT", 0.2)
    with console.show_progress(quiet=False) as show:
        for done in range(15):
            show("sending", done, 39_000)
            time.sleep(0.1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "sending: 0 of 39,000"
    assert 5 <= len(lines) <= 9
    often = r"(\d+ a second|[\d.]+ a minute), \d+ (hours|minutes) left"
    assert re.fullmatch(rf"sending: \d+ of 39,000, {often}", lines[-1])


def test_nothing_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with console.show_progress(quiet=True) as show:
        show("pages", 1, 1)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_a_bar_on_a_terminal() -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    subprocess.run([sys.executable, "-c", WORK], stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert "3 of 3" in shown
    assert "━" in shown


def test_one_is_no_plural() -> None:
    assert [console.counted(n, "PDF") for n in (0, 1, 2)] == ["0 PDFs", "1 PDF", "2 PDFs"]


def test_a_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_table(("a", "b"), [("long cell", "x"), ("y", "z")])
    assert capsys.readouterr().out == "a          b\nlong cell  x\ny          z\n"


def test_a_cell_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_table(("a", "b"), [("one\ntwo", "x"), ("a\tb", "\x1b[2J"), ("\u2028", "\r")])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["a         b", "one\\ntwo  x", "a\\tb      \\x1b[2J", "\\u2028    \\x0d"]


def test_wide_characters_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_table(("a", "b"), [("漢字", "x"), ("four", "y"), ("e\u0301", "z")])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["a     b", "漢字  x", "four  y", "e\u0301     z"]


# ── nothing that a terminal obeys ────────────────────────────────────────────────────────────────

EVIL = (
    "\x1b]0;owned\x07 \x1b[2J \x1b]52;c;ZXZpbA==\x07 \x1b[31mred\x1b[0m \x1bP$q\x1b\\ "
    "\x9b31m \x9d0;x\x9c "
    "\r\x08\x0b\x0c\x7f\x00 \u202eabc\u202c \u2066x\u2069 \u200f\u061c \u2028\u2029\x85end"
)
"""Title, clear screen, clipboard, colours, in both sets of controls; the direction of writing."""
NAME = EVIL.replace("\x00", "").replace("\\", "")
"""As an argument of a command can be."""
OWN_COLOURS = re.compile("\x1b\\[(?:0|1|1;3[13]|3[12])m")
OWN_BAR = re.compile("\x1b\\[[0-9;?]*[mlhKA]|\r")
TURNS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def obeyed(text: str) -> set[str]:
    """The characters of a text that act on a terminal."""
    kinds = ("Cc", "Cs", "Zl", "Zp")
    return {c for c in text if unicodedata.category(c) in kinds or c in TURNS} - {"\n", "\t"}


@given(st.text(st.characters(codec=None)))
def test_whatever_is_shown_is_harmless(text: str) -> None:
    assert not obeyed(console.printable(text))
    assert not obeyed(console.printable_line(text)) | {"\n", "\t"} & set(
        console.printable_line(text)
    )
    console.printable(text).encode()
    assert console.printable(console.printable(text)) == console.printable(text)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))
def test_what_is_harmless_is_shown_as_it_is(text: str) -> None:
    assert console.printable(text) == text


@given(st.binary())
def test_bytes_are_shown_as_text_with_the_rest_spelled_out(data: bytes) -> None:
    text = console.printable(data.decode("utf-8", "surrogateescape"))
    assert not obeyed(text)


SEVERAL = """
import json, os, sys
import publisher.cli, publisher.edges.ledger
from publisher.__main__ import main
for words in json.loads(sys.argv[1]):
    if not os.fork():
        sys.argv[1:] = words
        main()
    os.wait()
    os.write(1, b"\\n\\0\\n")
"""
"""Loads the program, and is it once for each of some command lines."""


def on_terminal(house: House, *commands: tuple[str, ...], **variables: str) -> list[str]:
    """What commands write on a terminal, byte for byte, both outputs of each together."""
    master, slave = pty.openpty()
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    environment.pop("NO_COLOR", None)
    environment |= {"PUBLISHER_TOKEN_KEY": KEY, **variables}
    lines = [("--project", str(house.root), *words) for words in commands]
    with subprocess.Popen(
        [sys.executable, "-c", SEVERAL, json.dumps(lines)],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        env=environment,
    ) as running:
        os.close(slave)
        written = b""
        try:
            while part := os.read(master, 65536):
                written += part
        except OSError:
            pass  # the end of a terminal
        running.wait(60)
    os.close(master)
    *shown, rest = written.decode("utf-8").split("\n\0\n")
    assert len(shown) == len(commands), written
    assert not rest
    return shown


def harmless(shown: str, ours: re.Pattern[str] = OWN_COLOURS) -> bool:
    return not obeyed(ours.sub("", shown))


@pytest.fixture
def mailed(house: House) -> House:
    """A project that got a mail full of such sequences."""
    mail = EmailMessage()
    mail["From"] = "Ann <ann@example.com>"
    mail["To"] = "opt-out@hosting.example"
    mail["Subject"] = "x"
    mail.set_content("Hello")
    head, _, _ = mail.as_bytes().partition(b"\n\n")
    head = head.replace(b"Subject: x", b"Subject: =?utf-8?q?=1B]0;owned=07=C2=9B2J=E2=80=AE?=")
    house.ok("receive", stdin=head + b"\n\n" + EVIL.encode() + b"\n\x9b2J raw \xff\n")
    return house


@pytest.mark.parametrize("more", [(), ("--raw",)], ids=["read", "raw"])
def test_a_mail_on_a_terminal(mailed: House, more: tuple[str, ...]) -> None:
    shown, listed = on_terminal(mailed, ("requests", "show", "1", *more), ("requests",))
    assert "owned" in shown
    # What is read of a mail has no control characters any more; raw, they are spelled out.
    assert ("\\x1b]52;c;" in shown) is bool(more)
    assert not obeyed(shown)
    assert not obeyed(listed.replace("\x1b[1m", "").replace("\x1b[0m", ""))


def test_a_mail_in_a_file_is_as_it_came(mailed: House) -> None:
    done = mailed.run("requests", "show", "1", "--raw")
    assert EVIL.encode() + b"\n\x9b2J raw \xff\n" in done.stdout_bytes
    assert not obeyed(mailed.ok("requests", "show", "1"))


WORDS = [
    (NAME,), ("--policy", NAME, "check"), (f"--{NAME}", "check"), (f"-{NAME}", "check"),
    ("check", NAME), ("check", f"--{NAME}"), ("freeze", "--effective", NAME), ("pdf", NAME),
    ("freeze", "--effective", "unknown", "--lagging", NAME), ("build", "--as-of", NAME),
    ("diff", NAME, NAME), ("diff", "draft", f"git:{NAME}"), ("diff", "--format", NAME),
    ("diff", "--language", NAME), ("notice", NAME), ("notice", "1", "--as", NAME),
    ("recipients", "import", NAME), ("recipients", NAME), ("send", "1", "--test", NAME),
    ("resolve", "1", NAME, "--again"), ("resolve", "1", NAME), ("requests", NAME),
    ("requests", "show", NAME), ("requests", "settle", "1", "--why", NAME), ("optouts", NAME),
    ("requests", "settle", "9", "--nothing", "--why", NAME), ("serve", "--port", NAME),
    ("import", "--history", NAME, "x.md"),
    ("import", "--history", ".", NAME + ".md"), ("status", NAME), ("verify", NAME),
]  # fmt: skip


def test_a_command_line_that_is_quoted(house: House) -> None:
    for words, shown in zip(WORDS, on_terminal(house, *WORDS), strict=True):
        assert "rror" in shown, words
        assert "Traceback" not in shown, words
        assert harmless(shown, OWN_BAR if "import" in words else OWN_COLOURS), words


def test_the_draft_on_a_terminal(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    odd = NAME.replace("/", "")
    use = f"## Use {odd} {{#use}}\n\n{NAME}\n"
    house.write({"use.md": use, f"{odd}.md": "x", "notes/a.md": NAME})
    facts = (house.root / "policy/privacy/policy.toml").read_text()
    house.write({"policy.toml": f'{facts}"owned\\u001b]0;x\\u0007" = 1\n'})
    looks = (("check",), ("diff",), ("diff", "1", "draft"), ("status",), ("verify",))
    assert all(map(harmless, on_terminal(house, *looks)))
    for line in (f"title = '{EVIL}'\n", f'{facts}\n"\\u001b]0;x\\u0007" = 1\n'):
        house.write({"policy.toml": line})
        more = (("check",), ("diff",), ("freeze", "--effective", "unknown"), ("build",))
        *shown, built = on_terminal(house, *more)
        assert all(map(harmless, shown))
        assert harmless(built, OWN_BAR)


@pytest.mark.parametrize("form", ["text", "mail", "markdown", "html", "json"])
def test_a_comparison_on_a_terminal_and_in_a_pipe(house: House, tmp_path: Path, form: str) -> None:
    one, two = tmp_path / f"{NAME[:9]}1.md", tmp_path / "2.md"
    one.write_text(f"## Use {{#use}}\n\nOne {NAME} two three.\n")
    two.write_text(f"## Use {{#use}}\n\nOne {NAME} two {NAME} four.\n")
    words = ("diff", str(one), str(two), "--format", form)
    (shown,) = on_terminal(house, words)
    assert "four" in shown
    assert harmless(shown)
    if form == "text":
        assert "\x1b[32m" in shown
        assert not obeyed(house.ok(*words))


def test_an_altered_release_on_a_terminal(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    (house.root / "versions/privacy/1" / NAME.replace("/", "")).write_text("x")
    git(house.root, "config", "user.name", "\u202eAnn\u2066")
    (house.root / "versions/privacy/1/sections/use.md").write_text(EVIL)
    house.commit(f"Alter {NAME}")
    words = (("verify",), ("status",), ("freeze", "--effective", "2030-01-01"), ("build",))
    *shown, built = on_terminal(house, *words)
    assert all(map(harmless, shown))
    assert harmless(built, OWN_BAR)


def test_letters_on_a_terminal_and_in_a_file(house: House, tmp_path: Path) -> None:
    house.freeze_two()
    people = tmp_path / "people.csv"
    people.write_text("customer,address,name\nc\u202e1,ann@example.com,Ann \u202eevil\n")
    house.run("recipients", "import", str(people))
    letter = ("notice", "2", "--as", "c\u202e1", "--format")
    letters = [(*letter, form) for form in ("text", "html", "eml", "pdf")]
    shown = on_terminal(house, *letters, ("optouts", "2"), ("notice", "2", "--format", "eml"))
    assert all(map(harmless, shown))
    assert "\\x0d" not in shown[-1]
    house.ok("notice", "2", "--format", "eml", "-o", str(tmp_path / "letter.eml"))
    assert b"\r\n" in (tmp_path / "letter.eml").read_bytes()


def test_an_import_on_a_terminal(house: House, tmp_path: Path) -> None:
    past = make_past(tmp_path / "past")
    name = f"{NAME[:30].replace('/', '')}.md"
    past.commit({name: ONE})
    past.commit({name: b"\xff\n"}, "Spoiled")
    past.commit({name: ONE + "\nMore.\n"})
    git(past.root, "remote", "add", "origin", f"https://host.example/{NAME}")
    words = ("import", "--history", str(past.root), name, "--policy", "terms")
    (shown,) = on_terminal(house, words)
    assert "2 new release(s)" in shown
    assert "left out" in shown
    assert harmless(shown, OWN_BAR)
    assert not obeyed(git(house.root, "log", "--format=%B"))


def test_further_lines_pass_for_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_finding(
        Finding(Severity.CUE, "a\nb.md", 0, "one\nerror: forged", "try\nerror: forged")
    )
    console.print_error(NotFoundError("x\nerror: forged", where="a\nb", remedy="y\nerror: forged"))
    captured = capsys.readouterr()
    assert not re.findall("^error: forged", captured.out + captured.err, re.MULTILINE)


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["as it is", "empty", "none wanted", "dumb"],
)
def test_colours_are_for_those_who_want_them(
    mailed: House, variables: dict[str, str], coloured: bool
) -> None:
    mailed.freeze_two()
    mailed.write({"notes/security.md": "For no clause.\n", "odd.md": "x"})
    looks = (("check",), ("requests",), ("diff", "1", "2"), ("send", "9"))
    for words, shown in zip(looks, on_terminal(mailed, *looks, **variables), strict=True):
        assert len(shown) > 20
        assert ("\x1b" in shown) is coloured, words
    for words in looks:
        assert "\x1b" not in mailed.run(*words).output


LOG = """
import logging, warnings
from publisher.cli.console import take_over
take_over()
logging.basicConfig(format="%(asctime)s %(message)s")
log = logging.getLogger("publisher.web")
log.warning("GET %s 200", {evil!r})
try:
    raise ValueError({evil!r})
except ValueError:
    log.exception("it went wrong: %s", {evil!r})
warnings.warn({evil!r})
raise RuntimeError({evil!r})
"""


def test_logs_warnings_and_tracebacks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOG.format(evil=EVIL)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    told = done.stderr.decode()
    assert told.count("owned") >= 5
    assert not obeyed(told)
    assert logging.getLogRecordFactory() is logging.LogRecord


def test_the_label_of_a_bar_is_no_markup() -> None:
    work = WORK.replace('"pages"', '"[red]\\x1b]0;owned\\x07 pages"')
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    subprocess.run([sys.executable, "-c", work], stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert "[red]\\x1b]0;owned\\x07" in shown
    assert "\x1b]0;" not in shown


# ── a disk that takes nothing ────────────────────────────────────────────────────────────────────


def in_a_shell(house: House, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in which `publisher` is the program."""
    program = f'publisher() {{ "{sys.executable}" -m publisher --project "{house.root}" "$@"; }}'
    return subprocess.run(
        ["sh", "-c", f"{program}\n{script}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", ["status", "diff draft draft --format json"])
def test_a_full_disk_is_told_and_is_no_finding(house: House, words: str) -> None:
    done = in_a_shell(house, f"publisher {words} > /dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("error: No space left on device\n  try: make room")


def test_a_release_that_has_no_room_is_not_frozen(house: House) -> None:
    words = "freeze --effective unknown"
    done = in_a_shell(house, f"ulimit -f 8; publisher {words}")  # 4 KiB: a PDF is larger
    assert done.returncode == 2
    assert done.stderr.startswith("error: File too large\n  try: make room")
    assert not [*(house.root / "versions").rglob("*.*")]
    house.ok(*words.split())


def test_the_standard_output_is_no_file_to_be_replaced(house: House, tmp_path: Path) -> None:
    target = tmp_path / "all"
    script = "publisher diff draft draft --format json -o /dev/stdout"
    done = in_a_shell(house, f"{{ echo first; {script}; echo last; }} > {target}")
    assert done.returncode == 0
    first, *told, last = target.read_text().splitlines()
    assert (first, told[0], last) == ("first", "{", "last")
