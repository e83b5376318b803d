"""How mail programs mark quotations in HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping

_QUOTE = re.compile(
    r"gmail_attr|yahoo_quoted|moz-(?:cite-prefix|forward-container)|tutanota_quote|quoted-content"
    r"|quoted_text|isReplyContent|\Aquote\Z",
    re.IGNORECASE,
)
"""Class, id or name of a quotation."""
_FRAME = re.compile(r"gmail_quote|protonmail_quote|zmail_extra", re.IGNORECASE)
"""Class of an element with a quotation and the line above it; what is below is an answer."""
_REST = re.compile(
    r"divRplyFwdMsg|OutlookMessageHeader|stopSpelling|appendonsend"
    r"|mail-editor-reference-message-container|ms-outlook-mobile-reference-message",
    re.IGNORECASE,
)
"""Class or id of an element after which all is quoted."""
_REST_RULE = re.compile(
    r"border-top:\s*(?:solid\s+#(?:e1e1e1|b5c4df)\s+1(?:\.0)?pt|1(?:\.0)?pt\s+solid\s+"
    r"(?:#(?:e1e1e1|b5c4df)|rgb\(\s*(?:225,\s*225,\s*225|181,\s*196,\s*223)\s*\)))",
    re.IGNORECASE,
)
"""The line that Outlook draws above what it quotes, without a class or id."""
ORIGINAL_COMMENT = "originalMessage"
"""A comment after which all is quoted."""


def is_quotation(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element is a quotation.

    Args:
        tag: its name.
        attributes: as written.
    """
    return tag == "blockquote" or _is_called(_QUOTE, attributes)


def is_quote_frame(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element holds a quotation and the line above it."""
    return _is_called(_FRAME, attributes)


def begins_original(attributes: Mapping[str, str | None]) -> bool:
    """Whether all is quoted from this element on."""
    return _is_called(_REST, attributes) or bool(_REST_RULE.search(attributes.get("style") or ""))


def _is_called(names: re.Pattern[str], attributes: Mapping[str, str | None]) -> bool:
    return any(names.search(attributes.get(name) or "") for name in ("class", "id", "name"))
