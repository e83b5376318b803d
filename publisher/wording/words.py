"""The words that we put around a text, in one language: messages, days, numbers and lists.

A message is an English text of the program; a gettext catalog has it in another language (GNU
gettext manual, "The Format of PO Files"). What belongs into it stands as `{name}`, and nothing else
is done to it, so that a catalog can say whatever it likes and act as nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Literal

from markupsafe import Markup, escape

from publisher.wording.dates import fixed_offset, in_zone, long_date, short_date, zone_city
from publisher.wording.language import date_locale, is_right_to_left, locale

PLACEHOLDER = re.compile(r"\{(\w+)\}")
"""Where a value goes in a message."""
_UNTRANSLATED = NullTranslations()
_PLURALS = (0, 1, 2, 3, 11, 100, 10**6)
"""Numbers that between them have every plural form of a language (Unicode CLDR)."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words around a text in one language; two with the same digest say the same."""

    language: str
    """BCP 47."""
    digest: str = ""
    """SHA-256 of its catalog, hexadecimal; empty: it is in English, as the program has it."""
    catalog: NullTranslations = field(default=_UNTRANSLATED, compare=False, repr=False)

    # ── messages ─────────────────────────────────────────────────────────────────────────────────

    def gettext(self, message: str, /, **values: object) -> str:
        """A message in this language.

        Args:
            message: in English, a literal wherever this is called.
            values: what stands in it, by name; numbers are written as the language writes them.
        """
        return self._filled(self.catalog.gettext(message), values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """A message about a number of things, in the plural form that the number asks for.

        Args:
            one, many: in English; `{count}` in them is the number.
            count: how many.
            values: what else stands in it.
        """
        return self._filled(self.catalog.ngettext(one, many, count), {**values, "count": count})

    def pgettext(self, context: str, message: str, /, **values: object) -> str:
        """A message whose English words mean several things.

        Args:
            context: which of them, for translators.
            message, values: as for `gettext`.
        """
        return self._filled(self.catalog.pgettext(context, message), values)

    def npgettext(self, context: str, one: str, many: str, count: int, /, **values: object) -> str:
        """As `ngettext`, with the context of `pgettext`."""
        found = self.catalog.npgettext(context, one, many, count)
        return self._filled(found, {**values, "count": count})

    def markup(self, message: str, /, **values: object) -> Markup:
        """A message as HTML: itself and its values escaped, but for values that are HTML."""
        return self._marked(self.catalog.gettext(message), values)

    def nmarkup(self, one: str, many: str, count: int, /, **values: object) -> Markup:
        """A message about a number of things as HTML."""
        return self._marked(self.catalog.ngettext(one, many, count), {**values, "count": count})

    def pmarkup(self, context: str, message: str, /, **values: object) -> Markup:
        """A message whose English words mean several things, as HTML."""
        return self._marked(self.catalog.pgettext(context, message), values)

    def every_form(self, context: str, one: str, many: str = "") -> tuple[str, ...]:
        """A message in each of its plural forms, with nothing filled in: for who reads it through.

        Args:
            context, one, many: as for `npgettext`; each may be empty.
        """
        catalog = self.catalog
        if many and context:
            found = [catalog.npgettext(context, one, many, number) for number in _PLURALS]
        elif many:
            found = [catalog.ngettext(one, many, number) for number in _PLURALS]
        else:
            found = [catalog.pgettext(context, one) if context else catalog.gettext(one)]
        return tuple(dict.fromkeys(found))

    def _filled(self, message: str, values: Mapping[str, object]) -> str:
        if "{" not in message:
            return message
        return PLACEHOLDER.sub(lambda found: self._shown(values[found[1]]), message)

    def _marked(self, message: str, values: Mapping[str, object]) -> Markup:
        # Every second piece is the name of a value.
        pieces = PLACEHOLDER.split(message)
        return Markup("").join(
            escape(self._valued(values[piece]) if n % 2 else piece)
            for n, piece in enumerate(pieces)
        )

    def _valued(self, value: object) -> object:
        return value if isinstance(value, Markup) else self._shown(value)

    def _shown(self, value: object) -> str:
        return self.number(value) if type(value) is int else str(value)

    # ── what each language writes in its own way ─────────────────────────────────────────────────

    def day(self, day: dt.date | None) -> str:
        """A day: `1 March 2027`, `1. März 2027`; None: nobody knows it, which is said."""
        if day is None:
            return self.gettext("a day we do not know")
        return long_date(day, self.language)

    def short_day(self, day: dt.date, pattern: str = "d MMM y") -> str:
        """A day where there is little room.

        Args:
            day: which.
            pattern: the fields that are wanted (Unicode TR35, date format patterns).
        """
        return short_date(day, self.language, pattern)

    def moment(self, at: dt.datetime, zone: str = "UTC") -> str:
        """A time, to the minute: `1 March 2027, 14:05 UTC`, `1 March 2027, 15:05 (Berlin time)`.

        Args:
            at: with an offset.
            zone: whose clocks and calendar it is told by, a name of the IANA database.
        """
        local = in_zone(at, zone)
        values = {"day": self.day(local.date()), "time": local.strftime("%H:%M")}
        if (called := self.zone(zone)) == self.zone("UTC"):
            return self.gettext("{day}, {time} UTC", **values)
        return self.gettext("{day}, {time} ({zone})", **values, zone=called)

    def zone(self, name: str) -> str:
        """What a time zone is called: `UTC`, `Berlin time`, `Zeit in Berlin`.

        Args:
            name: of the IANA time zone database.
        """
        if name == "UTC":
            return self.gettext("UTC")
        if hours := fixed_offset(name):
            return hours
        return self.gettext("{city} time", city=zone_city(name, self.language))

    def number(self, number: int) -> str:
        """A whole number: `1,234`, `1.234`, `1 234` (Unicode CLDR)."""
        if -1000 < number < 1000:
            return str(number)
        from babel.numbers import format_decimal

        return format_decimal(number, locale=date_locale(self.language))

    def listed(self, items: Iterable[str]) -> str:
        """Several things in a row: `a, b and c` (Unicode CLDR, list patterns)."""
        found = list(items)
        if len(found) < 2:
            return "".join(found)
        from babel.lists import format_list

        if self.language.partition("-")[0] == "en":
            return f"{', '.join(found[:-1])} and {found[-1]}"
        return format_list(found, locale=date_locale(self.language))

    def name_of(self, language: str) -> str:
        """What this language calls another one: `German`, `allemand`; its tag if nobody knows.

        Args:
            language: its tag (BCP 47).
        """
        found = locale(language)
        return (found.get_display_name(date_locale(self.language)) if found else None) or language

    # ── how it is written ────────────────────────────────────────────────────────────────────────

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """From left to right, or from right to left."""
        return "rtl" if is_right_to_left(self.language) else "ltr"

    @property
    def attributes(self) -> Markup:
        """The attributes of an element that is written in this language."""
        way = Markup(' dir="rtl"') if self.direction == "rtl" else Markup("")
        return Markup(' lang="{}"{}').format(self.language, way)


ENGLISH = Words("en")
"""What the operator's command line speaks, and what stands in for a language without a catalog."""


def noop(message: str) -> str:
    """Marks a message that stands in a table and is put into a language where it is used."""
    return message
