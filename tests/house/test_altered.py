"""A release that is not as it was sealed: no verb uses it, and each says what `verify` says."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import Result
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from starlette.testclient import TestClient

from publisher.actions.workplace import Workplace
from publisher.web.app import application
from tests import ROOT
from tests.fixtures.house import FACTS, KEY, SECTIONS, House, git, later, make_house
from tests.releases.test_translation import DECLARED, GERMAN, NEW_GERMAN

CUSTOMER = b"customer,address,name\nc-1,anna@customer.example,Anna Example\n"


@dataclass(frozen=True)
class Sound:
    """A project with releases that are as they were sealed, and what a customer sends."""

    house: House
    answer: bytes
    """A mail that opts out of release 2."""
    page: str
    """The address of the customer's own form, from the site's root."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("altered")


@pytest.fixture(scope="module")
def sound(folder: Path) -> Iterator[Sound]:
    """Release 1 in force and release 2 announced, with a letter, a form, a note, a translation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUBLISHER_TOKEN_KEY", KEY)
        patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        patch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        house = make_house(folder / "sound")
        house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
        house.commit("Auf Deutsch")
        house.ok("freeze", "--effective", "unknown")
        house.write({"de/security.md": NEW_GERMAN})
        house.edit()
        house.ok("freeze", "--effective", later(60))
        (folder / "customers.csv").write_bytes(CUSTOMER)
        house.ok("recipients", "import", str(folder / "customers.csv"))
        letter = house.ok("notice", "2", "--as", "c-1", "--format", "eml")
        answer = EmailMessage()
        answer["From"] = "anna@customer.example"
        answer["To"] = message_from_string(letter)["Reply-To"]
        answer["Subject"], answer["Message-ID"] = "Re: Privacy Policy", "<1@customer.example>"
        answer.set_content("I opt out.\n")
        text = house.ok("notice", "2", "--as", "c-1")
        link = re.search(r"http://127\.0\.0\.1:8000(/privacy/2/opt-out/\?\S+)", text)
        assert link
        yield Sound(house, answer.as_bytes(), link[1])


@pytest.fixture
def copy(sound: Sound, folder: Path) -> Iterator[House]:
    """A copy of the project that may be spoilt."""
    root = Path(tempfile.mkdtemp(dir=folder)) / "house"
    shutil.copytree(sound.house.root, root, symlinks=True)
    yield House(root)
    shutil.rmtree(root.parent)


# ── how a release is altered ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Alteration:
    """Something that is done to a release."""

    do: Callable[[House], None]
    number: str
    where: str
    """What the message has to name."""


def change(name: str) -> Alteration:
    """A line more, which in checksums says nothing."""

    def do(house: House) -> None:
        path = house.root / "versions/privacy/2" / name
        path.write_bytes(path.read_bytes() + b"\n")

    return Alteration(do, "2", f"versions/privacy/2/{name}")


def flip(name: str) -> Alteration:
    """One byte is another; the file is as long as before."""

    def do(house: House) -> None:
        path = house.root / "versions/privacy/2" / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return Alteration(do, "2", f"versions/privacy/2/{name}")


def remove(name: str) -> Alteration:
    def do(house: House) -> None:
        (house.root / "versions/privacy/2" / name).unlink()

    return Alteration(do, "2", f"versions/privacy/2/{name}")


def add(name: str) -> Alteration:
    def do(house: House) -> None:
        path = house.root / "versions/privacy/2" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Added.\n")

    return Alteration(do, "2", f"versions/privacy/2/{name}")


def forge(house: House, number: str) -> None:
    """Alters a text and writes checksums that fit, as a careful forger does."""
    folder = house.root / "versions/privacy" / number
    (folder / "sections/use.md").write_text("## Use {#use}\n\nWe sell your data.\n")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    lines.sort(key=lambda line: line.split("  ")[1])
    (folder / "SHA256SUMS").write_text("".join(lines))


def forged_and_known_to_the_successor(house: House) -> None:
    forge(house, "1")
    git(house.root, "tag", "-d", "privacy/1")


def forged_and_known_to_the_tag(house: House) -> None:
    forge(house, "2")


def forged_and_known_to_a_packed_tag(house: House) -> None:
    git(house.root, "gc", "-q")
    git(house.root, "pack-refs", "--all")
    assert not (house.root / ".git/refs/tags/privacy/2").exists()
    forge(house, "2")
    house.commit("Forge")


def deleted_and_known_to_the_successor(house: House) -> None:
    shutil.rmtree(house.root / "versions/privacy/1")
    git(house.root, "tag", "-d", "privacy/1")


def deleted_and_known_to_the_tag(house: House) -> None:
    shutil.rmtree(house.root / "versions/privacy/2")
    house.commit("Forget it")


def moved(house: House) -> None:
    (house.root / "versions/privacy/2").rename(house.root / "versions/privacy/3")


def linked(name: str) -> Alteration:
    """The same bytes, behind a link."""

    def do(house: House) -> None:
        path = house.root / "versions/privacy/2" / name
        path.rename(house.root / "aside")
        path.symlink_to(house.root / "aside")

    return Alteration(do, "2", f"versions/privacy/2/{name}".rstrip("/"))


TEXTS = (
    "release.toml",
    "sections/use.md",
    "translations/de/use.md",
    "notes/security.md",
    "notice.md",
    "opt-out.md",
)
FILES = (*TEXTS, "policy.pdf", "policy.de.pdf")
ALTERATIONS = {
    **{f"changed {name}": flip(name) for name in FILES},
    "changed SHA256SUMS": change("SHA256SUMS"),
    **{f"removed {name}": remove(name) for name in (*FILES, "SHA256SUMS")},
    **{f"added {name}": add(name) for name in ("sections/z.md", "notes/use.md", "opt-out2.md")},
    **{f"added {name}": add(name) for name in (".more.md", ".more/use.md")},
    **{f"linked {name}": linked(name) for name in ("notice.md", "sections", "")},
    "forged, its successor knows": Alteration(
        forged_and_known_to_the_successor, "1", "versions/privacy/1"
    ),
    "forged, its tag knows": Alteration(forged_and_known_to_the_tag, "2", "versions/privacy/2"),
    "forged, its packed tag knows": Alteration(
        forged_and_known_to_a_packed_tag, "2", "versions/privacy/2"
    ),
    "deleted, its successor knows": Alteration(
        deleted_and_known_to_the_successor, "1", "versions/privacy/1"
    ),
    "deleted, its tag knows": Alteration(deleted_and_known_to_the_tag, "2", "versions/privacy/2"),
    "moved": Alteration(moved, "2", "versions/privacy/"),
}


@pytest.fixture(params=[*ALTERATIONS])
def alteration(request: pytest.FixtureRequest) -> Alteration:
    return ALTERATIONS[request.param]


# ── what each verb makes of it ───────────────────────────────────────────────────────────────────


def said(result: Result) -> str:
    return " ".join(result.output.split())


def refused_plainly(house: House) -> str:
    """Why MkDocs does not build, which is started without our command line."""
    config = load_config(str(house.root / "mkdocs.yml"), site_dir=str(house.root / "plain"))
    config.plugins.on_startup(command="build", dirty=False)
    with pytest.raises(PluginError) as caught:
        config.plugins.on_config(config)
    return str(caught.value)


def test_no_verb_uses_it(
    sound: Sound, copy: House, alteration: Alteration, caplog: pytest.LogCaptureFixture
) -> None:
    alteration.do(copy)
    number, where = alteration.number, alteration.where
    verbs = [
        ["notice", number],
        ["notice", number, "--as", "c-1", "--format", "pdf"],
        ["send", number],
        ["send", number, "--confirm"],
        ["send", number, "--test", "me@customer.example"],
        ["resolve", number],
        ["pdf", number, "-o", str(copy.root / "x.pdf")],
        ["diff", number, "draft"],
        *[["diff"]] * (number == "2"),
        ["freeze", "--effective", later(90)],
        ["freeze", "--effective", later(90), "--dry-run"],
        ["--policy", "privacy", "import", "--history", str(copy.root), "policy/privacy/use.md"],
        ["status"],
        ["optouts", number],
        ["build"],
        ["serve"],
        ["serve", "--draft"],
    ]
    for words in verbs:
        result = copy.run(*words)
        assert result.exit_code == 2, (words, result.output)
        assert where in said(result), (words, result.output)
    assert not (copy.root / ".publisher/outbox").exists()
    assert not (copy.root / "build").exists()

    result = copy.run("verify", "--diff")
    assert result.exit_code == 1
    assert where in said(result)
    result = copy.run("check")
    assert result.exit_code == 1
    assert where in said(result)

    result = copy.run("receive", stdin=sound.answer)
    assert result.exit_code == 0
    assert "message 1 kept: not read yet, ..." in result.output

    assert where in refused_plainly(copy)

    client = TestClient(application(Workplace(copy.project)))
    at = f"/privacy/{number}/opt-out/"
    for method, address, fields in (
        ("GET", at, None),
        ("GET", sound.page, None),
        ("POST", at, {"address": "anna@customer.example"}),
        ("POST", sound.page.partition("?")[0], {"token": sound.page.partition("=")[2], "do": "x"}),
    ):
        if address.startswith(at):
            caplog.clear()
            response = client.request(method, address, data=fields)
            assert response.status_code == 503, (method, address)
            assert "try again later" in response.text.lower()
            assert where in caplog.text


@pytest.mark.parametrize(
    "kind", ["changed notice.md", "removed SHA256SUMS", "forged, its successor knows", "moved"]
)
def test_a_message_about_it_is_kept_and_read_once_it_is_mended(
    sound: Sound, copy: House, kind: str
) -> None:
    alteration = ALTERATIONS[kind]
    shutil.copytree(copy.root / "versions", copy.root.parent / "versions")
    alteration.do(copy)
    result = copy.run("receive", stdin=sound.answer)
    assert result.exit_code == 0
    assert "message 1 kept: not read yet" in result.output
    assert "not read yet" in copy.ok("requests")
    shutil.rmtree(copy.root / "versions")
    shutil.move(copy.root.parent / "versions", copy.root / "versions")
    assert "Nothing waits" in copy.ok("requests")
    assert "opted out" in copy.ok("optouts", "2")


def test_what_was_altered_is_shown(copy: House) -> None:
    change("policy.pdf").do(copy)
    add("sections/z.md").do(copy)
    remove("opt-out.md").do(copy)
    path = copy.root / "versions/privacy/2/sections/use.md"
    path.write_text(SECTIONS["use.md"].replace("30 days", "90 days"))
    output = copy.run("verify", "--diff").output
    assert "-We keep it for 30 days.\n+We keep it for 90 days.\n" in output
    assert "+++ versions/privacy/2/sections/use.md\n" in output
    assert "--- /dev/null\n+++ versions/privacy/2/sections/z.md\n" in output
    assert "--- frozen/versions/privacy/2/opt-out.md\n+++ /dev/null\n" in output
    assert re.search(r"policy\.pdf\nnot text: \d+ bytes frozen, \d+ bytes now\n", output)
    assert "---" not in copy.run("verify").output


def test_a_path_into_it_is_compared(copy: House) -> None:
    change("sections/use.md").do(copy)
    folder = copy.root / "versions/privacy"
    output = copy.ok("diff", str(folder / "1/sections"), str(folder / "2/sections"))
    assert "{+256+}" in output


def test_nothing_of_this_is_said_of_a_sound_project(sound: Sound, copy: House) -> None:
    """Else every test above would pass with a project that no verb takes."""
    copy.ok("check")
    copy.ok("verify", "--diff")
    copy.ok("notice", "2", "--as", "c-1")
    copy.ok("send", "2", "--confirm")
    copy.ok("resolve", "2")
    copy.ok("diff", "2", "draft")
    copy.ok("pdf", "2", "-o", str(copy.root / "x.pdf"))
    copy.ok("status")
    assert "message 1 kept: opt out" in copy.ok("receive", stdin=sound.answer)
    client = TestClient(application(Workplace(copy.project)))
    assert client.get("/privacy/2/opt-out/").status_code == 200
    assert client.get(sound.page).status_code == 200


def test_a_folder_that_is_no_policy_is_named_where_it_lies(copy: House) -> None:
    (copy.root / "versions/No Policy").mkdir()
    result = copy.run("status")
    assert result.exit_code == 2
    assert "versions/No Policy: `No Policy` cannot be a policy's id" in said(result)


@pytest.mark.parametrize("builder", ["mkdocs", "properdocs"])
def test_a_build_in_a_process_of_its_own_shows_no_traceback(copy: House, builder: str) -> None:
    change("notice.md").do(copy)
    done = subprocess.run(
        [sys.executable, "-m", builder, "build", "-q", "-f", "mkdocs.yml"],
        cwd=copy.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "versions/privacy/2/notice.md: was altered" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy.root / "build/site/privacy").exists()
