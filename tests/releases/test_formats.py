"""The formats of a release's folder: each is read for ever, by seals that are written down here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.errors import ConfigurationError
from publisher.releases.folder import (
    SUMS_FILE,
    broken,
    checksums,
    read_release,
    release_files,
    seal_of,
)
from publisher.releases.number import Number
from publisher.releases.release import Lag, Release
from publisher.releases.release_toml import FORMAT, RELEASE_FILE
from publisher.releases.seals import chain_flaws
from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.kinds import NAMES, freeze_every_kind
from tests.fixtures.workplaces import archive_of

KEPT = ROOT / "tests/fixtures/formats"
"""Folders that the program of each format sealed: `FORMAT/POLICY/NUMBER`."""
SEALS = {
    1: {
        "privacy/1": "15b66adc8cae78034d97b17ddde5fbacc50ffaa9b357ff23264a40f238465d4d",
        "privacy/2": "6407a4daa3d518760725b9a98baae23d7feea2dcf3639519e58f1b65d03a70b5",
        "privacy/2.1": "a42d07876810724cd06a33da895f97983700f71b60212440b2468dd740129b39",
        "privacy/2.2": "bbce3e961e266726b726fee8b86aa5876ed245f1461a398b200a9eb39677bd56",
        "privacy/3": "89d8bebfab51476c262cc9314d06affd7765285bb7f546837ce443c6689922ad",
        "terms/1": "db122c7203ab986559f2e60eb1bc83669385a790e4d004e9a3a73239294df382",
        "terms/2": "e0b16d8e30827758dcfb162916063d15ac838b7ef93ee8ef457b60b20574ca13",
        "terms/3": "cd919fdedd71b6bf0905130f52321c6283a637fa775996076c6d8c4ddfa8e257",
    },
}
WITH_PDF = ("privacy/3", "terms/3")
"""Of the other releases, the PDFs are left out here."""


def folder_of(version: int, name: str) -> dict[str, bytes]:
    """The files that are kept of a release, by their path in its folder."""
    folder = KEPT / str(version) / name
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def kept(version: int, name: str) -> Release:
    """A release that the program of a format sealed, as this program reads it."""
    return read_release(name.partition("/")[0], folder_of(version, name), name)


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The same releases, frozen by this program."""
    return freeze_every_kind(tmp_path_factory.mktemp("kinds"))


@pytest.mark.parametrize("version", SEALS)
def test_what_the_program_of_each_format_sealed_is_as_it_was_sealed(version: int) -> None:
    assert set(SEALS[version]) == set(NAMES)
    for name, seal in SEALS[version].items():
        files = folder_of(version, name)
        left_out = [] if name in WITH_PDF else [n for n, what in broken(files) if "missing" in what]
        assert all(each.endswith(".pdf") for each in left_out)
        assert broken(files) == [(each, "is missing") for each in left_out]
        assert seal_of(files[SUMS_FILE]) == seal
        assert f"format = {version}\n".encode() in files[RELEASE_FILE]


@pytest.mark.parametrize("version", SEALS)
def test_their_chain_holds(version: int) -> None:
    for policy_id in ("privacy", "terms"):
        line = [kept(version, name) for name in NAMES if name.startswith(policy_id)]
        assert [release.seal for release in line] == [SEALS[version][r.name] for r in line]
        assert chain_flaws(line, [release.number for release in line]) == []
        assert [r.previous_seal for r in line[1:]] == [r.seal for r in line[:-1]]


@pytest.mark.parametrize("version", SEALS)
@pytest.mark.parametrize("name", NAMES)
def test_a_release_of_each_format_says_what_this_program_would_freeze(
    version: int, name: str, anew: House
) -> None:
    policy_id, _, number = name.partition("/")
    parsed = Number.parse(number)
    assert parsed
    ours = archive_of(anew.project).release(policy_id, parsed)
    theirs = kept(version, name)
    assert len(theirs.revision) == (0 if theirs.imported else 40)
    assert _meant(theirs) == _meant(ours)


def _meant(release: Release) -> Release:
    """What a release says, without commits, which have other ids each time, and seals of them."""
    return replace(release, seal="", previous_seal="", revision="")


def test_they_hold_what_a_release_may_hold() -> None:
    first, second, mended, postponed, third = (kept(1, n) for n in NAMES[:5])
    assert first.lags == (Lag("de", "contact", None),)
    assert second.lags == (Lag("de", "security", Number(1)), Lag("de", "contact", None))
    assert mended.unaffected == (("de", "use"),)
    assert [bool(r.notice and r.opt_out) for r in (first, second, mended, postponed)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert "will apply later" in postponed.notice
    assert third.policy.facts.retired == {"contact": "use"}
    assert [note.name for note in second.policy.notes] == ["_summary.md", "security.md"]
    past = kept(1, "terms/2").imported
    assert past
    assert past.kept == ("pay",)
    assert kept(1, "terms/3").imported is None


def with_record(files: Mapping[str, bytes], old: str, new: str) -> dict[str, bytes]:
    """A folder whose record says something else, sealed again."""
    record = files[RELEASE_FILE].decode()
    assert record.count(old) == 1
    altered = {**files, RELEASE_FILE: record.replace(old, new).encode()}
    return {**altered, SUMS_FILE: checksums(altered)}


def test_a_later_format_says_to_update_the_program() -> None:
    files = with_record(folder_of(1, "privacy/3"), "format = 1", f"format = {FORMAT + 1}")
    with pytest.raises(ConfigurationError) as caught:
        read_release("privacy", files, "versions/privacy/3")
    assert caught.value.what == f"`format` is {FORMAT + 1}, this program reads 1 and 2"
    assert caught.value.remedy == "update the program"


# ── signers ──────────────────────────────────────────────────────────────────────────────────────

SIGNERS = "# Legal\nlegal@hosting.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO… key of legal\n"


def test_signers_are_frozen_byte_for_byte(house: House) -> None:
    house.write({"signers": SIGNERS})
    house.commit("Who may sign")
    house.ok("freeze", "--effective", "unknown")
    folder = house.root / "versions/privacy/1"
    assert (folder / "signers").read_text("utf-8") == SIGNERS
    assert "  signers\n" in (folder / SUMS_FILE).read_text()
    assert archive_of(house.project).release("privacy", Number(1)).policy.signers == SIGNERS
    house.ok("verify")


def test_signers_that_are_no_text_are_found(house: House) -> None:
    for data, what in ((b"a \xff\n", "byte 0xff is not UTF-8"), (b"a\r\n", "carriage return")):
        house.write({"signers": data})
        found = house.run("check").output
        assert "policy/privacy/signers:1" in found
        assert what in found


def test_format_1_has_no_signers() -> None:
    files = {**folder_of(1, "privacy/3"), "signers": SIGNERS.encode()}
    assert read_release("privacy", files, "versions/privacy/3").policy.signers == ""


def test_a_release_with_signers_reads_back(tmp_path: Path) -> None:
    release = kept(1, "privacy/3")
    release = replace(release, policy=replace(release.policy, signers=SIGNERS))
    files = release_files(release, {})
    assert read_release("privacy", files, "x") == replace(release, seal=seal_of(files[SUMS_FILE]))
