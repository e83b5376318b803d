"""`publisher check`: every bad input is told with file, line and remedy."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from jsonschema import Draft202012Validator

from tests import ROOT
from tests.fixtures.house import FACTS, SECTIONS, House, later

USE = SECTIONS["use.md"]

BAD: dict[str, tuple[dict[str, str | bytes], str, str, str]] = {
    "no anchor": ({"use.md": USE.replace(" {#use}", "")}, "use.md:1", "has no anchor", "{#how-we"),
    "bad anchor": ({"use.md": USE.replace("{#use}", "{#Use It}")}, "use.md:1", "no anchor", "{#"),
    "capital anchor": (
        {"use.md": USE.replace("{#use}", "{#Use}")},
        "use.md:1",
        "cannot be",
        "{#use}",
    ),
    "same anchor twice": (
        {"use.md": USE.replace("{#use}", "{#contact}")},
        "contact.md:1",
        "taken by use.md:1",
        "another anchor",
    ),
    "named but missing": (
        {"policy.toml": FACTS.replace('"contact.md"', '"contact.md", "lost.md"')},
        "policy.toml:4",
        "no such file",
        "lost.md",
    ),
    "there but not named": (
        {"extra.md": "## X {#x}\n\nx\n"},
        "extra.md",
        "does not list this file",
        "sections",
    ),
    "stranger": ({"extra.docx": b"PK"}, "extra.docx", "does not belong", "move it"),
    "raw HTML": ({"use.md": USE + "\n<b>bold</b>\n"}, "use.md:7", "raw HTML", "Markdown"),
    "raw HTML block": (
        {"use.md": USE + "\n<div>\nx\n</div>\n"},
        "use.md:7",
        "raw HTML",
        "Markdown",
    ),
    "picture": ({"use.md": USE + "\n![x](y.png)\n"}, "use.md:7", "a picture", "words"),
    "link to no anchor": (
        {"use.md": USE.replace("#security", "#secrity")},
        "use.md:3",
        "`#secrity`",
        "#security?",
    ),
    "link to a file": ({"use.md": USE + "\n[x](y.md)\n"}, "use.md:7", "leads nowhere", "#anchor"),
    "script link": ({"use.md": USE + "\n[x](javascript:alert)\n"}, "use.md:7", "refused", "remove"),
    "TOML error": (
        {"policy.toml": FACTS.replace('"use.md",', '"use.md')},
        "policy.toml:",
        "TOML",
        "quotes",
    ),
    "unknown key": (
        {"policy.toml": FACTS + "\nefect = 1\n"},
        "policy.toml",
        "`opt_out.efect`",
        "spelling",
    ),
    "missing key": (
        {"policy.toml": FACTS.replace("effect =", "# effect =")},
        "policy.toml",
        "`opt_out.effect` is missing",
        "add",
    ),
    "wrong kind": (
        {"policy.toml": FACTS.replace("= 30", '= "30"')},
        "policy.toml",
        "`notice.days`",
        "correct",
    ),
    "unknown profile": (
        {"policy.toml": FACTS.replace("days = 30", 'days = 30\nprofile = "eu"')},
        "policy.toml",
        "no notice profile `eu`",
        "p2b",
    ),
    "period below the profile's": (
        {"policy.toml": FACTS.replace("days = 30", 'days = 10\nprofile = "p2b"')},
        "policy.toml",
        "2019/1150",
        "15",
    ),
    "no such holidays": (
        {"policy.toml": FACTS.replace("days = 30", 'days = 30\nholidays = "DE-XX"')},
        "policy.toml",
        "`notice.holidays` is `DE-XX`, which is no part of DE",
        "DE-BY",
    ),
    "business days without holidays": (
        {"policy.toml": FACTS.replace("days = 30", "days = 30\nbusiness_days = 10")},
        "policy.toml",
        "no holidays are named",
        'holidays = "DE-BY"',
    ),
    "Latin-1": ({"use.md": USE.encode() + b"\ncaf\xe9\n"}, "use.md:7", "0xe9", "UTF-8"),
    "byte order mark": (
        {"use.md": b"\xef\xbb\xbf" + USE.encode()},
        "use.md:1",
        "byte order",
        "BOM",
    ),
    "carriage return": ({"use.md": USE.replace("data", "data\r", 1)}, "use.md:3", "carriage", "LF"),
    "control character": ({"use.md": USE + "\na\x07b\n"}, "use.md:7", "U+0007", "remove"),
    "terminal code": ({"use.md": USE + "\na\x9bb\n"}, "use.md:7", "U+009B", "remove"),
    "heading that turns": (
        {"use.md": USE.replace("How", "\u202eHow")},
        "use.md:1",
        "U+202E",
        "remove",
    ),
    "tag in the title": (
        {"policy.toml": FACTS.replace("Privacy Policy", "<script>x</script>")},
        "policy.toml:2",
        "`title` has `<`",
        "without < and >",
    ),
    "bracket in the contact": (
        {"policy.toml": FACTS.replace("privacy@hosting.example", "x> y")},
        "policy.toml:3",
        "`contact` has `>`",
        "without < and >",
    ),
    "line end in the title": (
        {"policy.toml": FACTS.replace("Privacy Policy", r"Privacy\nPolicy")},
        "policy.toml:2",
        "U+000A",
        "invisible",
    ),
    "turned title": (
        {"policy.toml": FACTS.replace("Privacy Policy", r"Privacy\u202ePolicy")},
        "policy.toml:2",
        "U+202E",
        "invisible",
    ),
    "tag in the remark": (
        {"policy.toml": 'remark = "a <b>"\n' + FACTS},
        "policy.toml:1",
        "`remark` has `<`",
        "without < and >",
    ),
    "invisible sign in the effect": (
        {"policy.toml": FACTS.replace("If you", r"If\u2028you")},
        "policy.toml:10",
        "`opt_out.effect` has the control character U+2028",
        "invisible",
    ),
    "tag in the title of a translation": (
        {"policy.toml": FACTS + '[translations.de]\ntitle = "<i>"\nprecedence = "p"\n'},
        "policy.toml:12",
        "`translations.de.title` has `<`",
        "without < and >",
    ),
    "definition that nothing uses": (
        {"use.md": USE + "\n[Retention]: 30-days\n"},
        "use.md:7",
        "no link uses the definition `[Retention]: 30-days`",
        "write `\\[`",
    ),
    "a character that no font has": (
        {"use.md": USE + "\nالعربية, ✓, 🙂 and 数据.\n"},
        "use.md:7",
        "no font has the character “数” (U+6570 CJK UNIFIED IDEOGRAPH-6570) (nor 1 other)",
        "fonts/",
    ),
    "empty file": ({"use.md": ""}, "use.md:1", "empty", "remove it"),
    "only blank lines": ({"use.md": "\n\n"}, "use.md:1", "empty", "remove it"),
    "heading without text": ({"use.md": "## A {#use}\n"}, "use.md:1", "no text", "remove it"),
    "no heading": ({"use.md": "Text.\n"}, "use.md:1", "start with a heading", "## Title"),
    "level 1": ({"use.md": "#" + USE[2:]}, "use.md:1", "own title", "##"),
    "level skipped": ({"use.md": USE + "\n#### X {#x}\n\nx\n"}, "use.md:7", "level 4", "###"),
    "2 MB": ({"use.md": USE + "word " * 400_000}, "use.md", "2,000,", "split"),
    "note on nothing": ({"notes/secrity.md": "x\n"}, "notes/secrity.md", "anchor", "security.md?"),
    "empty note": ({"notes/use.md": "\n"}, "notes/use.md:1", "empty", "why"),
    "retired but there": (
        {"policy.toml": FACTS + '\n[retired]\nuse = "contact"\n'},
        "policy.toml",
        "a heading has it",
        "remove one",
    ),
    "retired to nowhere": (
        {"policy.toml": FACTS + '\n[retired]\nold = "nowhere"\n'},
        "policy.toml",
        "no anchor here",
        "name an anchor",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(house: House, name: str) -> None:
    files, where, what, remedy = BAD[name]
    house.write(files)
    result = house.run("check")
    assert result.exit_code == 1, result.output
    assert f"policy/privacy/{where}" in result.output
    assert what in result.output
    assert remedy in result.output


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("declarations = [\n", "en.toml:"),
        ("declaration = []\n", "`declaration` is not a key we know"),
        ('declarations = ["I opt {out}"]\n', "`declarations"),
        ('declarations = ["{policy}"]\n', "say nothing of it"),
        ('declarations = ["[I want] {change}, [{title}]"]\n', "say nothing of it"),
    ],
)
def test_sentences_of_the_project_that_do_not_read(house: House, text: str, told_of: str) -> None:
    own = house.root / "wording/declarations/en.toml"
    own.parent.mkdir(parents=True)
    own.write_text(text)
    result = house.run("check")
    assert result.exit_code == 1
    assert "wording/declarations/en.toml" in result.output
    assert told_of in result.output


@pytest.mark.parametrize(
    ("sections", "told_of"),
    [
        ('"privacy/contatc" = "question"', ("publisher.toml:14", "`privacy/contatc`", "contact, ")),
        ('"terms/use" = "question"', ("publisher.toml:14", "no policy `terms`", "are privacy")),
        ('"contact" = "question"', ("publisher.toml", "is no section", '"privacy/contact"')),
        ('"privacy/use" = "contact"', ("publisher.toml", "is no page", "personal-data")),
        ('"privacy/use" = "mailings"', ("publisher.toml", "no `requests.mailings`", "add")),
    ],
)
def test_a_section_that_leads_to_no_page(
    house: House, sections: str, told_of: tuple[str, ...]
) -> None:
    settings = house.root / "publisher.toml"
    own = '\n[requests]\nquestions = "info@hosting.example"\n[requests.sections]\n'
    settings.write_text(f'{settings.read_text()}{own}"privacy/use" = "applies"\n')
    house.ok("check")
    settings.write_text(settings.read_text().replace('"privacy/use" = "applies"', sections))
    result = house.run("check")
    assert result.exit_code in (1, 2)
    assert all(said in result.output for said in told_of), result.output


# ── words around the texts ───────────────────────────────────────────────────────────────────────

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
DAY = 'msgid "{day}, {time} UTC"\nmsgstr'
OWN = {
    "a placeholder that is none": (f'{DAY} "{{day}} {{tme}} {{time}}"', 5, "{tme}", "{time}?"),
    "a placeholder that is lost": (f'{DAY} "{{day}}"', 5, "lacks {time}", "put {time} into it"),
    "a control character": (f'{DAY} "{{day}}\\t{{time}}"', 5, "U+0009", "remove it"),
    "a sign that turns the text": (f'{DAY} "{{day}}\u202e{{time}}"', 5, "U+202E", "remove it"),
    "no end": (f'{DAY} "{{day}}', 6, "does not read", "lines around it"),
    "no keyword": (f'{DAY} "{{day}} {{time}}"\nmsgst "x"', 7, "does not read", "lines around it"),
    "two for one message": (f'{DAY} "{{day}} {{time}}"\n\n' * 2, 8, "two entries", "leave one"),
}


@pytest.mark.parametrize("name", OWN)
def test_an_own_catalog_that_cannot_be_used(house: House, name: str) -> None:
    text, line, what, remedy = OWN[name]
    own = house.root / "wording/de.po"
    own.parent.mkdir()
    own.write_text(f"{HEAD}{text}\n", "utf-8")
    result = house.run("check")
    assert result.exit_code == 1, result.output
    assert f"wording/de.po:{line}: error" in result.output
    assert what in result.output
    assert remedy in result.output
    house.commit()
    frozen = house.run("freeze", "--effective", "unknown")
    assert frozen.exit_code == 2
    assert not (house.root / "versions/privacy/1").exists()


def test_an_own_catalog_in_another_encoding(house: House) -> None:
    own = house.root / "wording/de.po"
    own.parent.mkdir()
    own.write_bytes(f'{HEAD}{DAY} "{{day}} \xfc {{time}}"\n'.encode("latin-1"))
    result = house.run("check")
    assert result.exit_code == 1
    assert "wording/de.po:6: error: is not UTF-8" in result.output


@pytest.mark.parametrize(
    "forms",
    ["nplurals=2; plural=n/0;", "nplurals=2; plural=n;", "nplurals=x; plural=0;", "plural=exit();"],
)
def test_plural_forms_that_are_none(house: House, forms: str) -> None:
    own = house.root / "wording/nl.po"
    own.parent.mkdir()
    own.write_text(HEAD.rstrip() + f'\n"Plural-Forms: {forms}\\n"\n', "utf-8")
    result = house.run("check")
    assert result.exit_code == 1, result.output
    assert "wording/nl.po" in result.output


@pytest.mark.parametrize(("name", "remedy"), [("DE", "call it de.po"), ("german", "de.po")])
def test_an_own_catalog_for_no_language(house: House, name: str, remedy: str) -> None:
    own = house.root / f"wording/{name}.po"
    own.parent.mkdir()
    own.write_text(HEAD, "utf-8")
    result = house.run("check")
    assert result.exit_code == 1
    assert f"wording/{name}.po: error: is called `{name}`" in result.output
    assert remedy in result.output


def test_what_a_person_should_look_at_in_an_own_catalog(house: House) -> None:
    own = house.root / "wording/de.po"
    own.parent.mkdir()
    entries = (
        'msgid "a day we do not knw"\nmsgstr "ein Tag"\n\n'
        'msgctxt "none"\nmsgid "{day}, {time} UTC"\nmsgstr "{day} {time}"\n\n'
        '#, fuzzy\nmsgid "a day we do not know"\nmsgstr "ein Tag"\n'
    )
    own.write_text(HEAD + entries, "utf-8")
    told = house.ok("check")
    assert "wording/de.po:5: review: is for a message that the program does not have" in told
    assert "the nearest is 'a day we do not know'" in told
    assert "wording/de.po:9: review" in told
    assert "the program has it with no msgctxt" in told
    assert "wording/de.po:13: review: 'a day we do not know' is marked as fuzzy" in told
    assert "messages are" not in told, "a few entries of ones own are what is meant"
    own.rename(own.with_name("nl.po"))
    told = house.ok("check")
    assert "messages are English, for this file does not have them" in told
    assert "publisher wording --language nl" in told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("letter.en.md", "{% block greeting %}\nHello {{ nme }},\n{% endblock %}\n", ":2: error"),
        ("letter.en.md", "Hello\n", ":1: error"),
        ("letter.en.md", "{% block greting %}\nHello\n{% endblock %}\n", ":1: error"),
        ("letter.en.md", "{% block greeting %}\nHello\n", ": error"),
        ("again.en.md", "{% block choices %}\n{{ open( }}\n{% endblock %}\n", ":2: error"),
        ("letters.en.md", "{% block greeting %}\nHello\n{% endblock %}\n", "is no template"),
        ("letter.de.md", "{% block greting %}\nHallo\n{% endblock %}\n", ":1: error"),
    ],
)
def test_an_own_template_that_cannot_be_used(house: House, name: str, text: str, told: str) -> None:
    own = house.root / "wording" / name
    own.parent.mkdir()
    own.write_text(text, "utf-8")
    result = house.run("check")
    assert result.exit_code == 1, result.output
    assert f"wording/{name}" in result.output
    assert told in result.output
    house.commit()
    assert house.run("freeze", "--effective", "unknown").exit_code == 2
    assert not (house.root / "versions/privacy/1").exists()


def test_the_blocks_that_an_own_template_takes_from_ours_are_named(house: House) -> None:
    own = house.root / "wording/letter.en.md"
    own.parent.mkdir()
    own.write_text("{% block greeting %}\nHello {{ name }},\n{% endblock %}\n", "utf-8")
    told = house.ok("check")
    assert "wording/letter.en.md: review: takes the blocks `subject`, `opening`" in told
    assert "`greeting`" not in told
    own.write_bytes(b"\xff")
    assert "is not UTF-8" in house.run("check").output


def test_until_somebody_says_that_the_words_were_read_there_is_a_cue(house: House) -> None:
    settings = house.root / "publisher.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("wording.reviewed = 2026-01-15", ""), "utf-8")
    told = house.ok("check")
    assert "publisher.toml: review: nobody says that a lawyer has read the English words" in told
    assert "publisher wording --language en --list" in told
    assert "reviewed = 20" in told
    settings.write_text(text, "utf-8")
    assert house.ok("check") == ""


def test_words_are_not_read_on_a_day_to_come(house: House) -> None:
    settings = house.root / "publisher.toml"
    settings.write_text(settings.read_text("utf-8").replace("2026-01-15", later(3)), "utf-8")
    result = house.run("check")
    assert result.exit_code == 1
    assert "publisher.toml:1: error: `wording.reviewed` is" in result.output
    assert "yet to come" in result.output
    settings.write_text(settings.read_text("utf-8").replace(later(3), later(0)), "utf-8")
    assert house.ok("check") == ""


def test_words_that_changed_since_they_were_read_are_told(house: House) -> None:
    listed = house.ok("wording", "--language", "en", "--list")
    digest = listed.partition("digest: ")[2].partition("\n")[0]
    settings = house.root / "publisher.toml"
    day = "wording.reviewed = 2026-01-15\n"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace(day, f'{day}wording.digests.en = "{digest}"\n'), "utf-8")
    assert house.ok("check") == ""
    own = house.root / "wording/en.po"
    own.parent.mkdir()
    own.write_text(f'{HEAD}msgid "a day we do not know"\nmsgstr "some day"\n', "utf-8")
    told = house.ok("check")
    assert "are not those that were read on 15 January 2026" in told
    changed = house.ok("wording", "--language", "en", "--list")
    assert f'en = "{changed.partition("digest: ")[2].partition(chr(10))[0]}"' in told


@pytest.mark.parametrize("name", ["A <b> GmbH", r"A\u009bB", r"A\nB", r"A\u2066B"])
def test_the_name_of_the_organisation_is_checked_too(house: House, name: str) -> None:
    path = house.root / "publisher.toml"
    path.write_text(path.read_text().replace("Example Hosting GmbH", name))
    result = house.run("check")
    assert result.exit_code == 1, result.output
    assert "publisher.toml:3" in result.output
    assert "`organisation.name` has" in result.output
    house.commit()
    frozen = house.run("freeze", "--effective", "unknown")
    assert frozen.exit_code != 0
    assert not (house.root / "versions").exists()


def set_up(house: House, old: str, new: str) -> None:
    path = house.root / "publisher.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    house.commit()


def test_addresses_are_looked_at_before_a_freeze_writes(house: House) -> None:
    set_up(house, "notices@hosting", "our notices@hosting")
    for words in (["check"], *(["freeze", "--effective", "unknown", *dry] for dry in DRY)):
        result = house.run(*words)
        assert result.exit_code == 2, result.output
        assert "publisher.toml:8: `mail.from` has the invisible" in " ".join(result.output.split())
        assert "letters, digits, dots" in result.output
    assert not (house.root / "versions").exists()


DRY: tuple[list[str], ...] = (["--dry-run"], [])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "opt-out@hosting",
            f"{'o' * 22}@hosting",
            "publisher.toml:9: error: `mail.opt_out` has 22",
        ),
        ("[mail]", f'[mail]\nbounces = "{"b" * 22}@x.example"', "`mail.bounces` has 22"),
        ("opt-out@hosting", f"o@{'h' * 63}.{'h' * 63}.{'h' * 63}.b{'h' * 29}", "`mail.opt_out`"),
        (
            "[mail]",
            '[ledger]\nurl = "nowhere"\n[mail]',
            "publisher.toml:8: error: the ledger has an",
        ),
        ("[mail]", '[ledger]\nurl = "odd://a/b"\n[mail]', "publisher.toml:8: error: no ledger can"),
    ],
)
def test_what_only_sending_would_notice_is_found_by_check(
    house: House, old: str, new: str, told: str
) -> None:
    set_up(house, old, new)
    found = house.run("check")
    assert found.exit_code == 1, found.output
    assert told in " ".join(found.output.split())
    for dry in DRY:
        assert house.run("freeze", "--effective", "unknown", *dry).exit_code == 2
    assert not (house.root / "versions").exists()


def test_a_reply_address_that_just_fits_is_sent(house: House) -> None:
    # 64 octets, less those of "+" and privacy_9.99_12345678_ and 20 more.
    set_up(house, "opt-out@hosting", f"{'o' * 21}@hosting")
    set_up(house, "notices@hosting", "legal.notices-europe@hosting")
    house.freeze_two()
    letter = house.ok("notice", "2", "--format", "eml")
    assert "legal.notices-europe@hosting.example" in letter
    assert f"Reply-To: {'o' * 21}+privacy_2_" in letter


@pytest.mark.parametrize("end", ['\\"><script>x</script>/', "'x/", "{{ 7*7 }}/", "a b/"])
def test_an_address_of_the_site_that_is_none_is_refused(house: House, end: str) -> None:
    path = house.root / "publisher.toml"
    path.write_text(path.read_text().replace("http://127.0.0.1:8000/", f"https://x.example/{end}"))
    result = house.run("check")
    assert result.exit_code == 2, result.output
    assert "`organisation.site` is not an address" in result.output


@pytest.mark.parametrize("title", ["AT&T's “Terms” (“us”)", 'Say "no"', "עברית \u200fא"])
def test_titles_may_have_any_punctuation(house: House, title: str) -> None:
    title = title.replace('"', r"\"")
    house.write({"policy.toml": FACTS.replace("Privacy Policy", title)})
    assert house.run("check").exit_code == 0


def test_a_heading_may_have_a_bracket_that_is_no_tag(house: House) -> None:
    house.write({"use.md": USE.replace("How We", r"If a \< b, How We")})
    assert house.run("check").exit_code == 0


def test_a_clean_draft_says_nothing(house: House) -> None:
    assert house.ok("check") == ""


def test_all_findings_come_at_once(house: House) -> None:
    house.write({"use.md": USE.replace(" {#use}", ""), "security.md": b"\xff"})
    output = house.run("check").output
    assert "use.md:1" in output
    assert "security.md:1" in output


def test_no_policy_file(house: House) -> None:
    (house.root / "policy/privacy/policy.toml").unlink()
    assert "no policy.toml" in house.run("check").output


def test_lost_anchor_and_its_remedy(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    (house.root / "policy/privacy/contact.md").unlink()
    facts = FACTS.replace(', "contact.md"', "")
    house.write({"policy.toml": facts, "notes/contact.md": "We removed it.\n"})
    result = house.run("check")
    assert "the anchor `contact` of release 1 is lost" in result.output
    house.write({"policy.toml": facts + '\n[retired]\ncontact = "use"\n'})
    output = house.ok("check")
    assert "policy.toml:13: review: since release 1, `retired.contact`: “use” is new" in output
    assert "0 error(s), 1 review cue(s)" in output


def test_a_change_without_its_note(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.write({"security.md": SECTIONS["security.md"].replace("128", "256")})
    result = house.run("check")
    assert result.exit_code == 1
    assert "notes/security.md" in result.output
    assert "no note says why" in result.output


def test_a_review_cue_stops_nothing(house: House) -> None:
    house.write({"use.md": USE + "\nPlease check this page regularly for changes.\n"})
    output = house.ok("check")
    assert "review" in output
    assert "WP260" in output


def test_wrong_use_is_exit_2(house: House, tmp_path: object) -> None:
    assert house.run("check", "--nonsense").exit_code == 2
    assert house.run("--policy", "terms", "check").exit_code == 2


def test_a_project_without_a_policy(house: House) -> None:
    shutil.rmtree(house.root / "policy")
    result = house.run("check")
    assert result.exit_code == 1
    assert "policy: error: there is no policy yet" in result.output
    assert "publisher init --policy privacy" in result.output
    every = [
        ("verify",), ("status",), ("build",), ("serve",), ("serve", "--draft"), ("diff",),
        ("freeze", "--effective", "unknown"), ("optouts", "1"), ("notice", "1"), ("send", "1"),
    ]  # fmt: skip
    for command in every:
        refused = house.run(*command)
        assert refused.exit_code == 2
        assert "there is no policy yet" in refused.output
        assert "publisher init --policy privacy" in refused.output


@pytest.mark.parametrize("inside", [None, "use.md", ".DS_Store"])
def test_a_folder_that_is_no_policy(house: House, inside: str | None) -> None:
    """Left over from another branch, say: every command says so, and what to do."""
    folder = house.root / "policy/terms"
    folder.mkdir()
    if inside:
        (folder / inside).write_text("x\n")
    assert house.run("check").exit_code == 1
    assert "policy/terms: error: the folder has no policy.toml" in house.run("check").output
    named = ("--policy", "terms")
    every = [
        ("verify",), ("status",), ("build",), (*named, "verify"), (*named, "status"),
        (*named, "freeze", "--effective", "unknown"), (*named, "diff"), (*named, "send", "1"),
    ]  # fmt: skip
    for command in every:
        refused = house.run(*command)
        assert refused.exit_code == 2, command
        assert "policy/terms: the folder has no policy.toml" in refused.output
        assert "add policy/terms/policy.toml" in refused.output
        assert "or remove the folder" in refused.output
    shutil.rmtree(folder)
    house.ok("verify")


# ── what is sealed beside the text ───────────────────────────────────────────────────────────────

GERMAN = """
[translations.de]
title = "Datenschutz"
precedence = "Es gilt der englische Text."
lagging = "Nicht aktuell."

[retired]
old = "use"
"""
OTHER = {
    'title = "Privacy Policy"': 'title = "Privacy Notice"',
    "privacy@hosting.example": "mallory@hosting.example",
    "days = 30": 'days = 1\nprofile = "gdpr"',
    "goes on applying to you": "ends",
    "Datenschutz": "Werbung",
    "Es gilt der englische Text.": "Es gilt dieser Text.",
    "Nicht aktuell.": "Aktuell.",
    'old = "use"': 'old = "contact"',
}
SEEN = {
    "2": "`title`: “Privacy Policy” → “Privacy Notice”",
    "3": "`contact`: “privacy@hosting.example” → “mallory@hosting.example”",
    "7": "`notice.days`: “30” → “1”",
    "8": "`notice.profile`: “promise” → “gdpr”",
    "11": "`opt_out.effect`: “If you opt out, the version before this one goes on applying to "
    "you.” → “If you opt out, the version before this one ends.”",
    "14": "`translations.de.title`: “Datenschutz” → “Werbung”",
    "15": "`translations.de.precedence`: “Es gilt der englische Text.” → “Es gilt dieser Text.”",
    "16": "`translations.de.lagging`: “Nicht aktuell.” → “Aktuell.”",
    "17": "`translations.de.remark`: “Mit Liebe.” is new",
    "20": "`retired.old`: “use” → “contact”",
}


def test_what_changes_beside_the_text_is_seen_everywhere(house: House) -> None:
    """By `check` with its line, by `diff` below the text, by a freeze and before it."""
    german = {f"de/{name}": text for name, text in SECTIONS.items()}
    house.write({"policy.toml": FACTS + GERMAN, **german})
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    before = house.ok("check")
    assert "since release" not in before
    assert "Beside the text" not in house.ok("diff")
    facts = FACTS + GERMAN
    for old, new in OTHER.items():
        assert old in facts
        facts = facts.replace(old, new)
    house.write({"policy.toml": facts.replace('"Aktuell."', '"Aktuell."\nremark = "Mit Liebe."')})
    output, below = house.ok("check"), house.ok("diff").partition("Beside the text\n")[2]
    for line, fact in SEEN.items():
        assert f"policy/privacy/policy.toml:{line}: review: since release 1, {fact}\n" in output
        assert f" {fact}\n" in below
    assert "Beside the text" not in house.ok("diff", "1", "1")
    assert "mallory@" not in house.ok("diff", "--format", "json")
    house.edit()
    words = ("freeze", "--effective", "2027-12-01", "--unaffected", "de")
    for told in (house.ok(*words, "--dry-run"), house.ok(*words)):
        for fact in SEEN.values():
            assert f"  {fact}\n" in told
    assert "since release" not in house.ok("check")


def test_a_language_that_comes_or_goes_is_seen(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    german = {f"de/{name}": text for name, text in SECTIONS.items()}
    house.write({"policy.toml": FACTS + GERMAN.partition("[retired]")[0], **german})
    told = "`translations.de`: “Datenschutz; Es gilt der englische Text.; Nicht aktuell.” is new"
    assert told in house.ok("check")


def test_programs_get_the_same_as_json_and_csv(house: House) -> None:
    house.write({"use.md": "## Use {#use}\n\n[[Which]]\n"})
    schema = json.loads((ROOT / "docs/findings.schema.json").read_text("utf-8"))
    asked = house.run("check", "--format", "json")
    assert asked.exit_code == 1
    told = json.loads(asked.output)
    Draft202012Validator(schema).validate(told)
    assert [one["severity"] for one in told["findings"]] == ["error"]
    first = told["findings"][0]
    assert (first["place"], first["line"]) == ("policy/privacy/use.md", 3)
    plain = house.run("check").output
    rows = list(csv.DictReader(house.run("check", "--format", "csv").output.splitlines()))
    assert len(rows) == len(told["findings"]) >= 1
    for one in told["findings"]:
        assert one["what"] in plain
    assert {row["what"] for row in rows} == {one["what"] for one in told["findings"]}
