"""`publisher notice draft`: the letter of the draft, as a freeze now would seal it."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.answers.sample_letters import preview_name
from publisher.letters.fields import fill
from publisher.releases.number import Number
from publisher.releases.telling import LetterCase, LetterKind
from tests.fixtures.house import FACTS, SECTIONS, House, copied_house, git, later, make_house
from tests.fixtures.letters import read_message
from tests.fixtures.workplaces import archive_of
from tests.releases.test_translation import DECLARED, GERMAN, NEW_GERMAN

SAMPLE = {
    "name": "Sample Customer",
    "opt_out_link": "http://127.0.0.1:8000/privacy/2/opt-out/?token=privacy_2_0_sample",
    "opt_out_address": "opt-out+privacy_2_0_sample@hosting.example",
    "changes_link": "http://127.0.0.1:8000/privacy/2/changes/",
}


def _edited(house: House) -> None:
    house.ready_for_two()


@pytest.fixture
def edited(tmp_path: Path) -> House:
    """Release 1, and a committed draft of release 2."""
    return copied_house(tmp_path / "house", _edited)


def test_it_is_the_letter_that_a_freeze_then_seals(edited: House) -> None:
    drafted = edited.ok("-q", "notice", "draft", "--effective", later(60), "--format", "eml")
    edited.ok("freeze", "--effective", later(60))
    sealed = edited.ok("notice", "2", "--format", "eml")
    one, other = (_words(read_message(data.encode())) for data in (drafted, sealed))
    assert one == other
    release = archive_of(edited.project).release("privacy", Number(2))
    assert "Longer keys" in fill(release.notice, SAMPLE)


def _words(message: object) -> list[str]:
    """What a letter says, but for its seal, which follows from the moment of the freeze."""
    lines = str(message.get_body(("plain",)).get_content()).splitlines()  # type: ignore[attr-defined]
    return [line for line in lines if "SHA-256" not in line]


def test_nothing_has_to_be_committed_and_nothing_is_changed(edited: House) -> None:
    edited.write({"notes/security.md": "Said before anybody committed it.\n"})
    before = _state(edited)
    found = edited.run("notice", "draft")
    assert found.exit_code == 0
    assert "Said before anybody committed it." in found.stdout
    assert _state(edited) == before


def _state(house: House) -> tuple[str, str]:
    return git(house.root, "status", "--porcelain"), git(house.root, "log", "--format=%H")


def test_without_a_day_the_earliest_lawful_one_is_taken_and_said(edited: House) -> None:
    found = edited.run("notice", "draft")
    day = later(30)
    assert f"in force from {day}, the earliest lawful day" in found.stderr
    assert "earliest" not in found.stdout
    edited.ok("freeze", "--effective", day)  # it is lawful indeed, and the day before is not
    named = edited.run("-q", "notice", "draft", "--effective", later(31), "--correction")
    assert named.stderr == ""


def test_outside_of_git_too(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _edited)
    (house.root / ".git").rename(tmp_path / "elsewhere")
    assert "Longer keys protect your data better." in house.ok("notice", "draft")


def test_in_every_form_in_a_file_and_in_a_folder(edited: House, tmp_path: Path) -> None:
    for name, begin in (("a.pdf", b"%PDF"), ("a.html", b"<!DOCTYPE"), ("a.eml", b"From: "),
                        ("a.txt", b"Privacy Policy")):  # fmt: skip
        edited.ok("notice", "draft", "-o", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(begin)
    usual = ("notice", "draft", "--language", "en", "-o")
    said = edited.ok(*usual, str(tmp_path / "letters"))
    names = ["letter.eml", "letter.html", "letter.pdf", "letter.txt"]
    again = [name.replace("letter", "letter.again") for name in names]
    written = sorted(path.name for path in (tmp_path / "letters").glob("letter*"))
    assert written == sorted([*names, *again])
    assert all(str(tmp_path / "letters" / name) in said for name in names)
    edited.ok("notice", "draft", "--format", "text", "-o", str(tmp_path / "letters"))
    written = sorted(path.name for path in (tmp_path / "letters").glob("letter*"))
    assert written == ["letter.again.txt", "letter.txt"]
    (tmp_path / "letters/letter.txt").write_text("Corrected by hand.")
    assert edited.run("notice", "draft", "-o", str(tmp_path / "letters")).exit_code == 2
    assert edited.run("notice", "draft", "-o", str(edited.root / "policy")).exit_code == 2


def test_what_a_freeze_refuses_is_refused_in_the_same_words(edited: House) -> None:
    for words in (("--effective", later(3)), ("--effective", later(60), "--correction")):
        frozen, drafted = edited.run("freeze", *words), edited.run("notice", "draft", *words)
        assert frozen.exit_code == drafted.exit_code == 2
        assert frozen.output == drafted.output
    (edited.root / "policy/privacy/notes/security.md").unlink()
    assert "no note says why" in edited.run("notice", "draft").output


def test_a_release_that_nobody_is_told_of_has_no_letter(house: House) -> None:
    first = house.run("notice", "draft")
    assert first.exit_code == 2
    assert "privacy/1 would be the first release" in first.output
    house.ok("freeze", "--effective", later(0))
    notes = {"notes/use.md": "A slip.\n"}
    house.write({"use.md": SECTIONS["use.md"].replace("your orders", "your oders"), **notes})
    told = house.run("notice", "draft", "--correction")
    assert told.exit_code == 2
    assert "privacy/1.1 would be a correction" in told.output


def test_a_postponement_is_told_with_its_own_letter(edited: House) -> None:
    edited.ok("freeze", "--effective", later(60))
    none = edited.run("notice", "draft", "--correction", "--effective", later(60))
    assert none.exit_code == 2
    told = edited.run("notice", "draft", "--correction", "--effective", later(90))
    assert told.exit_code == 0, told.output
    assert "The letter of privacy/2.1" in told.stderr


def test_a_letter_that_there_would_not_be_is_named(edited: House) -> None:
    for words, named in (
        (("--language", "nl"), "privacy/2 would have no letter in `nl`"),
        (("--case", "postponed"), "privacy/2 would have no letter `postponed`"),
    ):
        result = edited.run("notice", "draft", *words)
        assert result.exit_code == 2
        assert named in result.output
        assert "its languages: en" in result.output
        told = "put a translation into policy/privacy/nl/" in " ".join(result.output.split())
        assert told == ("nl" in words)


CUSTOMERS = b"""customer,address,name,language
c-1,ann@customer.example,Ann Example,
c-2,ben@customer.example,Ben Beispiel,de-AT
"""


def _translated(house: House) -> None:
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", later(-1))
    house.write({"de/security.md": NEW_GERMAN})
    house.edit()
    house.ok("recipients", "import", "-", stdin=CUSTOMERS)


@pytest.fixture
def translated(tmp_path: Path) -> House:
    """Release 1 and a draft of release 2, in English and German, and two customers."""
    return copied_house(tmp_path / "house", _translated)


def test_in_each_language_and_case(translated: House, tmp_path: Path) -> None:
    translated.ok("notice", "draft", "--effective", later(60), "-o", str(tmp_path / "letters"))
    translated.ok("freeze", "--effective", later(60))
    release = archive_of(translated.project).release("privacy", Number(2))
    begin = {"letter.txt": "Privacy Policy: version 2", "letter.de.txt": "Datenschutzerklärung:"}
    for name, words in begin.items():
        assert (tmp_path / "letters" / name).read_text().startswith(words)
    kinds = {LetterKind(), *release.telling.letters}
    assert kinds == {LetterKind(c, tag) for c in (None, LetterCase.AGAIN) for tag in ("", "de")}
    expected = {preview_name("letter", kind, "eml") for kind in kinds}
    assert {path.name for path in (tmp_path / "letters").glob("*.eml")} == expected
    german = translated.run("notice", "2", "--as", "c-2").stdout.splitlines()
    drafted = (tmp_path / "letters/letter.de.txt").read_text().splitlines()
    assert german[0] == drafted[0]


def test_as_one_customer_would_get_it(translated: House) -> None:
    english = translated.run("notice", "draft", "--as", "c-1")
    german = translated.run("notice", "draft", "--as", "c-2", "--format", "eml")
    assert "Ann Example" in english.stdout
    assert english.stdout.startswith("Privacy Policy")
    message = read_message(german.stdout.encode())
    assert "ben@customer.example" in str(message["To"])
    assert str(message["Subject"]).startswith("Datenschutzerklärung")
    assert "privacy_2_0_sample" in str(message["Reply-To"]), "nobody has a token of a draft"
    assert "there is no recipient" in translated.run("notice", "draft", "--as", "c-9").output


def test_who_was_told_another_day_is_told_that_it_moved(translated: House) -> None:
    translated.ok("freeze", "--effective", later(60))
    translated.ok("send", "2", "--confirm")
    more = CUSTOMERS + b"c-3,cleo@customer.example,Cleo Example,\n"
    translated.ok("recipients", "import", "-", stdin=more)
    words = ("notice", "draft", "--correction", "--effective", later(90))
    told, new = (translated.ok("-q", *words, "--as", customer) for customer in ("c-1", "c-3"))
    assert "Ann Example" in told
    assert told.splitlines()[4:] != new.replace("Cleo", "Ann").splitlines()[4:]
    moved = translated.ok("-q", *words, "--case", "postponed")
    assert told.splitlines()[0] == moved.splitlines()[0]
    assert new.splitlines()[0] == translated.ok("-q", *words).splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        ("notice", "draft", "--as", "c-1", "--case", "again"),
        ("notice", "draft", "--as", "c-1", "--language", "de"),
        ("notice", "draft", "--sent"),
        ("notice", "2", "--effective", "2027-03-01"),
        ("notice", "2", "--correction"),
        ("notice", "2", "--lagging", "de"),
        ("notice", "drafts"),
    ],
)
def test_what_belongs_to_a_draft_and_what_to_a_release(
    edited: House, words: tuple[str, ...]
) -> None:
    result = edited.run(*words)
    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_a_policy_may_need_naming(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    other = house.root / "policy/draft"  # a policy may be called as the word is
    other.mkdir()
    (other / "policy.toml").write_text(FACTS.replace("Privacy", "Other"))
    for name, text in SECTIONS.items():
        (other / name).write_text(text)
    assert "--policy" in house.run("notice", "draft").output
    told = house.run("--policy", "draft", "notice", "draft").output
    assert "draft/1 would be the first release" in told
