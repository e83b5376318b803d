"""The plugin that hands the generated pages to MkDocs and mends what its theme leaves open.

It imports only what MkDocs makes public, so that its fork ProperDocs runs it unchanged.
"""

from __future__ import annotations

import json
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
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage

from publisher.edges.catalogs import OWN_WORDING
from publisher.edges.mkdocs import theme
from publisher.edges.mkdocs.environment import quicken
from publisher.edges.mkdocs.frames import Frames, Theme
from publisher.edges.mkdocs.order import Order, order
from publisher.edges.mkdocs.pages import UNKNOWN, GeneratedFile, GeneratedPage, lastmod
from publisher.edges.mkdocs.templates import Templates, as_html
from publisher.edges.mkdocs.voice import Voices, root_of, searched_languages, site_called
from publisher.edges.project import Project
from publisher.errors import PublisherError
from publisher.markup.elements import NOTHING
from publisher.site.page import Body, GeneratedSite, HomePage, Page

ALTERNATE = "link[rel=alternate]"
"""What the theme's script takes for the site in another language: it asks for the sitemap beside
each, and so it would beside each feed, each download and each translation …"""
LANGUAGE = f"{ALTERNATE}[hreflang]:not([title])"
"""… of which none is one: ours have titles, and those that it writes itself have none."""
NOINDEX = Markup('<meta name="robots" content="noindex">')
"""For search engines."""
POLICIES = "<!-- policies -->"
"""Marks the place of the list of the policies in a hand-written page."""
POLICIES_END = "<!-- /policies -->"
"""The text between the two is shown where the site was built without this plugin."""
_REGION = re.compile(f"{POLICIES}(?:.*?{POLICIES_END})?", re.DOTALL)
_INDENT = re.compile(r"\n\s+")
UNDATED = Markup("<lastmod>{}</lastmod>").format(UNKNOWN)


class PublisherOptions(Config):  # type: ignore[no-untyped-call]
    """The options of the plugin in `mkdocs.yml`."""

    draft = config_options.Type(bool, default=False)
    """Add the draft of each policy and its redline to what `mkdocs serve` shows."""


class SitePlugin(BasePlugin[PublisherOptions]):  # type: ignore[no-untyped-call]
    """Feeds generated pages to MkDocs; who generates them is for a subclass to say."""

    def generated(self, folder: Path, order: Order) -> GeneratedSite:
        """Generates the pages.

        Args:
            folder: the one with MkDocs' configuration.
            order: of which day, and whether with the drafts.

        Raises:
            PublisherError: they cannot be generated.
        """
        raise NotImplementedError

    def on_startup(self, *, command: str, dirty: bool) -> None:
        self.serving = command == "serve"

    @event_priority(50)  # before the search asks the theme for its language
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self.folder = Path(config.config_file_path).parent
        wanted = order.get() or Order()
        # Whatever the configuration says, a build that may be published has no draft in it.
        drafted = self.config.draft and getattr(self, "serving", False)
        self.wanted = replace(wanted, draft=wanted.draft or drafted)
        self.made = wanted.site or self._generated()
        organisation = self.made.organisation
        if not getattr(self, "serving", False):
            config.site_url = organisation.site
        search = config.plugins.get("material/search")
        if search and not search.config.lang:
            search.config.lang = searched_languages(self.made.languages) or None
        # It may be written either way: "&" or "&amp;".
        names = ("site_name", "site_description", "site_author")
        self.called = {name: Markup(config[name]).unescape() for name in names if config[name]}  # noqa: S704
        for name, said in self.called.items():
            config[name] = site_called(said, organisation.name, self.made.home.words)
        config.extra_css = [*self.made.styles, *config.extra_css]
        quicken(config.theme)
        return config

    def _generated(self) -> GeneratedSite:
        try:
            return self.generated(self.folder, self.wanted)
        except PublisherError as error:
            # MkDocs shows it without a traceback.
            raise PluginError(str(error)) from error

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        if not any(file.dest_uri == "index.html" for file in files):
            files.append(File.generated(config, "index.md", content=home_source(self.made.home)))
        if config.nav is None:
            written = [f.src_uri for f in files.documentation_pages()]
            config.nav = _navigation(written, self.made)
        self._refuse_in_the_way(files)
        self._lighten(files, config)
        self.framed: list[File] = []
        for page in self.made.pages:
            files.append(self._page(page, config))
        for path, make in self.made.files.items():
            # What people wrote themselves stands, but in the folders of policies.
            if files.get_file_from_path(path) is None:
                made = GeneratedFile.generated(config, path, content="")
                assert isinstance(made, GeneratedFile)
                made.make = make
                files.append(made)
        return files

    def _refuse_in_the_way(self, files: Files) -> None:
        """Nothing that is frozen, or made of it, is published with another content.

        Raises:
            PluginError: a hand-written file has its place; names it.
        """
        pages = [f"{page.path}index.html" for page in self.made.pages]
        made = {place.casefold() for place in (*pages, *self.made.files)}
        policies = {page.path.partition("/")[0] for page in self.made.pages}
        for file in files:
            # Some file systems take names for one that differ in their case alone.
            place = file.dest_uri.casefold()
            if place in made and place.partition("/")[0] in policies and "/" in place:
                raise PluginError(
                    f"{file.abs_src_path}: stands in the place of what is made of the releases\n"
                    f"  Try: move it, so that it is not {file.dest_uri}"
                )

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
        """Removes from the theme's files what no page of this site needs at once."""
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
        shown = [page for page in nav.pages if isinstance(page, GeneratedPage)]
        self.voices = Voices(config, shown, self.called, self.made.organisation.name)
        return nav

    def on_page_context(
        self, context: Any, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> Any:
        if isinstance(page, GeneratedPage):
            context["config"] = self.voices.speaking(page.made.words, page.made.footer)
        else:
            context["config"] = self._of_all(context)
        return context

    def _of_all(self, context: Any) -> MkDocsConfig:
        """The configuration for pages that are about all policies."""
        home = self.made.home
        return self.voices.speaking(home.words, home.footer(root_of(context["base_url"])))

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
        self._count_page()
        return self.frames.framed(page, replace(body, head=head)).encode()

    def _count_page(self) -> None:
        self.progress("pages", self.written, self.count)
        self.written += 1

    def on_template_context(self, context: Any, *, template_name: str, config: MkDocsConfig) -> Any:
        if template_name == "404.html":
            context["config"] = self._of_all(context)
        if template_name == "sitemap.xml":
            every = [*context["pages"], *self.framed]
            context["pages"] = [file for file in every if not _repeats(file.page)]
        return context

    def on_page_content(
        self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files
    ) -> str:
        if isinstance(page, GeneratedPage):
            return html
        page.update_date = lastmod(self.made.modified if POLICIES in html else None)
        return _REGION.sub(lambda _: self.made.home.policies, html)

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        if isinstance(page, GeneratedPage):
            self._count_page()
            return finished(output, page.body.head + page.made.noindex * NOINDEX)
        return finished(output, self.made.home.head if page.is_homepage else NOTHING)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        if template_name == "404.html":
            output_content = output_content.replace("<h1>404 - Not found</h1>", self.made.home.lost)
        if template_name == "sitemap.xml":
            return output_content.replace(UNDATED, "")
        return mended(output_content) if template_name.endswith(".html") else output_content

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        for path, script in self.templates.scripts.items():
            target = Path(config.site_dir, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(script, "utf-8")

    def on_serve(self, server: Any, *, config: MkDocsConfig, builder: Callable[..., Any]) -> Any:
        project = Project.find(self.folder)
        for folder in (project.drafts, project.versions, project.root / OWN_WORDING):
            if folder.is_dir():
                server.watch(str(folder))
        activate = server.server_activate

        def activated() -> None:
            activate()
            self.wanted.listening()

        server.server_activate = activated
        return server


def _theme_files(files: Sequence[File], *names: str) -> list[File]:
    pattern = rf"assets/(javascripts|stylesheets)/({'|'.join(names)})\.\w+\.min\.(js|css)"
    return [file for file in files if re.fullmatch(pattern, file.src_uri)]


def _plain(config: MkDocsConfig, made: GeneratedSite) -> bool:
    """Whether the trimmed sheets have rules for everything that the site has switched on."""
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


def _navigation(written: Sequence[str], made: GeneratedSite) -> list[Any]:
    groups: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    # Never versions, of which there may be many: the theme writes its navigation on every page.
    for page in (page for page in made.pages if page.label):
        policy = page.path.split("/", 1)[0]
        groups.setdefault(policy, []).append(f"{page.path}index.md")
        titles.setdefault(policy, as_html(page.title))
    sections = [{titles[policy]: paths} for policy, paths in groups.items()]
    return [*sorted(written, key=lambda path: (path != "index.md", path)), *sections]


def home_source(home: HomePage) -> str:
    """The Markdown of a home page for a site of which nobody wrote one: a title and the list."""
    facts = json.dumps({"title": as_html(home.title), "hide": ["toc"]})  # which is YAML too
    return f"---\n{facts}\n---\n\n{POLICIES}\n"


def finished(html: str, head: Markup) -> str:
    """A page as the theme wrote it, mended, with more HTML in its head."""
    return mended(_lean(html).replace("</head>", head + Markup("</head>"), 1))


def _lean(html: str) -> str:
    """The theme's HTML without the empty lines and the indents of its templates, which weigh half a
    kilobyte; the text of the page, between the tags of `article`, stays to the byte.
    """
    before, opened, text = html.partition("<article")
    text, closed, after = text.rpartition("</article>")
    return "".join([_INDENT.sub("\n", before), opened, text, closed, _INDENT.sub("\n", after)])


def mended(html: str) -> str:
    """The theme's HTML without a label for what is not there.

    The theme names a control that only the pages in its navigation have.
    """
    if 'id="__toc"' not in html:
        html = html.replace(
            '<label class="md-nav__title" for="__toc">', '<label class="md-nav__title">'
        )
    return html


def _repeats(page: MkDocsPage | None) -> bool:
    """Whether another page, which the sitemap has, says the same."""
    return isinstance(page, GeneratedPage) and bool(page.made.same_as)
