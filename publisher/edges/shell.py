"""The built opt-out page, with the region of its form replaced for one visitor."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.responses import HTMLResponse, Response

from publisher.edges.project import Project
from publisher.markup.html import fragment
from publisher.notices.forms import ANSWER, END, START, public_form
from publisher.policies.release import Release
from publisher.text.clauses import parse


class Page:
    """The built opt-out page of a release, whose form is replaced by something else."""

    def __init__(self, project: Project, release: Release) -> None:
        self._project, self.release = project, release

    def public(self) -> Response:
        """The page as it was built."""
        return _html(self._built(), 200, personal=False)

    def says(
        self, region: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """The page with `region` in place of its form; not to be kept by anybody."""
        before, _, rest = self._built().partition(START)
        _, _, after = rest.partition(END)
        html = f'{before}{START}\n<div id="{ANSWER}">\n{region}</div>\n{END}{after}'
        return _html(html, status, personal=True, headers=headers)

    def _built(self) -> str:
        number = str(self.release.number)
        path = self._project.built / self.release.policy.id / number / "opt-out" / "index.html"
        try:
            html = path.read_text("utf-8")
        except FileNotFoundError:
            html = ""
        return html if START in html and END in html else self._bare()

    def _bare(self) -> str:
        """Stands in for a page that is not built: a link in a letter works all the same."""
        facts = self.release.policy.facts
        return (
            f'<!doctype html><html lang="{facts.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Opt out</title></head>'
            f"<body><main>{fragment(parse(self.release.opt_out))}"
            f"{START}\n{public_form(self.release)}{END}</main></body></html>"
        )


_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
STATIC_POLICY = _POLICY.format(scripts="'unsafe-inline'")
"""For built pages, which hold nothing that a visitor sent; Material's theme has inline scripts."""


def _html(
    html: str, status: int, *, personal: bool, headers: dict[str, str] | None = None
) -> Response:
    response = HTMLResponse(html, status, headers)
    if personal:
        digests = (hashlib.sha256(text.encode()).digest() for text in _INLINE.findall(html))
        allowed = " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)
        response.headers["Content-Security-Policy"] = _POLICY.format(scripts=allowed)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
