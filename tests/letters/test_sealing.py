"""What letters and forms are sealed with a release: in each language, in each case."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache
from urllib.parse import parse_qs, urlsplit

import pytest

from publisher.edges.catalogs import shipped_catalogs
from publisher.edges.templates import shipped_templates
from publisher.errors import FreezeError, TemplateError
from publisher.letters.kinds import as_told, letter_kind, letter_kinds
from publisher.letters.notice import changes_since, sent_text
from publisher.letters.sealing import with_letters
from publisher.policies.policy import Note, Policy, Wording
from publisher.releases.announcement import of_amendment
from publisher.releases.freezing import FreezePlan
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.telling import LetterCase, LetterKind
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from publisher.wording.templates import TextTemplates
from tests.fixtures.amendments import HOSTING, LATER, amendments
from tests.fixtures.lettered import catalogs, lettered, templates
from tests.fixtures.letters import ANNA, LINKS
from tests.fixtures.some import some

FIRST, SECOND = amendments()[:2]
CLOSES, LATEST = dt.date(2027, 5, 14), dt.date(2027, 5, 15)
TITLES = {
    "ar": "سياسة الخصوصية",
    "de": "Datenschutzerklärung",
    "es": "Política de privacidad",
    "fr": "Politique de confidentialité",
}
PRECEDENCE = {tag: f"**{title}**: {tag} *precedence*." for tag, title in TITLES.items()}
WICKED = "*A* {{7*7}} [a](javascript:x) <b> {{name}} {% x %} `c` & # 1. ~x~"


def translated(policy: Policy) -> Policy:
    """A policy in all languages that there are words in."""
    wordings = {
        tag: Wording(title, PRECEDENCE[tag], effect=f"{tag} effect.")
        for tag, title in TITLES.items()
    }
    facts = replace(policy.facts, translations=wordings)
    files = {
        tag: {name: text.replace("Keys {", f"Keys {tag} {{") for name, text in policy.files.items()}
        for tag in TITLES
    }
    notes = tuple(
        replace(note, translations={"de": "Längere Schlüssel schützen besser.\n"})
        for note in policy.notes
    )
    return replace(policy, facts=facts, translations=files, notes=notes)


@cache
def whole() -> Release:
    """Release 2 in five languages."""
    before = replace(FIRST, policy=translated(FIRST.policy))
    return lettered(replace(SECOND, policy=translated(SECOND.policy)), before, HOSTING)


def letter(language: str = "", case: LetterCase | None = None) -> str:
    kind = LetterKind(case, language)
    return as_told(whole(), kind).notice


def test_each_language_has_its_letters_and_its_form() -> None:
    release = whole()
    languages = {"", *TITLES}
    assert {kind.language for kind in letter_kinds(release)} == languages
    assert set(letter_kinds(release)) == {
        LetterKind(case, tag) for tag in languages for case in (None, LetterCase.AGAIN)
    }
    assert set(release.telling.forms) == set(TITLES)
    assert len(release.telling.wording) == 64


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("# Datenschutzerklärung: Version 2 gilt ab 1. März 2027", "Ich widerspreche")),
        (
            "fr",
            ("la version 2 s’applique à partir du 1er mars 2027", "Je refuse cette modification"),
        ),
        ("es", ("la versión 2 se aplica a partir del 1 de marzo de 2027", "Rechazo este cambio")),
        ("ar", ("يسري الإصدار 2 ابتداءً من", "أرفض هذا التغيير")),
    ],
)
def test_a_letter_is_in_one_language_throughout(language: str, words: tuple[str, ...]) -> None:
    text = letter(language)
    for each in (*words, PRECEDENCE[language], f"{language} effect.", f"**Keys {language}**"):
        assert each in text
    for english in ("Dear ", "version 2 applies", "March", "February", "What ", "The ", "In fig"):
        assert english not in text
    at = f"http://127.0.0.1:8000/privacy/2/{language}/"
    assert f"({at})" in text
    assert f"({at}changes/)" in text
    form = whole().telling.forms[language]
    assert TITLES[language] in form
    assert PRECEDENCE[language] in form
    assert "February" not in form


def test_no_french_line_can_begin_with_a_sign() -> None:
    """French has a space before `:`, `;`, `!`, `?` and within `« »`, where no line may break."""
    loose = re.compile(r"[^\S\u00a0\u202f][:;!?»]|«[^\S\u00a0\u202f]")
    release = whole()
    sealed = [as_told(release, kind).notice for kind in letter_kinds(release)
              if kind.language == "fr"]  # fmt: skip
    sealed.append(release.telling.forms["fr"])
    for text in sealed:
        assert len(re.findall("\u00a0[:;»]", text)) > 1
        assert not loose.findall(text.replace(PRECEDENCE["fr"], ""))
    templates = [text for name, text in shipped_templates().items() if name.endswith(".fr.md")]
    catalog = shipped_catalogs()["fr"].decode()
    for text in (*templates, *re.findall(r'(?m)^msgstr.* "(.*)"$', catalog)):
        assert not loose.findall(text)


def test_a_note_is_told_in_the_language_of_the_letter_where_it_is_translated() -> None:
    assert "Längere Schlüssel schützen besser." in letter("de")
    assert "Longer keys protect you better." in letter()
    assert "Longer keys protect you better." in letter("fr")


def test_the_first_thing_before_the_first_section_is_two_buttons() -> None:
    for language in ("", *TITLES):
        paragraphs = letter(language).split("\n\n")
        first = next(n for n, text in enumerate(paragraphs) if text.startswith("## "))
        assert [text for text in paragraphs[:first] if text.startswith("[")] == some(
            [t for t in paragraphs[first - 2 : first] if t.endswith("_link}})")]
        )


def test_who_opted_out_before_is_told_that_it_is_about_that_version_alone() -> None:
    assert "You opted out of an earlier version." in letter(case=LetterCase.AGAIN)
    assert "Sie haben einer früheren Version widersprochen." in letter("de", LetterCase.AGAIN)
    assert "opted out of an earlier" not in letter()


APPLIES = {
    "": "version 1 applies",
    "ar": "يسري الإصدار 1",
    "de": "gilt Version 1",
    "es": "se aplica la versión 1",
    "fr": "la version 1 s’applique",
}
COUNTS = {
    "": "An opt-out of another version does not count for version 2.",
    "ar": "ورفض إصدار آخر لا يُعتدّ به للإصدار 2.",
    "de": "Ein Widerspruch gegen eine andere Version zählt nicht für Version 2.",
    "es": "El rechazo de otra versión no vale para la versión 2.",
    "fr": "Le refus d’une autre version ne vaut pas pour la version 2.",
}


@cache
def postponed() -> Release:
    """Release 2.1, which moves the day of 2 and says what its letter lacked, in five languages."""
    before = replace(FIRST, policy=translated(FIRST.policy))
    release = replace(whole(), number=Number(2, 1), effective=LATER, closes=LATER)
    added = replace(release.policy, notes=(*release.policy.notes, Note("_summary.md", "More.\n")))
    release = replace(release, policy=added)
    return lettered(release, before, HOSTING, [whole()], supplement=True)


@pytest.mark.parametrize("language", APPLIES)
def test_no_letter_says_which_version_applies_to_who_opted_out_before(language: str) -> None:
    assert APPLIES[language] in letter(language)
    assert APPLIES[language] not in letter(language, LetterCase.AGAIN)
    for case in (LetterCase.POSTPONED, LetterCase.SUPPLEMENT, LetterCase.AGAIN):
        text = as_told(postponed(), LetterKind(case, language)).notice
        assert APPLIES[language] not in text
        assert (COUNTS[language] in text) is (case is not LetterCase.AGAIN)


CORRECTED = {
    "": "version 2 (corrected: 2.2)",
    "ar": "الإصدار 2 (المصحّح: 2.2)",
    "de": "Version 2 (berichtigt: 2.2)",
    "es": "versión 2 (corregida: 2.2)",
    "fr": "version 2 (corrigée\u00a0: 2.2)",
}


@cache
def corrected() -> Release:
    """Release 2.2, which moves the day of 2 after 2.1 had corrected its text; in five languages."""
    before = replace(FIRST, policy=translated(FIRST.policy))
    policy = whole().policy
    files = {
        **policy.files,
        "use.md": policy.files["use.md"].replace("tell us", "tell us, and only that,"),
    }
    notes = (Note("keys.md", "A slip of the pen.\n"), Note("use.md", "Said more clearly.\n"))
    number, previous = Number(2, 2), Number(2, 1)
    release = replace(whole(), number=number, previous=previous, effective=LATER, closes=LATER)
    release = replace(release, policy=replace(policy, files=files, notes=notes))
    return lettered(release, before, HOSTING, [whole()])


@pytest.mark.parametrize("language", CORRECTED)
@pytest.mark.parametrize("case", [None, LetterCase.AGAIN, LetterCase.POSTPONED])
def test_the_letter_of_a_correction_agrees_with_what_it_links(
    case: LetterCase | None, language: str
) -> None:
    told = as_told(corrected(), LetterKind(case, language))
    at = "http://127.0.0.1:8000/privacy/"
    page = f"{at}compare/{language}/" if language else f"{at}compare/"
    assert f"({page}?from=1&to=2.2)" in told.notice
    assert f"({at}compare/?from=2&to=2.2)" in told.notice
    assert "/2/changes/)" not in told.notice
    assert CORRECTED[language] in told.notice
    assert "A slip of the pen." not in told.notice
    for new in (None, Number(1)):
        assert changes_since(new, told, HOSTING.site, language) == f"{at}compare/?from=1&to=2.2"


def test_no_letter_speaks_of_a_letter_before_to_who_had_none() -> None:
    for kind in letter_kinds(whole()):
        assert "last told" not in as_told(whole(), kind).notice


def test_whoever_reads_another_language_gets_the_authoritative_letter() -> None:
    release = whole()
    assert letter_kind(release, None, "de-AT").language == "de"
    assert letter_kind(release, LetterCase.AGAIN, "fr") == LetterKind(LetterCase.AGAIN, "fr")
    for tag in ("en", "en-GB", "it", ""):
        assert letter_kind(release, None, tag) == LetterKind()
    # There is no such letter of this release.
    assert letter_kind(release, LetterCase.POSTPONED, "de") == LetterKind(None, "de")


def test_the_seal_is_filled_into_the_line_of_each_language() -> None:
    release = replace(whole(), seal="5" * 64)
    for kind in letter_kinds(release):
        text = sent_text(as_told(release, kind), ANNA, LINKS)
        assert text.count("5" * 64) == 1
        assert "sealed as" not in text or not kind.language
        assert "{{" not in text
    unsealed = sent_text(replace(whole(), seal=""), ANNA, LINKS)
    assert "SHA-256" not in unsealed


FIELDS = "{{name}} \\\\{{name}} \\{{seal}} {{{opt_out_link}}} [x](https://e.example/{{name}}%7B%7Bseal%7D%7D)"


def test_what_people_write_is_never_filled_in() -> None:
    title = "Terms {{name}} {{opt_out_link}}"
    facts = replace(SECOND.policy.facts, title=title, remark=FIELDS, effect=FIELDS)
    notes = (Note("_summary.md", FIELDS), Note("keys.md", FIELDS))
    policy = replace(SECOND.policy, facts=facts, notes=notes)
    organisation = replace(HOSTING, name="Example {{seal}}")
    made = lettered(replace(SECOND, policy=policy), FIRST, organisation)
    for kind in letter_kinds(made):
        told = as_told(made, kind)
        sent = sent_text(replace(told, seal="5" * 64), ANNA, LINKS)
        plain = as_plain_text(parse(sent))
        assert plain.count("Anna") == 1
        assert plain.count("5" * 64) == 1
        assert "{{name}}" in plain
        assert "Terms {{name}} {{opt_out_link}}" in plain
        assert "Example {{seal}}" in plain
        reply = parse_qs(urlsplit(sent.split("](mailto:")[1].split(")")[0]).query)
        assert reply["subject"][0].startswith(f"Re: {title}:")


def test_nothing_that_is_filled_in_acts_as_markdown_or_as_a_template() -> None:
    facts = replace(SECOND.policy.facts, title=WICKED)
    files = {**SECOND.policy.files, "keys.md": "## Keys *x* `{{name}}` {#keys}\n\n256 bits.\n"}
    policy = replace(SECOND.policy, facts=facts, files=files)
    organisation = replace(HOSTING, name=WICKED, address="1. <b>\n# x\n- y\n> z\n    c")
    made = lettered(replace(SECOND, policy=policy), FIRST, organisation)
    text = sent_text(made, ANNA, LINKS)
    assert "{{name}}" not in text
    shown = " ".join(as_plain_text(parse(text)).split())
    assert f"{WICKED}: version 2 applies from 1 March 2027" in shown
    assert f"{WICKED} is changing its {WICKED}." in shown
    assert f"{WICKED} 1. <b> # x - y > z c" in shown
    clauses = parse(made.opt_out)
    links = {m.value for c in (*parse(text), *clauses) for r in c.cells for run in r
             for m in run.marks if m.kind == "link"}  # fmt: skip
    assert not [link for link in links if link.startswith("javascript")]


def test_a_language_without_letters_is_refused_with_its_remedy() -> None:
    wordings = {"nl": Wording("Privacybeleid", "De Engelse tekst beslist.")}
    facts = replace(SECOND.policy.facts, translations=wordings)
    policy = replace(SECOND.policy, facts=facts, translations={"nl": dict(SECOND.policy.files)})
    plan = FreezePlan(replace(SECOND, policy=policy), announcement=of_amendment(SECOND, FIRST))
    with pytest.raises(FreezeError, match="there is no letter in `nl`") as refused:
        with_letters(plan, HOSTING, templates(), catalogs())
    assert refused.value.remedy == "publisher wording --language nl"
    nobody = replace(plan, announcement=None)
    assert with_letters(nobody, HOSTING, templates(), catalogs()) == nobody.release


def test_an_own_letter_shows_in_the_letters_of_all_cases() -> None:
    own = {"letter.en.md": "{% block greeting %}\nHello {{ name }}!\n{% endblock %}\n"}
    mine = TextTemplates(shipped_templates(), own, "wording")
    plan = FreezePlan(SECOND, announcement=of_amendment(SECOND, FIRST))
    made = with_letters(plan, HOSTING, mine, catalogs())
    for kind in letter_kinds(made):
        assert "Hello {{name}}!" in as_told(made, kind).notice
    assert made.telling.wording != SECOND.telling.wording
    own = {"letter.en.md": "{% block subject %}\nNo heading\n{% endblock %}\n"}
    with pytest.raises(TemplateError, match="does not begin with a heading"):
        with_letters(plan, HOSTING, TextTemplates(shipped_templates(), own, "wording"), catalogs())


def test_a_supplement_says_what_the_letter_before_did_not() -> None:
    added = Note("_summary.md", "We also share your address with our printer.\n")
    own = replace(SECOND.policy, notes=(added,))
    later = replace(SECOND, number=Number(2, 1), policy=own, previous=SECOND.number)
    made = lettered(later, FIRST, HOSTING, [SECOND], supplement=True)
    assert set(made.telling.letters) == {
        LetterKind(LetterCase.AGAIN),
        LetterKind(LetterCase.SUPPLEMENT),
    }
    text = made.telling.letters[LetterKind(LetterCase.SUPPLEMENT)]
    assert "We also share your address with our printer." in text
    assert "from **1 March 2027**, as we told you." in text
    assert "If you have already opted out of version 2, you need to do nothing." in text
    # Who had no letter is told all of it at once.
    assert "We also share your address with our printer." in made.notice
    assert "Longer keys protect you better." in made.notice
    # Whoever missed it is told along with the day that comes later.
    moved = replace(SECOND, number=Number(2, 2), effective=LATER, previous=made.number)
    last = lettered(moved, FIRST, HOSTING, [SECOND, made])
    text = last.telling.letters[LetterKind(LetterCase.POSTPONED)]
    assert "We also share your address with our printer." in text
    assert "later than we first told you: from **1 April 2027**." in text


@pytest.mark.parametrize("language", ["", "de", "fr", "es", "ar"])
def test_no_letter_says_a_day_that_its_reader_may_not_have_been_told(language: str) -> None:
    before, told = (replace(one, policy=translated(one.policy)) for one in (FIRST, SECOND))
    summary = Note("_summary.md", "Keys are longer.\n")
    told = replace(told, policy=replace(told.policy, notes=(summary, *told.policy.notes)))
    once = replace(told, number=Number(2, 1), effective=LATER, previous=told.number)
    why = Note("_summary.md", "The new system comes later.\n")
    more = replace(once, number=Number(2, 2), effective=LATEST, closes=CLOSES, previous=once.number)
    more = replace(more, policy=replace(once.policy, notes=(why,)))
    last = lettered(more, before, HOSTING, [told, once])
    text = last.telling.letters[LetterKind(LetterCase.POSTPONED, language)]
    words = catalogs().words(language or "en")
    head = text.partition("\n## ")[0]
    for day in (told.effective, once.effective):
        assert words.day(day) not in text
    assert words.day(LATEST) in head
    # Whoever reads it knows what it is about, and why it comes later.
    assert head.index("The new system comes later.") < head.index("Keys are longer.")
    # A supplement of the same day as 2.2 has the letter for those who were told another one.
    added = replace(more, number=Number(2, 3), previous=more.number)
    both = lettered(added, before, HOSTING, [told, once, last], supplement=True).telling.letters
    assert "The new system comes later." in both[LetterKind(LetterCase.POSTPONED, language)]
    assert LetterKind(LetterCase.SUPPLEMENT, language) in both


def test_a_link_of_a_note_to_a_section_leads_to_the_version_in_that_language() -> None:
    said = "See [keys](#keys) and [others](https://keys.example/#keys).\n"
    note = Note("_summary.md", said, translations={"de": "Siehe [Schlüssel](#keys).\n"})
    before = replace(FIRST, policy=translated(FIRST.policy))
    policy = replace(translated(SECOND.policy), notes=(note, *SECOND.policy.notes))
    told = lettered(replace(SECOND, policy=policy), before, HOSTING)
    assert "[keys](http://127.0.0.1:8000/privacy/2/#keys) and" in told.notice
    assert "[others](https://keys.example/#keys)" in told.notice
    german = told.telling.letters[LetterKind(language="de")]
    assert "[Schlüssel](http://127.0.0.1:8000/privacy/2/de/#keys)" in german
