"""The MkDocs plugin: hands the generated pages to MkDocs and mends what its theme leaves open.

It imports only what MkDocs makes public, so that its fork ProperDocs runs it unchanged.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc

from publisher.actions.assembling import Site, site
from publisher.actions.publishing import Order, order
from publisher.edges.clock import build_day
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, PublisherError
from publisher.frames import Frames, Theme, contents
from publisher.markup.elements import NOTHING
from publisher.site import theme
from publisher.site.context import Body, Page
from publisher.site.current_pages import POLICIES
from publisher.templates import Templates, as_html

LOST = Markup(
    "<h1>There is no such page</h1>\n<p>Every version that was ever published keeps its address. "
    "The menu leads to the policies and to all their versions.</p>\n"
)
"""What stands on the page for addresses that do not exist."""


ALTERNATE = "link[rel=alternate]"
"""What the theme's script takes for the site in another language: it asks for the sitemap beside
each, and so it would beside each feed, each download and each translation …"""
LANGUAGE = f"{ALTERNATE}[hreflang]:not([title])"
"""… of which none is one: ours have titles, and those that it writes itself have none."""
NOINDEX = Markup('<meta name="robots" content="noindex">')
"""For search engines."""
UNKNOWN = "1970-01-01"
"""In place of a day that nobody knows, for MkDocs asks every page for one; the sitemap has none."""


UNDATED = Markup("<lastmod>{}</lastmod>").format(UNKNOWN)


class PublisherOptions(Config):  # type: ignore[no-untyped-call]
    """The options of the plugin in `mkdocs.yml`."""

    draft = config_options.Type(bool, default=False)
    """Add the draft of each policy and its redline."""


class GeneratedPage(MkDocsPage):
    """A page whose HTML is not made by MkDocs."""

    def __init__(self, made: Page, file: File, config: MkDocsConfig) -> None:
        super().__init__(as_html(made.label or made.title), file, config)
        self.made = made
        self.update_date = day_of(made.modified)
        self.body = Body(NOTHING)

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no Markdown; the facts for the theme stand where MkDocs looks for them."""
        self.markdown = ""
        self.open()

    def open(self) -> None:
        """Makes what it says, and the facts that the theme looks for."""
        self.body = self.made.body()
        self.meta = {
            "title": as_html(self.made.title),
            "description": as_html(self.body.description),
        }
        if not self.made.search:
            self.meta["search"] = {"exclude": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Hands over the finished HTML and its list of contents."""
        self.content = self.body.html
        self.toc = get_toc(contents(self.body.headings))  # type: ignore[arg-type]

    @property
    def present_anchor_ids(self) -> set[str]:
        """The anchors that other pages may link."""
        return set(re.findall(r'\bid="([^"]+)"', self.made.body().html))

    @present_anchor_ids.setter
    def present_anchor_ids(self, value: set[str] | None) -> None:
        """MkDocs finds none in Markdown that is not there."""


class GeneratedFile(File):
    """A file that is made when it is written, whatever its name says of it."""

    make: Callable[[], bytes]

    def is_documentation_page(self) -> bool:
        """To MkDocs every .md file is a page to be rendered; these are to be downloaded."""
        return False

    def copy_file(self, dirty: bool = False) -> None:
        """Makes and writes it."""
        path, data = Path(self.abs_dest_path), self.make()
        try:
            path.write_bytes(data)
        except FileNotFoundError:
            path.parent.mkdir(parents=True)
            path.write_bytes(data)


def day_of(modified: dt.date | None) -> str:
    """A day as MkDocs wants it: it dates the sitemap, which would name the day of the build."""
    return modified.isoformat() if modified else UNKNOWN


class PublisherPlugin(BasePlugin[PublisherOptions]):  # type: ignore[no-untyped-call]
    """Feeds the releases of the project beside `mkdocs.yml` to MkDocs."""

    def on_startup(self, *, command: str, dirty: bool) -> None:
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self.project = Project.find(Path(config.config_file_path).parent)
        organisation = self.project.settings.organisation
        if not getattr(self, "serving", False):
            config.site_url = organisation.site
        if config.copyright is None:
            config.copyright = as_html(", ".join(organisation.letterhead))
        for name in ("site_name", "site_description", "site_author"):
            if config[name]:
                # It may be written either way: "&" or "&amp;".
                config[name] = as_html(Markup(config[name]).unescape())  # noqa: S704
        self.wanted = wanted = order.get() or Order()
        self.made = wanted.made or self._generated(wanted)
        config.extra_css = [*self.made.styles, *config.extra_css]
        return config

    def _generated(self, wanted: Order) -> Site:
        """What is generated for the site.

        Raises:
            PluginError: a release was altered, or something else is wrong; MkDocs shows it
                without a traceback.
        """
        today = wanted.today or this_day()
        try:
            return site(self.project, today, draft=wanted.draft or self.config.draft)
        except PublisherError as error:
            raise PluginError(str(error)) from None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        if config.nav is None:
            written = [f.src_uri for f in files.documentation_pages()]
            config.nav = _navigation(written, self.made)
        self._lighten(files, config)
        self.framed: list[File] = []
        for page in self.made.pages:
            files.append(self._page(page, config))
        for path, make in self.made.files.items():
            # What people wrote themselves stands.
            if files.get_file_from_path(path) is None:
                made = GeneratedFile.generated(config, path, content="")
                assert isinstance(made, GeneratedFile)
                made.make = make
                files.append(made)
        return files

    def _page(self, page: Page, config: MkDocsConfig) -> File:
        """A page as MkDocs is to know it: one that is in no navigation, as a file."""
        name = f"{page.path}index.md"
        if page.label:
            level = InclusionLevel.INCLUDED
            file = File.generated(config, name, content="", inclusion=level)
            file.page = GeneratedPage(page, file, config)
            return file
        made = GeneratedFile.generated(config, name, content="")
        assert isinstance(made, GeneratedFile)
        made.dest_uri = f"{page.path}index.html"
        made.page = GeneratedPage(page, made, config)
        made.make = partial(self._framed, made.page)
        self.framed.append(made)
        return made

    def _lighten(self, files: Files, config: MkDocsConfig) -> None:
        """Takes from the theme's files what no page of this site needs at once."""
        scripts = _theme_files(files.javascript_files(), "bundle")
        for file in scripts:
            script = file.content_string.replace(ALTERNATE, LANGUAGE)
            file.content_string = theme.searched_later(script)
        if not _plain(config, self.made):
            return
        sheets = {file.src_uri: file for file in _theme_files(files.css_files(), "main", "palette")}
        others = [file.content_string for file in scripts]
        others += [self.made.files[path]().decode() for path in self.made.styles]
        texts = {name: file.content_string for name, file in sheets.items()}
        for name, text in theme.trimmed(texts, _colours(config), "".join(others)).items():
            sheets[name].content_string = text

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self.navigation = nav
        return nav

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        self.templates = Templates.of(env, policy=not getattr(self, "serving", False))
        self.frames = Frames(Theme(env, config, files, self.navigation), finished)
        self.progress, self.count, self.written = self.wanted.progress, len(self.made.pages), 0
        return env

    def _framed(self, page: GeneratedPage) -> bytes:
        """A page of a version, as it is written to disk."""
        page.open()
        body, page.body = page.body, Body(NOTHING)  # of hundreds, one is held in memory at a time
        head = body.head + page.made.noindex * NOINDEX
        self._told()
        return self.frames.framed(page, replace(body, head=head)).encode()

    def _told(self) -> None:
        self.progress("pages", self.written, self.count)
        self.written += 1

    def on_template_context(self, context: Any, *, template_name: str, config: MkDocsConfig) -> Any:
        if template_name == "sitemap.xml":
            context["pages"] = [*context["pages"], *self.framed]
        return context

    def on_page_content(
        self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        if isinstance(page, GeneratedPage):
            return html
        page.update_date = day_of(self.made.modified if POLICIES in html else None)
        return html.replace(POLICIES, self.made.policies)

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        if isinstance(page, GeneratedPage):
            self._told()
            return finished(output, page.body.head + page.made.noindex * NOINDEX)
        return finished(output, self.made.head if page.is_homepage else NOTHING)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        if template_name == "404.html":
            output_content = output_content.replace("<h1>404 - Not found</h1>", LOST)
        if template_name == "sitemap.xml":
            return output_content.replace(UNDATED, "")
        return mended(output_content) if template_name.endswith(".html") else output_content

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        for path, script in self.templates.scripts.items():
            target = Path(config.site_dir, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(script, "utf-8")

    def on_serve(self, server: Any, *, config: MkDocsConfig, builder: Callable[..., Any]) -> Any:
        for folder in (self.project.drafts, self.project.versions):
            if folder.is_dir():
                server.watch(str(folder))
        return server


def this_day() -> dt.date:
    """Today in UTC, or the day of `SOURCE_DATE_EPOCH` where builds are to be reproducible.

    Raises:
        PluginError: the variable is no time; MkDocs shows it without a traceback.
    """
    try:
        return build_day()
    except ConfigurationError as error:
        raise PluginError(str(error)) from None


def _theme_files(files: Sequence[File], *names: str) -> list[File]:
    pattern = rf"assets/(javascripts|stylesheets)/({'|'.join(names)})\.\w+\.min\.(js|css)"
    return [file for file in files if re.fullmatch(pattern, file.src_uri)]


def _plain(config: MkDocsConfig, made: Site) -> bool:
    """Whether the site has switched nothing on that the trimmed sheets have no rules for."""
    return (
        set(config.theme.get("features", ())) <= theme.FEATURES
        and set(config.markdown_extensions) <= theme.EXTENSIONS
        and set(config.plugins) <= theme.PLUGINS
        and set(config.extra) <= theme.EXTRA
        and set(config.extra_css) <= set(made.styles)
        and not (config.extra_javascript or config.repo_url or config.theme.custom_dir)
    )


def _colours(config: MkDocsConfig) -> set[str]:
    palettes = config.theme.get("palette") or ()
    palettes = [palettes] if isinstance(palettes, dict) else palettes
    return {one[role] for one in palettes for role in ("primary", "accent") if role in one}


def _navigation(written: Sequence[str], made: Site) -> list[Any]:
    groups: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    # Never versions, of which there may be many: the theme writes its navigation on every page.
    for page in (page for page in made.pages if page.label):
        policy = page.path.split("/", 1)[0]
        groups.setdefault(policy, []).append(f"{page.path}index.md")
        titles.setdefault(policy, as_html(page.title))
    sections = [{titles[policy]: paths} for policy, paths in groups.items()]
    return [*sorted(written, key=lambda path: (path != "index.md", path)), *sections]


def finished(html: str, head: Markup) -> str:
    """A page as the theme wrote it, mended, with more HTML in its head."""
    return mended(html.replace("</head>", head + Markup("</head>"), 1))


def mended(html: str) -> str:
    """The theme's HTML without a label for what is not there.

    The theme names a control that only the pages in its navigation have.
    """
    if 'id="__toc"' not in html:
        html = html.replace(
            '<label class="md-nav__title" for="__toc">', '<label class="md-nav__title">'
        )
    return html
