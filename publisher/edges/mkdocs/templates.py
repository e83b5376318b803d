"""The theme's templates, and the words that they are given.

The theme escapes nothing that it is given, and some of it twice. So words are handed to it as HTML
(`as_html`), which its filters let stand; and what it writes of its own is mended in its templates,
before any text is in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import BaseLoader, Environment, TemplateNotFound
from markupsafe import Markup, escape

from publisher.edges.mkdocs.theme import scripts_apart
from publisher.policies.labels import CONTROL
from publisher.site.content_policy import POLICY_ELEMENT


def as_html(words: str) -> Markup:
    """Words as they are handed to the theme: titles, labels, headings, descriptions, addresses.

    Line ends and control characters become spaces: no older release may alter the page around it.
    """
    return escape(CONTROL.sub(" ", words))


class Templates(BaseLoader):
    """The theme's templates, mended."""

    def __init__(self, loader: BaseLoader, *, policy: bool) -> None:
        """Templates of `loader`; `policy`: put the content security policy into each page."""
        self._loader, self._policy = loader, policy
        self.scripts: dict[str, str] = {}
        """The theme's scripts that pages name, by path from the site's root."""
        self._apart: dict[str, str] = {}

    @classmethod
    def of(cls, env: Environment, *, policy: bool) -> Templates:
        """Puts itself between an environment and its templates."""
        assert env.loader
        found = cls(env.loader, policy=policy)
        env.loader = found
        env.filters["striptags"] = without_tags
        env.globals["script_apart"] = found._named
        return found

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """A template as the theme has it, mended."""
        if template.startswith(_LANGUAGES):
            return self._own_words(environment, template)
        source, path, fresh = self._loader.get_source(environment, template)
        if template.endswith(".html"):
            source, scripts = scripts_apart(corrected(source))
            self._apart |= scripts
            if self._policy:
                source = source.replace(_CHARSET, _CHARSET + POLICY_ELEMENT, 1)
        return source, path, fresh

    def _own_words(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The theme's own words: where it has none in a language, those of the language that it is
        a kind of, and else English ones, told to be in the language asked for.
        """
        tag = template.removeprefix(_LANGUAGES).removesuffix(".html")
        parts = tag.split("-")
        ways = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
        for way in ways:
            try:
                found = self._loader.get_source(environment, f"{_LANGUAGES}{way}.html")
            except TemplateNotFound:
                continue
            return _told(found[0], tag), found[1], found[2]
        source, path, fresh = self._loader.get_source(environment, f"{_LANGUAGES}en.html")
        return _told(source, tag), path, fresh

    def _named(self, path: str) -> str:
        self.scripts[path] = self._apart[path]
        return path

    def list_templates(self) -> list[str]:
        """The names of all templates."""
        return self._loader.list_templates()


_LANGUAGES = "partials/languages/"
_LANGUAGE = re.compile(r'("language": )"[^"]*"')


def _told(source: str, tag: str) -> str:
    return _LANGUAGE.sub(rf'\1"{tag}"', source)


_CHARSET = Markup('<meta charset="utf-8">')


def without_tags(value: str) -> Markup:
    """The words of some HTML, as HTML: the filter of Jinja gives out the bare words."""
    return escape(Markup(value).striptags())  # noqa: S704 - is escaped again


def corrected(source: str) -> str:
    """A template with names for its controls and without attributes that do not apply."""
    source = source.replace(
        'data-md-component="search" role="dialog"',
        'data-md-component="search" role="dialog" aria-label="{{ lang.t("search") }}"',
    )
    source = source.replace(
        ' tabindex="{{ tabindex }}"', '{% if tabindex %} tabindex="{{ tabindex }}"{% endif %}'
    )
    # The same site comes of MkDocs and of its fork: neither names itself.
    source = re.sub(r'\s*<meta name="generator"[^>]*>', "", source)
    return re.sub(r'(<input class="md-toggle"[^>]*?) autocomplete="off"', r"\1", source)
