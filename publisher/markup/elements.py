"""Elements and attributes as typed HTML, for what is written thousands of times.

HTML has the type `Markup`, and words become HTML only by being escaped. Elsewhere that is done by
`Markup("<p>{}</p>").format(words)`, which costs as much as all the rest of a paragraph. The
functions here do it by hand, and nothing else may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

NOTHING, NEWLINE = Markup(""), Markup("\n")
"""No HTML at all, and the end of a line."""


def element(tag: str, inside: Markup, attributes: Markup = NOTHING) -> Markup:
    """An element with its end tag.

    Args:
        tag: its name, always a constant of this program.
        inside: what is in it.
        attributes: as `attribute` gives them.
    """
    return _trusted("".join(("<", tag, attributes, ">", inside, "</", tag, ">")))


def start_tag(tag: str, attributes: Markup = NOTHING) -> Markup:
    """The start of an element that stays open."""
    return _trusted("".join(("<", tag, attributes, ">")))


def attribute(name: str, value: str) -> Markup:
    """An attribute, with a space before it; `name` is always a constant of this program."""
    safe = _escaped(value).replace('"', "&#34;").replace("'", "&#39;")
    return _trusted(f' {name}="{safe}"')


def as_content(words: str) -> Markup:
    """Words between tags, where quotation marks mean nothing and are kept (HTML §13.1.2).

    In an attribute they would end the value, so `attribute` escapes them too.
    """
    return _trusted(_escaped(words))


def as_lines(words: str) -> Markup:
    """The same, with a line break at each end of a line."""
    return _trusted(_escaped(words).replace("\n", "<br>\n"))


def concatenated(parts: Iterable[Markup]) -> Markup:
    """Pieces of HTML, one after another."""
    return _trusted("".join(parts))


def _trusted(text: str) -> Markup:
    """Text that is HTML already. `Markup(text)` does the same in three times the time."""
    return str.__new__(Markup, text)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def data_block(value: object, attributes: Markup) -> Markup:
    """A script element that holds JSON: a data block, which no browser runs (HTML §4.12.1).

    Args:
        value: anything that `json` can write.
        attributes: with a `type` that is not that of a script.
    """
    # Within a script, only "<" can end it or open a comment (HTML §4.12.1.3).
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return element("script", _trusted(text), attributes)
