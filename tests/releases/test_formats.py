"""The formats of a release's folder: each is read for ever, by seals that are written down here."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.compare.amendment import Counts, amend
from publisher.compare.diff_form import diff_flaw
from publisher.errors import ConfigurationError
from publisher.exchange.diff_json import diff_json
from publisher.exchange.sealed_diff import sealed_diff
from publisher.policies.notice_rules import WithoutRecord
from publisher.releases.conditions import Approval, Conditions
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
from publisher.releases.releases import Releases
from publisher.releases.seals import chain_flaws
from publisher.releases.telling import LATER_PROGRAM, LetterCase, LetterKind, Telling
from publisher.releases.told_changes import known_changes
from publisher.releases.told_flaws import told_flaws
from publisher.wording.dates import is_time_zone
from publisher.wording.language import locale
from publisher.wording.words import ENGLISH
from tests import ROOT
from tests.fixtures.house import House, later
from tests.fixtures.kinds import NAMES, SIGNERS, freeze_every_kind
from tests.fixtures.some import some
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
    2: {
        "privacy/1": "b2b3be0bf1d97f048da6351b05cca0ae71f0af0a2746b0f7cfb164e0d7f0040f",
        "privacy/2": "69f45ff2402400bf3bfb3ebf5ba3280e9da74a5b178c727eea28246c78727ee7",
        "privacy/2.1": "dcb61a44ad0286c40e61d5b469bad5d6344f39371393a378aa9635b572610b91",
        "privacy/2.2": "03c25bc316a451106dae3f0f8c77798064b3fd229869e434027d4570acd42b44",
        "privacy/3": "5a9c6b282c1077d8b84cc61a6cb88cce0bf0c4c6137126854d2bb77462e2c320",
        "terms/1": "9829dacba998d553586b5bbe9cdde94e80a421432802a44ca4fc0641ef0bf6df",
        "terms/2": "a009cdc4dced31a2b6a0695a219dcbfb08d7624e9421b74ccbd70787f2aff4bb",
        "terms/3": "9a743c4c1fe40d5e4e9f0c061fc738e2a240d4406d2f335ff8d67e19b506a811",
    },
}
ALL_OF_FORMAT_2 = "9789a459b2df8ee6a9cab1c7665d649660857f574a8d98c406cb400b8f063247"
"""The seal of a folder with all that format 2 has, which the program that began it wrote."""
TRANSLATED = "1fde9b756be85ac18135fa677a2f91fa8441ff3ea4306cbf7bac67cca1a3d416"
"""The seal of one that has notes and the effect of opting out in a translation too."""
TOLD = "9a4de51d2b445a9bfbfca2300e8ad10b8be140240164e1fafa280893f175c46e"
"""The seal of a release with the comparisons that it was told by, as a program made them that
strikes each amended paragraph as a whole; without its PDFs."""
WITH_PDF = ("privacy/3", "terms/3")
"""Of the other releases, the PDFs are left out here."""


def folder_of(version: int, name: str) -> dict[str, bytes]:
    """The files that are kept of a release, by their path in its folder."""
    return files_below(KEPT / str(version) / name)


def files_below(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their path in it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def kept(version: int, name: str, policy_id: str = "") -> Release:
    """A release that the program of a format sealed, as this program reads it."""
    return read_release(policy_id or name.partition("/")[0], folder_of(version, name), name)


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
    assert _meant(theirs, version) == _meant(ours, version)


def _meant(release: Release, version: int) -> Release:
    """What a release says in a format, but for commits, which have other ids each time, and for
    the words of letters and forms, which each program chooses anew. What holds without a record,
    programs before the register did not seal: it is that of the profile.
    """
    policy = replace(release.policy, signers=release.policy.signers if version > 1 else "")
    notice, form = "told" * bool(release.notice), "may" * bool(release.opt_out)
    release = replace(release, notice=notice, opt_out=form, telling=Telling())
    held = replace(release.conditions, without_record=release.without_record)
    release = replace(release, conditions=held)
    return replace(release, policy=policy, seal="", previous_seal="", revision="")


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
    assert kept(2, "privacy/3").policy.signers == SIGNERS


def test_a_folder_with_all_that_format_2_has_is_read_for_ever() -> None:
    files = folder_of(2, "all/3")
    assert broken(files) == []
    assert seal_of(files[SUMS_FILE]) == ALL_OF_FORMAT_2
    release = kept(2, "all/3", "privacy")
    assert set(release.telling.comparisons) == {"", "de"}
    telling = replace(FULL.telling, comparisons=release.telling.comparisons)
    assert release == replace(FULL, seal=ALL_OF_FORMAT_2, telling=telling)


def test_a_folder_with_all_that_is_told_in_a_translation_is_read_for_ever() -> None:
    files = folder_of(2, "translated/3")
    assert broken(files) == []
    assert seal_of(files[SUMS_FILE]) == TRANSLATED
    release = kept(2, "translated/3", "privacy")
    telling = replace(FULL.telling, comparisons=release.telling.comparisons)
    assert release == replace(told_in_german(), seal=TRANSLATED, telling=telling)


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
    for data, what in ((b"a \xff\n", "byte 0xff is not UTF-8"), (b"a\x07\n", "U+0007")):
        house.write({"signers": data})
        found = house.run("check").output
        assert "policy/privacy/signers:1" in found
        assert what in found


def test_signers_alone_change_by_a_correction(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.write({"signers": SIGNERS})
    house.commit("Who may sign")
    refused = house.run("freeze", "--effective", later(60))
    assert refused.exit_code == 2
    assert "only signers differ from release 1" in " ".join(refused.output.split())
    house.ok("freeze", "--effective", later(0), "--correction")
    mended = archive_of(house.project).release("privacy", Number(1, 1))
    assert (mended.policy.signers, mended.notice) == (SIGNERS, "")


def test_faults_in_signers_are_found_with_their_line(house: House) -> None:
    house.write({"signers": f"{SIGNERS}\nlegal@hosting.example\n"})
    line = SIGNERS.count("\n") + 2
    assert f"policy/privacy/signers:{line}" in (found := house.run("check").output)
    assert "is no signer" in found
    house.commit("A slip")
    refused = house.run("freeze", "--effective", "unknown")
    assert refused.exit_code == 2
    assert f"signers:{line}" in refused.output
    for nothing in ("", "\n", "# Nobody yet\n"):
        house.write({"signers": nothing})
        assert house.run("check").exit_code == 1, nothing


def test_signers_that_are_taken_away_are_told(house: House) -> None:
    house.write({"signers": SIGNERS})
    house.commit("Who may sign")
    house.ok("freeze", "--effective", "unknown")
    (house.root / "policy/privacy/signers").unlink()
    found = house.ok("check")
    assert "policy/privacy/signers" in found
    assert "who may sign is still who the last release that had it says" in " ".join(found.split())


def test_format_1_has_no_signers() -> None:
    files = {**folder_of(1, "privacy/3"), "signers": SIGNERS.encode()}
    assert read_release("privacy", files, "versions/privacy/3").policy.signers == ""


def test_a_release_with_signers_reads_back(tmp_path: Path) -> None:
    release = kept(1, "privacy/3")
    release = replace(release, policy=replace(release.policy, signers=SIGNERS))
    files = release_files(release, {})
    assert read_release("privacy", files, "x") == replace(release, seal=seal_of(files[SUMS_FILE]))


# ── what format 2 has beside ─────────────────────────────────────────────────────────────────────

ZONE = Conditions(
    "Europe/Berlin",
    WithoutRecord.HOLD,
    Approval(("Legal", "The board"), dt.datetime(2027, 1, 9, tzinfo=dt.UTC), "a" * 40),
)


def full() -> Release:
    """A release that has everything that format 2 has."""
    before, release = kept(1, "privacy/2.2"), kept(1, "privacy/3")
    policy = replace(release.policy, signers=SIGNERS)
    comparisons = {
        language: diff_json(amend(old.document, new.document), "version 2", "version 3")
        for language, old, new in (
            ("", before.policy, policy),
            ("de", before.policy.in_language("de"), policy.in_language("de")),
        )
    }
    letters = {
        LetterKind(case, language): f"# Letter {case} {language}\n"
        for case in (None, *(set(LetterCase) - {LetterCase.REMINDER}))
        for language in ("", "de")
        if case or language
    }
    telling = Telling(letters, {"de": "# Formular\n"}, comparisons, wording="b" * 64)
    return replace(release, policy=policy, replaces=Number(2), conditions=ZONE, telling=telling)


FULL = full()


def counted() -> Release:
    """The same, with all that its period of notice may be counted by."""
    facts = replace(FULL.policy.facts, months=2, business_days=10, holidays="DE-BY")
    facts = replace(facts, remind_days_before=7)
    days = {"DE-BY": {dt.date(2027, 1, 6): "Epiphany", dt.date(2027, 3, 26): "Good Friday"}}
    conditions = replace(ZONE, days_off={**days, "AT": {}}, whole_periods=True)
    letters = {**FULL.telling.letters, LetterKind(LetterCase.REMINDER, "de"): "# Erinnerung\n"}
    telling = replace(FULL.telling, letters=letters)
    policy = replace(FULL.policy, facts=facts)
    return replace(FULL, policy=policy, conditions=conditions, telling=telling)


COUNTED = counted()


def told_in_german() -> Release:
    """The same, with what is told in German too: why it changed, and what opting out means."""
    policy, facts = FULL.policy, FULL.policy.facts
    wording = replace(facts.translations["de"], effect="Dann gilt für Sie die Fassung davor.")
    notes = [replace(note, translations={"de": "Sie finden uns hier.\n"}) for note in policy.notes]
    facts = replace(facts, translations={"de": wording})
    return replace(FULL, policy=replace(policy, facts=facts, notes=tuple(notes)))


PAPERS = {"policy.pdf": b"%PDF", "policy.de.pdf": b"%PDF"}


def test_all_of_format_2_reads_back() -> None:
    files = release_files(FULL, PAPERS)
    assert {"notice.de.md", "notice.again.md", "notice.moved.de.md", "opt-out.de.md"} <= set(files)
    assert {"changes.json", "changes.de.json", "signers"} <= set(files)
    read = read_release("privacy", files, "versions/privacy/3")
    assert read == replace(FULL, seal=seal_of(files[SUMS_FILE]))
    assert release_files(read, PAPERS) == files


def test_how_a_period_is_counted_reads_back() -> None:
    files = release_files(COUNTED, {})
    assert read_release("privacy", files, "x") == replace(COUNTED, seal=seal_of(files[SUMS_FILE]))


def test_a_case_of_letters_is_never_the_tag_of_a_language() -> None:
    assert not [case for case in LetterCase if locale(case)]


def test_time_zones_are_those_of_the_iana_database() -> None:
    names = zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"}
    assert not [name for name in some(names) if not is_time_zone(name)]
    for name in ("Europe/Atlantis", "Etc/Unknown", "CEST", "+02:00", "europe/berlin", ""):
        assert not is_time_zone(name), name


def with_file(name: str, data: str | bytes | None) -> dict[str, bytes]:
    """The full folder with one file that is another one, or is not there."""
    files = {**release_files(FULL, PAPERS)}
    if data is None:
        del files[name]
    else:
        files[name] = data if isinstance(data, bytes) else data.encode()
    return {**files, SUMS_FILE: checksums(files)}


def with_value(old: str, new: str) -> dict[str, bytes]:
    """The full folder whose record says something else."""
    return with_record(release_files(FULL, PAPERS), old, new)


def off(old: str, new: str) -> dict[str, bytes]:
    """The same of one with days off."""
    return with_record(release_files(COUNTED, PAPERS), old, new)


CHANGED = json.loads(FULL.telling.comparisons[""])
STRANGE = {
    # keys and values of release.toml
    "a key": (with_value("format = 2", "format = 2\nretracted = true"), "`retracted` is not a key"),
    "a key of an approval": (with_value("by = [", 'who = "A"\nby = ['), "`approval.who` is not a"),
    "a key of the wording": (with_value("digest = ", 'file = "A"\ndigest = '), "`wording.file`"),
    "a zone": (with_value("Europe/Berlin", "Europe/Atlantis"), "`time_zone` is 'Europe/Atlantis'"),
    "without a record": (with_value('"hold"', '"stop"'), "`without_record` is 'stop', not hold or"),
    "no day off": (off("2027-01-06 =", "2027-02-30 ="), "`days_off.DE-BY` has a day that"),
    "a day off": (off("2027-01-06 =", "20270106 ="), "`days_off.DE-BY` has '20270106'"),
    "no number": (with_value('replaces = "2"', 'replaces = "two"'), "`replaces` is 'two'"),
    "a later number": (with_value('replaces = "2"', 'replaces = "4"'), "which is not before 2.2"),
    "no such time": (with_value("2027-01-09T00:00:00Z", '"today"'), "`approval.at` is not a time"),
    "approved by nobody": (with_value('["Legal", "The board"]', "[]"), "`approval.by` names no"),
    "no commit": (with_value(f'"{"a" * 40}"', '"main"'), "`approval.revision` is 'main'"),
    "no digest": (with_value("b" * 64, "b" * 63), "`wording.digest` is"),
    "a profile": (with_value('profile = "gdpr"', 'profile = "lex"'), "`notice.profile` is 'lex'"),
    "a kind": (with_value('"material"', '"unknown"'), "`materiality` is 'unknown'"),
    "itself before": (with_value('previous = "2.2"', 'previous = "3"'), "`previous` is 3, which"),
    "no number before": (with_value('previous = "2.2"', 'previous = "x"'), "`previous` is 'x'"),
    "no seal before": (with_value('_seal = "', '_seal = "0'), "`previous_seal` is no SHA-256"),
    "no revision": (with_value('\nrevision = "f', '\nrevision = "x'), "`revision` is"),
    "a language": (with_value('language = "en"', 'language = "xx"'), "`xx` is no language"),
    "no note": (with_value('"contact.md"]', '"use.md"]'), "`notes` names `use.md`, which is miss"),
    # files
    "a file": (with_file("readme.md", "A"), "readme.md: is no file that this program knows"),
    "a picture": (with_file("sections/a.png", b"\x89"), "sections/a.png: is no file that this"),
    "a section": (with_file("sections/more.md", "A"), "sections/more.md: is no file that this"),
    "a note": (with_file("notes/use.md", "A"), "notes/use.md: is no file that this program"),
    "a PDF": (with_file("policy.fr.pdf", b"%PDF"), "policy.fr.pdf: is no file that this program"),
    "a case": (with_file("notice.late.md", "A"), "`late` is neither a case of letters (again, "),
    "a letter": (with_file("notice.fr.md", "A"), "notice.fr.md: `fr` is neither a case of"),
    "a letter of a case": (with_file("notice.again.fr.md", "A"), "has no translation `fr`"),
    "cases and languages": (with_file("notice.de.again.md", "A"), "has no translation `de.again`"),
    "two cases": (with_file("notice.again.moved.md", "A"), "has no translation `moved`"),
    "the language that decides": (with_file("notice.en.md", "A"), "`en` is neither a case"),
    "a form": (with_file("opt-out.fr.md", "A"), "opt-out.fr.md: the release has no translation"),
    "a form of a case": (with_file("opt-out.again.md", "A"), "no translation `again`"),
    "an empty letter": (with_file("notice.again.md", " \n"), "notice.again.md: says nothing"),
    "no text": (with_file("sections/use.md", b"a\n\xff\n"), "sections/use.md:2: is not UTF-8"),
    "signers that are no text": (with_file("signers", b"\xff\n"), "signers:1: is not UTF-8 text"),
    "no JSON": (with_file("changes.json", "{\n\n,"), "changes.json: is not JSON, see line 3"),
    "other JSON": (with_file("changes.json", "[]"), "is no comparison: it is not an object"),
    "a later form": (
        with_file("changes.json", json.dumps({**CHANGED, "version": 3})),
        "has another form than urn:policy-publisher:diff:2",
    ),
    "a comparison": (
        with_file("changes.fr.json", FULL.telling.comparisons["de"]),
        "changes.fr.json: the release has no translation `fr`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STRANGE)
def test_what_format_2_does_not_know_is_refused(case: str) -> None:
    files, said = STRANGE[case]
    with pytest.raises(ConfigurationError) as caught:
        read_release("privacy", files, "versions/privacy/3")
    error = caught.value
    assert said in f"{error.where}: {error.what}"
    assert error.where.startswith("versions/privacy/3/")
    assert error.remedy == LATER_PROGRAM


def test_a_comparison_of_other_texts_is_told_and_not_believed() -> None:
    """It reads, so that `verify` can say what else is wrong with such a release."""
    other = with_file("changes.json", FULL.telling.comparisons["de"])
    three, two = read_release("privacy", other, "versions/privacy/3"), kept(1, "privacy/2.2")
    releases = Releases([two, replace(three, previous=two.number, replaces=None)])
    names = [name for name, what, _ in told_flaws(releases[1], releases) if "other texts" in what]
    assert "changes.json" in names
    assert known_changes(two, releases[1], releases).told is None


def test_a_first_release_was_compared_with_nothing() -> None:
    first = replace(FULL, previous=None, previous_seal="", replaces=None)
    read = read_release("privacy", release_files(first, {}), "versions/privacy/3")
    assert "compares a release with nothing before it" in [
        flaw.what for flaw in told_flaws(read, Releases([read]))
    ]


def test_format_1_knows_nothing_of_it() -> None:
    files = with_value("format = 2", "format = 1")
    with pytest.raises(ConfigurationError, match="is not a key we know"):
        read_release("privacy", files, "versions/privacy/3")


OLD, NEW = (kept(1, f"privacy/{number}").policy.document for number in ("2.2", "3"))
ABRIDGED = json.loads(sealed_diff(amend(OLD, NEW), "version 2", "version 3", ENGLISH, "0.1.0"))


PLACES = ["", "words", "changes.0", "operations.0"]


@pytest.mark.parametrize(
    ("whole", "place"),
    [
        *((CHANGED, place) for place in (*PLACES, "operations.0.new")),
        *((ABRIDGED, place) for place in (*PLACES, "operations.1", "texts", "changes.0.old.0")),
    ],
)
def test_a_comparison_that_lacks_what_its_schema_asks_for(
    place: str, whole: dict[str, Any]
) -> None:
    """Ours and the published schema agree on what is one."""
    published = json.loads((ROOT / "docs/diff.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(published)
    assert validator.is_valid(whole)
    steps = [int(step) if step.isdigit() else step for step in place.split(".") if step]

    def inside(value: Any) -> Any:
        for step in steps:
            value = value[step]
        return value

    wrong: list[object] = [None, -1, "", [], {}]
    for key in some(list(inside(whole))):
        altered = json.loads(json.dumps(whole))
        del inside(altered)[key]
        assert bool(diff_flaw(json.dumps(altered))) == (not validator.is_valid(altered)), key
        for value in wrong:
            inside(altered)[key] = value
            if not validator.is_valid(altered):
                assert diff_flaw(json.dumps(altered)), (key, value)


@pytest.mark.parametrize(("language", "words"), [("", 7), ("fr", 8), ("de", 4)])
def test_what_another_program_told_is_read_as_it_told_it(language: str, words: int) -> None:
    one, two = (
        read_release("privacy", files_below(KEPT / "told/privacy" / number), f"versions/{number}")
        for number in ("1", "2")
    )
    assert two.seal == TOLD
    found = known_changes(one, two, Releases([one, two]), language)
    assert found.counts == Counts(words, words, 0)
    assert found.anew
    assert found.anew.counts.inserted < words
    assert found.told == two.published_day
    assert not list(told_flaws(two, Releases([one, two])))


# ── programs of earlier formats ──────────────────────────────────────────────────────────────────

LAST_OF_FORMAT_1 = "8dfbf9850d94aef56c6473ecabd3fefc1ca610b3"
"""A commit of this repository whose program writes format 1."""


def test_the_program_of_format_1_says_which_format_it_reads(house: House, tmp_path: Path) -> None:
    packed = subprocess.run(
        ["git", "archive", LAST_OF_FORMAT_1, "publisher"], cwd=ROOT, capture_output=True
    )
    if packed.returncode:
        pytest.skip("this clone lacks the commit")
    subprocess.run(["tar", "x", "-C", str(tmp_path)], input=packed.stdout, check=True)
    house.ok("freeze", "--effective", "unknown")
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "--project", str(house.root), "diff", "1", "draft"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "`format` is 2, this program reads 1" in " ".join(done.stderr.split())
    assert "update it" in done.stderr
