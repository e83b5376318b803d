"""The door for MkDocs: the plugin `publisher`, which asks for the pages and hands them over."""

from __future__ import annotations

from pathlib import Path

from publisher.actions.generate import generate
from publisher.actions.workplace import Workplace
from publisher.edges.mkdocs.order import Order
from publisher.edges.mkdocs.plugin import SitePlugin
from publisher.site.page import GeneratedSite


class PublisherPlugin(SitePlugin):  # type: ignore[no-untyped-call]
    """The plugin as `mkdocs.yml` names it."""

    def generated(self, folder: Path, order: Order) -> GeneratedSite:
        """The pages of the project in a folder."""
        return generate(Workplace.find(folder), order.today, draft=order.draft)
