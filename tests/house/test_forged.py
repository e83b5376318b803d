"""Releases forged by somebody who can push: `verify` says what was altered, and by which commit.

Each forgery is tried on releases without signatures, against what was seen the day before, and on
releases signed with SSH and with OpenPGP, against the signers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.releases.act import Act, act_text
from publisher.releases.number import Number
from tests import ROOT
from tests.fixtures.forging import TEXT, Forger
from tests.fixtures.house import House, git, later, make_house
from tests.fixtures.keys import Key, SshKey, openpgp_key, ssh_key
from tests.fixtures.some import by_turns

KINDS = ("unsigned", "ssh", "openpgp")


@dataclass(frozen=True)
class Scene:
    """A sound house, and what a checker knows of it."""

    house: House
    words: tuple[str, ...]
    """Of `verify`."""
    forger_key: Key | None
    outside: Path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Key, Key]]]:
    """Of each kind that of the signer and that of the forger."""
    base = tmp_path_factory.mktemp("keys")
    name = "Legal <legal@hosting.example>"
    # A name is no key: the forger has taken the same one.
    with openpgp_key(name) as own, openpgp_key(name) as other:
        ssh = [ssh_key(base / each, "legal@hosting.example") for each in ("own", "other")]
        yield {"ssh": (ssh[0], ssh[1]), "openpgp": (own, other)}


@pytest.fixture(scope="module")
def scenes(
    keys: dict[str, tuple[Key, Key]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Scene]]:
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        patch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        base = tmp_path_factory.mktemp("forged")
        for kind in KINDS:
            outside = base / f"{kind}-outside"
            outside.mkdir()
            house = make_house(base / kind)
            key, other = keys.get(kind, (None, None))
            words = ("--known", str(outside / "known.json"))
            if key:
                key.use_in(house.root)
                house.write({"signers": key.line})
                house.commit("Who may sign")
                (outside / "signers").write_text(key.line)
                words = ("--signers", str(outside / "signers"))
            house.ok("freeze", "--effective", "unknown")
            house.edit()
            house.ok("freeze", "--effective", later(60))
            house.write(
                {
                    "contact.md": "## Contact {#contact}\n\nWrite to us.\n",
                    "notes/contact.md": "It is shorter.\n",
                }
            )
            house.commit("Shorter")
            house.ok("freeze", "--effective", later(120))
            if not key:
                house.ok("verify", *words)
            found[kind] = Scene(house, words, other, outside)
        yield found


@pytest.fixture
def scene(request: pytest.FixtureRequest, scenes: dict[str, Scene], tmp_path: Path) -> Scene:
    return copied(scenes[request.param], tmp_path)


def copied(scene: Scene, place: Path) -> Scene:
    """A copy that may be spoilt."""
    shutil.copytree(scene.house.root, place / "house", symlinks=True)
    return Scene(House(place / "house"), scene.words, scene.forger_key, scene.outside)


# ── what a forger does ───────────────────────────────────────────────────────────────────────────

LAST = "versions/privacy/3"


@dataclass(frozen=True)
class Forgery:
    do: Callable[[Forger], str | None]
    """May return the id of a commit that the message has to name."""
    where: str
    said: str = ""
    needs_known: bool = False


def resealed(number: str, name: str) -> Forgery:
    """One file altered, checksums, commit and tag made anew."""

    def do(forger: Forger) -> str:
        forger.edit(number, name, lambda text: text.replace("data", "DATA") + "More.\n")
        return forger.remade(number)

    return Forgery(do, f"versions/privacy/{number}", "by commit")


def replaced(number: str) -> Forgery:
    return Forgery(lambda forger: forger.history_anew(number), f"versions/privacy/{number}")


def revision(value: str) -> Forgery:
    def do(forger: Forger) -> str:
        at = forger.git("rev-parse", value).strip() if value else "0" * 40
        forger.set("3", "revision", at)
        forger.edit("3", "sections/use.md", lambda text: text + "More.\n")
        return forger.remade("3")

    return Forgery(do, LAST, "by commit")


def removed(forger: Forger) -> str:
    shutil.rmtree(forger.folder("3"))
    forger.git("tag", "-d", "privacy/3")
    return forger.commit()


def never_there(forger: Forger) -> None:
    forger.git("tag", "-d", "privacy/3")
    forger.git("reset", "-q", "--hard", "privacy/2")


def renumbered(forger: Forger) -> str:
    message = forger.message("3").replace("version 3", "version 4")
    forger.folder("3").rename(forger.folder("4"))
    forger.set("4", "number", "4")
    forger.reseal("4")
    forger.git("tag", "-d", "privacy/3")
    commit = forger.commit()
    forger.tag("4", message)
    forger.retag("4", message)
    return commit


def swapped(forger: Forger) -> None:
    """The tag object of another release under this one's name."""
    forger.git("tag", "-f", "privacy/3", forger.git("rev-parse", "privacy/2").strip())


def lightweight(forger: Forger) -> None:
    forger.git("tag", "-f", "privacy/3", "privacy/3^{commit}")


def moved(forger: Forger) -> None:
    """The same words on another commit, which has the release too."""
    forger.commit("Something else")
    forger.tag("3", forger.message("3"))


def on_a_tree(forger: Forger) -> None:
    forger.tag("3", forger.message("3"), "HEAD^{tree}")


def two_seals(forger: Forger) -> str:
    """A tag that bears witness to both."""
    old = forger.message("3")
    forger.edit("3", "notice.md", lambda text: text + "More.\n")
    forger.reseal("3")
    commit = forger.commit()
    forger.tag("3", f"{old}\nSeal: {forger.seal('3')}\n")
    return commit


def unsigned(forger: Forger) -> None:
    commit = forger.git("rev-parse", "privacy/3^{commit}").strip()
    forger.git("tag", "-f", "-a", "privacy/3", "-m", forger.message("3"), commit)


def tag_removed(forger: Forger) -> None:
    forger.git("tag", "-d", "privacy/3")


def all_tags_removed(forger: Forger) -> None:
    forger.git("tag", "-d", "privacy/1", "privacy/2", "privacy/3")


def linked(path: str) -> Callable[[Forger], str]:
    """The same bytes, a link away."""

    def do(forger: Forger) -> str:
        place = forger.root / path
        aside = forger.root / "aside"
        place.rename(aside)
        place.symlink_to(os.path.relpath(aside, place.parent))
        return forger.commit()

    return do


def added(path: str, text: str = "x\n") -> Callable[[Forger], str]:
    def do(forger: Forger) -> str:
        place = forger.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return forger.commit()

    return do


def stray(forger: Forger) -> str:
    shutil.copytree(forger.folder("3"), forger.folder("3 (final)"))
    return forger.commit()


def submodule(forger: Forger) -> str:
    """Another repository that has the same files."""
    place = forger.folder("3")
    git(place, "init", "-q", "-b", "main", "--template=")
    git(place, "config", "user.name", "M")
    git(place, "config", "user.email", "m@x.example")
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "x")
    forger.git("rm", "-r", "-q", "--cached", "versions/privacy/3")
    return forger.commit()


def policy_gone(forger: Forger) -> str:
    shutil.rmtree(forger.root / "versions/privacy")
    shutil.rmtree(forger.root / "policy/privacy")
    forger.git("tag", "-d", "privacy/1", "privacy/2", "privacy/3")
    return forger.commit()


def policy_gone_but_for_tags(forger: Forger) -> str:
    shutil.rmtree(forger.root / "versions")
    shutil.rmtree(forger.root / "policy")
    return forger.commit()


def policy_never_there(forger: Forger) -> None:
    forger.git("tag", "-d", "privacy/1", "privacy/2", "privacy/3")
    forger.git("checkout", "-q", "--orphan", "fresh")
    shutil.rmtree(forger.root / "versions")
    shutil.rmtree(forger.root / "policy")
    forger.commit("Start")


def unchained(forger: Forger) -> str:
    """The last release says that there was none before it."""
    forger.edit(
        "3",
        "release.toml",
        lambda text: "".join(
            line for line in text.splitlines(keepends=True) if not line.startswith("previous")
        ),
    )
    return forger.remade("3")


def sealed_with_more(forger: Forger) -> str:
    """A hidden file that the checksums know."""
    (forger.folder("3") / ".more.md").write_text("More.\n")
    return forger.remade("3")


def another_signer(forger: Forger) -> str:
    """The last release is signed by somebody whom itself names."""
    line = forger.key.line if forger.key else "mallory@x.example ssh-ed25519 AAAA\n"
    (forger.folder("3") / "signers").write_text(line)
    return forger.remade("3")


def grafted(forger: Forger) -> None:
    """All commits as they were but the last, whose message and date are others."""
    message = forger.message("3")
    forger.git("commit", "-q", "--amend", "-m", "Freeze privacy/3", "--date", "2020-01-01T00:00:00")
    forger.tag("3", message)


def after_the_signature(forger: Forger) -> str:
    """The words of the signer as they were, and others behind the signature, which no program that
    checks signatures reads."""
    data = forger.git("cat-file", "tag", "privacy/3")
    forger.edit("3", "notice.md", lambda text: text + "More.\n")
    forger.reseal("3")
    commit = forger.commit()
    data += f"\nSeal: {forger.seal('3')}\n"
    made = subprocess.run(
        ["git", "hash-object", "-t", "tag", "-w", "--stdin"],
        cwd=forger.root, input=data, capture_output=True, text=True, check=True,
    )  # fmt: skip
    forger.git("update-ref", "refs/tags/privacy/3", made.stdout.strip())
    return commit


def void(words: str) -> Callable[[Forger], None]:
    """A tag as it was, and words behind its signature, or behind its own where it has none."""

    def do(forger: Forger) -> None:
        data = forger.git("cat-file", "tag", "privacy/3") + words
        made = subprocess.run(
            ["git", "hash-object", "-t", "tag", "-w", "--stdin"],
            cwd=forger.root, input=data, capture_output=True, text=True, check=True,
        )  # fmt: skip
        forger.git("update-ref", "refs/tags/privacy/3", made.stdout.strip())

    return do


def journal(forger: Forger) -> str:
    """A record that says that the last release is still being made."""
    place = forger.root / ".publisher/unfinished/privacy.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    act = Act("freeze", "privacy", {Number(3): "0" * 64}, "", "", "")
    place.write_bytes(act_text(act))
    forger.git("add", "-f", ".publisher/unfinished")
    return forger.commit()


def file_for_all(forger: Forger) -> str:
    shutil.rmtree(forger.root / "versions")
    (forger.root / "versions").write_text("x\n")
    return forger.commit()


def nested(forger: Forger) -> None:
    forger.tag("3", forger.message("3"), "privacy/3")


def exchanged(forger: Forger) -> str:
    two, three, aside = forger.folder("2"), forger.folder("3"), forger.root / "aside"
    two.rename(aside)
    three.rename(two)
    aside.rename(three)
    return forger.commit()


def in_between(forger: Forger) -> str:
    shutil.copytree(forger.folder("2"), forger.folder("2.1"))
    for key, value in {"number": "2.1", "previous": "2", "previous_seal": forger.seal("2")}.items():
        forger.set("2.1", key, value)
    forger.reseal("2.1")
    commit = forger.commit()
    forger.tag("2.1", f"Privacy Policy, version 2.1\n\nSeal: {forger.seal('2.1')}")
    return commit


def sums_twice(forger: Forger) -> str:
    forger.edit("3", "SHA256SUMS", lambda text: text * 2)
    return forger.commit()


FORGERIES = {
    "the last release replaced whole": replaced("3"),
    "a release in the middle and all after it replaced": replaced("2"),
    "every release replaced": replaced("1"),
    "its text altered and sealed again": resealed("3", "sections/use.md"),
    "its letter altered and sealed again": resealed("3", "notice.md"),
    "the letter of an earlier one altered and sealed again": resealed("2", "notice.md"),
    "its record altered and sealed again": resealed("3", "release.toml"),
    "its revision set to zeros": revision(""),
    "its revision set to another commit": revision("privacy/1"),
    "the last removed with its tag": Forgery(removed, LAST, "was deleted, by commit"),
    "the last removed from history": Forgery(never_there, LAST, "is gone", needs_known=True),
    "renumbered": Forgery(renumbered, LAST, "by commit"),
    "the tag of another release": Forgery(swapped, LAST, "is that of privacy/2"),
    "a lightweight tag": Forgery(lightweight, LAST, "only names commit"),
    "the tag moved": Forgery(moved, LAST, "Mallory"),
    "a tag on a tree": Forgery(on_a_tree, LAST, "names a tree, not a commit"),
    "a tag with two seals": Forgery(two_seals, LAST, "does not have the seal"),
    "the tag without signature": Forgery(unsigned, LAST),
    "the tag removed": Forgery(tag_removed, LAST, "git fetch --tags"),
    "all tags removed": Forgery(all_tags_removed, LAST, "git fetch --tags"),
    "a link for a file": Forgery(linked(f"{LAST}/notice.md"), f"{LAST}/notice.md", "is a link"),
    "a link for a folder in it": Forgery(linked(f"{LAST}/sections"), f"{LAST}/sections", "a link"),
    "a link for its folder": Forgery(linked(LAST), LAST, "is a link"),
    "a link for the policy": Forgery(linked("versions/privacy"), "versions/privacy", "is a link"),
    "a link for all policies": Forgery(linked("versions"), "versions", "is a link"),
    "a hidden file": Forgery(added(f"{LAST}/.more.md"), f"{LAST}/.more.md", "was added"),
    "what looks like litter": Forgery(added(f"{LAST}/.DS_Store"), f"{LAST}/.DS_Store", "added"),
    "attributes": Forgery(added(f"{LAST}/.gitattributes", "* text\n"), f"{LAST}/.gitattr"),
    "a hidden folder in it": Forgery(added(f"{LAST}/.more/use.md"), f"{LAST}/.more", "was added"),
    "a hidden folder": Forgery(
        added("versions/privacy/.4/use.md"), "versions/privacy/.4", "neither"
    ),
    "a hidden file among them": Forgery(added("versions/privacy/.use.md"), "privacy/.use.md"),
    "a file among them": Forgery(added("versions/privacy/README"), "privacy/README", "neither"),
    "a folder among them": Forgery(stray, "versions/privacy/3 (final)", "neither"),
    "a case twin": Forgery(added(f"{LAST}/sections/Use.md", TEXT), f"{LAST}/sections/Use.md"),
    "another digit": Forgery(added("versions/privacy/\u0663/use.md"), "privacy/\u0663", "neither"),
    "a zero in front": Forgery(added("versions/privacy/03/use.md"), "versions/privacy/03"),
    "in the register": Forgery(added("versions/privacy/register/x.md"), "privacy/register/x.md"),
    "another repository in its place": Forgery(submodule, LAST),
    "the policy gone": Forgery(policy_gone, LAST, "was deleted, by commit"),
    "the policy gone, but for its tags": Forgery(policy_gone_but_for_tags, LAST, "was deleted"),
    "the policy gone from history": Forgery(policy_never_there, LAST, "is gone", needs_known=True),
    "out of the chain": Forgery(unchained, LAST, "by commit"),
    "sealed with a hidden file": Forgery(sealed_with_more, LAST, "by commit"),
    "other signers": Forgery(another_signer, LAST, "by commit"),
    "the commit made anew": Forgery(grafted, LAST),
    "words behind the signature": Forgery(after_the_signature, LAST, "does not have the seal"),
    "a second seal behind the signature": Forgery(void("Seal: 00\nvoid\n"), LAST),
    "void": Forgery(void("Approved by: nobody, void\n"), LAST),
    "a release said to be unfinished": Forgery(journal, ".publisher/unfinished", "no business"),
    "a case twin of the policy": Forgery(
        added("versions/Privacy/3/use.md"), "versions/Privacy", "no folder of a policy, by commit"
    ),
    "a file for all policies": Forgery(file_for_all, "versions", "by commit"),
    "a tag on a tag": Forgery(nested, LAST, "names a tag, not a commit"),
    "two releases in each other's place": Forgery(exchanged, LAST, "is the folder of release 2"),
    "a correction in between": Forgery(in_between, "versions/privacy/2.1", "was added"),
    "checksums twice": Forgery(sums_twice, LAST, "by commit"),
    "a hidden policy": Forgery(added("versions/.privacy/3/use.md"), "versions/.privacy"),
    "a hidden file among policies": Forgery(added("versions/.use.md"), "versions/.use.md"),
}


@pytest.mark.parametrize(("name", "scene"), by_turns(FORGERIES, KINDS), indirect=["scene"])
def test_a_forgery_is_told(scene: Scene, name: str) -> None:
    forgery = FORGERIES[name]
    if forgery.needs_known and "--known" not in scene.words:
        pytest.skip("what was never heard of nobody misses: SECURITY.md says so")
    known = scene.outside / "known.json"
    before = known.read_bytes() if known.exists() else b""
    commit = forgery.do(Forger(scene.house, scene.forger_key))
    result = scene.house.run("verify", *scene.words)
    errors = [line for line in result.output.splitlines() if ": error: " in line]
    assert result.exit_code == 1, result.output
    own = [line for line in errors if forgery.where in line.partition(": error: ")[0]]
    assert own, result.output
    assert forgery.said in " ".join(result.output.split()), result.output
    assert commit is None or commit[:10] in result.output, result.output
    assert before == (known.read_bytes() if known.exists() else b"")


def test_a_journal_that_was_pushed_writes_nothing(scenes: dict[str, Scene], tmp_path: Path) -> None:
    """A freeze takes up what it began, and nothing that somebody says it began."""
    scene = copied(scenes["unsigned"], tmp_path)
    forger = Forger(scene.house)
    target = tmp_path / "authorized_keys"
    target.write_text("mine\n")
    place = scene.house.root / ".publisher/unfinished/privacy.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    before = {str(target): b"theirs", "../authorized_keys": b"theirs"}
    seals = {Number(4): "0" * 64}
    act = Act("freeze", "privacy", seals, "", "", "", changes=before, before=before)
    place.write_bytes(act_text(act))
    forger.git("add", "-f", ".publisher/unfinished")
    forger.commit()
    result = scene.house.run("freeze", "--effective", later(200))
    assert result.exit_code == 2
    assert "was committed" in result.output
    assert target.read_text() == "mine\n"


@pytest.mark.parametrize("scene", KINDS, indirect=True)
def test_a_sound_house_has_no_errors(scene: Scene) -> None:
    """Else each forgery would be found in a house where everything is."""
    output = scene.house.ok("verify", *scene.words)
    assert "review" not in output
    assert ("none is signed" in output) == ("--known" in scene.words)
    if "--signers" in scene.words:
        assert "1 to 3 signed by" in output
        assert "legal@hosting.example" in output


# ── what a seal cannot prove: SECURITY.md says each ──────────────────────────────────────────────


def test_without_signature_and_witness_all_can_be_made_anew(
    scenes: dict[str, Scene], tmp_path: Path
) -> None:
    scene = copied(scenes["unsigned"], tmp_path)
    Forger(scene.house).history_anew("1")
    scene.house.ok("verify")


def test_signatures_do_not_tell_that_something_is_missing(
    scenes: dict[str, Scene], tmp_path: Path
) -> None:
    scene = copied(scenes["ssh"], tmp_path)
    known = ("--known", str(tmp_path / "known.json"))
    scene.house.ok("verify", *scene.words, *known)
    never_there(Forger(scene.house))
    scene.house.ok("verify", *scene.words)
    assert scene.house.run("verify", *scene.words, *known).exit_code == 1


def test_a_signer_can_sign_two_releases_of_one_number(
    scenes: dict[str, Scene], keys: dict[str, tuple[Key, Key]], tmp_path: Path
) -> None:
    scene = copied(scenes["ssh"], tmp_path)
    known = ("--known", str(tmp_path / "known.json"))
    scene.house.ok("verify", *scene.words, *known)
    Forger(scene.house, keys["ssh"][0]).history_anew("3")
    scene.house.ok("verify", *scene.words)
    assert scene.house.run("verify", *scene.words, *known).exit_code == 1


def test_dates_are_those_of_the_signer(
    scenes: dict[str, Scene],
    keys: dict[str, tuple[Key, Key]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, key = copied(scenes["unsigned"], tmp_path), keys["ssh"][0]
    assert isinstance(key, SshKey)
    signers = tmp_path / "signers"
    signers.write_text(f'{key.name} valid-before="20200101" {key.public}\n')
    forger = Forger(scene.house, key)
    forger.retag("3", forger.message("3"))
    told = scene.house.run("verify", "--signers", str(signers))
    assert told.exit_code == 1
    assert "the key has expired on the date in the tag" in " ".join(told.output.split())
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2019-01-01T00:00:00Z")
    forger.retag("3", forger.message("3"))
    scene.house.ok("verify", "--signers", str(signers))
    assert scene.house.run("verify", "--signers", str(signers), *scene.words).exit_code == 1


@pytest.mark.parametrize("kind", ["ssh", "unsigned"])
def test_what_verify_finds_is_neither_told_nor_built_nor_amended(
    scenes: dict[str, Scene], kind: str, tmp_path: Path
) -> None:
    """A release that fits its folder, its chain and its tag, and was made by nobody who may."""
    scene = copied(scenes[kind], tmp_path)
    house = scene.house
    resealed("3", "notice.md").do(Forger(house, None))
    for words in (
        ("send", "3"),
        ("freeze", "--correction", "--effective", later(120), "--dry-run"),
        ("build",),
    ):
        done = house.run(*words)
        assert (done.exit_code, "versions/privacy/3" in done.output) == (2, True), done.output
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(tmp_path / "plain")],
        cwd=house.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode
    assert "versions/privacy/3" in built.stdout + built.stderr
