"""Languages by their tags (BCP 47): which are known, their names, their direction of writing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale


@cache
def locale(tag: str) -> Locale | None:
    """What is known of a language such as `de`, `pt-BR`, `zh-Hant`; None: we do not know it.

    Only the usual spelling counts (RFC 5646 §2.1.1), for a tag is also the name of a folder and
    part of an address.
    """
    from babel import Locale, UnknownLocaleError  # large, and no comparison of two files needs it

    try:
        found = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    return found if str(found).replace("_", "-") == tag else None


def usual_tag(tag: str) -> str | None:
    """The usual spelling of a language's tag (RFC 5646 §2.1.1): `pt-BR` of `PT-br`, `zh-TW`.

    Args:
        tag: as somebody wrote it; upper and lower case are the same.

    Returns:
        None where it names no language that we know.
    """
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    language, *others = tag.lower().split("-")
    usual = {2: str.upper, 4: str.title}
    return "-".join([language, *(usual.get(len(part), str)(part) for part in others)])


def date_locale(tag: str) -> Locale:
    """The locale that dates are written in: English in place of a language we do not know."""
    from babel import Locale

    return locale(tag) or Locale("en")


@cache
def plural_category(tag: str, number: int) -> str:
    """Which plural form a language takes for a number: `one`, `few`, `other` … (Unicode CLDR,
    language plural rules), as browsers call them.
    """
    return str(date_locale(tag).plural_form(number))


def own_name(tag: str) -> str:
    """What a language calls itself: `Deutsch`; the tag where that is not known."""
    return name_in(tag, tag)


def english_name(tag: str) -> str:
    """What a language is called in English: `German`; the tag where that is not known."""
    return name_in(tag, "en")


def name_in(tag: str, speaker: str) -> str:
    """The name of a language in another one; the tag where that is not known."""
    found, speaking = locale(tag), locale(speaker)
    name = found.get_display_name(speaking) if found and speaking else None
    return name or tag


def is_right_to_left(tag: str) -> bool:
    """Whether a language is written from right to left."""
    found = locale(tag)
    return found is not None and found.text_direction == "rtl"
