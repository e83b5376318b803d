"""Languages by their tags (BCP 47): which there are, what they are called, which way they run."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale


@cache
def locale(tag: str) -> Locale | None:
    """What is known of a language: `de`, `pt-BR`, `zh-Hant`; None: it is none we know.

    Only the usual spelling counts (RFC 5646 §2.1.1), for a tag is also the name of a folder and
    part of an address.
    """
    from babel import Locale, UnknownLocaleError  # large, and no comparison of two files needs it

    try:
        found = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    return found if str(found).replace("_", "-") == tag else None


def dated(tag: str) -> Locale:
    """The language in which dates are told: English in place of one that we do not know."""
    from babel import Locale

    return locale(tag) or Locale("en")


def own_name(tag: str) -> str:
    """What a language calls itself: `Deutsch`; the tag where that is not known."""
    return _name(tag, tag)


def english_name(tag: str) -> str:
    """What a language is called in English: `German`; the tag where that is not known."""
    return _name(tag, "en")


def _name(tag: str, told_in: str) -> str:
    found, telling = locale(tag), locale(told_in)
    name = found.get_display_name(telling) if found and telling else None
    return name or tag


def is_right_to_left(tag: str) -> bool:
    """Whether a language is written from right to left."""
    found = locale(tag)
    return found is not None and found.text_direction == "rtl"
