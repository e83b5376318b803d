"""“1 words” and its like cannot be said: whatever is counted is asked for in its plural form."""

from __future__ import annotations

import re

from publisher.edges.catalogs import shipped_catalogs
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import ENGLISH
from tests.fixtures.messages import messages_of
from tests.fixtures.some import some

ONE = re.compile(r"(?<![\d.,])1 (?:[a-z]+ )?[a-z]{3,}s\b(?! \d)")
"""One of many; `Version 1 applies` is none of a number."""
NO_NUMBER_OF_THINGS = re.compile(r"\{count\} of \{total\}")


def test_no_message_says_one_of_many() -> None:
    counted = [m for m in messages_of().places if m.many]
    for message in some(counted):
        values = dict.fromkeys(message.placeholders - {"count"}, "…")
        for count in (0, 1, 2):
            said = ENGLISH.npgettext(message.context, message.one, message.many, count, **values)
            assert not ONE.search(said), said
            assert count != 1 or "{" not in said


def test_every_language_has_a_form_for_each_number() -> None:
    counted = [m for m in messages_of().places if m.many]
    for language in ("ar", "de", "es", "fr"):
        words = Catalogs(shipped_catalogs()).words(language)
        for message in some(counted):
            values = dict.fromkeys(message.placeholders - {"count"}, "…")
            for count in (0, 1, 2, 3, 11, 100):
                assert words.npgettext(message.context, message.one, message.many, count, **values)


def test_what_is_counted_has_plural_forms() -> None:
    for message in some([m for m in messages_of().places if "count" in m.placeholders]):
        assert message.many or NO_NUMBER_OF_THINGS.search(message.one), message
