"""One release, several languages, one of which decides: from the draft to the sealed folder."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import pytest
from pypdf import PdfReader

from publisher.actions.workplace import Workplace
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Lag
from publisher.site import catalogue, languages
from publisher.wording.dates import long_date
from publisher.wording.words import ENGLISH
from tests.fixtures import standards
from tests.fixtures.house import FACTS, SECTIONS, House, copied_house, git, later, make_house, today
from tests.fixtures.some import some
from tests.fixtures.workplaces import archive_of
from tests.site.test_catalogue import checked as valid

DECLARED = """
[translations.de]
title = "Datenschutzerklärung"
precedence = "Dies ist eine Übersetzung. Maßgeblich ist der englische Text."
lagging = "Noch nicht auf dem neuesten Stand."
effect = "Wenn Sie ablehnen, gilt für Sie die Fassung davor weiter."
"""
REASON = {"de/notes/security.md": "Längere Schlüssel schützen Ihre Daten besser.\n"}
GERMAN = {
    "de/use.md": "## Wie wir Daten nutzen {#use}\n\nWir nutzen Ihre Daten für Bestellungen, siehe "
    "[Sicherheit](#security).\n\nWir behalten sie 30 Tage.\n",
    "de/security.md": "## Sicherheit {#security}\n\nWir verschlüsseln mit 128-Bit-Schlüsseln.\n",
    "de/contact.md": "## Kontakt {#contact}\n\nSchreiben Sie uns:\n\n- per E-Mail\n- per Post\n",
}
FRENCH = {
    "fr/use.md": "## Usage {#use}\n\nNous utilisons vos données, voir [sécurité](#security).\n",
    "fr/security.md": "## Sécurité {#security}\n\nNous chiffrons avec des clés de 128 bits.\n",
    "fr/contact.md": "## Contact {#contact}\n\nÉcrivez-nous.\n",
}
NEW_GERMAN = GERMAN["de/security.md"].replace("128", "256")


@pytest.fixture
def bilingual(house: House) -> House:
    """A committed draft with a German translation, and no release."""
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    return house


@pytest.fixture
def released(tmp_path: Path) -> House:
    """The same, released as version 1."""
    return copied_house(tmp_path / "house", _release)


def _release(house: House) -> None:
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", "unknown")


def freeze(house: House, *words: str) -> str:
    return house.ok("freeze", "--effective", later(60), *words)


def refused(house: House, *words: str) -> str:
    """Runs freeze, expects a refusal that wrote nothing, returns the message on one line."""
    before = git(house.root, "log", "--format=%H", "--all")
    result = house.run("freeze", "--effective", later(60), *words)
    assert result.exit_code == 2, result.output
    assert git(house.root, "log", "--format=%H", "--all") == before
    assert git(house.root, "status", "--porcelain") == ""
    return " ".join(result.output.split())


def lags(house: House, number: str) -> dict[str, str]:
    """By `language:section`: the version that a release's translation still gives."""
    parsed = Number.parse(number)
    assert parsed is not None
    found = archive_of(house.project).release("privacy", parsed).lags
    return {f"{lag.language}:{lag.anchor}": str(lag.behind) for lag in found}


def checked(house: House) -> str:
    return " ".join(house.run("check").output.split())


# ── check ────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_translation_is_in_order(bilingual: House) -> None:
    assert bilingual.ok("check") == ""


BAD: dict[str, tuple[Mapping[str, str | bytes], str, str, str]] = {
    "a file that translates none": (
        {"de/extra.md": "## X {#x}\n\nx\n"},
        "de/extra.md",
        "section that does not exist",
        "remove it",
    ),
    "a language that is not declared": (
        {"fr/use.md": FRENCH["fr/use.md"]},
        "fr/use.md",
        "does not declare the translation `fr`",
        "[translations.fr]",
    ),
    "no anchor": (
        {"de/use.md": GERMAN["de/use.md"].replace(" {#use}", "")},
        "de/use.md:1",
        "has no anchor",
        "{#use}",
    ),
    "an anchor that the text has not": (
        {"de/use.md": GERMAN["de/use.md"].replace("{#use}", "{#ues}")},
        "de/use.md:1",
        "no section `ues`",
        "did you mean {#use}?",
    ),
    "a section in another file": (
        {"de/use.md": GERMAN["de/use.md"] + "\n## Kontakt {#contact}\n\nHier.\n"},
        "de/use.md:7",
        "no section `contact` in this file",
        "move it to policy/privacy/de/contact.md",
    ),
    "a section twice": (
        {"de/use.md": GERMAN["de/use.md"] + "\n## Noch einmal {#use}\n\nHier.\n"},
        "de/use.md:7",
        "`use` stands here twice",
        "the anchor of the one it translates",
    ),
    "another level": (
        {"de/use.md": "#" + GERMAN["de/use.md"]},
        "de/use.md:1",
        "level 3; in the text it is of level 2",
        "##",
    ),
    "a dead link": (
        {"de/use.md": GERMAN["de/use.md"].replace("(#security)", "(#schutz)")},
        "de/use.md:3",
        "`#schutz`",
        "an anchor of this policy",
    ),
    "raw HTML": (
        {"de/use.md": GERMAN["de/use.md"] + "\n<b>fett</b>\n"},
        "de/use.md:7",
        "raw HTML",
        "Markdown",
    ),
    "no heading": ({"de/use.md": "Text.\n"}, "de/use.md:1", "not start with a heading", "##"),
    "not UTF-8": (
        {"de/use.md": "## Ü {#use}\n\nx\n".encode("latin-1")},
        "de/use.md:1",
        "UTF-8",
        "",
    ),
    "no title": (
        {"policy.toml": FACTS + DECLARED.replace("Datenschutzerklärung", " ")},
        "policy.toml",
        "`translations.de.title` is empty",
        "called",
    ),
    "no word on which text decides": (
        {"policy.toml": FACTS + DECLARED.replace("precedence", "# precedence")},
        "policy.toml",
        "`translations.de.precedence` is missing",
        "",
    ),
    "an unknown key": (
        {"policy.toml": FACTS + DECLARED + 'tilte = "x"\n'},
        "policy.toml",
        "`translations.de.tilte` is not a key",
        "",
    ),
    "a remark that is not translated": (
        {"policy.toml": 'remark = "An example."\n' + FACTS + DECLARED},
        "policy.toml",
        "its translation `de` has none",
        "[translations.de]",
    ),
    "no language": (
        {"policy.toml": FACTS + DECLARED.replace("[translations.de]", "[translations.xx]")},
        "policy.toml:12",
        "`translations.xx` is not a known language",
        "pt-BR",
    ),
    "another spelling of a language": (
        {"policy.toml": FACTS + DECLARED.replace("[translations.de]", "[translations.DE]")},
        "policy.toml:12",
        "`translations.DE` is not a known language",
        "pt-BR",
    ),
    "the language that decides": (
        {"policy.toml": FACTS + DECLARED.replace("[translations.de]", "[translations.en]")},
        "policy.toml:12",
        "`en` is the language of the authoritative text",
        "remove",
    ),
    "a policy in no language": (
        {"policy.toml": 'language = "english"\n' + FACTS + DECLARED},
        "policy.toml",
        "`language` is `english`",
        "tag",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_its_place_and_remedy(bilingual: House, name: str) -> None:
    files, where, what, remedy = BAD[name]
    bilingual.write(files)
    result = bilingual.run("check")
    assert result.exit_code == 1
    told = " ".join(result.output.split())
    assert f"policy/privacy/{where}" in told
    assert what in told
    assert remedy in told


def test_sections_of_one_file_keep_their_order(bilingual: House) -> None:
    more = ("### Orders {#orders}\n\nThese.\n\n", "### Backups {#backups}\n\nThose.\n\n")
    german = ("### Bestellungen {#orders}\n\nDie.\n\n", "### Kopien {#backups}\n\nJene.\n\n")
    bilingual.write({"use.md": SECTIONS["use.md"] + "\n" + "".join(more)})
    bilingual.write({"de/use.md": GERMAN["de/use.md"] + "\n" + "".join(german)})
    assert checked(bilingual) == ""
    bilingual.write({"de/use.md": GERMAN["de/use.md"] + "\n" + "".join(reversed(german))})
    assert "de/use.md:11" in checked(bilingual)
    assert "`orders` comes behind `backups`, in the text before it" in checked(bilingual)


def test_what_lags_is_a_cue_with_its_line(released: House) -> None:
    released.edit()
    released.write(REASON)
    told = checked(released)
    assert "policy/privacy/de/security.md:1: review: “Sicherheit” says what version 1 says" in told
    assert "publisher diff 1 draft" in told
    assert "--lagging de:security" in told
    assert "--unaffected de:security" in told
    assert "0 error(s), 1 review cue(s)" in told


def test_a_text_that_changed_after_its_translation_is_a_cue(released: House) -> None:
    released.edit()
    released.write({"de/security.md": NEW_GERMAN, **REASON})
    assert checked(released) == ""
    released.commit("Nachziehen")
    assert checked(released) == ""
    changed = SECTIONS["security.md"].replace("128-bit", "512-bit")
    released.write({"security.md": changed})
    released.commit("Longer still")
    told = checked(released)
    commit = git(released.root, "log", "-1", "--format=%h", "--abbrev=10", "HEAD^").strip()
    assert "policy/privacy/de/security.md:1: review: the text was changed after" in told
    assert f"(commit {commit} by Tests" in told
    assert f"publisher diff git:{commit} draft" in told
    assert "1 review cue(s)" in told
    released.write({"de/security.md": GERMAN["de/security.md"].replace("128", "512")})
    released.commit("Noch einmal")
    assert checked(released) == ""


def test_a_check_of_translations_does_without_git(released: House) -> None:
    released.write({"de/security.md": NEW_GERMAN})
    (released.root / ".git").rename(released.root.parent / "elsewhere")
    assert checked(released) == ""


def test_a_title_that_changed_alone_is_a_cue(released: House) -> None:
    facts = FACTS.replace("Privacy Policy", "Privacy Notice")
    released.write({"policy.toml": facts + DECLARED})
    assert "`title` was changed, `translations.de.title` was not" in checked(released)


def test_a_translation_that_is_gone_is_a_cue(released: House) -> None:
    released.write({"policy.toml": FACTS})
    for name in GERMAN:
        (released.root / "policy/privacy" / name).unlink()
    assert "release 1 has a translation `de`, the draft has none" in checked(released)


# ── freeze ───────────────────────────────────────────────────────────────────────────────────────


def test_the_folder_of_a_release_has_its_translations(released: House) -> None:
    folder = released.root / "versions/privacy/1"
    for name, text in GERMAN.items():
        assert (folder / "translations" / name).read_text("utf-8") == text
    sums = (folder / "SHA256SUMS").read_text()
    assert "  translations/de/use.md\n" in sums
    assert "  policy.de.pdf\n" in sums
    facts = (folder / "release.toml").read_text("utf-8")
    assert '[translations.de]\ntitle = "Datenschutzerklärung"' in facts
    assert "lags" not in facts
    policy = archive_of(released.project).release("privacy", Number(1)).policy.in_language("de")
    assert policy.facts.title == "Datenschutzerklärung"
    assert [s.title for s in policy.document.sections] == [
        "Wie wir Daten nutzen",
        "Sicherheit",
        "Kontakt",
    ]
    assert released.ok("verify") == "privacy: 1 release(s) checked; not signed\n"


def test_a_translation_that_lags_stops_the_release(released: House) -> None:
    released.edit()
    for words in ((), ("--dry-run",)):
        message = refused(released, *words)
        assert "de: `security` says what version 1 says" in message
        assert "translate these sections" in message
        assert "--lagging de" in message
        assert "--unaffected de" in message


def test_a_translation_that_follows_is_frozen(released: House) -> None:
    released.edit()
    released.write({"de/security.md": NEW_GERMAN})
    released.commit("Nachziehen")
    told = freeze(released)
    assert "translation de: 1 section amended; 1 word added, 1 removed" in told
    assert lags(released, "2") == {}


def test_white_space_is_no_translation(released: House) -> None:
    released.edit()
    released.write({"de/security.md": GERMAN["de/security.md"] + "\n\n"})
    released.commit("Leerzeilen")
    assert "`security` says what version 1 says" in refused(released)


def test_it_can_be_labelled(released: House) -> None:
    released.edit()
    told = freeze(released, "--lagging", "de", "--dry-run")
    assert "translation de: `security` says what version 1 says; readers are told" in told
    freeze(released, "--lagging", "de")
    assert lags(released, "2") == {"de:security": "1"}
    facts = (released.root / "versions/privacy/2/release.toml").read_text("utf-8")
    assert '[translations.de.lags]\nsecurity = "1"\n' in facts


def test_a_label_stays_until_the_section_is_translated(released: House) -> None:
    released.edit()
    freeze(released, "--lagging", "de")
    released.write({"use.md": SECTIONS["use.md"].replace("30 days", "20 days")})
    released.write({"de/use.md": GERMAN["de/use.md"].replace("30 Tage", "20 Tage")})
    released.write({"notes/use.md": "Shorter.\n"})
    released.commit("Shorter")
    words = ("freeze", "--effective", later(90))
    assert "`security` says what version 1 says" in released.run(*words).output
    released.ok(*words, "--lagging", "de")
    assert lags(released, "3") == {"de:security": "1"}
    released.write({"de/security.md": NEW_GERMAN})
    released.commit("Nachziehen")
    released.ok("freeze", "--effective", later(90), "--correction")
    assert lags(released, "3.1") == {}


def test_a_text_that_is_again_what_it_was_is_followed_again(released: House) -> None:
    released.edit()
    freeze(released, "--lagging", "de")
    released.write({"security.md": SECTIONS["security.md"], "notes/security.md": "Back.\n"})
    released.commit("Back")
    released.ok("freeze", "--effective", later(90))
    assert lags(released, "3") == {}


def test_what_was_looked_at_is_recorded_and_is_the_text_from_then_on(released: House) -> None:
    released.write({"use.md": SECTIONS["use.md"].replace("orders", "oders")})
    released.write({"notes/use.md": "Words.\n"})
    released.commit("Typing")
    told = freeze(released, "--unaffected", "de")
    assert "translation de: `use` was looked at, and stays as it is" in told
    second = archive_of(released.project).release("privacy", Number(2))
    assert second.lags == ()
    assert second.unaffected == (("de", "use"),)
    released.write({"use.md": SECTIONS["use.md"], "notes/use.md": "A spelling mistake.\n"})
    released.commit("Mend")
    words = ("freeze", "--effective", later(60), "--correction")
    assert "`use` says what version 2 says" in released.run(*words).output
    released.ok(*words, "--unaffected", "de:use")
    assert archive_of(released.project).release("privacy", Number(2, 1)).unaffected == (
        ("de", "use"),
    )


def trilingual(house: House) -> None:
    """Adds French, and changes two sections of the text."""
    french = DECLARED.replace("translations.de", "translations.fr")
    house.write({"policy.toml": FACTS + DECLARED + french, **FRENCH})
    house.commit("En français")
    house.ok("freeze", "--effective", today().isoformat(), "--correction")
    assert house.ok("check") == ""
    house.edit()
    house.write({"use.md": SECTIONS["use.md"].replace("orders", "oders"), "notes/use.md": "So.\n"})
    house.commit("More")


def test_each_language_and_each_section_can_be_told_apart(released: House) -> None:
    trilingual(released)
    message = refused(released)
    assert "de: `use` says what version 1.1 says, `security` says what version 1.1 says" in message
    assert "fr: `use`" in message
    assert "--lagging de --lagging fr" in message
    assert "fr: `use`" in refused(released, "--lagging", "de")
    message = refused(released, "--unaffected", "de:use", "--unaffected", "fr:use")
    assert "`use`" not in message
    words = ("--unaffected", "de:use", "--lagging", "de", "--unaffected", "fr", "--lagging")
    freeze(released, *words, "fr:security")
    assert lags(released, "2") == {"de:security": "1.1", "fr:security": "1.1"}
    second = archive_of(released.project).release("privacy", Number(2))
    assert second.unaffected == (("de", "use"), ("fr", "use"))
    assert second.lagging("fr") == (Lag("fr", "security", Number(1, 1)),)


def test_a_label_can_be_put_where_a_person_knows_better(released: House) -> None:
    released.edit()
    mended = GERMAN["de/security.md"].replace("verschlüsseln", "chiffrieren")
    released.write({"de/security.md": mended})
    released.commit("Nur ein Wort")
    freeze(released, "--lagging", "de:security")
    assert lags(released, "2") == {"de:security": "1"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--lagging", "fr"), "there is no translation `fr`; there are: de"),
        (("--lagging", "de:nowhere"), "no section has the anchor `nowhere`"),
        (("--unaffected", "de:contact"), "`de:contact` does not lag"),
        (("--lagging", "de:contact"), "the text is what it was in version 1"),
        (("--lagging", "de", "--unaffected", "de"), "stated both"),
        (("--lagging", "de:security", "--unaffected", "de:security"), "`de:security` is stated"),
    ],
)
def test_what_cannot_be_so_cannot_be_stated(
    released: House, words: tuple[str, ...], message: str
) -> None:
    released.edit()
    assert message in refused(released, *words)


def test_nothing_is_stated_of_a_translation_that_follows(released: House) -> None:
    released.edit()
    released.write({"de/security.md": NEW_GERMAN})
    released.commit("Nachziehen")
    for option in ("--lagging", "--unaffected"):
        assert f"{option} de: the translation does not lag" in refused(released, option, "de")


COOKIES = {
    "policy.toml": FACTS.replace('"contact.md"]', '"cookies.md", "contact.md"]') + DECLARED,
    "cookies.md": "## Cookies {#cookies}\n\nWe set one.\n",
    "notes/cookies.md": "It was there, and nobody said so.\n",
}


def test_a_section_without_translation(released: House) -> None:
    released.write(COOKIES)
    released.commit("Cookies")
    told = checked(released)
    assert "policy/privacy/de/cookies.md: review: “Cookies” is not translated" in told
    assert "de: `cookies` is not translated" in refused(released)
    assert "could be unaffected" in refused(released, "--unaffected", "de:cookies")
    assert "is not translated" in refused(released, "--unaffected", "de")
    freeze(released, "--lagging", "de")
    assert lags(released, "2") == {"de:cookies": "None"}
    facts = (released.root / "versions/privacy/2/release.toml").read_text("utf-8")
    assert 'cookies = "untranslated"' in facts
    second = archive_of(released.project).release("privacy", Number(2)).policy.in_language("de")
    assert second.facts.sections == ("use.md", "security.md", "contact.md")
    released.write({"de/cookies.md": "## Cookies {#cookies}\n\nWir setzen eines.\n"})
    released.commit("Kekse")
    message = released.run("freeze", "--effective", later(90), "--lagging", "de:cookies").output
    assert "this translation is new" in " ".join(message.split())
    released.ok("freeze", "--effective", later(90), "--correction")
    assert lags(released, "2.1") == {}


def test_a_part_of_a_file_without_translation(released: House) -> None:
    part = "\n### Backups {#backups}\n\nKept for a week.\n"
    released.write({"use.md": SECTIONS["use.md"] + part, "notes/backups.md": "New.\n"})
    released.commit("Backups")
    assert "policy/privacy/de/use.md: review: “Backups” is not translated" in checked(released)
    freeze(released, "--lagging", "de")
    assert lags(released, "2") == {"de:backups": "None"}


# ── corrections ──────────────────────────────────────────────────────────────────────────────────


def test_a_translation_is_added_by_a_correction(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    message = refused(house)
    assert "only translations differ from release 1" in message
    assert "--correction" in message
    told = house.ok("freeze", "--effective", today().isoformat(), "--correction")
    assert "translation de: new" in told
    found = archive_of(house.project).release("privacy", Number(1, 1))
    assert found.notice == ""
    assert list(found.policy.translations) == ["de"]


def test_a_correction_mends_a_translation_whatever_it_changes(released: House) -> None:
    mended = GERMAN["de/use.md"].replace("30 Tage", "einen Monat, nicht länger")
    released.write({"de/use.md": mended})
    released.commit("Richtig übersetzt")
    told = released.ok("freeze", "--effective", today().isoformat(), "--correction")
    assert "translation de: 1 section amended" in told
    message = released.run("freeze", "--effective", today().isoformat(), "--correction").output
    assert "word for word" in message


def test_a_correction_of_the_text_is_held_to_spelling_all_the_same(released: House) -> None:
    released.edit()
    released.write({"de/security.md": NEW_GERMAN})
    released.commit("Nachziehen")
    message = released.run("freeze", "--effective", today().isoformat(), "--correction").output
    assert "more than spelling" in message


def test_a_label_is_taken_off_by_a_correction(released: House) -> None:
    released.edit()
    freeze(released, "--lagging", "de")
    freeze(released, "--correction", "--unaffected", "de")
    assert lags(released, "2.1") == {}


# ── what reads releases ──────────────────────────────────────────────────────────────────────────


def test_an_altered_translation_is_found(released: House) -> None:
    path = released.root / "versions/privacy/1/translations/de/use.md"
    path.write_text("anders\n")
    result = released.run("verify")
    assert result.exit_code == 1
    assert "versions/privacy/1/translations/de/use.md" in result.output
    path.unlink()
    result = released.run("verify")
    assert result.exit_code == 1
    assert "translations/de/use.md" in result.output


def test_a_translation_that_was_not_in_the_draft_is_found(released: House) -> None:
    from tests.actions.test_verify import reseal

    path = released.root / "versions/privacy/1/translations/de/use.md"
    path.write_text(GERMAN["de/use.md"].replace("30", "300"))
    reseal(released, "1")
    released.commit("Forge")
    told = " ".join(released.run("verify").output.split())
    assert "translations/de/use.md: error: differs from the draft at revision" in told


def test_two_translations_are_compared(released: House) -> None:
    released.write({"de/security.md": NEW_GERMAN})
    told = json.loads(released.ok("diff", "--language", "de", "--format", "json"))
    assert told["old"] == "version 1 (de)"
    assert [change["anchor"] for change in told["changes"]] == ["security"]
    assert "Datenschutzerklärung" in released.ok("diff", "1", "draft", "--language", "de")
    result = released.run("diff", "--language", "fr")
    assert result.exit_code == 2
    assert "has no translation `fr`; there are: de" in " ".join(result.output.split())


def test_releases_from_before_translations_still_read(house: House) -> None:
    house.freeze_two()
    for release in some(archive_of(house.project).releases("privacy")):
        assert release.policy.translations == {}
        assert release.lags == ()
        text = (house.root / "versions" / release.name / "release.toml").read_text()
        assert "translations" not in text


# ── documents and data ───────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def lagging(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Version 2, of which one section lags in German and one has no German."""
    house = make_house(tmp_path_factory.mktemp("lagging") / "house")
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    house.write(COOKIES)
    house.commit("Cookies")
    freeze(house, "--lagging", "de")
    return house


def test_the_pdf_of_a_translation_says_that_it_is_one(lagging: House) -> None:
    data = (lagging.root / "versions/privacy/2/policy.de.pdf").read_bytes()
    assert standards.broken(data) == []
    reader = PdfReader(io.BytesIO(data))
    assert str(reader.root_object["/Lang"]) == "de"
    assert reader.metadata is not None
    said = Workplace(lagging.project).catalogs.words("de")
    named = {"policy": "Datenschutzerklärung", "number": Number(2)}
    assert reader.metadata.title == said.gettext("{policy}, version {number}", **named)
    words = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    release = archive_of(lagging.project).release("privacy", Number(2))
    effective = release.effective
    assert effective is not None
    for expected in (
        "Maßgeblich ist der englische Text.",
        said.gettext(
            "Translation of version {number} into {language}. The text in {original} decides.",
            number=Number(2),
            language="Deutsch",
            original="Englisch",
        ),
        said.ngettext(
            "In this translation, {count} section is not up to date",
            "In this translation, {count} sections are not up to date",
            2,
        ),
        said.gettext("{section}: not translated", section="Cookies"),
        said.gettext("Read this section in {language}", language="Englisch"),
        "Wir verschlüsseln mit 128-Bit-Schlüsseln.",
        long_date(effective, "de"),
    ):
        assert expected in words
    assert "We set one" not in words
    at = Addresses(Workplace(lagging.project).settings.organisation.site, "privacy")
    inside = {name: parts[0] for name, parts in reader.attachments.items()}
    assert inside["policy.de.md"].decode() == languages.translation_markdown(
        release, "de", at, said
    )
    assert json.loads(inside["policy.de.json"])["sha256"]["seal"] == ""


def test_a_pdf_of_a_translation_can_be_had_from_the_command_line(lagging: House) -> None:
    frozen = (lagging.root / "versions/privacy/2/policy.de.pdf").read_bytes()
    target = lagging.root / "build/de.pdf"
    target.parent.mkdir(exist_ok=True)
    lagging.ok("pdf", "2", "--language", "de", "-o", str(target))
    assert target.read_bytes() == frozen
    result = lagging.run("pdf", "2", "--language", "fr")
    assert result.exit_code == 2
    assert "version 2 has no translation `fr`; there are: de" in " ".join(result.output.split())


def test_the_letter_links_each_translation(lagging: House) -> None:
    letter = archive_of(lagging.project).release("privacy", Number(2)).notice
    address = f"{Workplace(lagging.project).settings.organisation.site}privacy/2/de/"
    assert f"- In other languages: [Deutsch]({address})\n" in letter
    assert "The text in English decides; the others are translations of it." in letter


def test_programs_are_told_of_each_translation(lagging: House) -> None:
    releases = archive_of(lagging.project).releases("privacy")
    at = Addresses("https://policies.example/", "privacy")
    value = valid(
        catalogue.versions_json(releases, "Example", at, {}, lambda _: ENGLISH), "versions"
    )
    first, second = (version["translations"][0] for version in value["versions"])
    assert first["lags"] == []
    assert "changes" not in first["urls"]
    assert second["language"] == "de"
    assert second["title"] == "Datenschutzerklärung"
    assert second["lags"] == [
        {"anchor": "security", "behind": "1"},
        {"anchor": "cookies", "behind": None},
    ]
    assert second["urls"]["changes"] == "https://policies.example/privacy/2/de/changes/"
    text = valid(catalogue.translation_json(releases[1], "de", "Example", at, ENGLISH), "policy")
    assert text["language"] == "de"
    assert text["lags"] == second["lags"]
    assert text["translation_of"]["language"] == "en"
    words = languages.translation_markdown(releases[1], "de", at, ENGLISH)
    digest = hashlib.sha256(words.encode()).hexdigest()
    assert text["sha256"]["text"] == second["sha256"]["text"] == digest
    files = groupby(text["sections"], lambda section: str(section["file"]))
    body = "\n".join("".join(section["markdown"] for section in parts) for _, parts in files)
    assert words.startswith("# Datenschutzerklärung\n\n> Dies ist eine Übersetzung.")
    assert words.endswith("\n\n" + body)


def test_a_download_says_what_it_is_before_it_begins(lagging: House) -> None:
    release = archive_of(lagging.project).release("privacy", Number(2))
    words = languages.translation_markdown(
        release, "de", Addresses("https://policies.example/", "privacy"), ENGLISH
    )
    head = words.partition("\n## ")[0]
    assert "The text in English decides: <https://policies.example/privacy/2/>" in head
    assert "`security`: says what version 1 says; `cookies`: not translated" in head
