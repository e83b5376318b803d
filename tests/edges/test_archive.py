"""The archive gives out no release whose seal does not hold, and remembers no more than it may."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from publisher.edges import file_state, folder_files
from publisher.edges.archive import MOST_RELEASES, Archive
from publisher.edges.project import Project
from publisher.edges.tags import Tags
from publisher.errors import ConfigurationError, FreezeError, NotFoundError, SealError
from publisher.releases.folder import SUMS_FILE, release_files, seal_of
from publisher.releases.number import Number
from publisher.releases.seals import Link, chain_flaws
from tests import ROOT
from tests.fixtures.house import git
from tests.fixtures.houses import ONE, TWO, make, prolong, reseal, under_git

THREE = Number(3)


class NoTags:
    """Of a project that is under no git."""

    def message(self, name: str) -> None:
        return None

    def numbers(self, policy_id: str) -> frozenset[Number]:
        return frozenset()

    def name(self, release: str) -> str:
        return release

    def statements(self, policy_id: str) -> frozenset[int]:
        return frozenset()

    def had(self, release: str) -> bool:
        return False


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three releases, without git."""
    project = make(tmp_path)
    prolong(project, 3)
    return project


@pytest.fixture
def archive(project: Project) -> Archive:
    return Archive(project.versions, NoTags())


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled as soon as they are written."""
    monkeypatch.setattr(file_state, "CLOCK_STEP", -(10**12))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that the archive reads."""
    found: list[Path] = []
    real = folder_files.read_bytes

    def read(path: Path) -> bytes | None:
        found.append(path)
        return real(path)

    monkeypatch.setattr(folder_files, "read_bytes", read)
    return found


def file(project: Project, name: str) -> Path:
    return project.versions / "privacy" / name


def alter(path: Path) -> None:
    """Changes a byte; the file is as long as before."""
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)


def witnessed(project: Project) -> Archive:
    return Archive(project.versions, Tags(project.root))


def forge(project: Project, number: str) -> None:
    """Alters a text, and seals the folder anew."""
    file(project, f"{number}/sections/use.md").write_text("## Use {#use}\n\nWe sell it.\n")
    reseal(file(project, number))


def chain(project: Project, before: str, after: str) -> None:
    """Has a release record the seal that the one before it has now, and seals it anew."""
    record = file(project, f"{after}/release.toml")
    text = record.read_text()
    old = next(line for line in text.splitlines() if line.startswith("previous_seal"))
    seal = seal_of(file(project, f"{before}/SHA256SUMS").read_bytes())
    record.write_text(text.replace(old, f'previous_seal = "{seal}"'))
    reseal(file(project, after))


# ── what is given out ────────────────────────────────────────────────────────────────────────────


def test_releases_in_order(archive: Archive) -> None:
    assert archive.numbers("privacy") == (ONE, TWO, THREE)
    assert [release.number for release in archive.releases("privacy")] == [ONE, TWO, THREE]
    assert archive.release("privacy", TWO).number == TWO
    assert [release.number for release in archive.amendment("privacy", 2)] == [TWO]
    last = archive.last("privacy")
    assert last is not None
    assert last.number == THREE


def test_a_policy_without_releases(archive: Archive, tmp_path: Path) -> None:
    for policy_id in ("terms", "..", "no/such", ""):
        assert archive.numbers(policy_id) == ()
        assert archive.releases(policy_id) == ()
        assert archive.last(policy_id) is None
        assert archive.amendment(policy_id, 1) == ()
        with pytest.raises(NotFoundError, match="there are: none"):
            archive.release(policy_id, ONE)
    assert Archive(tmp_path / "nowhere", NoTags()).numbers("privacy") == ()


def test_an_unknown_number_names_the_known_ones(archive: Archive) -> None:
    with pytest.raises(NotFoundError, match=r"no release 2\.1; there are: 1, 2, 3"):
        archive.release("privacy", Number(2, 1))


def test_a_file_as_it_was_sealed(project: Project, archive: Archive) -> None:
    release = archive.release("privacy", TWO)
    assert archive.file(release, "policy.pdf").startswith(b"%PDF")
    assert seal_of(archive.file(release, SUMS_FILE)) == release.seal
    assert archive.file(release, "policy.de.pdf") == b""
    file(project, "2/policy.de.pdf").write_bytes(b"x")
    with pytest.raises(SealError, match="was added") as caught:
        archive.file(release, "policy.de.pdf")
    assert caught.value.where == "versions/privacy/2/policy.de.pdf"
    alter(file(project, "2/policy.pdf"))
    with pytest.raises(SealError, match="was altered"):
        archive.file(release, "policy.pdf")
    file(project, "2/policy.pdf").unlink()
    with pytest.raises(SealError, match="is missing"):
        archive.file(release, "policy.pdf")
    reseal(file(project, "2"))
    with pytest.raises(SealError, match="was altered after the release was read"):
        archive.file(release, "notice.md")


def test_nobody_reads_a_release_but_the_archive() -> None:
    """Except `verify`, and those who make sure of what they are about to write."""

    def users(call: str) -> set[str]:
        package = ROOT / "publisher"
        found = (p for p in package.rglob("*.py") if f"{call}(" in p.read_text("utf-8"))
        return {path.relative_to(package).as_posix() for path in found}

    assert users("unsealed") == {
        "edges/acts.py",
        "edges/archive.py",
        "edges/evidence.py",
        "edges/letter_evidence.py",
        # Statements, of which the same is true.
        "edges/register_evidence.py",
        "edges/register_folders.py",
    }
    assert users("read_release") == {
        "releases/folder.py",
        "edges/archive.py",
        "edges/evidence.py",
        "edges/letter_evidence.py",
        "edges/release_maker.py",
        "actions/import_history.py",
    }


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(SealError) as caught:
        act()
    assert "publisher verify" in caught.value.remedy or "git checkout" in caught.value.remedy
    return caught.value.where, caught.value.what


def every_way(archive: Archive, number: Number) -> Mapping[str, Callable[[], object]]:
    return {
        "releases": lambda: archive.releases("privacy"),
        "release": lambda: archive.release("privacy", number),
        "amendment": lambda: archive.amendment("privacy", number.major),
    }


@pytest.mark.parametrize("way", ["releases", "release", "amendment"])
@pytest.mark.parametrize("name", ["notice.md", "policy.pdf", "release.toml", "sections/use.md"])
def test_an_altered_file(project: Project, archive: Archive, name: str, way: str) -> None:
    act = every_way(archive, TWO)[way]
    act()
    alter(file(project, f"2/{name}"))
    assert refused(act)[0] == f"versions/privacy/2/{name}"


def test_several_altered_files(project: Project, archive: Archive) -> None:
    alter(file(project, "2/notice.md"))
    alter(file(project, "2/opt-out.md"))
    where, what = refused(lambda: archive.release("privacy", TWO))
    assert where == "versions/privacy/2/notice.md"
    assert what == "was altered after the release was sealed (and 1 more of its files)"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sums: sums + b"\n",
        lambda sums: sums.replace(b"\n", b"\r\n"),
        lambda sums: b"".join(reversed(sums.splitlines(keepends=True))),
        lambda sums: sums + sums.splitlines(keepends=True)[0],
    ],
)
def test_checksums_that_say_the_same_in_another_way(
    project: Project, archive: Archive, spoil: Callable[[bytes], bytes]
) -> None:
    """Whoever checks them with another program might read them in another way."""
    path = file(project, "3/SHA256SUMS")
    path.write_bytes(spoil(path.read_bytes()))
    assert refused(lambda: archive.release("privacy", THREE))[0].startswith("versions/privacy/3/")


def test_the_successor_tells(project: Project, archive: Archive) -> None:
    forge(project, "2")
    for act in every_way(archive, TWO).values():
        assert refused(act) == (
            "versions/privacy/2",
            "is not the release that 3 was made after (seals differ)",
        )
    archive.release("privacy", ONE)
    archive.release("privacy", THREE)


def test_a_successor_whose_record_was_altered_tells_nothing(
    project: Project, archive: Archive
) -> None:
    """A forger who alters a release and what its successor says of it."""
    forge(project, "2")
    sums = file(project, "3/SHA256SUMS").read_bytes()
    chain(project, "2", "3")
    file(project, "3/SHA256SUMS").write_bytes(sums)
    where, what = refused(lambda: archive.release("privacy", TWO))
    assert (where, what) == (
        "versions/privacy/3/release.toml",
        "was altered after the release was sealed",
    )


def test_a_deleted_release_that_its_successor_names(project: Project, archive: Archive) -> None:
    shutil.rmtree(file(project, "2"))
    told = ("versions/privacy/2", "is missing; release 3 was made after it")
    assert refused(lambda: archive.releases("privacy")) == told
    assert refused(lambda: archive.release("privacy", TWO)) == told
    assert refused(lambda: archive.release("privacy", THREE)) == told


def test_a_release_put_between(project: Project, archive: Archive) -> None:
    second = archive.release("privacy", TWO)
    added = replace(second, number=Number(2, 1), previous=TWO, previous_seal=second.seal)
    archive.write("privacy", added.number, release_files(added, {}))
    told = ("versions/privacy/2.1", "was added: release 3 was made after 2")
    assert refused(lambda: archive.releases("privacy")) == told
    assert refused(lambda: archive.release("privacy", Number(2, 1))) == told
    assert refused(lambda: archive.amendment("privacy", 2)) == told


def test_a_folder_under_another_number(project: Project, archive: Archive) -> None:
    file(project, "3").rename(file(project, "4"))
    assert refused(lambda: archive.release("privacy", Number(4))) == (
        "versions/privacy/4",
        "is the folder of release 3",
    )


def test_the_chain_of_seals() -> None:
    one, two, three = Link(ONE, "a", None, ""), Link(TWO, "b", ONE, "a"), Link(THREE, "c", TWO, "b")
    all_ = [ONE, TWO, THREE]
    assert chain_flaws([], []) == []
    assert chain_flaws([one, two, three], all_) == []
    assert chain_flaws([two, three], all_) == []
    assert chain_flaws([one, three], [ONE, THREE]) == [
        (TWO, "is missing; release 3 was made after it")
    ]
    assert chain_flaws([one, replace(two, previous_seal="x"), three], all_) == [
        (ONE, "is not the release that 2 was made after (seals differ)")
    ]
    assert chain_flaws([one, two, replace(three, previous=ONE, previous_seal="x")], all_) == [
        (TWO, "was added: release 3 was made after 1"),
        (ONE, "is not the release that 3 was made after (seals differ)"),
    ]


def test_damage_tells_everything(project: Project, archive: Archive) -> None:
    assert archive.damage("privacy") == []
    alter(file(project, "1/sections/use.md"))
    file(project, "1/extra.md").write_text("x")
    forge(project, "2")
    alter(file(project, "3/policy.pdf"))
    assert archive.damage("privacy") == [
        ("versions/privacy/1/extra.md", "was added after the release was sealed"),
        ("versions/privacy/1/sections/use.md", "was altered after the release was sealed"),
        ("versions/privacy/3/policy.pdf", "was altered after the release was sealed"),
        ("versions/privacy/2", "is not the release that 3 was made after (seals differ)"),
    ]
    alter(file(project, "3/release.toml"))
    assert ("versions/privacy/3/release.toml", "was altered after the release was sealed") in (
        archive.damage("privacy")
    )


def test_a_sealed_release_that_does_not_read(project: Project, archive: Archive) -> None:
    path = file(project, "3/release.toml")
    path.write_text(path.read_text().replace("format = 2", "format = 3"))
    reseal(path.parent)
    with pytest.raises(ConfigurationError, match="this program reads 1"):
        archive.release("privacy", THREE)
    place, what = archive.damage("privacy")[0]
    assert place == "versions/privacy/3/release.toml"
    assert what.startswith("does not read: ")


def test_a_file_that_may_not_be_read(project: Project, archive: Archive) -> None:
    path = file(project, "2/notice.md")
    path.unlink()
    path.symlink_to("notice.md")  # a link to itself
    with pytest.raises(SealError, match="is a link"):
        archive.release("privacy", TWO)


@pytest.mark.parametrize("name", ["release.toml", SUMS_FILE, "notice.md"])
def test_nobody_waits_for_a_pipe_in_place_of_a_file(
    project: Project, archive: Archive, name: str
) -> None:
    path = file(project, f"2/{name}")
    path.unlink()
    os.mkfifo(path)
    told = (f"versions/privacy/2/{name}", "is a link, or something else that is no file")
    assert refused(lambda: archive.release("privacy", TWO)) == told
    told = (f"versions/privacy/2/{name}", "is missing")
    if name != "notice.md":  # of its successor, a release needs these two
        assert refused(lambda: archive.release("privacy", ONE)) == told


def test_folders_in_folders_without_end(project: Project, archive: Archive) -> None:
    """Two links that lead back up make a million paths of twenty, and a billion of thirty."""
    links = [file(project, f"2/{name}") for name in ("back", "again")]
    for link in links:
        link.symlink_to(".")
    with pytest.raises(SealError, match="is a link"):
        archive.release("privacy", TWO)
    for link in links:
        link.unlink()
    descriptor = os.open(file(project, "2"), os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("x", dir_fd=descriptor)
        inside = os.open("x", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inside
    os.close(descriptor)
    try:
        assert archive.release("privacy", TWO).number == TWO
    finally:
        subprocess.run(["rm", "-rf", file(project, "2/x")], check=True)


def test_what_the_system_does_not_let_us_read_is_refused(project: Project) -> None:
    archive = witnessed(project)
    (project.root / ".git").write_bytes(b"\xff")
    for act in every_way(archive, TWO).values():
        with pytest.raises(SealError, match="cannot be read"):
            act()
    (project.root / ".git").unlink()
    shutil.move(project.versions, project.root / "elsewhere")
    project.versions.symlink_to("versions")  # a link to itself
    for act in every_way(archive, TWO).values():
        with pytest.raises(SealError, match="cannot be read"):
            act()


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_tag_tells(project: Project) -> None:
    under_git(project)
    archive = witnessed(project)
    archive.releases("privacy")
    forge(project, "3")
    for act in every_way(archive, THREE).values():
        assert refused(act) == (
            "versions/privacy/3",
            "does not have the seal that its tag privacy/3 bears witness to",
        )
    Archive(project.versions, NoTags()).release("privacy", THREE)


def test_the_next_tag_tells_of_those_before_it(project: Project) -> None:
    """One tag bears witness to a whole import, so a forger has to seal anew up to that one."""
    under_git(project)
    for name in ("privacy/1", "privacy/2"):
        git(project.root, "tag", "-d", name)
    git(project.root, "tag", "privacy/2")  # a mere name, which says nothing
    archive = witnessed(project)
    assert archive.release("privacy", ONE).number == ONE
    forge(project, "1")
    chain(project, "1", "2")
    chain(project, "2", "3")
    told = (
        "versions/privacy/3",
        "does not have the seal that its tag privacy/3 bears witness to",
    )
    for number in (ONE, TWO, THREE):
        assert refused(partial(archive.release, "privacy", number)) == told
    Archive(project.versions, NoTags()).release("privacy", ONE)


@pytest.mark.parametrize("packed", [False, True])
def test_a_deleted_release_that_its_tag_knows(project: Project, packed: bool) -> None:
    under_git(project)
    if packed:
        git(project.root, "gc", "-q")
    shutil.rmtree(file(project, "3"))
    archive = witnessed(project)
    told = ("versions/privacy/3", "is missing; its tag privacy/3 bears witness to it")
    assert refused(lambda: archive.releases("privacy")) == told
    assert refused(lambda: archive.release("privacy", THREE)) == told
    assert refused(lambda: archive.amendment("privacy", 3)) == told
    assert refused(lambda: archive.last("privacy")) == told
    archive.release("privacy", TWO)


def test_a_tag_that_is_moved_while_the_archive_is_open(project: Project) -> None:
    under_git(project)
    archive = witnessed(project)
    archive.releases("privacy")
    git(project.root, "pack-refs", "--all")
    archive.releases("privacy")
    git(project.root, "tag", "-f", "-a", "privacy/2", "-m", "Seal: another")
    assert refused(lambda: archive.release("privacy", TWO))[0] == "versions/privacy/2"
    git(project.root, "tag", "-d", "privacy/2")
    archive.releases("privacy")


def test_tags_that_are_no_witnesses(project: Project) -> None:
    """Neither a name on a commit nor what is no release."""
    git(project.root, "init", "-q", "-b", "main")
    git(project.root, "config", "user.name", "Tests")
    git(project.root, "config", "user.email", "tests@hosting.example")
    git(project.root, "add", "versions")
    git(project.root, "commit", "-q", "-m", "Releases")
    for name in ("privacy/2", "privacy/4", "v1", "terms/3"):
        git(project.root, "tag", name)
    git(project.root, "tag", "-a", "privacy/later", "-m", "Seal: none")
    assert len(witnessed(project).releases("privacy")) == 3


def test_a_second_working_tree_has_the_same_tags(project: Project, tmp_path: Path) -> None:
    under_git(project)
    place = tmp_path / "second"
    git(project.root, "worktree", "add", "-q", str(place))
    other = Project(place)
    forge(other, "3")
    assert refused(lambda: witnessed(other).release("privacy", THREE))[0] == "versions/privacy/3"


def test_a_project_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    project = make(tmp_path / "inside")
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.name", "Tests")
    git(tmp_path, "config", "user.email", "tests@hosting.example")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "Start")
    git(tmp_path, "tag", "-a", "privacy/2", "-m", "Seal: another")
    assert refused(lambda: witnessed(project).release("privacy", TWO))[0] == "versions/privacy/2"


@pytest.mark.parametrize("place", ["{0}", "../../../{0.name}/.git/objects"])
def test_objects_borrowed_from_another_repository(
    project: Project, tmp_path: Path, place: str
) -> None:
    """As `git clone --shared` has it, by a path from the root or from its own objects."""
    under_git(project)
    borrower = tmp_path.with_name(f"{tmp_path.name}-borrower")
    git(tmp_path, "clone", "-q", "--shared", str(tmp_path), str(borrower))
    alternates = borrower / ".git/objects/info/alternates"
    if "name" in place:
        alternates.write_text(place.format(tmp_path) + "\n")
    git(borrower, "fsck")
    other = Project(borrower)
    archive = witnessed(other)
    assert len(archive.releases("privacy")) == 3
    forge(other, "3")
    assert refused(partial(archive.release, "privacy", THREE))[0] == "versions/privacy/3"


def test_a_repository_of_sha256(project: Project) -> None:
    git(project.root, "init", "-q", "--object-format=sha256")
    under_git(project)
    archive = witnessed(project)
    archive.releases("privacy")
    forge(project, "3")
    assert refused(lambda: archive.release("privacy", THREE))[0] == "versions/privacy/3"


@pytest.mark.parametrize("stands", ["1" * 40, "ref: refs/tags/privacy/1", "x"])
def test_a_tag_that_cannot_be_read(project: Project, stands: str) -> None:
    under_git(project)
    (project.root / ".git/refs/tags/privacy/2").write_text(f"{stands}\n")
    archive = witnessed(project)
    archive.release("privacy", ONE)
    with pytest.raises(SealError, match="its tag cannot be read") as caught:
        archive.release("privacy", TWO)
    assert caught.value.where == "tag privacy/2"


def test_git_is_not_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a receiver runs there may be no git."""
    under_git(project)
    git(project.root, "gc", "-q")
    monkeypatch.setenv("PATH", "/nowhere")
    assert len(witnessed(project).releases("privacy")) == 3


# ── what is remembered ───────────────────────────────────────────────────────────────────────────


def test_what_is_sound_is_not_read_again(
    archive: Archive, settled: None, reads: list[Path]
) -> None:
    first = archive.release("privacy", TWO)
    assert len(reads) > 5
    reads.clear()
    assert archive.release("privacy", TWO) is first
    assert [*archive.amendment("privacy", 2)] == [first]
    assert reads == []


def test_only_what_is_asked_for_is_read(
    project: Project, archive: Archive, reads: list[Path]
) -> None:
    archive.release("privacy", TWO)
    folder = project.versions / "privacy"
    elsewhere = [
        path.relative_to(folder).as_posix() for path in reads if folder / "2" not in path.parents
    ]
    assert elsewhere == ["3/release.toml", "3/SHA256SUMS"]


@pytest.mark.parametrize("name", ["2/notice.md", "2/policy.pdf", "3/release.toml"])
def test_a_byte_that_changes_under_an_open_archive(
    project: Project, archive: Archive, settled: None, name: str
) -> None:
    archive.release("privacy", TWO)
    path = file(project, name)
    before, data = path.stat(), path.read_bytes()
    alter(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # what a careful forger does
    assert refused(lambda: archive.release("privacy", TWO))[0] == f"versions/privacy/{name}"
    path.write_bytes(data)
    archive.release("privacy", TWO)


def test_what_was_written_a_moment_ago_is_not_relied_upon(
    project: Project, archive: Archive, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It might be written once more before the clock moves on: with the same size, at the same
    time, in the same place.
    """
    archive.release("privacy", TWO)
    reads.clear()
    archive.release("privacy", TWO)
    assert len(reads) > 5
    path = file(project, "2/notice.md")
    data = path.read_bytes()
    facts = path.stat()
    alter(path)
    real = os.stat

    def stopped(where: object, *args: object, **more: object) -> object:
        """A clock that has not moved since."""
        return facts if str(where) == str(path) else real(where, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", stopped)
    assert refused(lambda: archive.release("privacy", TWO))[0] == "versions/privacy/2/notice.md"
    path.write_bytes(data)


def test_few_texts_are_held_in_memory(project: Project, settled: None) -> None:
    prolong_by = MOST_RELEASES + 4
    shutil.rmtree(file(project, "3"))
    prolong(project, prolong_by)
    archive = Archive(project.versions, NoTags())
    assert len(archive.releases("privacy")) == prolong_by
    assert len(archive._held) == MOST_RELEASES


def test_several_threads(project: Project, archive: Archive, settled: None) -> None:
    faults: list[BaseException] = []
    there, gone = file(project, "2/notice.md"), file(project, "aside")

    def ask() -> None:
        try:
            for _ in range(50):
                assert archive.release("privacy", ONE).number == ONE
                try:
                    assert archive.release("privacy", TWO).notice
                except SealError as error:
                    assert error.where == "versions/privacy/2/notice.md"  # noqa: PT017
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        there.rename(gone)
        gone.rename(there)
    assert faults == []


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def test_a_release_is_written_once(archive: Archive) -> None:
    release = archive.release("privacy", THREE)
    with pytest.raises(FreezeError, match="a release never changes") as caught:
        archive.write("privacy", THREE, release_files(release, {}))
    assert caught.value.where == "versions/privacy/3"
    archive.discard("privacy", THREE)
    assert archive.numbers("privacy") == (ONE, TWO)
    archive.write("privacy", THREE, release_files(release, {}))
    assert archive.release("privacy", THREE).policy == release.policy
