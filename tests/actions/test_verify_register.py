"""The register is held to all that bears witness to it: digests, seals, tags, commits, signatures,
dates, and what was seen before.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.releases.folder import seal_of
from publisher.releases.statement import statement_digest
from tests.fixtures.house import House, copied_house, git, later, make_house
from tests.fixtures.keys import ssh_key

FOLDER = "versions/privacy/register"
TAG = "privacy.register/0001"


def stated(house: House) -> None:
    """Releases 1 and 2, two statements about 2."""
    house.freeze_two()
    house.ok("notice", "record", "2", "--otherwise", "by post")
    house.ok("notice", "record", "2", "--otherwise", "at the counter")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", stated)


def place(house: House, number: int = 1) -> Path:
    return house.root / FOLDER / f"{number:04d}.toml"


def alter(house: House, was: str, now: str, number: int = 1) -> None:
    text = place(house, number).read_text()
    assert was in text
    place(house, number).write_text(text.replace(was, now))


def verified(house: House, *words: str) -> str:
    """What `verify` says of what is wrong, on one line."""
    result = house.run("verify", *words)
    assert result.exit_code == 1, result.output
    return " ".join(result.output.split())


def tag_again(house: House, *words: str, at: str = f"{TAG}^{{commit}}", message: str = "") -> None:
    message = message or git(house.root, "tag", "-l", "--format=%(contents)", TAG)
    git(house.root, "tag", "-f", *words, TAG, at, "-m", message)


def by_hand(house: House, number: int = 3, *, tag: bool = False, **values: str) -> None:
    """Writes a statement as the program does, but for some values, and commits it."""
    last = place(house, number - 1)
    text = last.read_text()
    values = {"number": str(number), **values}
    before = statement_digest(last.read_bytes())
    text = re.sub(r"^previous_digest = .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^stated", f'previous_digest = "{before}"\nstated', text, flags=re.MULTILINE)
    for key, value in values.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    place(house, number).write_text(text)
    house.commit("A statement by hand")
    if tag:
        digest = statement_digest(place(house, number).read_bytes())
        git(house.root, "tag", "-a", f"privacy.register/{number:04d}", "-m", f"Digest: {digest}")


def moved_tag(house: House) -> None:
    (house.root / "more.txt").write_text("More.\n")
    house.commit("Something else")
    tag_again(house, "-a", at="HEAD")


def renamed(house: House) -> None:
    second = git(house.root, "rev-parse", "privacy.register/0002").strip()
    git(house.root, "update-ref", "refs/tags/privacy.register/0001", second)


def signed_twice(house: House) -> None:
    message = git(house.root, "tag", "-l", "--format=%(contents)", TAG)
    forged = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\nMore.\n"
    tag_again(house, "-a", message=f"{message}\n{forged}")


def deleted(house: House) -> None:
    git(house.root, "tag", "-d", "privacy.register/0002")
    place(house, 2).unlink()
    house.commit("Away with it")


def altered_by_commit(house: House) -> None:
    alter(house, "by post", "by mail")
    house.commit("By mail")


def a_gap(house: House) -> None:
    place(house).unlink()
    house.commit("Gone")


CASES: dict[str, tuple[Callable[[House], object], str]] = {
    "altered": (lambda h: alter(h, "by post", "by mail"), "working tree (not committed)"),
    "altered by a commit": (altered_by_commit, "was altered after it was stated, by commit"),
    "deleted": (deleted, "was deleted, by commit"),
    "a gap": (a_gap, "0001.toml: error: was deleted"),
    "not a statement": (
        lambda h: (h.root / FOLDER / "note.txt").write_text("x"),
        "is no statement of the register",
    ),
    "not TOML": (lambda h: place(h).write_text("register = "), "does not read"),
    "without a tag": (lambda h: git(h.root, "tag", "-d", TAG), "has no tag here"),
    "by hand": (by_hand, "0003.toml: error: has no tag here"),
    "a tag that only names": (
        lambda h: git(h.root, "tag", "-f", TAG, f"{TAG}^{{commit}}"),
        "that only names commit",
    ),
    "a tag that was moved": (moved_tag, "which did not add it"),
    "a tag before it": (
        lambda h: tag_again(h, "-a", at="privacy/2^{commit}"),
        "which does not have it",
    ),
    "a tag of another name": (renamed, "is that of privacy.register/0002, put in its place"),
    "a tag with another digest": (
        lambda h: tag_again(h, "-a", message=f"Digest: {'0' * 64}"),
        "does not have the digest that its tag",
    ),
    "words behind a signature": (signed_twice, "words beside its signature"),
    "stated before the release": (
        lambda h: by_hand(h, tag=True, stated="2026-01-01T00:00:00Z"),
        "before release 2 was made",
    ),
    "told before it was published": (
        lambda h: by_hand(h, tag=True, first="2026-01-02"),
        "says that people were told on 2026-01-02, and release 2 was published",
    ),
    "an earlier day": (
        lambda h: by_hand(h, tag=True, applies=later(5)),
        "may apply from " + later(5),
    ),
    "another seal": (
        lambda h: by_hand(h, tag=True, seal=f'"{"0" * 64}"'),
        "is about another release 2 (seals differ)",
    ),
    "about what there is not": (
        lambda h: by_hand(h, tag=True, release='"7"'),
        "is about release 7, which there is not",
    ),
    "about what nobody is told of": (
        lambda h: by_hand(h, tag=True, release='"1"', seal=seal_of_one(h)),
        "of which nobody is told",
    ),
    "committed in part": (
        lambda h: place(h, 3).write_text(place(h, 2).read_text()),
        "was never committed",
    ),
}


def seal_of_one(house: House) -> str:
    return f'"{seal_of((house.root / "versions/privacy/1/SHA256SUMS").read_bytes())}"'


def test_a_register_as_it_was_stated_is_sound(house: House) -> None:
    said = "privacy: 2 release(s) and 2 statement(s) checked; none is signed\n"
    assert house.ok("verify") == said
    git(house.root, "pack-refs", "--all")
    assert house.ok("verify") == said


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_not_is_found_and_not_built(house: House, case: str) -> None:
    do, what = CASES[case]
    do(house)
    assert what in verified(house), verified(house)
    assert house.run("build").exit_code == 2


@pytest.mark.parametrize(
    "case", ["altered", "altered by a commit", "deleted", "a gap", "not a statement"]
)
def test_the_remedy_works_as_it_is_printed(house: House, case: str) -> None:
    CASES[case][0](house)
    remedy = re.search(r"try: ((?:git checkout|rm|git rm) .*)", house.run("verify").output)
    assert remedy
    subprocess.run(["sh", "-c", remedy[1]], cwd=house.root, check=True, capture_output=True)
    if git(house.root, "status", "--porcelain"):
        house.commit("Mended")
    left = house.run("verify").output
    assert "deleted" not in left
    assert "altered" not in left
    assert "is no statement" not in left


def test_what_was_seen_before_is_known_again(house: House, tmp_path: Path) -> None:
    known = str(tmp_path / "known.json")
    said = house.ok("verify", "--known", known)
    assert "made, with 2 release(s) and 2 statement(s), which nobody had seen before" in said
    house.ok("notice", "record", "2", "--otherwise", "by fax")
    assert f"{known}: 1 statement(s) added" in house.ok("verify", "--known", known)
    # The last statement, with its tag and its commit, as if it had never been.
    git(house.root, "tag", "-d", "privacy.register/0003")
    git(house.root, "reset", "-q", "--hard", "HEAD^")
    assert "0003.toml" in (said := verified(house, "--known", known))
    assert "was seen before with the digest" in said
    house.ok("notice", "record", "2", "--otherwise", "by pigeon")
    assert "0003.toml: error: was replaced" in verified(house, "--known", known)


def test_a_clone_is_told_what_it_lacks(house: House, tmp_path: Path) -> None:
    """No tags, no history, not all folders; and a project in a folder of a repository."""
    bare = tmp_path / "bare"
    url = f"file://{house.root}"
    git(tmp_path, "clone", "-q", "--no-tags", url, str(bare))
    clone = House(bare)
    assert "privacy: 2 release(s) and 2 statement(s)" in (said := clone.ok("verify"))
    assert "git fetch --tags" in said
    git(tmp_path, "clone", "-q", "--depth", "1", url, "shallow")
    said = House(tmp_path / "shallow").run("verify").output
    assert "git fetch --unshallow --tags" in said
    assert "0001.toml: error" not in said
    git(tmp_path, "clone", "-q", "--sparse", url, "part")
    part = House(tmp_path / "part")
    git(part.root, "sparse-checkout", "set", "--no-cone", "/*", "!register/")
    said = verified(part)
    assert "0001.toml: error: is in the last commit, and not on the disk" in said
    git(part.root, "sparse-checkout", "disable")
    part.ok("verify")


def test_a_statement_of_another_branch_is_not_lost(house: House) -> None:
    git(house.root, "switch", "-q", "-c", "other")
    house.ok("notice", "record", "2", "--otherwise", "by fax")
    git(house.root, "switch", "-q", "main")
    said = house.ok("verify")
    assert "0003.toml: review: is a statement of another branch" in said
    result = house.run("notice", "record", "2", "--otherwise", "by pigeon")
    assert result.exit_code == 2, result.output
    assert "git merge" in result.output
    git(house.root, "merge", "-q", "other")
    assert "3 statement(s)" in house.ok("verify")


def test_who_may_sign_a_statement_is_who_may_sign_the_next_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    mine, others = (ssh_key(tmp_path / who, f"{who}@hosting.example") for who in ("legal", "it"))
    house = make_house(tmp_path / "house")
    house.write({"signers": f"{mine.line}\n"})
    house.commit("Who may sign")
    house.ok("freeze", "--effective", "unknown", "--yes")
    mine.use_in(house.root)
    house.edit()
    house.ok("freeze", "--effective", later(60))
    others.use_in(house.root)
    for words in (
        ("notice", "record", "2", "--otherwise", "by post"),
        ("retract", "2", "--why", "a slip", "--confirm"),
    ):
        result = house.run(*words)
        assert result.exit_code == 2, result.output
        assert "has to be signed by one of those whom the release before names" in result.output
    mine.use_in(house.root)
    house.ok("notice", "record", "2", "--otherwise", "by post")
    assert "1 statement(s)" in house.ok("verify")
    message = git(house.root, "tag", "-l", "--format=%(contents)", TAG).partition("-----BEGIN")[0]
    for sign in ("-a", "-s"):
        others.use_in(house.root)
        git(house.root, "-c", "tag.gpgsign=false", "tag", "-f", sign, TAG, "HEAD", "-m", message)
        said = verified(house)
        assert "0001.toml: error: its tag privacy.register/0001" in said
        assert "names who may sign it" in said
        assert house.run("build").exit_code == 2


def test_what_differs_is_shown(house: House) -> None:
    alter(house, "by post", "by mail")
    said = house.run("verify", "--diff").output
    assert '-described = "by post"' in said
    assert '+described = "by mail"' in said
