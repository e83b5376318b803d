"""What a browser may run, show and send on our pages (Content Security Policy Level 3).

No script stands in a page: all that run are files of the site. So whatever text of others may find
its way into a page, it does not run, and no list of exceptions has to be kept.
"""

from __future__ import annotations

import base64
import hashlib

from markupsafe import Markup

_DIRECTIVES = (
    "default-src 'self'",
    "script-src 'self'",
    # The theme sets colours and widths by the attribute `style`.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
)

POLICY_HEADER = "; ".join((*_DIRECTIVES, "frame-ancestors 'none'"))
"""The value of the header `Content-Security-Policy`."""
POLICY_ELEMENT = Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(
    # In an element, `frame-ancestors` has no effect (CSP Level 3 §3.3).
    Markup("; ").join(map(Markup, _DIRECTIVES))
)
"""The same in the head of a page, for hosts that send no such header."""


def policy_of_file(script: Markup) -> Markup:
    """The policy of a page that is one file: nothing is fetched, and one script runs.

    Args:
        script: what stands between its tags, which is ours.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Markup(
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "script-src 'sha256-{}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'\">"
    ).format(digest)
