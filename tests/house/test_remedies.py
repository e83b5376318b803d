"""What a repository names, and what remedies say of it, does nothing else in a shell."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.releases.remedies import remove_path, restore_path, shell_word
from tests.fixtures.forging import Forger
from tests.fixtures.house import House, copied_house, git, later
from tests.fixtures.houses import NOW, told
from tests.fixtures.relays import Keeps, real, scripted
from tests.fixtures.some import some

NAMES = (
    "$(touch pwned)", "; touch pwned;", "`touch pwned`", "-rf", "--pathspec-from-file=x", "a'b",
    'a"b', "a b", "line\nbreak", "end\n", "..x", "*", "sections/*", "sections/us?.md", "~", "#x",
    "a\\b", ":!x", "\x1b[2K", "é", "\u202eevil", "&& touch pwned", "|touch pwned", ">pwned",
    "!x", "{a,b}", "%s\\n", "it's\n$(touch pwned)",
)  # fmt: skip


def printed(house: House, *words: str) -> list[str]:
    output = house.run("verify", *words).output
    return [line.partition("try: ")[2] for line in output.splitlines() if "  try: " in line]


def sh(house: House, command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["sh", "-c", command], cwd=house.root, capture_output=True, check=False)


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if ".git" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", _three)


def _three(house: House) -> None:
    house.freeze_two()
    house.write({"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Short.\n"})
    house.commit("Shorter")
    house.ok("freeze", "--effective", later(120))


@pytest.mark.parametrize("text", [*NAMES, "plain", "", "a\nb", "\x01", "\udcff"])
def test_a_word_is_what_it_was(text: str) -> None:
    if text.endswith("\n"):
        assert "by hand" in remove_path(text, tracked=True) == restore_path(text, "")
        return
    done = subprocess.run(
        ["sh", "-c", f"printf %s {shell_word(text)}"], capture_output=True, check=True
    )
    assert done.stdout == os.fsencode(text)


@pytest.mark.parametrize("committed", [True, False])
def test_names_in_a_release_are_quoted(house: House, tmp_path: Path, committed: bool) -> None:
    before = files(tmp_path)
    for name in NAMES:
        path = house.root / "versions/privacy/2" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    if committed:
        git(house.root, "add", "-Af", "versions")
        git(house.root, "commit", "-q", "-m", "x")
    remedies = printed(house)
    assert len(remedies) >= len(NAMES)
    for remedy in remedies:
        sh(house, remedy)  # as it is printed
        sh(house, remedy.removesuffix("  # and commit it"))
    left = files(tmp_path) - before
    assert all(name.endswith("\n") for name in left), left
    assert files(tmp_path) >= before


def test_names_in_sums_lead_nowhere(house: House, tmp_path: Path) -> None:
    sums = house.root / "versions/privacy/2/SHA256SUMS"
    names = [
        "../../../policy", "../../../nothere", "/etc/passwd", "$(touch pwned); rm -rf .", ".", "..",
        "sections/../../1", "sections//use.md", "x" * 200_000, "a/" * 5000, "nul\0", "/dev/zero",
    ]  # fmt: skip
    whole = sums.read_bytes()
    before = files(tmp_path)
    for name in (*names, None):
        lines = names if name is None else [name]
        sums.write_bytes(whole + "".join(f"{'0' * 64}  {each}\n" for each in lines).encode())
        house.commit("x")
        result = house.run("verify", "--diff")
        assert result.exit_code == 1, result.output
        wanted = "versions/privacy/2/SHA256SUMS: error: names"
        assert wanted in result.output or name == "$(touch pwned); rm -rf .", result.output
        for remedy in printed(house):
            assert "policy" not in remedy
            sh(house, remedy)
            sh(house, remedy.removesuffix("  # and commit it"))
        assert files(tmp_path) == before
        house.commit("As I was told")
        house.ok("verify")


def test_commits_go_by_their_whole_ids(house: House) -> None:
    """A tag that is called like the beginning of an id, on a commit that has something else."""
    frozen = git(house.root, "log", "--format=%H", "--", "versions/privacy/2").split()[-1]
    path = house.root / "versions/privacy/2/notice.md"
    sealed = path.read_bytes()
    path.write_text("Forged.\n")
    house.commit("x")
    git(house.root, "tag", frozen[:10])
    (remedy,) = [each for each in printed(house) if "notice.md" in each]
    assert frozen in remedy
    sh(house, remedy.removesuffix("  # and commit it"))
    assert path.read_bytes() == sealed


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────


def _known(house: House, tmp_path: Path) -> tuple[str, str]:
    house.ok("verify", "--known", str(tmp_path / "known.json"))
    return "--known", str(tmp_path / "known.json")


@pytest.mark.parametrize("how", ["moved", "exchanged", "deleted", "lightweight"])
def test_a_tag_that_was_seen_before_comes_back(house: House, tmp_path: Path, how: str) -> None:
    known = _known(house, tmp_path)
    forger = Forger(house)
    if how == "moved":
        forger.commit("Something else")
        forger.tag("3", forger.message("3"))
    elif how == "exchanged":
        forger.git("tag", "-f", "privacy/3", forger.git("rev-parse", "privacy/2").strip())
    elif how == "deleted":
        forger.git("tag", "-d", "privacy/3")
    else:
        forger.git("tag", "-f", "privacy/3", "privacy/3^{commit}")
    remedies = some_update(printed(house, *known))
    for remedy in remedies:
        assert sh(house, remedy).returncode == 0
    house.ok("verify", *known)


def some_update(remedies: list[str]) -> list[str]:
    found = [each for each in remedies if re.match(r"git update-ref refs/tags/\S+ \w{40}$", each)]
    return list(some(found))


def test_a_tag_that_nobody_has_is_asked_for(house: House, tmp_path: Path) -> None:
    known = _known(house, tmp_path)
    git(tmp_path, "clone", "-q", "--no-tags", f"file://{house.root}", "clone")
    remedies = printed(House(tmp_path / "clone"), *known)
    assert any("or ask whoever has the tag" in each for each in remedies), remedies


def test_a_tag_of_a_release_that_never_was(house: House) -> None:
    git(house.root, "tag", "-a", "privacy/7", "-m", "x\n\nSeal: 00")
    output = house.run("verify").output
    assert "versions/privacy/7: error: never was in this history" in output
    (remedy,) = printed(house)
    assert sh(house, remedy).returncode == 0
    house.ok("verify")


@pytest.mark.parametrize("committed", [True, False])
def test_a_release_among_others_is_taken_out(house: House, tmp_path: Path, committed: bool) -> None:
    known = _known(house, tmp_path)
    forger = Forger(house)
    shutil.copytree(forger.folder("2"), forger.folder("2.1"))
    for key, value in {"number": "2.1", "previous": "2", "previous_seal": forger.seal("2")}.items():
        forger.set("2.1", key, value)
    forger.reseal("2.1")
    if committed:
        forger.commit()
    forger.tag("2.1", f"Privacy Policy, version 2.1\n\nSeal: {forger.seal('2.1')}")
    for words in ((), known):
        output = house.run("verify", *words).output
        assert "versions/privacy/2.1: error: was added" in output
        assert "git checkout" not in "".join(printed(house, *words)), output
        assert any("rm -r -- versions/privacy/2.1" in each for each in printed(house, *words))
    for remedy in printed(house, *known):
        sh(house, remedy.removesuffix("  # and commit it"))
    git(house.root, "commit", "-q", "-a", "--allow-empty", "-m", "As I was told")
    house.ok("verify", *known)


def test_what_was_rightly_taken_back_is_told(house: House, tmp_path: Path) -> None:
    known = _known(house, tmp_path)
    git(house.root, "tag", "-d", "privacy/3")
    git(house.root, "reset", "-q", "--hard", "privacy/2")
    remedies = printed(house, *known)
    assert any("# " in each and 'delete "3" of "privacy"' in each for each in remedies), remedies


# ── nothing to verify ────────────────────────────────────────────────────────────────────────────


def test_nothing_is_no_proof(tmp_path: Path, house: House) -> None:
    (tmp_path / "signers").write_text("")
    known = _known(house, tmp_path)
    before = (tmp_path / "known.json").read_bytes()
    other = tmp_path / "other.json"
    git(house.root, "tag", "-d", "privacy/1", "privacy/2", "privacy/3")
    git(house.root, "checkout", "-q", "--orphan", "fresh")
    for place in ("versions", "policy"):
        shutil.rmtree(house.root / place)
    house.commit("Start")
    for words in (known, ("--known", str(other)), ("--signers", str(tmp_path / "signers"))):
        result = house.run("verify", *words)
        assert result.exit_code in (1, 2), result.output
        assert "error" in result.output
    assert (tmp_path / "known.json").read_bytes() == before
    assert not other.exists()


def test_a_folder_that_is_no_policy_hides_nothing(house: House) -> None:
    place = house.root / "versions/Not A Policy"
    place.mkdir()
    (place / "x").write_text("x\n")
    (house.root / "versions/privacy/3/notice.md").write_text("Forged.\n")
    for committed in (False, True):
        if committed:
            house.commit("x")
        result = house.run("verify")
        assert result.exit_code == 1
        assert "versions/privacy/3/notice.md: error" in result.output
        assert "versions/Not A Policy" in result.output


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("policies", [1, 2])
def test_what_sending_says_to_do_next_is_done(tmp_path: Path, policies: int) -> None:
    """Each command is run as it is printed, in the project's folder."""
    refusals = {"anna@customer.example": "550 5.1.1 no", "ben@customer.example": "450 4.2.1 no"}
    keeps = Keeps(refusals)
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        if policies == 2:
            shutil.copytree(project.versions / "privacy", project.versions / "terms")
        house = House(project.root)
        named = ("--policy", "privacy") if policies == 2 else ()
        plan = commands(house.ok(*named, "send", "2", at=NOW))
        assert len(plan) == 1
        sent = house.run(*plan[0], at=NOW)
        assert sent.exit_code == 1
        steps = commands(sent.output)
        assert [one[len(named) :] for one in steps] == [
            ["send", "2", "--confirm"],
            ["resolve", "2"],
            ["notice", "record", "2"],
        ]
        assert house.run(*steps[2], at=NOW).exit_code == 2  # before all are settled
        assert house.run(*steps[0], at=NOW).exit_code == 1
        listed = house.ok(*steps[1], at=NOW)
        last = dt.datetime(2027, 1, 29, tzinfo=dt.UTC)
        status = house.run(*named, "status", at=last).output
        assert len(commands(status)) == 3  # of the row, and both of the alert
        assert "c-1 " in house.ok(*commands(status)[0], at=last)
        keeps.refusals = {}
        other = ("--otherwise", "--give-up")
        ways = [[word.replace("CUSTOMER", "c-1") for word in one] for one in commands(listed)]
        assert [word for way in ways for word in way if word in other] == list(other)
        # Given up, then told in another way after all, then sent again after all.
        by_hand = [way for way in ways if set(way) & set(other)]
        for way in [*reversed(by_hand), *(one for one in ways if one not in by_hand)]:
            house.ok(*way, at=NOW)
        for command in commands(status):
            house.ok(*command, at=NOW)
    assert sorted(keeps.told) == [
        "anna@customer.example", "ben@customer.example", "cleo@other.example",
    ]  # fmt: skip


def test_a_run_that_stopped_says_how_to_go_on(tmp_path: Path) -> None:
    with scripted({"RCPT": "550 5.7.1 blocked"}) as server:
        project = told(tmp_path, port=server.port)
        shutil.copytree(project.versions / "privacy", project.versions / "terms")
        house = House(project.root)
        stopped = house.run("--policy", "privacy", "send", "2", "--confirm", at=NOW)
        assert (stopped.exit_code, "3 letters in a row" in stopped.output) == (2, True)
        (again,) = commands(stopped.output.partition("try: ")[2])
        assert again == ["--policy", "privacy", "send", "2", "--confirm"]
        server.script = {}  # whoever runs the relay has found out why
        house.ok(*again, at=NOW)


def commands(output: str) -> list[list[str]]:
    """The commands of this program that are named, each to the end of what belongs to it."""
    found = re.findall(r"\bpublisher ((?:--policy )?[a-z][^;\n(]*)", output)
    return [shlex.split(one) for one in found]


# ── the private folder ───────────────────────────────────────────────────────────────────────────


def _pushed(house: House) -> None:
    git(house.root, "add", "-f", ".publisher/cache")


def _link_for_all(house: House) -> None:
    (house.root / ".publisher").rename(house.root / "assets")
    (house.root / ".publisher").symlink_to("assets")
    git(house.root, "add", "-f", ".publisher")


def _link_for_cache(house: House) -> None:
    (house.root / ".publisher/cache").rename(house.root / "assets")
    (house.root / ".publisher/cache").symlink_to("../assets")
    git(house.root, "add", "-f", ".publisher/cache")


def _only_on_disk(house: House) -> None:
    (house.root / ".publisher/cache").rename(house.root / "assets")
    (house.root / ".publisher/cache").symlink_to("../assets")


def _case_twin(house: House) -> None:
    place = house.root / ".Publisher/cache/x"
    place.parent.mkdir(parents=True)
    place.write_text("x\n")
    git(house.root, "add", "-f", ".Publisher")


@pytest.mark.parametrize("do", [_pushed, _link_for_all, _link_for_cache, _only_on_disk, _case_twin])
@pytest.mark.parametrize("committed", [True, False])
def test_what_was_pushed_is_not_believed(
    house: House, do: Callable[[House], None], committed: bool
) -> None:
    cache = house.root / ".publisher/cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "x.kept").write_text("poison\n")
    (house.root / ".publisher/ledger.sqlite").write_text("mine\n")
    do(house)
    if committed:
        git(house.root, "commit", "-q", "--allow-empty", "-m", "x")
    for words in (
        ("build",),
        ("send", "3"),
        ("freeze", "--correction", "--effective", later(120), "--dry-run"),
        ("notice", "3"),
        ("pdf", "2", "-o", str(house.root / "x.pdf")),
    ):
        done = house.run(*words)
        assert done.exit_code == 2, (words, done.output)
        assert "ublisher" in done.output.partition("try:")[0], done.output
    for remedy in printed(house):
        sh(house, remedy.removesuffix("  # and commit it"))
    git(house.root, "commit", "-q", "--allow-empty", "-m", "As I was told")
    assert not (house.root / ".Publisher/cache").exists()
    assert do is _case_twin or not cache.exists()
    ledgers = [house.root / name / "ledger.sqlite" for name in (".publisher", "assets")]
    assert any(place.exists() for place in ledgers)
    house.ok("verify")
