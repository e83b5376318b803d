"""A release checked without this program: by the commands in `docs/release-folder.md`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.releases.folder import SUMS_FILE, checksums
from tests import ROOT
from tests.fixtures.house import SECTIONS, House, copied_house, git, later, make_house
from tests.fixtures.keys import openpgp_key, ssh_key
from tests.fixtures.trilingual import release_two

PAGE = (ROOT / "docs/release-folder.md").read_text("utf-8")
SECTION = PAGE.split("## Checking a release without this program\n")[1].split("\n## ")[0]


def commands() -> dict[str, list[str]]:
    """The commands of the page, by their headings."""
    found = {
        block.partition("\n")[0]: re.findall(r"^    (.+)$", block, re.MULTILINE)
        for block in SECTION.split("\n### ")[1:]
    }
    assert all(found.values())
    return found


COMMANDS = commands()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Releases 1 to 3, the last two signed by those that the one before sealed; a letter of 2."""
    folder = tmp_path_factory.mktemp("by-hand")
    with pytest.MonkeyPatch.context() as patched, openpgp_key("legal@hosting.example") as openpgp:
        patched.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        patched.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        ssh = ssh_key(folder / "keys", "legal@hosting.example")
        house = make_house(folder / "house")
        house.write({"signers": f"# Legal\n{ssh.line}\n{openpgp.line}"})
        house.commit("Who may sign")
        house.ok("freeze", "--effective", "unknown")
        ssh.use_in(house.root)
        house.edit()
        house.ok("freeze", "--effective", later(60))
        openpgp.use_in(house.root)
        text = SECTIONS["contact.md"].replace("Write to us:", "Write to us any time:")
        house.write({"contact.md": text, "notes/contact.md": "We answer at night.\n"})
        house.commit("At night")
        house.ok("freeze", "--effective", later(120))
        letter = house.run("notice", "2", "--format", "eml").stdout_bytes
        (house.root / "letter.eml").write_bytes(letter)
        for number in ("2", "3"):
            house.ok("notice", "record", number, "--otherwise", "by post")
        yield house


@pytest.fixture
def house(signed: House, tmp_path: Path) -> House:
    """A copy, to be altered."""
    return House(shutil.copytree(signed.root, tmp_path / "house", symlinks=True))


def holds(house: House, heading: str) -> bool:
    """Whether a shell comes to the end of the commands below a heading, as the page asks."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(COMMANDS[heading])],
            cwd=house.root,
            env={**os.environ, "TMPDIR": folder},
            capture_output=True,
        )
    return done.returncode == 0


@pytest.mark.parametrize("heading", COMMANDS)
def test_what_was_frozen_holds(house: House, heading: str) -> None:
    assert holds(house, heading)


def _append(name: str) -> Callable[[House], None]:
    def alter(house: House) -> None:
        with (house.root / name).open("ab") as file:
            file.write(b"More.\n")

    return alter


def _reseal(house: House) -> None:
    """Alters release 2 and seals it anew, with another tag of its name."""
    folder = house.root / "versions/privacy/2"
    _append("versions/privacy/2/sections/security.md")(house)
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    (folder / SUMS_FILE).write_bytes(checksums(files))


def _tag(house: House, release: str, *words: str) -> None:
    message = git(house.root, "tag", "-l", "--format=%(contents)", release).partition("-----BEGIN")
    git(house.root, "tag", "-f", *words, release, f"{release}^{{commit}}", "-m", message[0])


ALTERED: dict[str, tuple[str, Callable[[House], None]]] = {
    "a file": ("The files", _append("versions/privacy/2/sections/use.md")),
    "a file more": ("The files", _append("versions/privacy/2/.hidden")),
    "a file less": ("The files", lambda h: (h.root / "versions/privacy/2/notice.md").unlink()),
    "a link": (
        "The files",
        lambda h: (h.root / "versions/privacy/2/more").symlink_to("sections"),
    ),
    "the release before": ("The chain", _append("versions/privacy/1/SHA256SUMS")),
    "all of it": ("The tag", _reseal),
    "another folder": ("The tag", _append("versions/privacy/2/sections/use.md")),
    "a lightweight tag": (
        "The tag",
        lambda h: _none(git(h.root, "tag", "-f", "privacy/2", "privacy/2^{commit}")),
    ),
    "a statement": ("The register", _append("versions/privacy/register/0001.toml")),
    "the last statement": ("The register", _append("versions/privacy/register/0002.toml")),
    "the tag of a statement": (
        "The register",
        lambda h: _none(
            git(h.root, "tag", "-f", "privacy.register/0001", "privacy.register/0002^{commit}")
        ),
    ),
    "the release of a statement": ("The register", _reseal),
    "a note": ("The draft", _append("versions/privacy/2/notes/security.md")),
    "the draft": ("The draft", _append("versions/privacy/2/sections/security.md")),
    "a tag that nobody signed": ("A signature of SSH", lambda h: _tag(h, "privacy/2", "-a")),
    "a tag signed by the other key": ("A signature of SSH", lambda h: _tag(h, "privacy/2", "-s")),
    "nobody's signature": ("A signature of OpenPGP", lambda h: _tag(h, "privacy/3", "-a")),
    "no signer": (
        "A signature of OpenPGP",
        lambda h: _none((h.root / "versions/privacy/2/signers").write_text("")),
    ),
    "the seal of a letter": ("A letter", _reseal),
}


def _none(_: object) -> None:
    """Nothing, whatever was given back."""


@pytest.mark.parametrize("case", ALTERED)
def test_what_was_altered_does_not(house: House, case: str) -> None:
    heading, alter = ALTERED[case]
    alter(house)
    assert not holds(house, heading)


def test_every_check_is_tried_on_what_was_altered() -> None:
    assert {heading for heading, _ in ALTERED.values()} == set(COMMANDS)


def test_what_was_translated_is_what_it_was_in_the_draft(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", release_two)
    assert holds(house, "The draft")
    for name in ("translations/fr/security.md", "translations/fr/notes/security.md"):
        place = house.root / "versions/privacy/2" / name
        whole = place.read_bytes()
        _append(f"versions/privacy/2/{name}")(house)
        assert not holds(house, "The draft"), name
        place.write_bytes(whole)
