"""The region of a built page that the receiver replaces: a form, a receipt or a message."""

from __future__ import annotations

from markupsafe import Markup

_START, _END = Markup("<!-- form -->"), Markup("<!-- /form -->")
"""The marks around it."""
ANSWER = "pp-answer"
"""The anchor of what the receiver shows, so that a phone shows it without scrolling."""

_BEFORE_ANSWER = Markup('<div id="{}">\n').format(ANSWER)
_AFTER_ANSWER = Markup("</div>\n")


def marked_region(region: Markup) -> Markup:
    """A region as it stands in a built page."""
    return Markup("{}\n{}{}").format(_START, region, _END)


def has_region(built: Markup) -> bool:
    """Whether a built page has one."""
    return _START in built and _END in built


def with_region(built: Markup, region: Markup) -> Markup:
    """A built page with something else in its region."""
    before, _, rest = built.partition(_START)
    _, _, after = rest.partition(_END)
    return before + _START + "\n" + region + _END + after


def answered(region: Markup) -> Markup:
    """What the receiver shows in place of the form for everybody, with its anchor."""
    return _BEFORE_ANSWER + region + _AFTER_ANSWER
