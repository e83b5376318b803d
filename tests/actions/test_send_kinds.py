"""Letters in several languages and cases, frozen, sent, kept and verified: who gets which."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from publisher.letters.html_part import subject_of
from publisher.releases.number import Number
from publisher.releases.telling import LetterCase, LetterKind
from tests.fixtures.house import KEY, House, copied_house, later
from tests.fixtures.letters import read_message
from tests.fixtures.sent_letters import spooled, verified
from tests.fixtures.workplaces import archive_of

FACTS = """
title = "Datenschutzerklärung"
language = "de"
contact = "privacy@hosting.example"
sections = ["use.md", "keys.md"]

[notice]
days = 30

[opt_out]
effect = "Wenn Sie widersprechen, gilt für Sie die bisherige Version weiter."

[translations.en]
title = "Privacy Policy"
precedence = "This is a translation; the German text is authoritative."
effect = "If you opt out, the version before this one goes on applying to you."

[translations.fr]
title = "Politique de confidentialité"
precedence = "Ceci est une traduction ; seul le texte allemand fait foi."
"""
CUSTOMERS = (
    "customer,address,name,language\n"
    "c-1,anna@customer.example,Anna,de\n"
    "c-2,ben@customer.example,Ben,en-GB\n"
    "c-3,chloe@customer.example,,fr\n"
    "c-4,dirk@customer.example,,\n"
    "c-5,elena@customer.example,Elena,es\n"
)
KEYS = {"": "## Schlüssel {#keys}\n\nSchlüssel haben {} Bit.\n",
        "en/": "## Keys {#keys}\n\nKeys have {} bits.\n",
        "fr/": "## Clés {#keys}\n\nLes clés ont {} bits.\n"}  # fmt: skip
USE = {"": "## Nutzung {#use}\n\nWir nutzen Ihre Daten.\n",
       "en/": "## Use {#use}\n\nWe use your data.\n",
       "fr/": "## Usage {#use}\n\nNous utilisons vos données.\n"}  # fmt: skip


def texts(bits: int) -> dict[str, str]:
    keys = {f"{at}keys.md": text.replace("{}", str(bits)) for at, text in KEYS.items()}
    return keys | {f"{at}use.md": text for at, text in USE.items()}


def _drafted(house: House) -> None:
    """Release 1 in force, in German, English and French; a draft of release 2."""
    for path in (house.root / "policy/privacy").glob("*.md"):
        path.unlink()
    house.write({"policy.toml": FACTS, **texts(128)})
    house.commit("In three languages")
    house.ok("freeze", "--effective", "unknown")
    house.write(
        {
            **texts(256),
            "notes/_summary.md": "Längere Schlüssel.\n",
            "en/notes/_summary.md": "Longer keys.\n",
            "notes/keys.md": "Längere Schlüssel schützen Ihre Daten besser.\n",
            "en/notes/keys.md": "Longer keys protect your data better.\n",
            "fr/notes/keys.md": "Des clés plus longues protègent mieux vos données.\n",
        }
    )
    house.commit("Longer keys")


def _told(house: House) -> None:
    _drafted(house)
    house.ok("freeze", "--effective", later(60))
    (house.root.parent / "list.csv").write_text(CUSTOMERS)
    house.ok("recipients", "import", str(house.root.parent / "list.csv"))
    house.ok("send", "2", "--confirm")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


def said(house: House, address: str) -> str:
    body = read_message(spooled(house, address)).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_everybody_reads_their_language_from_freeze_to_proof(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _told)
    folder = house.root / "versions/privacy/2"
    names = {path.name for path in folder.iterdir()}
    assert {"notice.md", "notice.en.md", "notice.again.fr.md", "opt-out.fr.md"} <= names
    assert not list((house.root / "policy/privacy/notes").glob("*"))
    assert "[wording]\ndigest = " in (folder / "release.toml").read_text()
    for address, words in (
        (
            "anna@",
            "Guten Tag Anna, Example Hosting GmbH ändert das Dokument „Datenschutzerklärung“.",
        ),
        ("ben@", "Dear Ben, Example Hosting GmbH is changing its Privacy Policy."),
        ("chloe@", "Bonjour chère cliente, cher client,"),
        ("dirk@", "Guten Tag liebe Kundin, lieber Kunde,"),
        ("elena@", "Guten Tag Elena,"),
    ):
        assert words in said(house, address)
    english = said(house, "ben@")
    for words in (
        "Longer keys. See what changes http://127.0.0.1:8000/privacy/2/en/changes/",
        "Keys (amended) Longer keys protect your data better.",
        "This is a translation; the German text is authoritative.",
        "If you opt out, the version before this one goes on applying to you.",
        "/privacy/2/opt-out/en/?token=",
    ):
        assert words in english
    for german in ("Schlüssel", "Maßgeblich", "Wenn Sie", "gilt"):
        assert german not in english
    assert "Clés" in said(house, "chloe@")
    # What was sent is what is shown, kept and proven.
    for customer, address in (("c-1", "anna@"), ("c-2", "ben@"), ("c-3", "chloe@")):
        shown = house.run("notice", "2", "--as", customer, "--format", "text").stdout
        assert " ".join(shown.split()) == said(house, address)
        sent = house.root.parent / "sent.eml"
        house.ok("notice", "2", "--as", customer, "--sent", "--format", "eml", "-o", str(sent))
        assert sent.read_bytes() == spooled(house, address)
        assert "error" not in verified(house, spooled(house, address))
        house.ok("notice", "2", "--as", customer, "--format", "pdf", "-o", str(sent))
    forged = spooled(house, "ben@").replace(b"is changing its", b"is keeping its")
    assert "keeping" in verified(house, forged, code=1)


def test_each_letter_can_be_looked_at_and_sent_as_a_test(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _told)
    assert house.ok("notice", "2", "--language", "fr").startswith("Politique de confidentialité")
    again = house.ok("notice", "2", "--language", "en", "--case", "again")
    assert "You opted out of an earlier version." in " ".join(again.split())
    house.ok("send", "2", "--test", "me@hosting.example", "--language", "fr", "--case", "again")
    assert "Politique de confidentialité" in said(house, "me@")
    for words in (["notice", "2"], ["send", "2", "--test", "me@hosting.example"]):
        refused = house.run(*words, "--language", "es")
        assert refused.exit_code == 2
        assert "has no letter in `es`" in refused.output
        assert "its languages: de, en, fr; its cases: the usual one, again" in refused.output
    assert house.run("send", "2", "--language", "fr").exit_code == 2


def test_a_supplement_reaches_who_had_the_letter_before_it(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _told)
    day = later(60)
    asked = ("freeze", "--correction", "--supplement", "--effective", day)
    for words, remedy in (
        (asked[:1] + asked[2:], "add --correction"),
        (asked, "write it there, in a few sentences for the customers"),
    ):
        refused = house.run(*words)
        assert refused.exit_code == 2
        assert remedy in " ".join(refused.output.split())
    house.write({"notes/_summary.md": "Auch die Druckerei erhält Ihre Anschrift.\n"})
    house.commit("What the letter lacked")
    house.ok(*asked)
    kinds = archive_of(house.project).release("privacy", Number(2, 1)).telling.letters
    assert {kind.case for kind in kinds} == {None, LetterCase.AGAIN, LetterCase.SUPPLEMENT}
    assert LetterKind(LetterCase.SUPPLEMENT, "fr") in kinds
    more = house.root.parent / "more.csv"
    more.write_text("customer,address,name,language\nc-6,fritz@customer.example,Fritz,de\n")
    house.ok("recipients", "import", str(more))
    for path in (house.root / ".publisher/spool").glob("*.eml"):
        path.unlink()
    house.ok("send", "2.1", "--confirm")
    assert "Unser Schreiben hat nicht alles gesagt." in said(house, "anna@")
    assert "Auch die Druckerei erhält Ihre Anschrift." in said(house, "anna@")
    assert "Our letter did not say all." in said(house, "ben@")
    new = said(house, "fritz@")
    assert "Unser Schreiben hat nicht" not in new
    assert "Längere Schlüssel. Auch die Druckerei erhält Ihre Anschrift." in new
    for address in ("anna@", "ben@", "fritz@"):
        assert "error" not in verified(house, spooled(house, address))
    assert "0 accepted" in house.ok("send", "2.1", "--confirm")


def test_a_policy_in_a_language_without_letters_is_not_frozen(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _drafted)
    wording = '\n[translations.nl]\ntitle = "Privacybeleid"\nprecedence = "Het Duits beslist."\n'
    files = {name.replace("en/", "nl/"): text for name, text in texts(256).items() if "en/" in name}
    house.write({"policy.toml": FACTS + wording, **files})
    house.commit("In Dutch")
    refused = house.run("freeze", "--effective", later(60))
    assert refused.exit_code == 2
    assert "there is no letter in `nl`" in refused.output
    assert "publisher wording --language nl" in refused.output
    assert not (house.root / "versions/privacy/2").exists()


def test_a_fault_in_an_own_template_is_told_before_anything_is_written(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _drafted)
    folder = house.root / "wording"
    folder.mkdir()
    (folder / "letter.de.md").write_text("{% block greeting %}\nHallo {{ nam }}!\n{% endblock %}\n")
    house.commit("A letter of our own")
    refused = house.run("freeze", "--effective", later(60))
    assert refused.exit_code in (1, 2)
    assert "wording/letter.de.md:2" in refused.output
    assert "there is no value `nam`" in refused.output
    assert not (house.root / "versions/privacy/2").exists()
    (folder / "letter.de.md").write_text(
        "{% block greeting %}\nHallo {{ name }}!\n{% endblock %}\n"
    )
    house.commit("The letter mended")
    house.ok("freeze", "--effective", later(60))
    release = archive_of(house.project).release("privacy", Number(2))
    assert "Hallo {{name}}!" in release.notice
    assert "Hallo {{name}}!" in release.telling.letters[LetterKind(LetterCase.AGAIN)]


def test_a_mail_merge_is_given_the_same_letters(tmp_path: Path) -> None:
    """Each in their language and case, as `send` would send it, with its whole subject."""
    house, out = copied_house(tmp_path / "house", _told), tmp_path / "letters"
    others = CUSTOMERS.replace("c-", "d-").encode()
    house.ok("recipients", "import", "-", stdin=others)
    house.ok("notice", "export", "2", "-o", str(out), "--format", "eml", "--confirm")
    with (out / "letters.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["customer"]: row for row in csv.DictReader(file)}
    assert {who: row["language"] for who, row in rows.items()} == {
        "d-1": "de", "d-2": "en", "d-3": "fr", "d-4": "de", "d-5": "de",
    }  # fmt: skip
    for customer, row in rows.items():
        letter = out / row["file"]
        words = subject_of(sealed(house, row["language"])).split()
        assert row["subject"] == " ".join(words), "as in the header of a letter"
        text = house.ok("notice", "2", "--as", customer)
        assert row["link"] in text
        assert (
            f"/privacy/2/opt-out/{'' if row['language'] == 'de' else row['language'] + '/'}?"
            in text
        )
        assert "letter" in house.ok("verify", "--letter", str(letter))


def sealed(house: House, language: str) -> str:
    own = archive_of(house.project).release("privacy", Number(2))
    return own.notice if language == "de" else own.telling.letters[LetterKind(None, language)]
