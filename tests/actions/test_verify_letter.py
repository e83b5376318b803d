"""`publisher verify --letter FILE`: a letter that somebody has, held against what was sealed."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from publisher.releases.folder import SUMS_FILE, checksums
from tests import ROOT
from tests.fixtures.house import House, git
from tests.fixtures.kinds import freeze_every_kind
from tests.fixtures.sent_letters import (
    NAMES,
    as_mbox,
    flowed,
    forwarded,
    parts_of,
    re_encoded,
    received,
    replaced,
    spooled,
    told_house,
    verified,
    with_text,
)
from tests.fixtures.some import some


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> House:
    """To be read; not to be changed."""
    return told_house(tmp_path_factory.mktemp("told"))


# ── as it was sent ───────────────────────────────────────────────────────────────────────────────


def test_a_letter_as_it_was_sent(told: House) -> None:
    said = verified(told, spooled(told))
    seal = re.search(r"sealed as ([0-9a-f]{64})", said)
    assert seal
    assert "letter.eml: letter of privacy/2" in said
    assert "which the usual letter about privacy/2, in English" in said
    assert "to Anna Ülmer" in said
    assert "it is as it was sealed" in said
    assert "error" not in said
    verified(told, spooled(told, "b@"))


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_letter_to_any_name(told: House, number: int) -> None:
    said = verified(told, spooled(told, f"n{number}@"))
    assert f"to {NAMES[number]}".replace('""', '"') in said


def test_every_way_to_get_a_letter_gives_it_its_seal(told: House, tmp_path: Path) -> None:
    house = House(shutil.copytree(told.root, tmp_path / "house", symlinks=True))
    for words in (("--as", "c-1"), ("--as", "c-2"), ()):
        letter = house.run("notice", "2", *words, "--format", "eml").stdout_bytes
        assert b"Policy-Release: privacy/2;" in letter
        said = verified(house, letter)
        assert ("is a copy to look at" in said) == (not words)
        for form in ("text", "html"):
            assert "sealed as" in house.ok("notice", "2", *words, "--format", form)
    before = set((house.root / ".publisher/spool").glob("*.eml"))
    house.ok("send", "2", "--test", "me@hosting.example")
    (test,) = set((house.root / ".publisher/spool").glob("*.eml")) - before
    assert "is a copy to look at" in verified(house, test.read_bytes())


def test_a_clone_needs_neither_ledger_nor_key(
    told: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    git(tmp_path, "clone", "-q", str(told.root), "clone")
    clone = House(tmp_path / "clone")
    assert "it is as it was sealed" in verified(clone, spooled(told))
    assert not (clone.root / ".publisher/ledger.sqlite").exists()


def test_a_letter_of_a_postponement_and_one_of_format_1(tmp_path: Path) -> None:
    house = freeze_every_kind(tmp_path)
    for number in ("2", "2.2", "3"):
        letter = house.run("--policy", "privacy", "notice", number, "--format", "eml").stdout_bytes
        assert f"letter of privacy/{number}, sealed" in verified(house, letter)
    letter = house.run("--policy", "terms", "notice", "3", "--format", "eml").stdout_bytes
    assert "letter of terms/3, sealed" in verified(house, letter)


EARLIER = ROOT / "tests/fixtures/formats/letters/2"
"""A project and the letters that it sent with the last program whose letters had no buttons: an
amendment and a postponement, each to three customers."""


def test_letters_that_an_earlier_program_sent(tmp_path: Path) -> None:
    """A letter is composed anew to be compared: as letters of its release have always looked."""
    house = House(shutil.copytree(EARLIER / "house", tmp_path / "house"))
    git(house.root, "init", "-q", "-b", "main")
    git(house.root, "config", "user.name", "Tests")
    git(house.root, "config", "user.email", "tests@hosting.example")
    house.commit("What there was")
    for path in some(sorted(EARLIER.glob("*.eml"))):
        number = path.stem.partition("-")[0]
        data = path.read_bytes()
        said = verified(house, data)
        assert f"letter of privacy/{number}, sealed as" in said
        assert "it is as it was sealed" in said
        assert "error" not in said
        assert "</main>" in parts_of(data).as_string()
        new = house.run("notice", number, "--format", "html").output
        assert '<main style="' in new, "what is sent of that release today looks the same"
        altered = with_text(data, replaced("</main>", "<p>Pay us.</p></main>"), ("html",))
        assert "says “Pay us.”" in verified(house, altered, 1)


# ── on the way ───────────────────────────────────────────────────────────────────────────────────


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "quoted-printable": lambda data: re_encoded(data, "quoted-printable"),
    "base64": lambda data: re_encoded(data, "base64"),
    "8bit": lambda data: re_encoded(data, "8bit"),
    "flowed": flowed,
    "flowed, with spaces to delete": lambda data: flowed(data, delsp=True),
    "received": received,
    "a mark": lambda data: b"\xef\xbb\xbf" + data,
    "a mailbox": as_mbox,
    "Apple Mail": lambda data: b"%d\n" % len(data) + data + b"<?xml version='1.0'?><plist/>\n",
    "attached": forwarded,
    "attached as a file": lambda data: forwarded(data, encoded=True),
    "attached twice over": lambda data: forwarded(forwarded(data)),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_happens_to_letters_on_the_way_alters_nothing(told: House, way: str) -> None:
    said = verified(told, WAYS[way](spooled(told)))
    assert "letter of privacy/2, sealed as" in said
    assert "it is as it was sealed" in said


def test_what_a_mailing_list_adds_is_told(told: House) -> None:
    footer = "_____________________\nlegal mailing list\nhttps://lists.example/legal\n"
    listed = with_text(spooled(told), lambda text: f"{text}{footer}", ("plain",))
    said = verified(told, listed)
    assert "legal mailing list https://lists.example/legal” stands below the letter" in said
    marked = listed.replace(b"Subject: ", b"List-Id: <legal.lists.example>\r\nSubject: [Legal] ")
    said = verified(told, marked)
    assert "its subject begins with “[Legal]”, which is not sealed" in said
    led = with_text(
        re.sub(rb"Reply-To: opt-out\+\S+", b"Reply-To: legal@lists.example", marked),
        replaced("</main>", '<a href="http://lists.example/">The list</a></main>'),
        ("html",),
    )
    said = verified(told, led)
    assert "“The list → http://lists.example/” is a link below the letter" in said
    assert "answers go to legal@lists.example, and not to opt-out+privacy_2_1_" in said


def test_words_below_a_letter_that_no_list_wrote_are_not_its_own(told: House) -> None:
    said = verified(told, with_text(spooled(told), lambda text: f"{text}\nYou have until May.\n",
                                    ("plain",)), 1)  # fmt: skip
    assert "says “You have until May.”" in said


# ── altered releases ─────────────────────────────────────────────────────────────────────────────


def reseal(house: House) -> None:
    """Seals release 2 anew, as who can push can do it, and commits and tags that."""
    folder = house.root / "versions/privacy/2"
    files = {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }
    (folder / SUMS_FILE).write_bytes(checksums(files))
    house.commit("Tidy up")


def test_a_release_that_was_altered_after_the_letter_was_sent(told: House, tmp_path: Path) -> None:
    house = House(shutil.copytree(told.root, tmp_path / "house", symlinks=True))
    letter, path = spooled(house), house.root / "versions/privacy/2/notice.md"
    path.write_text(path.read_text().replace("You may opt out", "You could opt out"))
    found = verified(house, letter, 1)
    assert "versions/privacy/2/notice.md" in found
    assert "in the working tree (not committed)" in found
    reseal(house)
    git(house.root, "tag", "-d", "privacy/2")
    commit = git(house.root, "rev-parse", "--short=10", "HEAD").strip()
    found = verified(house, letter, 1)
    assert f"privacy/2 was altered after this letter was sent, by commit {commit}" in found
    assert "You could" not in found  # the words are those of the release as it was then
    assert "git log -p -- versions/privacy/2" in found
    # With a history that was made anew, the letter is held against what there is.
    git(house.root, "checkout", "-q", "--orphan", "other")
    house.commit("Start")
    git(house.root, "reflog", "expire", "--expire=now", "--all")
    git(house.root, "branch", "-D", "main")
    found = verified(house, letter, 1)
    assert "which privacy/2 never had in this history" in found
    assert "or the history was made anew" in found
    assert "says “may”" in found
    git(house.root, "rm", "-rq", "versions/privacy/2")
    house.commit("Gone")
    found = verified(house, letter, 1)
    assert "versions/privacy/2: error: was deleted, by commit" in found


def test_a_project_in_a_folder_of_a_repository(told: House, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "Tests")
    git(tmp_path, "config", "user.email", "tests@hosting.example")
    house = House(tmp_path / "legal")
    shutil.copytree(told.root, house.root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    house.commit("Move it here")
    letter, path = spooled(house), house.root / "versions/privacy/2/sections/use.md"
    assert "it is as it was sealed" in verified(house, letter)
    path.write_text("## Use {#use}\n\nAnything.\n")
    reseal(house)
    commit = git(tmp_path, "rev-parse", "--short=10", "HEAD").strip()
    found = verified(house, letter, 1)
    assert f"was altered after this letter was sent, by commit {commit}" in found


def test_a_clone_without_history_says_so(told: House, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{told.root}", "clone")
    house = House(tmp_path / "clone")
    assert "it is as it was sealed" in verified(house, spooled(told))
    (house.root / "versions/privacy/2/sections/use.md").write_text("## Use {#use}\n\nAll.\n")
    git(house.root, "config", "user.name", "Tests")
    git(house.root, "config", "user.email", "tests@hosting.example")
    reseal(house)
    found = verified(house, spooled(told), 1)
    assert "was altered after this letter was sent (this clone lacks the history" in found
    assert "git fetch --unshallow" in found


def test_an_address_for_answers_that_was_another_one_then(told: House, tmp_path: Path) -> None:
    house = House(shutil.copytree(told.root, tmp_path / "house", symlinks=True))
    settings = house.root / "publisher.toml"
    settings.write_text(settings.read_text().replace('"opt-out@', '"leave@'))
    house.commit("Another address")
    said = verified(house, spooled(told))
    assert "publisher.toml names leave@hosting.example; it named the other one in commit" in said


def test_a_release_that_does_not_read_is_told(told: House, tmp_path: Path) -> None:
    house = House(shutil.copytree(told.root, tmp_path / "house", symlinks=True))
    record = house.root / "versions/privacy/2/release.toml"
    record.write_text(record.read_text().replace("format = 2", "format = 3"))
    reseal(house)
    seal = hashlib.sha256((record.parent / SUMS_FILE).read_bytes()).hexdigest()
    letter = with_text(spooled(told), lambda t: re.sub(r"[0-9a-f]{64}", seal, t))
    letter = re.sub(rb"[0-9a-f]{64}", seal.encode(), letter)
    found = verified(house, letter, 1)
    assert "belongs to privacy/2, which does not read here: its words are not checked" in found


def test_a_letter_without_a_seal_is_held_by_its_words(told: House) -> None:
    def earlier(data: bytes) -> bytes:
        data = re.sub(rb"Policy-Release:.*?\r\n .*?\r\n", b"", data)
        line = r"\n(<p [^>]*>)?This letter bel[^<]*\.(</p>)?"
        return with_text(data, lambda t: re.sub(line, "", t))

    letter = earlier(spooled(told))
    said = verified(told, letter)
    assert "has no seal: an earlier program sent it, or it was taken away" in said
    assert "letter.eml: letter of privacy/2 " in said
    altered = with_text(letter, replaced("You may opt out", "You must opt out"))
    assert "says “must”" in verified(told, altered, 1)


def test_a_letter_of_a_release_that_is_not_here(told: House) -> None:
    data = spooled(told).replace(b"privacy/2;", b"privacy/7;")
    assert "belongs to privacy/7, which is not in this repository" in verified(told, data, 1)
    data = spooled(told).replace(b"Policy-Release: privacy/2;", b"Policy-Release: other/2;")
    assert "belongs to other/2, which is not in this repository" in verified(told, data, 1)
    data = spooled(told).replace(b"privacy/2;", b"privacy/1;")
    assert "says to be about privacy/1, which has no letter" in verified(told, data, 1)


# ── what is no letter ────────────────────────────────────────────────────────────────────────────


def test_a_message_that_is_no_letter_of_ours(told: House) -> None:
    message = b"From: a@b.example\nTo: c@d.example\nSubject: Hello\n\nHow are you?\n"
    said = verified(told, message, 1)
    assert "is no letter of ours: it names no release that this repository knows" in said
    assert "is no letter of ours" in verified(told, forwarded(message), 1)


def test_another_letter_about_the_same_release(told: House) -> None:
    """A receipt says what its recipient declared; it has no seal."""
    letter = parts_of(spooled(told))
    reply = EmailMessage(policy=SMTP)
    reply["From"], reply["To"] = "anna@customer.example", letter["Reply-To"]
    reply["Subject"] = "Re: Privacy Policy"
    reply.set_content("I opt out of version 2.\n")
    said = verified(told, reply.as_bytes(), 1)
    assert "letter.eml: error: is no letter of ours" in said
    reply["Reply-To"] = letter["Reply-To"]
    said = verified(told, reply.as_bytes(), 1)
    assert "has few words of the letter of privacy/2: it is another message" in said


NO_MESSAGE = {
    "Outlook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "as Outlook alone reads it"),
    "a PDF": (b"%PDF-1.7\n", "is no message"),
    "a page": (b"<!DOCTYPE html><p>Hello: you</p>", "is no message"),
    "nothing": (b"", "is no message"),
    "bytes": (b"\xff\xfe\x00", "is no message"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_MESSAGE)
def test_a_file_that_is_no_message(told: House, kind: str) -> None:
    data, said = NO_MESSAGE[kind]
    found = verified(told, data, 2)
    assert said in found
    assert "save the letter from the mail program as a file of its own, .eml" in found


def test_a_mailbox_with_several_messages(told: House) -> None:
    found = verified(told, as_mbox(spooled(told)) * 2, 2)
    assert "is a mailbox with 2 messages" in found


def test_wrong_use(told: House) -> None:
    assert told.run("verify", "--letter", "nowhere.eml").exit_code == 2
    path = told.root.parent / "letter.eml"
    path.write_bytes(spooled(told))
    assert told.run("verify", "--diff", "--letter", str(path)).exit_code == 2
    assert told.run("verify", "--letter", "-", stdin=spooled(told)).exit_code == 0


def test_a_message_beyond_limits_is_told(told: House) -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
                      for n in range(40))  # fmt: skip
    message = b"Policy-Release: privacy/2; sha256=" + b"0" * 64 + b"\n" + nested
    assert "its parts are deeper in each other than is read" in verified(told, message, 1)
    costly = with_text(spooled(told), lambda t: t + "<div><b>" * 60_000, ("html",))
    verified(told, costly, 1)
