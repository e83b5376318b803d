"""The built opt-out page, with the region of its form replaced for one visitor."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from publisher.answers.opt_out_page import ANSWER, END, START, public_form
from publisher.edges.project import Project
from publisher.markup.elements import NOTHING
from publisher.markup.html import clauses_html
from publisher.releases.release import Release
from publisher.site import content_policy
from publisher.text.parsing import parse


class OptOutPage:
    """The built opt-out page of a release, whose form can be replaced for a visitor."""

    def __init__(self, project: Project, release: Release) -> None:
        self._project, self.release = project, release

    def public(self) -> Response:
        """The page as it was built."""
        return _html(self._built(), 200, personal=False)

    def says(
        self, region: Markup, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """The page with `region` in place of its form; it must not be cached."""
        before, _, rest = self._built().partition(START)
        _, _, after = rest.partition(END)
        html = Markup('{}{}\n<div id="{}">\n{}</div>\n{}{}').format(
            before, START, ANSWER, region, END, after
        )
        return _html(html, status, personal=True, headers=headers)

    def _built(self) -> Markup:
        number = str(self.release.number)
        path = self._project.built / self.release.policy.id / number / "opt-out" / "index.html"
        try:
            html = Markup(path.read_text("utf-8"))  # noqa: S704 - the page that we built
        except FileNotFoundError:
            html = NOTHING
        return html if START in html and END in html else self._bare()

    def _bare(self) -> Markup:
        """A page without style, in place of one that is not built, so that links always work."""
        wording, form = clauses_html(parse(self.release.opt_out)), public_form(self.release)
        return Markup(
            '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Opt out</title></head>'
            "<body><main>{}{}\n{}{}</main></body></html>"
        ).format(self.release.policy.facts.language, wording, START, form, END)


STATIC_POLICY = content_policy.HEADER
"""For every page, built or personal; none contains a script."""


def _html(
    html: Markup, status: int, *, personal: bool, headers: dict[str, str] | None = None
) -> Response:
    response = HTMLResponse(str(html), status, headers)
    response.headers["Content-Security-Policy"] = STATIC_POLICY
    if personal:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
