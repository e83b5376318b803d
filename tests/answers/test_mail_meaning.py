"""What a mail declares: the table in `golden/declarations.md`, quotations, and laws."""

from __future__ import annotations

import datetime as dt
import re
import sys
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.answers.form_messages import opt_out_phrase
from publisher.answers.mail_meaning import Sent, beside_form, read_phrases, reading
from publisher.answers.notation import pattern_words
from publisher.edges.catalogs import shipped_catalogs
from publisher.edges.templates import shipped_templates
from publisher.errors import ConfigurationError
from publisher.law.profiles import PROFILES
from publisher.letters.design import LetterDesign, plain_part
from publisher.letters.message import Letter
from publisher.mail.spelling import items
from publisher.releases.number import Number
from publisher.wording.catalogs import Catalogs
from publisher.wording.templates import TemplateName, TextTemplates
from tests import ROOT
from tests.fixtures.houses import CUSTOMERS, import_customers, letter_for, make, postpone
from tests.fixtures.quoted_letters import (
    ABOUT,
    ATTRIBUTIONS,
    DECLARATIONS,
    FILES,
    HEADERS,
    LETTER,
    PHRASES,
    SENT,
    SUBJECT,
    below,
    declares,
    marked,
    read,
)
from tests.fixtures.template_letters import TEXTS, template_letters

# ── the table that lawyers read ──────────────────────────────────────────────────────────────────

ROW = re.compile(r"^\| (.+?) \| (opt-out|a person) \|$", re.MULTILINE)


def rows() -> list[tuple[str, bool]]:
    """Each text of the table, and whether it is an opt-out; `⏎` is a line end."""
    text = (ROOT / "tests/golden/declarations.md").read_text("utf-8")
    found = ROW.findall(text)
    assert len(found) == text.count(" | opt-out |\n") + text.count(" | a person |\n") >= 150
    return [(_lines(cell), kind == "opt-out") for cell, kind in found]


def _lines(cell: str) -> str:
    cell = re.sub(r" *⏎ *", "\n", cell).replace("␠", " ")
    return re.sub(r"<U\+([0-9A-F]+)>", lambda found: chr(int(found[1], 16)), cell)


@pytest.mark.parametrize(("text", "is_opt_out"), rows())
def test_every_row_of_the_table_is_what_it_says(text: str, is_opt_out: bool) -> None:
    assert declares(text) is is_opt_out


# ── subject and text, several texts ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Re:",
        f"Re: {SUBJECT}",
        f"RE: re: {SUBJECT}",
        f"AW: {SUBJECT}",
        f"Antw: [External] {SUBJECT.upper()}",
        f"R: {SUBJECT}",
        SUBJECT,
        "Opt out",
        "I opt out of version 2",
        "Your letter",
        "New Privacy Policy",
        "Re: Opt-out",
        "Widerspruch gegen Version 2",
        "Hello",
        "Thank you",
    ],
)
def test_a_subject_that_leaves_no_doubt(subject: str) -> None:
    assert declares("I opt out", subject)


@pytest.mark.parametrize(
    "subject",
    [
        f"Fwd: {SUBJECT}",
        f"Fw: {SUBJECT}",
        f"WG: {SUBJECT}",
        f"[Ticket 7] Re: {SUBJECT}",
        "Question about my invoice",
        "I do not opt out",
        "Opt out?",
        "Opt out of version 1",
        "Privacy Policy: version 3 applies from 1 March 2028",
        f"{SUBJECT} (was: opt out)",
        f"Re: {SUBJECT}?",
        f"Re: {SUBJECT} 🙂",
        "???",
        "https://example.com/",
        "Out of office",
        "x" * 100_000,
    ],
)
def test_a_subject_that_leaves_doubt(subject: str) -> None:
    assert not declares("I opt out", subject)


def test_a_subject_may_declare_for_an_empty_text() -> None:
    for text in ("", "\n\n", "Anna Example", "-- \nAnna Example", "Sent from my iPhone"):
        assert declares(text, "I opt out")
    quoted = below(HEADERS["GMX"])
    assert declares(quoted, "Opt out of version 2")
    for text in ("Thanks", "no, I do not", "Not now", "What is this about"):
        assert not declares(text, "I opt out")
    for subject in ("", f"Re: {SUBJECT}", "Re: I opt out", "Hello", "Your letter"):
        assert not declares("", subject)


def test_every_text_of_a_mail_has_to_declare() -> None:
    def both(*texts: str) -> bool:
        return reading("", texts, SENT, ABOUT, PHRASES).declares

    assert both("I opt out", "I opt out.")
    for other in ("I opt in", "", "I opt out of version 3", "Thanks"):
        assert not both("I opt out", other)
        assert not both(other, "I opt out")
    assert not both()
    assert reading("I opt out", (), SENT, ABOUT, PHRASES).declares


def test_what_a_person_sees_is_what_the_writer_wrote() -> None:
    quoted = below(HEADERS["Outlook, English"])
    found = read(f"Hello,\r\n\r\nwhat does it cost?\r\n{quoted}")
    assert (found.kind, found.own) == (None, "Hello,\n\nwhat does it cost?")


@pytest.mark.parametrize(
    ("text", "agreed"),
    [
        ("", True),
        ("I opt out", True),
        ("Please find my form attached.", True),
        ("Hello,\n\nsee attached form\n\nKind regards\nAnna Example", True),
        ("Kind regards\nAnna", True),
        ("Anbei mein Formular. MfG", True),
        ("Veuillez trouver ci-joint mon formulaire. Cordialement", True),
        ("Please ignore the attached form", False),
        ("I do not opt out", False),
        ("Form attached, but only if it is free", False),
        ("Here is the form of my neighbour", False),
    ],
)
def test_words_beside_a_form(text: str, agreed: bool) -> None:
    for body in (text, text + below(HEADERS["Outlook, French"])):
        assert beside_form(f"Re: {SUBJECT}", [body], SENT, ABOUT, PHRASES) is agreed
    assert not beside_form("Question", [text], SENT, ABOUT, PHRASES)
    assert not declares(text) or text == "I opt out"


def test_only_what_the_letter_is_about_can_be_named() -> None:
    terms = replace(ABOUT, titles=("Terms of Service",), versions=("4", "4.1"))
    assert read("I do not accept the new terms", about=terms).declares
    assert read("I opt out of version 4.1 of the Terms of Service", about=terms).declares
    assert read("Ich widerspreche den neuen Nutzungsbedingungen", about=terms).declares
    assert not read("I do not accept the new privacy policy", about=terms).declares
    assert not read("I opt out of version 2", about=terms).declares
    other = replace(ABOUT, titles=("Fair Use",))
    assert read("I opt out of the new Fair Use", about=other).declares
    assert not read("I opt out of the new privacy policy", about=other).declares


def test_a_name_that_is_made_of_words_of_a_declaration_counts_only_as_a_whole() -> None:
    firm = replace(ABOUT, name="Opt Out Ltd")
    assert not read("Thank you\nOpt Out", about=firm).declares
    assert not read("Opt Out", about=firm).declares
    assert read("I opt out\nOpt Out Ltd", about=firm).declares
    for name in ("Ben Will", "Mark Grant", "An Please"):
        person = replace(ABOUT, name=name)
        assert read(f"I opt out.\n\nRegards, {name.split()[0]}", about=person).declares
    doctor = replace(ABOUT, name="Julius Not")
    assert not read("I opt out\nNot", about=doctor).declares
    assert read("I opt out\nJulius Not", about=doctor).declares


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────

LONG = (
    "Dear Example Hosting team,\n\nI hereby opt out of version 2 of the Privacy Policy. "
    "I do not accept the changes.\n\nKind regards,\nAnna Example\nCustomer number: c-1\n\n"
    "-- \nSent from my iPhone"
)
KNOWN = frozenset().union(
    *(PHRASES.vocabulary(name) for name in ("greetings", "declarations", "closings")),
    *(PHRASES.vocabulary(name) for name in ("identifications", "signatures", "conjunctions")),
    *(
        pattern_words(phrase)
        for language in PHRASES.languages.values()
        for lexicon in language.terms.values()
        for phrase in lexicon.phrases
    ),
    *(name for one in PHRASES.languages.values() for n in one.kinds.values() for name in n),
    items(" ".join((*ABOUT.titles, "2", ABOUT.name, "c 1 a e ae", ABOUT.organisation))),
)
"""Every word that a declaration may have."""
letters = st.characters(categories=("L", "N"), exclude_characters="\u0345")
foreign = st.one_of(
    st.text(letters, min_size=1, max_size=12),
    st.sampled_from(
        (
            "if",
            "unless",
            "maybe",
            "newsletter",
            "invoice",
            "bob",
            "3",
            "2.2",
            "opt0ut",
            "оut",
            "ορt",
        )
    ),
).filter(lambda word: not KNOWN.issuperset(items(word)))
signs = st.characters(
    exclude_categories=("L", "N", "Cs", "Zs", "Mn", "Mc", "Me", "Cc"),
    exclude_characters=".!,;:*_|><-‐‑‒–—―=\xad\ufeff'’‘ʼ′`´\"“”„‟‚‛«»‹›",
)


def words_of(text: str) -> list[int]:
    return [found.start() for found in re.finditer(r"\S+", text)]


@given(foreign, st.sampled_from(("I opt out", "Ich widerspreche.", LONG)), st.data())
def test_any_foreign_word_anywhere_makes_it_wait(word: str, text: str, data: st.DataObject) -> None:
    assert declares(text)
    at = data.draw(st.sampled_from([*words_of(text), len(text)]))
    before = "" if at == 0 or text[at - 1].isspace() else " "
    assert not declares(f"{text[:at]}{before}{word} {text[at:]}")
    assert not declares(text, f"{SUBJECT} {word}")


@given(signs, st.sampled_from(("I opt out", LONG)), st.data())
def test_any_odd_sign_anywhere_makes_it_wait(sign: str, text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    written = items(sign)
    if not written or any(part.isalnum() or part in ".!,;:" for part in written):
        return  # another spelling of a letter or of plain punctuation
    assert not declares(text[:at] + sign + text[at:])


@given(st.text(), st.lists(st.text(), max_size=2))
def test_any_text_is_read(subject: str, texts: list[str]) -> None:
    if reading(subject, texts, SENT, ABOUT, PHRASES).declares:
        assert {item for item in items("\n".join((subject, *texts))) if item.isalnum()} <= KNOWN
    assert beside_form("", texts, SENT, ABOUT, PHRASES) in (True, False)


NEGATIONS = (
    *("not", "never", "don't", "if", "unless", "nicht", "kein", "nie", "falls", "wenn"),
    *("geen", "niet", "jamais", "jamás", "mai", "aucun", "nessun", "sin"),
    *("لا", "لن", "لم", "ليس", "غير", "إذا", "لو", "إلا", "هل", "ربما"),
)


@given(st.sampled_from(NEGATIONS), st.sampled_from(DECLARATIONS), st.data())
def test_no_negation_or_condition_slips_in(word: str, text: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([*words_of(text), len(text)]))
    assert not declares(f"{text[:at]} {word} {text[at:]}")


STRANGE = [
    *("a", "I opt out ", "I opt out\n", "\n", ">\n", "> I opt out\nx\n", "From: 10\n", "-----\n"),
    *("On 10 10 10:\n", "on 10 january example hosting wrote:\n", "*a", '"', LETTER, "a:\n", "a-"),
    *("Privacy Policy: version 2 applies\n", "-----Original Message-----\n", "\u0301", "| a\n"),
    *("http://a/ ", "<www.a", "a@b.c ", ". ", "1.", ",", "I opt out, ", ">\n\n", "!\n", "and "),
]
"""What a text of a stranger may be made of."""


def calls(text: str, subject: str) -> int:
    """How many calls of functions it costs to read a mail: the same on every machine."""
    count = 0

    def see(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        read(text, subject)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", STRANGE)
def test_whatever_a_stranger_writes_costs_little(unit: str) -> None:
    longest = 3 * len(LETTER) + 20_000
    for size in (3_900, longest, 10_000_000):
        assert calls(unit * (size // len(unit)), unit * 1000) < 1_000_000


def test_what_is_too_long_waits_and_is_cut() -> None:
    found = read("I opt out\n" * 1_000_000)
    assert not found.declares
    assert len(found.own) < 100_000
    assert not declares("I opt out. " * 70)
    assert declares("I opt out. " * 60)


# ── the files ────────────────────────────────────────────────────────────────────────────────────


def test_a_project_adds_phrases_in_the_same_notation() -> None:
    more = b"""
        declarations = ["beam me out of {change} [scotty]"]
        signatures = ["acme: we care"]
        [terms]
        change = ["the thing"]
    """
    files = {**FILES, "wording/declarations/en.toml": more.replace(b"acme:", b"acme,")}
    added = read_phrases(files)

    def taken(text: str) -> bool:
        return reading("", [text], SENT, ABOUT, added).declares

    assert taken("Beam me out of version 2!")
    assert taken("Beam me out of the thing, Scotty") is False
    assert taken("Beam me out of the thing Scotty\n\nACME: we care")
    assert taken("I opt out of the thing")
    assert not declares("Beam me out of version 2")


def test_a_new_language_needs_only_a_file() -> None:
    polish = 'declarations = ["rezygnuję [z {number}]"]'.encode()
    added = read_phrases({**FILES, "wording/declarations/pl.toml": polish})
    assert reading("", ["Rezygnuję."], SENT, ABOUT, added).declares
    assert not reading("", ["Nie rezygnuję."], SENT, ABOUT, added).declares


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("declarations = [", "xx.toml:1: not valid TOML"),
        ("declaration = []", "`declaration` is not a key we know"),
        ("declarations = 1", "`declarations` must be a list of texts"),
        ('declarations = ["a [b"]', "`declarations` has “a \\[b”: `\\[` is not closed"),
        ('declarations = ["a b]"]', "`\\]` does not belong there"),
        ('declarations = ["a | b"]', "`|` does not belong there"),
        ('declarations = ["(a | b]"]', "`\\]` does not belong there"),
        ('declarations = ["[a] [b]"]', "all of it may be left out"),
        ('declarations = [""]', "all of it may be left out"),
        ('declarations = ["a {b"]', "`{` stands alone"),
        ('declarations = ["a; b"]', "`;` is neither a word nor a sign"),
        ('declarations = ["a {foo}"]', "no term {foo} stands before it"),
        ('declarations = ["{foo}"]\n[terms]\nfoo = ["{foo} a"]', "`terms.foo` has"),
        ('declarations = ["' + "(a | b)" * 15 + '"]', "stands for 32,768 sentences, over 20,000"),
        ('declarations = ["' + "[a " * 12 + "]" * 12 + ' b"]', "more than 10 brackets"),
        ("[kinds]\nprivacy = 1", "`kinds.privacy` must be a list of texts"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_key(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("|", "\\|")) as caught:
        read_phrases({"wording/declarations/xx.toml": text.encode()})
    assert str(caught.value).startswith("wording/declarations/xx.toml")


def test_a_term_cannot_name_one_that_stands_below_it() -> None:
    loop = b'[terms]\nversion = ["a {change}"]'
    with pytest.raises(ConfigurationError, match=r"`terms\.version` has .*{change}"):
        read_phrases({**FILES, "wording/declarations/en.toml": loop})


def test_a_greek_question_mark_is_a_question() -> None:
    assert not declares("I opt out\u037e")
    assert declares("I opt out;")


def test_signatures_may_be_links() -> None:
    assert declares("I opt out\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n")
    assert declares("I opt out\n\nSent from Yahoo Mail on Android <https://go.example/a?b=c>\n")
    assert not declares("I opt out\n\n<https://aka.ms/o0ukef>")
    assert not declares("I opt out of https://aka.ms/o0ukef")


def test_the_name_of_a_firm_counts_with_its_signs() -> None:
    firm = replace(ABOUT, name="Müller & Söhne GmbH, Co. KG", customer="K/77")
    assert read("I opt out\n\nMüller & Söhne GmbH, Co. KG", about=firm).declares
    assert read("I opt out\n\nCustomer: K/77", about=firm).declares
    assert not read("I opt out\n\nMüller & Maier", about=firm).declares


# ── letters as they are sent ─────────────────────────────────────────────────────────────────────


def answered(letter: Letter, text: str, number: str) -> bool:
    """Whether an answer to a letter declares."""
    message = message_from_bytes(letter.data, policy=SMTP)
    plain = letter.part("text/plain")
    sent = Sent(
        subject=str(message["Subject"]),
        text=plain,
        organisation="Example Hosting",
        addresses=("notices@hosting.example", str(message["Reply-To"])),
    )
    about = replace(ABOUT, versions=tuple({number, "2"}))
    return reading(f"Re: {sent.subject}", [text], sent, about, PHRASES).declares


@pytest.mark.parametrize("profile", PROFILES)
def test_letters_of_all_profiles_are_known_again(tmp_path: Path, profile: str) -> None:
    project = make(tmp_path, profile=profile)
    import_customers(project, CUSTOMERS)
    letters = [("2", letter_for(project, "c-1"))]
    postpone(project, dt.date(2027, 4, 1))
    letters.append(("2.1", letter_for(project, "c-1", Number(2, 1))))
    for number, letter in letters:
        plain = letter.part("text/plain")
        earlier = plain[: plain.index("\nThis letter belongs to")]
        for quoted in (
            f"\n\n{marked(plain)}",
            f"\n\n{plain}",
            f"\n\n{plain.strip()}\n-- \nAnna",
            f"\n\n{marked(earlier)}",
            f"\n\n{earlier}",
            f"\n\n{earlier.strip()}\n-- \nAnna",
        ):
            assert answered(letter, f"I opt out of version {number}{quoted}", number)
            assert not answered(letter, f"Thanks{quoted}", number)
            assert not answered(letter, quoted, number)
    if profile == "promise":
        own = r"privacy_2_1_\w+|[0-9a-f]{64}"  # a token, a seal
        assert re.sub(own, "T", letters[0][1].part("text/plain")) == re.sub(own, "T", LETTER)


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "fr"])
def test_the_words_that_a_page_and_a_letter_name_opt_out(language: str) -> None:
    """They are the same, whichever of the two says them, and are understood."""
    catalogs, templates = Catalogs(shipped_catalogs()), TextTemplates(shipped_templates())
    context = "what a customer writes to opt out"
    named = catalogs.words(language).pgettext(context, "I opt out")
    assert declares(named)
    assert declares(f"{named}.\n\nAnna Example")
    assert templates.compose(TemplateName.LETTER, language, {}, "declaration").strip() == named


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "fr"])
def test_whoever_writes_out_what_a_form_declares_opts_out(language: str) -> None:
    """The button of the page, the sentence of the paper form, that of the sealed words."""
    words = Catalogs(shipped_catalogs()).words(language)
    button = words.gettext("I opt out of version {version}", version="2")
    values = {"title": "Privacy Policy", "organisation": "Example Hosting"}
    paper = words.gettext(
        "I opt out of version {number} of the {policy} of {organisation}.",
        number="2",
        policy=values["title"],
        organisation=values["organisation"],
    )
    sealed = TextTemplates(shipped_templates()).compose(
        TemplateName.OPT_OUT, language, {**values, "version": "2"}, "declaration"
    )
    assert re.findall(r"[^\W_]+", paper) == re.findall(r"[^\W_]+", sealed.partition(":")[2])
    for text in (button, f"{button}.", paper):
        assert declares(text), text


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_an_answer_to_a_letter_in_its_language_is_understood(language: str) -> None:
    """Above the letter, however it is quoted; our own words in it declare nothing."""
    _, text = template_letters()[f"{language}, amendment, usual"]
    plain = plain_part(text, LetterDesign.BUTTONS)
    subject = plain.partition("\n")[0]
    sent = replace(SENT, subject=subject, text=plain)
    about = replace(ABOUT, titles=(TEXTS[language][0],))

    def taken(answer: str) -> bool:
        return reading(f"Re: {subject}", [answer], sent, about, PHRASES).declares

    phrase = opt_out_phrase(Catalogs(shipped_catalogs()).words(language))
    for name in ("Outlook, Arabic", "Outlook, Spanish", "Gmail, Arabic", "Gmail, French"):
        head = (HEADERS | ATTRIBUTIONS)[name]
        for quoted in (f"\n\n{head}\n\n{marked(plain)}", f"\n\n{head}\n\n{plain}"):
            said = quoted.replace(SUBJECT, subject)
            assert taken(f"{phrase}{said}"), head
            assert not taken(f"Thanks{said}"), head
            assert not taken(said), head
    before, found, after = re.sub(r"\n  (?=\S)", " ", plain).partition(phrase)
    assert found
    assert not taken(f"{marked(before)}\n{phrase}\n{marked(after)}")
    assert not taken(f"{marked(before)}\n{phrase}")
