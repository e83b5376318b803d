"""A live preview of the site with the drafts."""

from __future__ import annotations

from collections.abc import Callable

from publisher.actions.workplace import Workplace
from publisher.edges.mkdocs.running import preview_mkdocs
from publisher.edges.up_to_date import site_file


def preview(workplace: Workplace, host: str, port: int, listening: Callable[[], None]) -> None:
    """Serves the site with the drafts, built again on every save, until it is stopped.

    Args:
        workplace: of which project.
        host, port: where to serve it.
        listening: told once connections are accepted.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`.
        RenderError: MkDocs failed.
        ServeError: the address cannot be served on.
    """
    preview_mkdocs(site_file(workplace.project.root), host, port, listening)
