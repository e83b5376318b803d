"""What the receiver says where it has no page to show, in the language of its reader."""

from __future__ import annotations

from markupsafe import Markup

from publisher.wording.words import Words, noop

_START, _END = Markup("<!-- lost -->"), Markup("<!-- /lost -->")
"""The marks around what the built page for addresses that do not exist says in its own language."""

_SAYS = {
    400: (
        noop("Your request could not be read"),
        noop("Nothing was recorded. Please go back and try again."),
    ),
    404: (
        noop("There is no such page"),
        noop(
            "Every version that was ever published keeps its address. The menu leads to the "
            "policies and to all their versions."
        ),
    ),
    405: (
        noop("This page cannot do that"),
        noop("Nothing was recorded. Please open the page anew and try again."),
    ),
    500: (
        noop("Something went wrong on our side"),
        noop(
            "If you have just declared something, open the link in our letter again: the form "
            "says what is recorded."
        ),
    ),
    503: (
        noop("This page cannot be shown at the moment"),
        noop("Nothing was recorded. Please try again later: your link stays valid."),
    ),
}
"""A heading and a sentence or two, by the status of HTTP."""
_ALONE = (
    _SAYS[404][0],
    noop("Every version that was ever published keeps its address. The home page leads to all."),
)
"""The same where no menu stands beside it."""


def error_page(status: int, words: Words) -> Markup:
    """A page by itself that says what went wrong.

    Args:
        status: of HTTP; one that we have no words for is told as the first of its kind.
        words: in the reader's language.
    """
    known = status if status in _SAYS else 400 if status < 500 else 500
    title, body = _ALONE if known == 404 else _SAYS[known]
    return Markup(
        '<!doctype html><html{}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>{}</title></head>'
        "<body><main><h1>{}</h1>\n<p>{}</p></main></body></html>"
    ).format(words.attributes, words.gettext(title), words.gettext(title), words.gettext(body))


def lost_region(words: Words) -> Markup:
    """What the built page for addresses that do not exist says.

    Args:
        words: in the language of the page.
    """
    return Markup("{}{}{}").format(_START, _lost(words), _END)


def lost_page(built: Markup, words: Words) -> Markup:
    """The page for addresses that do not exist, in the language of its reader.

    Args:
        built: as it was built; without its marks, as where nothing is built, it is replaced.
        words: in that language.
    """
    before, start, rest = built.partition(_START)
    _, end, after = rest.partition(_END)
    if not (start and end):
        return error_page(404, words)
    region = Markup("<div{}>\n{}</div>\n").format(words.attributes, _lost(words))
    return Markup("{}{}{}{}{}").format(before, _START, region, _END, after)


def _lost(words: Words) -> Markup:
    title, body = _SAYS[404]
    return Markup("<h1>{}</h1>\n<p>{}</p>\n").format(words.gettext(title), words.gettext(body))
