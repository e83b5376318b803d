"""The catalogs of all languages, the program's and the project's own, which go before them."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Mapping
from copy import copy
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations, c2py
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError
from publisher.wording.catalog_entries import (
    entry_faults,
    is_translated,
    message_of,
    written_entries,
)
from publisher.wording.words import ENGLISH, Words

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

CATALOG_ENDING = ".po"
"""A catalog is called by the tag of its language: `de.po`."""


class Catalogs:
    """The words around a text in every language there is a catalog for."""

    def __init__(
        self,
        shipped: Mapping[str, bytes],
        own: Mapping[str, bytes] | None = None,
        place: str = "",
        *,
        forgiving: bool = False,
    ) -> None:
        """Reads nothing yet: a catalog is read when its language is first asked for.

        Args:
            shipped: the program's catalogs, PO files by language.
            own: the project's, whose entries go before those of the program.
            place: the folder of the project's own, for messages.
            forgiving: one of the project's that does not read is passed over, and told in
                `trouble`.
        """
        self._shipped, self._own, self._place = shipped, own or {}, place
        self._forgiving, self._faults = forgiving, dict[str, str]()
        self._read: dict[str, Words] = {}

    @property
    def trouble(self) -> str:
        """What the operator has to know of catalogs that were passed over; empty: nothing."""
        return next(iter(self._faults.values()), "")

    def forgiven(self) -> Catalogs:
        """The same, passing over those of the project that do not read."""
        return Catalogs(self._shipped, self._own, self._place, forgiving=True)

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages that there are words in, sorted."""
        return tuple(sorted({ENGLISH.language, *self._shipped, *self._own}))

    def has(self, tag: str) -> bool:
        """Whether there are words in a language, or in the one that it is a kind of."""
        return self._nearest(tag) is not None

    def words(self, tag: str) -> Words:
        """The words in a language: where there are none, those of the language that it is a kind
        of (`pt` for `pt-BR`), and else English ones throughout, days and numbers too.

        Args:
            tag: of the language (BCP 47).

        Raises:
            ConfigurationError: a catalog of the project does not read, and none is passed over.
        """
        found = self._read.get(tag)
        if found is None:
            found = self._read[tag] = self._opened(tag)
        return found

    def untranslated(self, tag: str, messages: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which messages nobody has put into a language, so that they are English.

        Args:
            tag: of the language (BCP 47).
            messages: each with its context, which may be empty.
        """
        have = {
            (entry.context or "", message_of(entry))
            for way in _ways(tag)
            for files in (self._shipped, self._own)
            if way in files
            for entry in read_catalog(files[way], way, way + CATALOG_ENDING)
            if entry.id and is_translated(entry)
        }
        return set(messages) - have if tag.partition("-")[0] != ENGLISH.language else set()

    def _nearest(self, tag: str) -> str | None:
        known = self.languages
        return next((way for way in _ways(tag) if way in known), None)

    def _opened(self, tag: str) -> Words:
        if self._nearest(tag) is None:
            return self.words(ENGLISH.language)
        catalog: NullTranslations | None = None
        digest = hashlib.sha256()
        for way in reversed(_ways(tag)):
            for files, place in ((self._shipped, ""), (self._own, self._place)):
                found = self._translations(way, files[way], place) if way in files else None
                if found is None:
                    continue
                digest.update(hashlib.sha256(files[way]).digest())
                opened = copy(found)  # what is behind it is another one's matter
                if catalog is not None:
                    opened.add_fallback(catalog)
                catalog = opened
        return Words(tag, digest.hexdigest(), catalog or NullTranslations())

    def _translations(self, tag: str, data: bytes, place: str) -> GNUTranslations | None:
        """What a catalog says; None: it does not read, and is passed over."""
        name = f"{place}/{tag}{CATALOG_ENDING}" if place else tag + CATALOG_ENDING
        try:
            return _sound_translations(data, tag, name)
        except ConfigurationError as error:
            if not self._forgiving:
                raise
            self._faults[name] = f"{error.where}: {error.line}"
            return None


NO_CATALOGS = Catalogs({})
"""Those of a program without any: all words are English."""


def _ways(tag: str) -> list[str]:
    """A language, and those that it is a kind of: `pt-BR`, `pt`."""
    parts = tag.split("-")
    return ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]


@lru_cache(maxsize=64)
def _sound_translations(data: bytes, language: str, name: str) -> GNUTranslations:
    """A catalog in which every entry can stand for its message, as messages are looked up in it.

    The same file says the same, so it is looked through once a process: that takes a while.

    Raises:
        ConfigurationError: it does not read, or an entry cannot.
    """
    catalog = read_catalog(data, language, name)
    for fault in entry_faults(catalog):
        raise ConfigurationError(fault.what, where=f"{name}:{fault.line}", remedy=fault.remedy)
    return translations(catalog)


def read_catalog(data: bytes, language: str, name: str) -> Catalog:
    """A catalog as its file has it.

    Args:
        data: a PO file.
        language: its tag (BCP 47), for the plural forms where the file does not say them.
        name: its path, for messages.

    Raises:
        ConfigurationError: it does not read.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        if len(data) > _LARGEST:
            raise ConfigurationError(
                f"has {len(data):,} bytes", where=name, remedy="leave out what is not translated"
            )
        text = data.decode("utf-8-sig")
        _require_utf_8(text, name)
        _require_lines(text, name)
        _require_one_of_each(text, name)
        catalog = read_po(
            io.StringIO(text),
            locale=language.replace("-", "_"),
            abort_invalid=True,
        )
        _require_plural_forms(catalog, name)
        return catalog
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            "is not UTF-8", where=f"{name}:{line}", remedy="save it as UTF-8"
        ) from error
    except PoFileError as error:
        raise ConfigurationError(
            f"does not read as a gettext catalog: {error}",
            where=f"{name}:{error.lineno + 1}",
            remedy="compare with the entries around it; a PO editor shows what is wrong",
        ) from error
    except (ValueError, TypeError, ArithmeticError, AttributeError, IndexError) as error:
        raise ConfigurationError(
            f"does not read as a gettext catalog: {error}",
            where=name,
            remedy="open it in a PO editor, which shows what is wrong",
        ) from error


def plurals_by_message(template: bytes) -> dict[tuple[str, str], str]:
    """The messages of the program: the plural of each, or nothing, by its context and its words.

    Args:
        template: a catalog without translations.
    """
    found = {}
    for entry in read_catalog(template, ENGLISH.language, "messages.pot"):
        if entry.id:
            one, many = (entry.id, "") if isinstance(entry.id, str) else entry.id
            found[entry.context or "", one] = many
    return found


_LARGEST = 2_000_000
"""Bytes of a catalog; the program's have a tenth of it."""
_CHARSET = re.compile(r'"Content-Type:[^"]*charset=([\w.:-]+)', re.IGNORECASE)


def _require_utf_8(text: str, name: str) -> None:
    """A file that says to be in another encoding was written in that one, or will be."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _CHARSET.search(line)
        if found and found[1].lower() not in ("utf-8", "utf8", "us-ascii", "charset"):
            raise ConfigurationError(
                f"says that it is in {found[1]}",
                where=f"{name}:{number}",
                remedy="save it as UTF-8, and write charset=UTF-8",
            )


_LINE = re.compile(
    r"""\s*(?:\#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s*)?"(?:[^"\\]|\\.)*"\s*)?"""
)
"""A line of a PO file; Babel passes over a text whose end is missing."""


def _require_lines(text: str, name: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if not _LINE.fullmatch(line):
            raise ConfigurationError(
                "does not read as a gettext catalog: the line is neither a comment nor a keyword "
                "and a text between quotation marks",
                where=f"{name}:{number}",
                remedy="compare it with the lines around it",
            )


def _require_one_of_each(text: str, name: str) -> None:
    """Of two entries for one message the last would count, and nobody would see it."""
    seen: dict[tuple[str, str], int] = {}
    for entry in written_entries(text):
        first = seen.setdefault((entry.context, entry.one), entry.line)
        if first != entry.line:
            raise ConfigurationError(
                f"has two entries for {entry.one!r}, the first in line {first}"
                if entry.one
                else f"has two heads, the first in line {first}",
                where=f"{name}:{entry.line}",
                remedy="leave one of them",
            )


def _require_plural_forms(catalog: Catalog, name: str) -> None:
    """The form of a number is looked up where a page is made, which is too late for an error."""
    which = c2py(catalog.plural_expr)
    if not all(0 <= which(number) < catalog.num_plurals for number in (*range(1000), 10**6)):
        raise ConfigurationError(
            f"says that there are {catalog.num_plurals} plural forms, and names another one",
            where=name,
            remedy="correct the line `Plural-Forms` of its head, or leave it out",
        )


def translations(catalog: Catalog) -> GNUTranslations:
    """A catalog as the standard library looks messages up in it.

    Entries that are fuzzy, or lack one of their plural forms, are left out: another catalog has
    them.
    """
    from babel.messages.mofile import write_mo

    for message in list(catalog):
        if message.pluralizable and not all(message.string or ()):
            catalog.delete(message.id, message.context)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
