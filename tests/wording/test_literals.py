"""Every word that customers read comes from a catalog or a template: no literal of the source."""

from __future__ import annotations

import pytest

from tests.fixtures.literals import (
    ALLOWED,
    literals,
    literals_in,
    literals_in_script,
    needless,
)


def test_every_word_that_customers_read_comes_from_a_catalog() -> None:
    found = literals()
    assert not found, "make them messages:\n" + "\n".join(map(str, found))


def test_nothing_is_allowed_without_need() -> None:
    assert needless() == []
    assert all(why for why, _ in ALLOWED.values())


PLANTED = {
    "words": 'x = page("There is no such version.")',
    "an f-string": 'x = f"{count} sections added"',
    "the end of a plural": "x = f\"{count} section{'s' if count > 1 else ''}\"",
    "one word in an f-string": 'x = f"version {number}"',
    "text between tags": 'x = Markup("<p>Read the text</p>")',
    "one word between tags": 'x = Markup("<b>late</b>")',
    "words around a tag": 'x = Markup("<p>{}, late</p>").format(day)',
    "what a reader of screens says": 'x = Markup(\'<a href="x" aria-label="Breadcrumb">{}</a>\')',
    "a title": "x = Markup('<i title=\"Was: {}\">{}</i>')",
    "a picture's words": 'x = Markup(\'<img alt="history" src="x.png">\')',
    "a placeholder": "x = Markup('<input placeholder=\"your address\">')",
    "a value of a dictionary": 'x = {"choose": "Choose two versions."}',
    "one word of a dictionary": "x = {Kind.ADDED: 'added'}",
    "a default": 'def page(title="All versions"): ...',
    "a default of one word": "def page(title='history'): ...",
    "a value by name": 'x = page(title="History")',
    "one word by name": 'x = page(title="history")',
    "words by name": 'x = page(name="notice of it")',
    "an argument": 'x = page("history")',
    "an argument beside a name": 'x = element("p", "late")',
    "a member of an enum": 'class Status(StrEnum):\n    IN_FORCE = "in force"',
    "one word of an enum": 'class Status(StrEnum):\n    UPCOMING = "upcoming"',
    "a table": 'x = (("force", "in force"), ("notice", "notice period"))',
    "one of two": 'x = "opted out" if late else "opted out late"',
    "one word of two": "x = 'late' if late else ''",
    "a piece of format": 'x = "{} to {}".format(a, b)',
    "a word for format": "x = Markup('<p>{}</p>').format('late')",
    "joined words": 'x = ", ".join(["added", "removed"])',
    "what is given back": "def f():\n    return 'unknown'",
    "a sum": "x = 'See ' + name",
    "per cent": "x = 'Version %s' % number",
    "a template": 'x = Template("Hello $name")',
    "an alternative": "x = name or 'nobody'",
    "a walrus": "if y := 'none at all': pass",
    "German": "x = page('Diese Fassung gilt')",
    "a long text": 'x = ("One sentence. "\n     "Another one.")',
    "an argument of what is no message": "x = words.day('not a day')",
    "a value in a message": 'words.gettext("{name} wrote", name="Somebody else")',
    "the body of a lambda": "x = lambda: 'at once'",
    "a member of a data class": "class A:\n    title: str = 'Your declaration'",
    "a comprehension": "x = [f'{n} words' for n in y]",
}


@pytest.mark.parametrize("source", PLANTED.values(), ids=PLANTED.keys())
def test_words_in_the_source_are_found(source: str) -> None:
    assert list(literals_in(source))


FINE = {
    "a message": 'words.gettext("There is no such version.")',
    "a plural": 'words.ngettext("{count} section added", "{count} sections added", 3)',
    "a context": 'words.pgettext("status of a version", "in force")',
    "a message of a table": 'x = {Status.IN_FORCE: noop("in force")}',
    "HTML of a message": 'words.markup("Read {link} first.", link=link)',
    "a docstring": 'def f():\n    """What it gives back."""',
    "words about a value": 'x: int = 3\n"""How many there are."""',
    "an error": 'raise FormError("cannot be read", remedy="send it again")',
    "an error that is handed on": 'x = DraftError("no such file", where="here")',
    "a key": 'x = data["name of it"]',
    "what is compared": 'x = kind == "in force" or kind in ("one", "two")',
    "tags alone": 'x = Markup(\'<p class="pp-late pp-more" id="{}">{}</p>\')',
    "a link": "x = Markup('<a href=\"https://hosting.example/a-b/\">{}</a>')",
    "a style sheet": "x = 'color: red; margin: 0 auto;'",
    "an address": "x = f'{root}privacy/{number}/policy.md'",
    "a type of media": "x = 'text/html; charset=utf-8'",
    "an entity": "x = Markup('&nbsp;·&nbsp;')",
    "a pattern": "x = re.compile('one or two')",
    "a format of days": "x = words.short_day(day, 'd MMM')",
    "names": '__all__ = ["one", "two"]',
    "a type": 'def f(x: "Some of it") -> "Other": ...',
    "the name of an element": 'x = element("p", words)',
    "a relation": 'x = page(rel="alternate")',
    "a key of a cache": 'parts = ["in force", digest]\nself._cache.get(parts, make)',
    "signs": "x = f'{a} → {b}, {c}: {d}'",
}


@pytest.mark.parametrize("source", FINE.values(), ids=FINE.keys())
def test_what_nobody_reads_is_no_word(source: str) -> None:
    assert list(literals_in(source)) == []


@pytest.mark.parametrize(
    "script",
    [
        'say("Comparing versions");',
        "x.textContent = 'Not available';",
        "x.innerHTML = `<b>Moved</b>`;",
        "x.title = `Version ${number} here`;",
        "x.ariaLabel = 'Close';",
        'x = busy ? "Please wait" : "";',
    ],
)
def test_words_in_a_script_are_found(script: str) -> None:
    assert list(literals_in_script(script))


@pytest.mark.parametrize(
    "script",
    [
        'document.querySelector("main article");',
        '// Shows "what changed" to readers.',
        'x.classList.add("pp-open");',
        'x.addEventListener("click", f);',
        "x = say('busy');",
        'x.setAttribute("aria-hidden", "true");',
    ],
)
def test_what_a_script_does_not_show_is_no_word(script: str) -> None:
    assert list(literals_in_script(script)) == []
