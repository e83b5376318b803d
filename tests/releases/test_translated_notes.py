"""What is told beside a text, in its other languages: notes, and what opting out means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup

from publisher.actions.workplace import Workplace
from publisher.answers.form_on_day import FormOnDay
from publisher.answers.form_standing import standing
from publisher.errors import ConfigurationError
from publisher.letters.receipt import Declared, receipt_text
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.releases.folder import SUMS_FILE, checksums, read_release, release_files, seal_of
from publisher.releases.number import Number
from publisher.releases.telling import LetterCase, LetterKind
from tests.fixtures.house import FACTS, House, copied_house, git, later, today
from tests.fixtures.lettered import catalogs, stationery
from tests.fixtures.trilingual import (
    DECLARED,
    FRENCH_NOTES,
    NOTES,
    ready_for_two,
    release_one,
    release_two,
)
from tests.fixtures.workplaces import archive_of
from tests.releases.test_formats import PAPERS, told_in_german

SUMMARY, REASON = NOTES["notes/_summary.md"].strip(), NOTES["notes/security.md"].strip()
FRENCH_SUMMARY, FRENCH_REASON = (text.strip() for text in FRENCH_NOTES.values())
EFFECT = "the version before this one goes on applying to you"
FRENCH_EFFECT = "la version précédente continue de s’appliquer à vous"


@pytest.fixture
def ready(tmp_path: Path) -> House:
    """Release 1, and a draft that is ready to be release 2."""
    return copied_house(tmp_path / "house", ready_for_two)


@pytest.fixture
def told(tmp_path: Path) -> House:
    """Releases 1 and 2."""
    return copied_house(tmp_path / "house", release_two)


def found(house: House) -> str:
    return " ".join(house.run("check").output.split())


# ── from the draft to the folder, and back ───────────────────────────────────────────────────────


def test_notes_are_gathered_in_each_language(told: House) -> None:
    folder = told.root / "versions/privacy/2"
    for name, text in FRENCH_NOTES.items():
        assert (folder / "translations" / name).read_text("utf-8") == text
        assert f"  translations/{name}\n" in (folder / SUMS_FILE).read_text()
    draft = told.root / "policy/privacy"
    assert not [*draft.rglob("notes")]
    assert git(told.root, "status", "--porcelain") == ""
    # Else git takes them for renamed.
    left = git(told.root, "show", "--no-renames", "--name-status", "--format=", "HEAD")
    for name in (*NOTES, *FRENCH_NOTES):
        assert f"D\tpolicy/privacy/{name}" in left
    told.ok("verify")


def test_a_release_gives_them_in_each_language(told: House) -> None:
    policy = archive_of(told.project).release("privacy", Number(2)).policy
    french, german = (policy.in_language(tag) for tag in ("fr", "de"))
    assert [note.text.strip() for note in french.notes] == [FRENCH_SUMMARY, FRENCH_REASON]
    assert [note.language for note in french.notes] == ["", ""]
    assert (FRENCH_EFFECT in french.facts.effect, french.facts.effect_language) == (True, "")
    assert [note.text.strip() for note in german.notes] == [SUMMARY, REASON]
    assert [note.language for note in german.notes] == ["en", "en"]
    assert (EFFECT in german.facts.effect, german.facts.effect_language) == (True, "en")
    record = (told.root / "versions/privacy/2/release.toml").read_text("utf-8")
    assert FRENCH_EFFECT in record


def test_the_letter_and_the_form_say_them(told: House) -> None:
    release = archive_of(told.project).release("privacy", Number(2))
    french = release.telling.letters[LetterKind(language="fr")]
    for words in (FRENCH_SUMMARY, FRENCH_REASON, FRENCH_EFFECT):
        assert words in french
    for words in (SUMMARY, REASON, EFFECT):
        assert words not in french
        assert words in release.telling.letters[LetterKind(language="de")]
    assert FRENCH_EFFECT in release.telling.forms["fr"]
    assert EFFECT in release.telling.forms["de"]


def test_what_is_refused_leaves_them(ready: House) -> None:
    hook = ready.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert ready.run("freeze", "--effective", later(60)).exit_code == 2
    for name, text in FRENCH_NOTES.items():
        assert (ready.root / "policy/privacy" / name).read_text("utf-8") == text
    assert git(ready.root, "status", "--porcelain") == ""


def test_what_is_not_what_the_draft_had_is_found(told: House) -> None:
    """A release that was sealed anew with another note, its tag moved: the draft has the old."""
    folder = told.root / "versions/privacy/2"
    for name in ("notes/security.md", "translations/fr/notes/security.md"):
        place = folder / name
        whole = place.read_bytes()
        place.write_text("Something else.\n")
        _seal(told, folder)
        output = " ".join(told.run("verify").output.split())
        assert f"versions/privacy/2/{name}: error: differs from the draft at revision" in output
        place.write_bytes(whole)
    _seal(told, folder)


def _seal(house: House, folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    (folder / SUMS_FILE).write_bytes(checksums(files))


def test_a_translation_of_a_note_reads_back() -> None:
    release = told_in_german()
    files = release_files(release, PAPERS)
    assert files["translations/de/notes/contact.md"] == b"Sie finden uns hier.\n"
    assert read_release("privacy", files, "x") == replace(release, seal=seal_of(files[SUMS_FILE]))
    for strange in ("translations/de/notes/use.md", "translations/fr/notes/contact.md"):
        more = {**files, strange: b"More.\n"}
        more[SUMS_FILE] = checksums(more)
        with pytest.raises(ConfigurationError, match="is no file that this program knows"):
            read_release("privacy", more, "x")


# ── check ────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_letter_would_say_in_the_original_is_a_cue(ready: House) -> None:
    told = found(ready)
    cue = "review: the German letter and"
    for name, what in (("_summary", "what this release changes"), ("security", "why `security`")):
        assert f"policy/privacy/de/notes/{name}.md: {cue} pages will say {what}" in told
        assert f"translate policy/privacy/notes/{name}.md in this file" in told
    line = (FACTS + DECLARED).split("[translations.de]")[0].count("\n") + 2
    assert f"policy.toml:{line}: {cue} form will say what opting out means in English" in told
    assert "to [translations.de]" in told
    assert "French" not in told
    assert "0 error(s), 3 review cue(s)" in told
    ready.write({"de/notes/_summary.md": "Besser.\n", "de/notes/security.md": "Sicherer.\n"})
    ready.write({"policy.toml": f'{FACTS}{DECLARED}effect = "Dann gilt die alte."\n'})
    assert "the German letter" not in found(ready)


def test_a_first_release_needs_nothing(house: House) -> None:
    release_one(house)
    assert house.ok("check") == ""


def test_freeze_says_it(ready: House) -> None:
    for words in (("--dry-run",), ()):
        said = ready.ok("freeze", "--effective", later(60), *words)
        assert (
            "translation de: its letter says in English: what opting out means, "
            "notes/_summary.md, notes/security.md"
        ) in said
        assert "translation fr: its letter says" not in said


WRONG: dict[str, tuple[Mapping[str, str], str, str]] = {
    "without its original": (
        {"fr/notes/use.md": "Pourquoi.\n"},
        "policy/privacy/fr/notes/use.md: error: there is no note `notes/use.md`",
        "write policy/privacy/notes/use.md",
    ),
    "of no section": (
        {"fr/notes/securty.md": "Pourquoi.\n"},
        "policy/privacy/fr/notes/securty.md: error: there is no note `notes/securty.md`",
        "give it the name of the note that it translates",
    ),
    "empty": (
        {"fr/notes/security.md": " \n"},
        "policy/privacy/fr/notes/security.md:1: error: the note is empty",
        "translate policy/privacy/notes/security.md here",
    ),
    "in a language that is not declared": (
        {"es/notes/security.md": "Por qué.\n"},
        "policy/privacy/es/notes/security.md: error: policy.toml does not declare the translation "
        "`es`",
        "[translations.es]",
    ),
    "no note": (
        {"fr/notes/security.txt": "Pourquoi.\n"},
        "policy/privacy/fr/notes/security.txt: error: the file does not belong here",
        "move it out",
    ),
    "beside the original": (
        {"notes/security.fr.md": "Pourquoi.\n"},
        "policy/privacy/notes/security.fr.md: error: no section has the anchor `security.fr`",
        "policy/privacy/fr/notes/security.md",
    ),
    "one that no clone on Windows has": (
        {"fr/notes/con.md": "Pourquoi.\n", "notes/con.md": "Why.\n"},
        "policy/privacy/fr/notes/con.md: error: Windows keeps `con`",
        "explain a second section in it",
    ),
    "invisible signs": (
        {"fr/notes/security.md": "Pour\x07quoi.\n"},
        "policy/privacy/fr/notes/security.md:1: error: has the control character U+0007",
        "remove it",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_translation_of_a_note_that_cannot_be_one(ready: House, case: str) -> None:
    files, what, remedy = WRONG[case]
    ready.write(files)
    said = found(ready)
    assert what in said
    assert remedy in said
    ready.commit()
    assert ready.run("freeze", "--effective", later(60)).exit_code == 2


def test_the_effect_is_words_that_are_shown_everywhere(ready: House) -> None:
    ready.write({"policy.toml": (FACTS + DECLARED).replace("Si vous", "Si\u202evous")})
    assert "`translations.fr.effect` has the control character U+202E" in found(ready)


def test_what_changes_in_the_effect_is_told(told: House) -> None:
    told.write({"policy.toml": (FACTS + DECLARED).replace("précédente", "antérieure")})
    assert "`translations.fr.effect`: “Si vous" in found(told)
    told.write({"policy.toml": (FACTS + DECLARED).replace("goes on", "keeps")})
    assert "`opt_out.effect` was changed, `translations.fr.effect` was not" in found(told)


# ── corrections ──────────────────────────────────────────────────────────────────────────────────


def test_a_letter_of_a_correction_says_the_notes_of_both(told: House) -> None:
    told.write(
        {
            "notes/_summary.md": "The new keys need more time.\n",
            "fr/notes/_summary.md": "Les nouvelles clés prennent du temps.\n",
        }
    )
    told.commit("Later")
    told.ok("freeze", "--effective", later(90), "--correction")
    release = archive_of(told.project).release("privacy", Number(2, 1))
    french = release.telling.letters[LetterKind(language="fr")]
    for words in (FRENCH_SUMMARY, FRENCH_REASON, FRENCH_EFFECT):
        assert words in french
    postponed = release.telling.letters[LetterKind(LetterCase.POSTPONED, "fr")]
    assert "Les nouvelles clés" in postponed
    for words in (SUMMARY, REASON, "The new keys"):
        assert words not in french + postponed


# ── the form and the receipt ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tag", "said", "marked"), [("fr", FRENCH_EFFECT, ""), ("de", EFFECT, "en")]
)
def test_who_opted_out_reads_what_it_means(told: House, tag: str, said: str, marked: str) -> None:
    releases = archive_of(told.project).releases("privacy")
    release = releases[-1]
    form = FormOnDay(release, releases, today(), catalogs().words(tag), tag)
    now = dt.datetime.now(dt.UTC)
    request = Request(
        1, RequestKind.OPT_OUT, "privacy", "2", 2, 1, now, Timing.IN_TIME, Channel.FORM, "{}", None
    )
    lines = Markup("").join(standing(form, request, None).lines)
    place = lines.split('<div class="pp-effect"')[1].split("</div>")[0]
    assert said in place
    assert place.startswith(f' lang="{marked}" dir="ltr">' if marked else ">")
    organisation = Workplace(told.project).settings.organisation
    declared = Declared(release, Number(1), (request,), request, "https://h.example/", tag)
    assert said in receipt_text(declared, stationery(organisation))
