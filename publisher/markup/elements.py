"""Elements and attributes as typed HTML, for what is written thousands of times.

HTML is of the type `Markup`. Words of others become HTML only where they are escaped; everywhere
else that is done by `Markup("<p>{}</p>").format(words)`, which costs as much as all the rest of
a paragraph. The functions here do it by hand, and nothing else may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup, escape

NOTHING = Markup("")
"""No HTML."""


def element(tag: str, inside: Markup, attributes: Markup = NOTHING) -> Markup:
    """An element with its end tag.

    Args:
        tag: its name, which is one of ours.
        inside: what is in it.
        attributes: as `attribute` writes them.
    """
    return Markup(f"<{tag}{attributes}>{inside}</{tag}>")  # noqa: S704 - HTML all of it


def attribute(name: str, value: str) -> Markup:
    """An attribute, with the space before it; `name` is one of ours."""
    return Markup(f' {name}="{escape(value)}"')  # noqa: S704 - escaped here


def content(words: str) -> Markup:
    """Words between tags, where quotation marks mean nothing and stay as they are (HTML §13.1.2).

    In attributes they would end the value: `attribute` escapes them too.
    """
    safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(safe)  # noqa: S704 - escaped here


def joined(parts: Iterable[Markup]) -> Markup:
    """Pieces of HTML, one after another."""
    return Markup("".join(parts))  # noqa: S704 - HTML all of them


def data_block(value: object, attributes: Markup) -> Markup:
    """A script element that holds JSON: a data block, which no browser runs (HTML §4.12.1).

    Args:
        value: what `json` can write.
        attributes: with the `type`, which is that of no script.
    """
    # Within a script, only "<" can end it or open a comment (HTML §4.12.1.3).
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return element("script", Markup(text), attributes)  # noqa: S704 - no tag can be in it
