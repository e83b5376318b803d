"""`publisher wording`: files for words of one's own are laid down, and nothing in them is lost."""

from __future__ import annotations

import re

import pytest

from publisher.edges.catalogs import program_messages
from publisher.wording.catalog_entries import forms_of
from publisher.wording.catalogs import plurals_by_message, read_catalog
from publisher.wording.templates import TemplateName
from tests.fixtures.house import FACTS, House, later

FIRST = "a day we do not know"


def test_a_new_language_gets_every_message_empty(house: House) -> None:
    count = len(plurals_by_message(program_messages()))
    assert house.ok("wording", "--language", "nl").splitlines()[0] == (
        f"wording/nl.po: {count} added, empty"
    )
    data = (house.root / "wording/nl.po").read_bytes()
    catalog = read_catalog(data, "nl", "nl.po")
    assert len(catalog) == count
    assert not any(any(forms_of(entry)) for entry in catalog if entry.id)
    text = data.decode()
    assert "in Dutch" in text
    assert "shown in English" in text
    assert "#. Filled in: {day}, {time}\n#: publisher/wording/words.py\n" in text
    assert house.run("check").exit_code == 0


def test_nothing_is_written_through_a_link(house: House) -> None:
    other = house.root.parent / "other.md"
    folder = house.root / "wording"
    for target, name in ((other, "letter.nl.md"), (house.root / "nothing", "nl.po")):
        folder.mkdir()
        (folder / name).symlink_to(target)
        result = house.run("wording", "--language", "nl")
        assert result.exit_code == 2
        assert f"wording/{name}: is a link" in result.output
        assert not target.exists()
        assert [one.name for one in folder.iterdir()] == [name]
        (folder / name).unlink()
        folder.rmdir()
    (house.root.parent / "elsewhere").mkdir()
    folder.symlink_to(house.root.parent / "elsewhere")
    assert "wording: is a link" in house.run("wording", "--language", "nl").output
    assert not list((house.root.parent / "elsewhere").iterdir())


def test_what_stands_there_stays_to_the_byte(house: House) -> None:
    own = house.root / "wording/nl.po"
    own.parent.mkdir()
    before = (
        '# Door ons.\nmsgid ""\nmsgstr ""\n"Language: nl\\n"\n\n'
        f'# zo\r\nmsgid "{FIRST}"\nmsgstr "een onbekende dag"\n\n'
        'msgid "gone"\nmsgstr "weg"'
    ).encode()
    own.write_bytes(before)
    count = len(plurals_by_message(program_messages()))
    assert f"wording/nl.po: {count - 1} added, empty" in house.ok("wording", "--language", "nl")
    after = own.read_bytes()
    assert after.startswith(before + b"\n\n")
    assert after.count(f'msgid "{FIRST}"'.encode()) == 1
    assert "has everything; unchanged" in house.ok("wording", "--language", "nl")
    assert own.read_bytes() == after
    catalog = read_catalog(after, "nl", "nl.po")
    found = catalog.get(FIRST)
    assert found is not None
    assert found.string == "een onbekende dag"


def test_a_new_language_gets_a_template_of_each_letter(house: House) -> None:
    said = house.ok("wording", "--language", "nl")
    for name in TemplateName:
        text = (house.root / f"wording/{name}.nl.md").read_text("utf-8")
        assert text.startswith("{% block ")
        assert "{#" in text, "how it is in English stands in a comment"
        assert f"wording/{name}.nl.md: {text.count('{% block ')} added, empty" in said
    told = house.ok("check")
    assert "wording/letter.nl.md: review: lacks the blocks" in told
    assert house.ok("wording", "--language", "nl").count("unchanged") == 1 + len(TemplateName)
    house.ok("wording", "--language", "de")
    assert not list((house.root / "wording").glob("*.de.md")), "the program has them"


def test_a_template_gets_the_blocks_that_it_lacks(house: House) -> None:
    own = house.root / "wording/letter.nl.md"
    own.parent.mkdir()
    before = "{% block greeting %}\nBeste {{ name }},\n{% endblock %}"
    own.write_text(before, "utf-8")
    house.ok("wording", "--language", "nl")
    after = own.read_text("utf-8")
    assert after.startswith(f"{before}\n\n{{% block ")
    assert after.count("{% block greeting %}") == 1
    assert after.count("{% block opening %}") == 1
    assert "wording/letter.nl.md: has everything; unchanged" in (
        house.ok("wording", "--language", "nl")
    )
    assert own.read_text("utf-8") == after


def test_a_policy_in_a_language_is_frozen_once_its_words_are_there(house: House) -> None:
    """As the refusal says: lay down, translate, freeze."""
    house.write({"policy.toml": FACTS.replace("contact =", 'language = "nl"\ncontact =')})
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    refused = house.run("freeze", "--effective", later(60))
    assert refused.exit_code == 2
    assert "publisher wording --language nl" in refused.output
    house.ok("wording", "--language", "nl")
    house.commit("Words to be translated")
    refused = house.run("freeze", "--effective", later(60))
    assert refused.exit_code == 2
    assert "lacks the blocks" in refused.output
    for place in (house.root / "wording").glob("*.nl.md"):
        text = place.read_text("utf-8")
        place.write_text(re.sub(r"\{#.*?\n\n(.*?)\n#\}", r"\1", text, flags=re.DOTALL), "utf-8")
    house.commit("Translated")
    house.ok("freeze", "--effective", later(60))
    assert "version 2" in (house.root / "versions/privacy/2/notice.md").read_text("utf-8")


def test_the_words_of_the_program_stand_beside_and_go_on(house: House) -> None:
    house.ok("wording", "--language", "de")
    text = (house.root / "wording/de.po").read_text("utf-8")
    assert "#. Ours: ein Tag, den wir nicht kennen\n" in text
    assert "shown as the program has it" in text
    listed = house.ok("wording", "--language", "de", "--list")
    assert f"{FIRST}\n    ein Tag, den wir nicht kennen\n" in listed
    assert "(not translated)" not in listed


def test_there_is_room_for_each_plural_form_of_the_language(house: House) -> None:
    for tag, count in {"ar": 6, "ja": 1, "nl": 2, "pl": 3}.items():
        house.ok("wording", "--language", tag)
        text = (house.root / f"wording/{tag}.po").read_text("utf-8")
        assert f"nplurals={count};" in text
        plurals = text.count("msgid_plural")
        assert plurals > 10
        for form in range(count):
            assert text.count(f'msgstr[{form}] ""') == plurals
        assert f"msgstr[{count}]" not in text
    assert house.run("check").exit_code == 0


def test_a_file_that_does_not_read_is_refused_and_left(house: House) -> None:
    own = house.root / "wording/nl.po"
    own.parent.mkdir()
    own.write_bytes(b'msgid "a\n')
    refused = house.run("wording", "--language", "nl")
    assert refused.exit_code == 2
    assert "wording/nl.po:1" in refused.output
    assert own.read_bytes() == b'msgid "a\n'


@pytest.mark.parametrize(
    ("tag", "remedy"),
    [("NL", "publisher wording --language nl"), ("zz", "such as de"), ("../x", "such as de")],
)
@pytest.mark.parametrize("more", [(), ("--list",)])
def test_what_is_no_language_is_refused(
    house: House, tag: str, remedy: str, more: tuple[str, ...]
) -> None:
    refused = house.run("wording", "--language", tag, *more)
    assert refused.exit_code == 2
    assert "no language" in refused.output
    assert remedy in refused.output
    assert not (house.root / "wording").exists()


def test_a_file_to_write_to_goes_with_a_list(house: House) -> None:
    assert house.run("wording", "--language", "nl", "-o", "x").exit_code == 2
    assert not (house.root / "wording").exists()
