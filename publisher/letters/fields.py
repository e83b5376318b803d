"""The fields of a letter, `{{name}}` in its Markdown, and their values for one recipient."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.errors import RecipientsError

LETTER_FIELDS = ("name", "opt_out_link", "opt_out_address", "changes_link")
"""The names of the fields. Letters frozen before there was `changes_link` do without it."""
SEAL = "seal"
"""The name of the field that the seal of the release stands in, in letters that have it."""
LINK_FIELDS = frozenset({"opt_out_link", "changes_link"})
"""Fields whose values are addresses of ours, and stand where Markdown wants an address."""
_NAMES = frozenset({*LETTER_FIELDS, SEAL})
_FIELD = re.compile(r"(\\*)(?:\{|%7B){2}(\w+)(?:\}|%7D){2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class PersonalLinks:
    """The addresses in a letter that belong to its recipient alone."""

    form: str
    """Where to opt out by form."""
    reply: str
    """Where to opt out by e-mail."""
    changes: str
    """What changed since the version that the recipient was last told of."""


_NAMELESS = {
    "ar": "عميلنا الكريم",
    "de": "liebe Kundin, lieber Kunde",
    "es": "estimada clienta, estimado cliente",
    "fr": "chère cliente, cher client",
}
"""What stands in place of a name, by language. It is not in a catalog: a letter that was sent is
compared with the same words whatever a catalog says by then, so no entry here may ever change."""


def field_values(name: str, links: PersonalLinks, language: str = "en") -> dict[str, str]:
    """The values of all fields of a letter.

    Args:
        name: who is addressed; empty: a customer.
        links: the recipient's own.
        language: of the letter (BCP 47).
    """
    nameless = _NAMELESS.get(language.partition("-")[0], "customer")
    values = (name or nameless, links.form, links.reply, links.changes)
    return dict(zip(LETTER_FIELDS, values, strict=True))


def page_values(links: tuple[str, str], reply: str, language: str = "en") -> dict[str, str]:
    """The values for the public page of a notice, which is addressed to no one in particular.

    Args:
        links: the addresses of the form, and of what changes.
        reply: where opt-outs by e-mail go.
        language: of the letter (BCP 47).
    """
    return field_values("", PersonalLinks(links[0], reply, links[1]), language)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts values into the fields of a Markdown text, so that none can act as Markdown.

    Args:
        text: Markdown; a field without a value is left as it is written.
        values: by the name of the field.

    Raises:
        RecipientsError: a value has control characters.
    """
    for name, value in values.items():
        require_printable(name, value)

    def value_of(found: re.Match[str]) -> str:
        before, name = found.groups()
        if name not in values:
            return found[0]
        # A backslash of the text's own would take away that of the value's first character.
        before += "\\" * (len(before) % 2)
        if name in LINK_FIELDS:
            return f"{before}{values[name]}"
        # Every ASCII punctuation character may be escaped (CommonMark §2.4), so every one is.
        return before + re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", values[name])

    return _FIELD.sub(value_of, text)


def without_fields(text: str) -> str:
    """A Markdown text that people wrote, in which nothing is a field: what looks like one is read
    as it is written.

    Args:
        text: Markdown.
    """

    def plain(found: re.Match[str]) -> str:
        before, name = found.groups()
        if name not in _NAMES:
            return found[0]
        begin = found.start(2) - found.start()
        # In an address the small letter is the same sign, and begins no field.
        opened = found[0][len(before) : begin].replace("%7B", "%7b").replace("{", "\\{")
        # A backslash of the text's own escapes the first sign already.
        opened = opened.removeprefix("\\") if len(before) % 2 else opened
        return before + opened + found[0][begin:]

    return _FIELD.sub(plain, text)


def require_printable(name: str, value: str) -> None:
    """Refuses a value that could begin another line of a letter or of its headers.

    Args:
        name: of the value, for the message.
        value: what a recipient's data say.

    Raises:
        RecipientsError: it has control characters.
    """
    if _CONTROL.search(value):
        raise RecipientsError(
            f"the {name} has control characters: {value!r}", remedy="correct the recipient"
        )
