"""The fields of a letter, `{{name}}` in its Markdown, and their values for one recipient."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.errors import RecipientsError
from publisher.releases.address import Addresses
from publisher.releases.number import Number

LETTER_FIELDS = ("name", "opt_out_link", "opt_out_address", "changes_link")
"""The names of the fields. Letters frozen before there was `changes_link` do without it."""
LINK_FIELDS = frozenset({"opt_out_link", "changes_link"})
"""Fields whose values are addresses of ours, and stand where Markdown wants an address."""
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


def field_values(name: str, links: PersonalLinks) -> dict[str, str]:
    """The values of all fields of a letter.

    Args:
        name: who is addressed; empty: a customer.
        links: the recipient's own.
    """
    values = (name or "customer", links.form, links.reply, links.changes)
    return dict(zip(LETTER_FIELDS, values, strict=True))


def page_values(at: Addresses, number: Number, reply: str) -> dict[str, str]:
    """The values for the public page of a notice, which is addressed to no one in particular.

    Args:
        at: the policy's addresses; the comparison it leads to lets its reader choose a version.
        number: the release.
        reply: where opt-outs by e-mail go.
    """
    return field_values("", PersonalLinks(at.opt_out(number), reply, at.compare))


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
