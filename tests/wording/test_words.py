"""Words in a language: messages filled in, plural forms, days, numbers, lists."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from publisher.edges.catalogs import shipped_catalogs
from publisher.errors import ConfigurationError
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import ENGLISH, Words
from tests.wording.test_time_zones import ZONES

OWN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Hello {name}"
msgstr "Hallo {name}"

msgid "{count} word"
msgid_plural "{count} words"
msgstr[0] "{count} Wort"
msgstr[1] "{count} Wörter"

msgid "{count} day"
msgid_plural "{count} days"
msgstr[0] ""
msgstr[1] ""

msgctxt "status"
msgid "open"
msgstr "offen"

#, fuzzy
msgid "maybe"
msgstr "vielleicht"
""".encode()


def shipped(tag: str) -> Words:
    return Catalogs(shipped_catalogs(), {}, "wording").words(tag)


def german(own: bytes = OWN, shipped: bytes = b"") -> Catalogs:
    return Catalogs({"de": shipped} if shipped else {}, {"de": own}, "wording")


def test_a_message_is_filled_in_by_name() -> None:
    assert ENGLISH.gettext("Hello {name}", name="Ada") == "Hello Ada"
    assert german().words("de").gettext("Hello {name}", name="Ada") == "Hallo Ada"


@given(st.text())
def test_a_value_is_never_more_than_a_value(value: str) -> None:
    assert ENGLISH.gettext("a {name} b", name=value) == f"a {value} b"
    assert ENGLISH.markup("a & {name}", name=value) == Markup("a &amp; {}").format(value)


def test_only_a_value_that_is_html_is_html() -> None:
    link = Markup('<a href="x">y</a>')
    assert ENGLISH.markup("<b> {one} {two}", one=link, two="<i>") == Markup(
        '&lt;b&gt; <a href="x">y</a> &lt;i&gt;'
    )


def test_a_message_can_reach_into_no_value() -> None:
    own = OWN.replace(b"Hallo {name}", b"Hallo {name} {name.__class__} {name!r}")
    with pytest.raises(ConfigurationError, match="a brace that fills in nothing"):
        german(own).words("de")
    # A value with braces in it is a value.
    said = german().words("de").gettext("Hello {name}", name="{name.__class__}")
    assert said == "Hallo {name.__class__}"


@pytest.mark.parametrize(
    ("count", "english", "in_german"),
    [(0, "0 words", "0 Wörter"), (1, "1 word", "1 Wort"), (1234, "1,234 words", "1.234 Wörter")],
)
def test_a_number_has_its_plural_form(count: int, english: str, in_german: str) -> None:
    said = "{count} word", "{count} words"
    assert ENGLISH.ngettext(*said, count) == english
    assert german().words("de").ngettext(*said, count) == in_german
    assert german().words("de").nmarkup(*said, count) == in_german


def test_what_a_catalog_lacks_comes_from_the_one_below_it() -> None:
    shipped = OWN.replace(b'msgstr[0] ""', b'msgstr[0] "ein Tag"').replace(
        b'msgstr[1] ""', b'msgstr[1] "{count} Tage"'
    )
    own = b'msgid ""\nmsgstr ""\n\nmsgid "Hello {name}"\nmsgstr "Servus {name}"\n'
    words = german(own, shipped).words("de")
    assert words.gettext("Hello {name}", name="x") == "Servus x"
    assert words.ngettext("{count} day", "{count} days", 2) == "2 Tage"
    assert words.ngettext("{count} word", "{count} words", 2) == "2 Wörter"
    # Only one of the two has it, and that with a form missing.
    assert german().words("de").ngettext("{count} day", "{count} days", 2) == "2 days"
    assert words.gettext("maybe") == "maybe", "what is fuzzy is not used"


def test_a_context_is_part_of_a_message() -> None:
    words = german().words("de")
    assert words.pgettext("status", "open") == "offen"
    assert words.gettext("open") == words.pgettext("verb", "open") == "open"


def test_a_kind_of_a_language_is_written_in_its_own_way() -> None:
    words = german().words("de-AT")
    assert words.language == "de-AT"
    assert words.gettext("Hello {name}", name="x") == "Hallo x"
    assert words.day(dt.date(2027, 1, 1)) == "1. Jänner 2027"


def test_a_kind_of_a_language_goes_before_the_language_and_the_own_before_the_shipped() -> None:
    def says(**entries: str) -> bytes:
        return "\n\n".join(
            ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"']
            + [f'msgid "{message}"\nmsgstr "{words}"' for message, words in entries.items()]
        ).encode()

    shipped = {"de": says(one="de", two="de", three="de"), "de-AT": says(one="at", two="at")}
    own = {"de": says(one="own de", four="own de"), "de-AT": says(one="own at")}
    catalogs = Catalogs(shipped, own, "wording")
    words = catalogs.words("de-AT-1996") if catalogs.has("de-AT-1996") else catalogs.words("de-AT")
    found = [words.gettext(m) for m in ("one", "two", "three", "four", "five")]
    assert found == ["own at", "at", "de", "own de", "five"]
    assert catalogs.words("de").gettext("one") == "own de"
    assert catalogs.untranslated("de-AT", [("", "four"), ("", "five")]) == {("", "five")}


def test_a_language_without_a_catalog_is_english_throughout() -> None:
    words = german().words("nl")
    assert not german().has("nl")
    assert words.language == "en"
    assert words.day(dt.date(2027, 3, 1)) == "1 March 2027"


def test_the_same_words_have_the_same_digest() -> None:
    assert german().words("de") == german().words("de")
    assert german().words("de").digest != german(OWN + b"\n# more\n").words("de").digest


def test_days_times_numbers_and_lists() -> None:
    words = Catalogs(shipped_catalogs()).words("de")
    assert words.day(dt.date(2027, 3, 1)) == "1. März 2027"
    assert words.day(None) == "ein Tag, den wir nicht kennen"
    at = dt.datetime(2027, 3, 1, 1, 5, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert words.moment(at) == "28. Februar 2027, 23:05 Uhr (UTC)"
    assert ENGLISH.moment(at) == "28 February 2027, 23:05 UTC"
    assert words.number(1234567) == "1.234.567"
    assert ENGLISH.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c"]) == "a, b und c"
    assert words.listed([]) == ""
    assert words.name_of("fr") == "Französisch"
    assert ENGLISH.name_of("xx-none") == "xx-none"


@pytest.mark.parametrize(
    ("zone", "english", "german"),
    [
        ("UTC", "UTC", "UTC"),
        ("Etc/UTC", "UTC", "UTC"),
        ("Europe/Berlin", "Berlin time", "Ortszeit Berlin"),
        ("Africa/Cairo", "Cairo time", "Ortszeit Kairo"),
        # The sign of such a name is the other way round.
        ("Etc/GMT+5", "UTC-05:00", "UTC-05:00"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time", "Ortszeit Buenos Aires"),
    ],
)
def test_a_time_zone_is_called_as_people_know_it(zone: str, english: str, german: str) -> None:
    assert ENGLISH.zone(zone) == english
    assert shipped("de").zone(zone) == german


@pytest.mark.parametrize("tag", ["en", "de", "fr", "es", "ar"])
def test_every_time_zone_has_a_name_in_every_language(tag: str) -> None:
    # In one language all would take a quarter of a minute: each language names a part of them.
    place = ["en", "de", "fr", "es", "ar"].index(tag)
    for zone in sorted(ZONES)[place::60]:
        called = shipped(tag).zone(zone)
        assert called.strip()
        assert "{" not in called


def test_a_moment_is_told_by_the_clocks_of_a_time_zone() -> None:
    at = dt.datetime(2027, 2, 28, 23, 5, tzinfo=dt.UTC)
    assert ENGLISH.moment(at) == ENGLISH.moment(at, "UTC") == "28 February 2027, 23:05 UTC"
    assert ENGLISH.moment(at, "Europe/Berlin") == "1 March 2027, 00:05 (Berlin time)"
    assert shipped("de").moment(at, "Europe/Berlin") == "1. März 2027, 00:05 Uhr (Ortszeit Berlin)"


def test_the_way_a_language_is_written() -> None:
    assert ENGLISH.direction == "ltr"
    arabic = Catalogs({"ar": b'msgid ""\nmsgstr ""\n'}).words("ar")
    assert arabic.direction == "rtl"
    assert arabic.attributes == Markup(' lang="ar" dir="rtl"')


@pytest.mark.parametrize(
    "data",
    [
        b'msgid "a"\nmsgstr "b"\nrubbish here\n',
        b'msgid "a"\nmsgstr "b\n',
        b"\xff\xfe",
        b'msgid "a\nmsgstr "b"\n',
    ],
)
def test_a_catalog_that_does_not_read_is_an_error_with_its_line(data: bytes) -> None:
    with pytest.raises(ConfigurationError) as caught:
        german(data).words("de")
    assert "wording/de.po:" in str(caught.value)


def test_every_shipped_catalog_reads() -> None:
    catalogs = Catalogs(shipped_catalogs())
    for language in catalogs.languages:
        assert catalogs.words(language).language == language
