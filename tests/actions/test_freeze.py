"""`publisher freeze`: a release once, or a refusal that says why, and nothing half-done."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from publisher.edges.history import History
from publisher.errors import FreezeError
from publisher.releases.number import Number
from publisher.releases.telling import LetterCase, LetterKind
from tests.fixtures.house import FACTS, SECTIONS, House, git, later, make_house, today
from tests.fixtures.keys import SshKey, ssh_key
from tests.fixtures.workplaces import archive_of


def release(house: House, number: str) -> Path:
    return house.root / "versions/privacy" / number


def refused(house: House, *words: str) -> str:
    """Runs freeze, expects a refusal that changed nothing, returns the message."""
    before = (
        git(house.root, "log", "--format=%H", "--all"),
        git(house.root, "status", "--porcelain"),
    )
    result = house.run(*words) if "freeze" in words else house.run("freeze", *words)
    assert result.exit_code == 2, result.output
    after = git(house.root, "log", "--format=%H", "--all"), git(house.root, "status", "--porcelain")
    assert before == after
    return result.output


def test_the_first_release_and_its_amendment(house: House) -> None:
    house.freeze_two()
    assert {path.name for path in release(house, "1").iterdir()} == {
        "SHA256SUMS", "policy.pdf", "release.toml", "sections",
    }  # fmt: skip
    assert {path.name for path in release(house, "2").iterdir()} == {
        "SHA256SUMS", "changes.json", "notes", "notice.again.md", "notice.md", "opt-out.md",
        "policy.pdf", "release.toml", "sections",
    }  # fmt: skip
    assert (release(house, "1") / "sections/use.md").read_text() == SECTIONS["use.md"]
    assert git(house.root, "tag").split() == ["privacy/1", "privacy/2"]
    assert git(house.root, "status", "--porcelain") == ""
    assert not (house.root / "policy/privacy/notes/security.md").exists()
    found = archive_of(house.project).release("privacy", Number(2))
    assert found.previous == Number(1)
    assert found.previous_seal == archive_of(house.project).release("privacy", Number(1)).seal
    assert found.seal in git(house.root, "tag", "-n9", "-l", "privacy/2")
    assert found.closes is not None
    assert (found.effective or today()) > found.closes
    assert "Longer keys protect your data better." in found.notice
    assert "256" not in found.opt_out
    assert house.ok("check") == ""


def test_a_section_may_be_called_as_the_letter_is(house: House) -> None:
    text = "## Opting Out {#opting-out}\n\nYou may.\n"
    house.write(
        {
            "policy.toml": FACTS.replace('"contact.md"', '"contact.md", "opt-out.md"'),
            "opt-out.md": text,
        }
    )
    house.commit()
    house.freeze_two()
    assert (release(house, "2") / "sections/opt-out.md").read_text() == text
    assert house.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"


def test_a_dry_run_does_nothing(house: House) -> None:
    output = house.ok("freeze", "--effective", "unknown", "--dry-run")
    assert "Would freeze privacy/1" in output
    assert not (house.root / "versions").exists()
    assert git(house.root, "tag") == ""


def test_a_period_too_short_names_the_earliest_date(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    message = refused(house, "--effective", later(29))
    assert f"the earliest lawful date is {later(30)}" in message
    house.ok("freeze", "--effective", later(30))


def test_the_period_promised_before_binds_the_change_of_the_period(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.write({"policy.toml": FACTS.replace("days = 30", "days = 1")})
    house.edit()
    assert later(30) in refused(house, "--effective", later(5))


def test_a_date_in_the_past(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    message = refused(house, "--effective", later(-1))
    assert "in the past" in message
    assert later(30) in message


def test_an_unknown_date_is_for_a_first_release_alone(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    assert "only a first release" in refused(house, "--effective", "unknown")


def test_a_dirty_tree(house: House) -> None:
    house.write({"use.md": SECTIONS["use.md"] + "\nMore.\n"})
    assert "policy/privacy/use.md" in refused(house, "--effective", "unknown")


def test_errors_of_check(house: House) -> None:
    house.write({"use.md": "no heading\n"})
    house.commit()
    message = refused(house, "--effective", "unknown")
    assert "policy/privacy/use.md:1" in message
    assert "publisher check" in message


def test_a_missing_note(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.write({"security.md": SECTIONS["security.md"].replace("128", "256")})
    house.commit()
    assert "no note says why" in refused(house, "--effective", later(60))


def test_nothing_changed(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    assert "word for word" in refused(house, "--effective", later(60))


def test_an_order_of_dates(house: House) -> None:
    house.freeze_two()
    house.write(
        {"use.md": SECTIONS["use.md"].replace("30 days", "60 days"), "notes/use.md": "Longer.\n"}
    )
    house.commit()
    assert "release 2 takes effect" in refused(house, "--effective", later(60))


def test_a_correction(house: House) -> None:
    house.write({"use.md": SECTIONS["use.md"].replace("orders", "oders")})
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    house.write({"use.md": SECTIONS["use.md"], "notes/use.md": "A spelling mistake.\n"})
    house.commit()
    said = house.ok("freeze", "--effective", today().isoformat(), "--correction")
    assert "  nobody is told of it\n" in said
    assert "its day moves" not in said
    found = archive_of(house.project).release("privacy", Number(1, 1))
    assert found.notice == ""
    assert found.materiality.value == "editorial"


def test_a_correction_that_is_none(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    message = refused(house, "--effective", today().isoformat(), "--correction")
    assert "“128” → “256” is more than spelling" in message
    assert "leave --correction out" in message


def test_a_first_release_is_no_correction(house: House) -> None:
    assert "cannot be a correction" in refused(house, "--effective", "unknown", "--correction")


def test_a_postponement_has_its_own_letter(house: House) -> None:
    house.freeze_two()
    assert "the draft is release 2" in refused(house, "--effective", later(60), "--correction")
    assert "too early" in refused(house, "--effective", later(50), "--correction")
    said = house.ok("freeze", "--effective", later(90), "--correction")
    assert f"  its day moves from {later(60)} to {later(90)}\n  every recipient is told: " in said
    found = archive_of(house.project).release("privacy", Number(2, 1))
    assert set(found.telling.letters) == {
        LetterKind(LetterCase.AGAIN),
        LetterKind(LetterCase.POSTPONED),
    }
    assert "now applies from" in found.telling.letters[LetterKind(LetterCase.POSTPONED)]
    # Who was told of no other day is told this one as any other.
    assert "now applies from" not in found.notice
    assert "Longer keys protect your data better." in found.notice
    assert found.effective is not None
    assert found.effective.isoformat() == later(90)


def test_not_in_git(house: House) -> None:
    git_folder = house.root / ".git"
    git_folder.rename(house.root.parent / "elsewhere")
    result = house.run("freeze", "--effective", "unknown")
    assert result.exit_code == 2
    assert "git init" in result.output


def test_git_is_not_installed(house: House, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "--project", str(house.root), "verify"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "git is not installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_is_never_written_over(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    before = (release(house, "1") / "release.toml").read_bytes()
    with pytest.raises(FreezeError, match="a release never changes"):
        archive_of(house.project).write("privacy", Number(1), {"release.toml": b"other"})
    assert (release(house, "1") / "release.toml").read_bytes() == before


def test_an_altered_release_stops_the_next(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    (release(house, "1") / "sections/use.md").write_text("altered\n")
    house.commit("Alter a release")
    assert "was altered" in refused(house, "--effective", later(60))


def test_what_a_hook_refuses_leaves_no_trace(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    hook = house.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no release on a Friday' >&2\nexit 1\n")
    hook.chmod(0o755)
    message = refused(house, "--effective", later(60))
    assert "git did not commit: no release on a Friday" in message
    assert str(hook) in message
    assert not release(house, "2").exists()
    assert (house.root / "policy/privacy/notes/security.md").exists()
    hook.unlink()
    house.ok("freeze", "--effective", later(60))
    assert "Longer keys" in archive_of(house.project).release("privacy", Number(2)).notice
    assert git(house.root, "status", "--porcelain") == ""


def test_a_half_written_folder_is_swept_away(house: House) -> None:
    half = house.root / "versions/privacy/.1.0123abcd.part"
    half.mkdir(parents=True)
    (half / "use.md").write_text("half")
    house.ok("freeze", "--effective", "unknown")
    assert not half.exists()


@pytest.mark.skipif(not Path("/usr/bin/ssh-keygen").exists(), reason="ssh-keygen is not installed")
def test_a_tag_is_signed_where_git_is_set_up_to_sign(house: House) -> None:
    key = house.root.parent / "key"
    os.spawnlp(
        os.P_WAIT, "ssh-keygen", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)
    )
    git(house.root, "config", "gpg.format", "ssh")
    git(house.root, "config", "user.signingkey", str(key))
    output = house.ok("freeze", "--effective", "unknown")
    assert "(signed)" in output
    assert History(house.root).tags("privacy")["privacy/1"].signed


# ── dates ────────────────────────────────────────────────────────────────────────────────────────

SLIPS = ("9999-12-31", "0001-01-01", "1989-12-31", later(2 * 366 + 1))


@pytest.mark.parametrize("day", SLIPS)
def test_a_date_that_is_likely_a_slip(house: House, day: str) -> None:
    message = refused(house, "--effective", day)
    assert f"--effective: {day} is" in message
    assert "is that the day?" in message
    assert "--yes" in message
    assert "is that the day?" in refused(house, "--effective", day, "--dry-run")
    assert f"in force from {day}" in house.ok("freeze", "--effective", day, "--yes")
    assert house.ok("status")


@pytest.mark.parametrize("day", ["1990-01-01", "2024-02-29", later(2 * 365)])
def test_a_date_that_nobody_is_asked_about(house: House, day: str) -> None:
    assert f"in force from {day}" in house.ok("freeze", "--effective", day)


def test_nothing_comes_after_the_last_day(house: House) -> None:
    house.ok("freeze", "--effective", "9999-12-31", "--yes")
    house.edit()
    message = refused(house, "--effective", "9999-12-31", "--yes")
    assert "release 1 takes effect on 9999-12-31, and no day comes after that" in message
    house.write(
        {"security.md": SECTIONS["security.md"], "contact.md": SECTIONS["contact.md"] + "\n"}
    )
    house.commit()
    assert "Traceback" not in house.run("freeze", "--effective", later(60)).output


def typed(house: House, answer: str, *words: str) -> tuple[int, str]:
    """Runs a freeze in a real terminal, in which somebody answers its question."""
    command = ["--project", str(house.root), "freeze", *words]
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "publisher", *command], stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        shown = b""
        with suppress(OSError):  # the terminal is gone when the process is
            while b"[y/N]" not in shown and (more := os.read(master, 1024)):
                shown += more
            os.write(master, f"{answer}\n".encode())
            while more := os.read(master, 1024):
                shown += more
    os.close(master)
    return process.returncode, shown.decode()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_a_person_at_a_terminal_is_asked(house: House, answer: str, code: int) -> None:
    returned, shown = typed(house, answer, "--effective", later(900))
    assert returned == code, shown
    assert ("Frozen: privacy/1" in shown) == (not code)


# ── who may sign from then on ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Signed:
    """A house whose first release names who may sign, and the keys."""

    house: House
    own: SshKey
    other: SshKey

    def names(self, text: str) -> None:
        self.house.write({"signers": text})
        self.house.commit("fix typo")


@pytest.fixture(scope="module")
def first_signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    folder = tmp_path_factory.mktemp("signed")
    own, other = (ssh_key(folder / each, "legal@hosting.example") for each in ("own", "other"))
    house = make_house(folder / "house")
    own.use_in(house.root)
    house.write({"signers": own.line})
    house.commit("Who may sign")
    told = house.ok("freeze", "--effective", "unknown")
    assert f"  `signers`: “legal@hosting.example ({own.fingerprint})” is new\n" in told
    house.edit()
    return Signed(house, own, other)


@pytest.fixture
def signed(first_signed: Signed, tmp_path: Path) -> Signed:
    root = shutil.copytree(first_signed.house.root, tmp_path / "signed", symlinks=True)
    return replace(first_signed, house=House(root))


def test_a_change_of_signers_is_asked_about(signed: Signed) -> None:
    """A name is no key: whoever takes it over takes the name as well."""
    house = signed.house
    own, other = (f"legal@hosting.example ({k.fingerprint})" for k in (signed.own, signed.other))
    signed.names(signed.other.line)
    told = house.ok("check")
    assert f"policy/privacy/signers:1: review: since release 1, `signers`: “{other}” is new" in told
    assert f"policy/privacy/signers: review: since release 1, `signers`: “{own}” is gone" in told
    assert f" `signers`: “{other}” is new\n" in house.ok("diff").partition("Beside the text")[2]
    asked = f"from now on by {other}, no longer by {own}: is that meant?"
    for words in (("--dry-run",), (), ("--effective", later(900))):
        message = refused(house, "--effective", later(60), *words)
        assert asked in message
        assert "git log -p -- policy/privacy/signers" in message
        assert "--yes" in message
    assert "is that the day?" in message
    returned, shown = typed(house, "n", "--effective", later(60))
    assert returned == 2
    assert "is that meant?" in shown
    assert not release(house, "2").exists()
    returned, shown = typed(house, "y", "--effective", later(60))
    assert returned == 0, shown
    assert (release(house, "2") / "signers").read_text() == signed.other.line


def test_signers_who_come_too_or_under_other_conditions_are_asked_about(signed: Signed) -> None:
    house, own = signed.house, signed.own
    who = f"legal@hosting.example ({own.fingerprint})"
    signed.names(own.line + f"anna@hosting.example {signed.other.public}\n")
    told = refused(house, "--effective", later(60))
    assert f"from now on by anna@hosting.example ({signed.other.fingerprint}): is that" in told
    signed.names(own.line.replace(" ssh-", ' valid-before="20301231" ssh-'))
    told = refused(house, "--effective", later(60))
    assert f'by {who} valid-before="20301231", where it was {who}: is that meant?' in told
    signed.names(f"* {own.public}\n")
    assert f"by * ({own.fingerprint}), where it was {who}" in refused(
        house, "--effective", later(60)
    )
    assert "Frozen: privacy/2" in house.ok("freeze", "--effective", later(60), "--yes")


def test_a_comment_among_signers_is_nothing_to_ask_about(signed: Signed) -> None:
    signed.names(f"# Legal\n\n{signed.own.line}")
    told = signed.house.ok("freeze", "--effective", later(60))
    assert "`signers`" not in told


def test_signers_that_are_left_out_stay_and_that_is_said(signed: Signed) -> None:
    (signed.house.root / "policy/privacy/signers").unlink()
    signed.house.commit()
    told = signed.house.ok("freeze", "--effective", later(60))
    assert "`signers`: the file is gone; who may sign stays as it was" in told
    signed.house.write({"use.md": SECTIONS["use.md"] + "\nMore.\n", "notes/use.md": "More.\n"})
    signed.names(signed.other.line)
    assert "no longer by legal@" in refused(signed.house, "--effective", later(120))


def test_the_first_signers_are_said_and_not_asked_about(signed: Signed, tmp_path: Path) -> None:
    house = make_house(tmp_path / "unsigned")
    house.ok("freeze", "--effective", "unknown")
    house.write({"signers": signed.own.line})
    house.edit()
    told = house.ok("freeze", "--effective", later(60))
    assert f"`signers`: “legal@hosting.example ({signed.own.fingerprint})” is new" in told


# ── what it prints to do next ────────────────────────────────────────────────────────────────────


def _two_policies(house: House) -> None:
    folder = house.root / "policy/terms"
    folder.mkdir()
    (folder / "policy.toml").write_text(FACTS.replace("Privacy Policy", "Terms"))
    for name, text in SECTIONS.items():
        (folder / name).write_text(text)
    house.commit("Two policies")


def as_printed(house: House, message: str) -> str:
    """Runs the command of ours that a message tells to try, as it is printed; what that says."""
    command = re.search(r"try: .*?(publisher [^;`\n]*?)(?:,|;|`|:|\n|$)", message)
    assert command, message
    words = shlex.split(command[1])
    done = subprocess.run(
        [sys.executable, "-P", "-m", *words], cwd=house.root, capture_output=True, text=True
    )
    assert "there are several policies" not in done.stderr, command[1]
    assert "Usage:" not in done.stderr, command[1]
    return f"{command[1]}\n{done.stdout}{done.stderr}"


def test_what_is_printed_names_the_policy_where_there_are_several(house: House) -> None:
    _two_policies(house)
    house.ok("--policy", "privacy", "freeze", "--effective", "unknown")
    house.write({"use.md": "no heading\n"})
    house.commit()
    message = refused(house, "--policy", "privacy", "freeze", "--effective", later(60))
    assert "publisher --policy privacy check" in as_printed(house, message)
    house.write({"use.md": SECTIONS["use.md"]})
    house.edit()
    output = house.ok("--policy", "privacy", "freeze", "--effective", later(60))
    assert "publisher --policy privacy build" in output
    assert "publisher --policy privacy send 2" in output


def test_one_policy_needs_no_naming(house: House) -> None:
    house.write({"use.md": "no heading\n"})
    house.commit()
    assert "publisher check" in refused(house, "--effective", "unknown")


def test_what_is_printed_says_in_which_folder_it_works(house: House) -> None:
    house.write({"use.md": "no heading\n"})
    house.commit()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "publisher", "freeze", "--effective", "unknown"],
        cwd=house.root,
        capture_output=True,
        text=True,
    )
    assert f"(in {house.root})" not in done.stderr
    assert f"(in {house.root})" in refused(house, "--effective", "unknown")


def test_a_project_in_a_folder_of_a_larger_repository(tmp_path: Path) -> None:
    """Its notes are gathered, and dirt elsewhere does not matter."""
    top = tmp_path / "all"
    house = House(top / "legal")
    make_house(house.root)
    (house.root / ".git").rename(top / ".git")
    (top / "code.txt").write_text("Code.\n")
    house.commit()
    (top / "code.txt").write_text("Code that is being written.\n")
    house.ok("freeze", "--effective", "unknown")
    house.write({"security.md": SECTIONS["security.md"].replace("128-bit", "256-bit")})
    house.write({"notes/security.md": "Longer keys protect your data better.\n"})
    git(house.root, "add", ".")
    git(house.root, "commit", "-q", "-m", "Longer keys")
    house.ok("freeze", "--effective", later(60))
    assert git(top, "status", "--porcelain").splitlines() == [" M code.txt"]
    assert not (house.root / "policy/privacy/notes/security.md").exists()
    assert (house.root / "versions/privacy/2/notes/security.md").exists()
    assert "legal/privacy/2" in git(top, "tag", "--list")


@pytest.mark.parametrize(
    "terms", ["[notice]\ndays = 1\n", "[notice]\nprofile = 'gdpr'\ndays = 30\n", "effect"]
)
def test_a_correction_alters_no_promise(tmp_path: Path, terms: str) -> None:
    """A shorter notice, put into a correction, would bind the next amendment."""
    house = make_house(tmp_path / "house")
    house.ok("freeze", "--effective", "unknown")
    facts = (house.root / "policy/privacy/policy.toml").read_text()
    if terms == "effect":
        new = re.sub(r'effect = ".*"', 'effect = "Your account is closed."', facts)
    else:
        new = re.sub(r"(?s)\[notice\].*?(?=\[|\Z)", "", facts) + terms
    assert new != facts
    house.write({"policy.toml": new})
    house.commit("Terms")
    result = house.run("freeze", "--correction", "--effective", later(0))
    assert result.exit_code == 2, result.output
    assert "this is more than a correction: " in result.output
