"""Elements and attributes as typed HTML, for what is written thousands of times.

HTML is of the type `Markup`. Words of others become HTML only where they are escaped; everywhere
else that is done by `Markup("<p>{}</p>").format(words)`, which costs as much as all the rest of
a paragraph. The functions here do it by hand, and nothing else may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

NOTHING, NEWLINE = Markup(""), Markup("\n")
"""No HTML, and the end of a line of it."""


def element(tag: str, inside: Markup, attributes: Markup = NOTHING) -> Markup:
    """An element with its end tag.

    Args:
        tag: its name, which is one of ours.
        inside: what is in it.
        attributes: as `attribute` writes them.
    """
    return _trusted("".join(("<", tag, attributes, ">", inside, "</", tag, ">")))


def start_tag(tag: str, attributes: Markup = NOTHING) -> Markup:
    """The start of an element that stays open."""
    return _trusted("".join(("<", tag, attributes, ">")))


def attribute(name: str, value: str) -> Markup:
    """An attribute, with the space before it; `name` is one of ours."""
    safe = _escaped(value).replace('"', "&#34;").replace("'", "&#39;")
    return _trusted(f' {name}="{safe}"')


def as_content(words: str) -> Markup:
    """Words between tags, where quotation marks mean nothing and stay as they are (HTML §13.1.2).

    In attributes they would end the value: `attribute` escapes them too.
    """
    return _trusted(_escaped(words))


def as_lines(words: str) -> Markup:
    """The same, with the ends of their lines."""
    return _trusted(_escaped(words).replace("\n", "<br>\n"))


def concatenated(parts: Iterable[Markup]) -> Markup:
    """Pieces of HTML, one after another."""
    return _trusted("".join(parts))


def _trusted(text: str) -> Markup:
    """What is HTML already. `Markup(text)` says the same, and takes three times as long."""
    return str.__new__(Markup, text)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def data_block(value: object, attributes: Markup) -> Markup:
    """A script element that holds JSON: a data block, which no browser runs (HTML §4.12.1).

    Args:
        value: what `json` can write.
        attributes: with the `type`, which is that of no script.
    """
    # Within a script, only "<" can end it or open a comment (HTML §4.12.1.3).
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return element("script", _trusted(text), attributes)
