"""Every message of the program is in every catalog: all forms, the same placeholders, no more."""

from __future__ import annotations

import io
import subprocess
import textwrap
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

from publisher.checks.wording_findings import check_own_catalog
from publisher.edges.catalogs import program_messages
from publisher.policies.finding import Severity
from publisher.wording.catalog_entries import entry_faults, unknown_entries
from publisher.wording.catalogs import plurals_by_message, read_catalog
from publisher.wording.words import PLACEHOLDER
from tests import ROOT
from tests.fixtures import messages
from tests.fixtures.messages import Message
from tests.fixtures.some import some


@cache
def extracted() -> messages.Extraction:
    """The messages of the program: read when a test wants them, not by every process."""
    return messages.messages_of()


def test_every_message_is_a_literal_or_one_of_a_table_of_literals() -> None:
    assert len(extracted().places) > 1
    assert extracted().faults == []


def test_a_message_can_be_translated() -> None:
    """No tags, no space at its ends, no placeholder that is none."""
    wrong = [message for message in some(extracted().places) for _ in _unfit(message)]
    assert wrong == []


def _unfit(message: Message) -> Iterator[str]:
    for text in (message.one, message.many):
        rest = PLACEHOLDER.sub("", text)
        if text != text.strip() or any(sign in rest for sign in "<{}"):
            yield text
    if message.many and "count" not in PLACEHOLDER.findall(message.many):
        yield message.many


def test_the_template_is_up_to_date() -> None:
    assert messages.TEMPLATE.read_bytes() == messages.template_of(extracted()), (
        "run: .venv/bin/python -m tests.fixtures.messages"
    )


def test_there_is_a_catalog_for_each_language() -> None:
    found = {path.stem for path in messages.CATALOGS.glob("*.po")}
    assert found == set(messages.LANGUAGES)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_catalog_says_that_no_lawyer_has_read_it(language: str) -> None:
    head = _file(language).decode().partition("msgid")[0]
    assert "No lawyer has read them" in head
    assert "[wording] reviewed" in head


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_catalog_has_every_message_and_no_other(language: str) -> None:
    data = _file(language)
    assert messages.missing(data, language, extracted()) == []
    assert data == messages.brought_up_to_date(data, language, extracted()), (
        "run: .venv/bin/python -m tests.fixtures.messages"
    )


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_catalog_says_what_its_messages_say(language: str) -> None:
    catalog = read_po(io.BytesIO(_file(language)), locale=language)
    wrong = [
        f"{entry.id}: {fault}" for entry in catalog if entry.id for fault in _faults(entry, catalog)
    ]
    assert wrong == []


def _faults(entry: Entry, catalog: Catalog) -> Iterator[str]:
    if entry.fuzzy:
        yield "is fuzzy"
    ids = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
    strings = messages.strings_of(entry)
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    if len(ids) > 1 and len(strings) != catalog.num_plurals:
        yield f"has {len(strings)} plural forms"
    for form, string in enumerate(strings):
        if not string:
            continue  # which is told as missing
        found = set(PLACEHOLDER.findall(string))
        may_lack = {"count"} if len(ids) > 1 and _is_of_one_number(catalog, form) else set()
        if not wanted - may_lack <= found <= wanted:
            yield f"has other placeholders: {string!r}"
        if string != string.strip() or "<" in string:
            yield f"has space at an end, or a tag: {string!r}"
        if any(ord(sign) < 32 for sign in string):
            yield f"has a control character: {string!r}"


def _is_of_one_number(catalog: Catalog, form: int) -> bool:
    """Whether a plural form is used for one number alone, which it can then say as a word."""
    from gettext import c2py

    which = c2py(catalog.plural_expr)
    return sum(which(number) == form for number in range(1000)) == 1


def _file(language: str) -> bytes:
    return (messages.CATALOGS / f"{language}.po").read_bytes()


def test_catalogs_are_shipped() -> None:
    """The package has all that lies in its folder and that git has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    build = project["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"] == {"packages": ["publisher"]}
    assert set(build) == {"targets"}
    names = {f"{language}.po" for language in messages.LANGUAGES} | {"messages.pot"}
    folder = messages.CATALOGS.relative_to(ROOT).as_posix()
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", *(f"{folder}/{name}" for name in names)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert ignored.stdout == b""
    shipped = resources.files("publisher") / "assets" / "wording"
    assert names <= {file.name for file in shipped.iterdir()}


def test_the_example_of_the_documentation_is_one() -> None:
    text = (ROOT / "docs/wording.md").read_text("utf-8")
    example = textwrap.dedent(text[text.index("    msgid ") :].split("\n- ")[0])
    catalog = read_catalog(example.encode(), "de", "docs/wording.md")
    assert list(entry_faults(catalog)) == []
    assert list(unknown_entries(catalog, plurals_by_message(messages.TEMPLATE.read_bytes()))) == []
    assert len(catalog) > 0


# ── that the law finds what is against it ────────────────────────────────────────────────────────

SOURCE = """
STATUS = {"a": noop("in force"), "b": noop("upcoming")}
TITLES = (("x", noop("Seen")), ("y", noop("Published")))
def page(words, name):
    words.gettext("Hello {name}", name=name)
    words.gettext("yes" if name else "no")
    words.nmarkup("{count} word", "{count} words", 3)
    words.pgettext("status", STATUS[name])
    [words.gettext(title) for _, title in TITLES]
    self._words.npgettext("page", "one", "{count} many", 2)
    self.catalog.gettext(message)
"""


def extraction(folder: Path, source: str) -> messages.Extraction:
    (folder / "program").mkdir()
    (folder / "program/page.py").write_text(source, "utf-8")
    return messages.messages_of(folder / "program")


def test_messages_are_found_wherever_they_stand(tmp_path: Path) -> None:
    found = extraction(tmp_path, SOURCE)
    assert found.faults == []
    assert set(found.places) == {
        Message("", "Hello {name}"),
        Message("", "yes"),
        Message("", "no"),
        Message("", "{count} word", "{count} words"),
        Message("status", "in force"),
        Message("status", "upcoming"),
        Message("", "Seen"),
        Message("", "Published"),
        Message("page", "one", "{count} many"),
    }
    assert set(map(tuple, found.places.values())) == {("program/page.py",)}


@pytest.mark.parametrize(
    "call",
    [
        'words.gettext(f"Hello {name}")',
        "words.gettext(name)",
        'words.gettext("Hello " + name)',
        'words.gettext("Hello {}".format(name))',
        "words.pgettext(name, 'Hello')",
        "words.ngettext(name, '{count} words', 1)",
        'words.ngettext("{count} word", 1)',
        'words.gettext("  ")',
        'words.ngettext("a", "b", 1), words.ngettext("a", "c", 1)',
        'words.gettext("Hello {name}")',
        'words.gettext("Hello", name=name)',
        'words.ngettext("{count} of {all}", "{count} of {all}", 1)',
    ],
)
def test_a_message_that_is_no_literal_is_found(tmp_path: Path, call: str) -> None:
    assert extraction(tmp_path, f"def page(words, name):\n    return {call}\n").faults


def test_what_is_translated_stays_and_what_went_is_removed(tmp_path: Path) -> None:
    found = extraction(tmp_path, 'words.gettext("a {b}")\nwords.ngettext("one", "{count} c", 2)\n')
    head = '# ours\nmsgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    before = f'{head}\nmsgid "gone"\nmsgstr "weg"\n\n# why\nmsgid "a {{b}}"\nmsgstr "ein {{b}}"\n'
    data = messages.brought_up_to_date(before.encode(), "de", found).decode()
    assert data.startswith(head)
    assert '# why\n#: program/page.py\nmsgid "a {b}"\nmsgstr "ein {b}"\n' in data
    assert 'msgid_plural "{count} c"\nmsgstr[0] ""\nmsgstr[1] ""\n' in data
    assert "weg" not in data
    assert messages.missing(data.encode(), "de", found) == [Message("", "one", "{count} c")]


HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset={}\\n"\n\n'


@pytest.mark.parametrize(
    ("charset", "said", "line", "what"),
    [
        ("utf-8", "{day!r} {day}", 5, "fills in nothing: '{day!r} {day}'"),
        ("utf-8", "{day} {day.__class__}", 5, "fills in nothing"),
        ("utf-8", "{day} {day:>9}", 5, "fills in nothing"),
        ("utf-8", "{{day}}", 5, "fills in nothing"),
        ("utf-8", "bis {day}}", 5, "fills in nothing"),
        ("utf-8", "bis\u200b {day}", 5, "U+200B"),
        ("UTF-8", "bis\u2060 {day}", 5, "U+2060"),
        ("iso-8859-1", "bis {day}", 2, "says that it is in iso-8859-1"),
    ],
)
def test_what_an_own_entry_may_not_hold_is_an_error_with_its_line(
    charset: str, said: str, line: int, what: str
) -> None:
    entry = f'msgctxt "x"\nmsgid "until {{day}}"\nmsgstr "{said}"\n'
    data = (HEAD.format(charset) + entry).encode()
    found = check_own_catalog("de", data, "wording/de.po", program_messages(), ["de"])
    (error,) = (each for each in found if each.severity is Severity.ERROR)
    assert (error.place, what in error.what) == ("wording/de.po", True)
    assert line - 1 <= error.line <= line
    assert error.remedy


def test_a_catalog_has_a_limit() -> None:
    found = check_own_catalog("de", b"#" * 2_000_001, "wording/de.po", program_messages(), ["de"])
    assert "has 2,000,001 bytes" in next(iter(found)).what
