"""In which language the theme speaks on a page: that of the page, whatever the site's is.

The theme reads its language, and what it writes at the foot of a page, from the configuration of
MkDocs, of which there is one for all pages. So templates are handed a copy of it for each language.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.contrib.search import LangOption

from publisher.edges.mkdocs.pages import GeneratedPage
from publisher.edges.mkdocs.templates import as_html
from publisher.wording.words import Words


class ThemeInLanguage:
    """The theme's settings, as templates read them, in a language."""

    def __init__(self, theme: Any, words: Words) -> None:
        self._theme = theme
        self._own = {
            "language": words.language,
            "direction": words.direction,
            "palette": _palette(theme.get("palette"), words),
        }

    def __getitem__(self, name: str) -> Any:
        return self._own[name] if name in self._own else self._theme[name]

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__.get("_own", {})
        return own[name] if name in own else getattr(self.__dict__["_theme"], name)


def _palette(palette: Any, words: Words) -> Any:
    """The choices of colours with the words on their buttons, where they are the ones that the
    program laid down; what a company wrote itself stands.
    """
    if not isinstance(palette, list):
        return palette
    known = {
        "Colours as on the device; switch to light": words.gettext(
            "Colours as on the device; switch to light"
        ),
        "Light colours; switch to dark": words.gettext("Light colours; switch to dark"),
        "Dark colours; switch to those of the device": words.gettext(
            "Dark colours; switch to those of the device"
        ),
    }
    found = copy.deepcopy(palette)
    for option in found:
        toggle = option.get("toggle") or {}
        if toggle.get("name") in known:
            toggle["name"] = as_html(known[toggle["name"]])
    return found


def site_called(said: str, organisation: str, words: Words) -> Markup:
    """What the site is called, or how it is described, as the theme is handed it.

    Args:
        said: as `mkdocs.yml` has it. What the program laid down is put into the language; in what a
            company wrote itself, `{organisation}` is its name.
        organisation: what it is called.
        words: of which page.
    """
    known = {
        "Policies of {organisation}": words.gettext(
            "Policies of {organisation}", organisation=organisation
        ),
        "Every policy of {organisation}, word for word, with its history and what changed.": (
            words.gettext(
                "Every policy of {organisation}, word for word, with its history and what changed.",
                organisation=organisation,
            )
        ),
    }
    return as_html(known.get(said) or said.replace("{organisation}", organisation))


class Voices:
    """The configuration of MkDocs as each page shows it."""

    def __init__(
        self,
        config: MkDocsConfig,
        pages: Sequence[GeneratedPage],
        called: Mapping[str, str],
        organisation: str,
    ) -> None:
        """Of a build.

        Args:
            config: of MkDocs.
            pages: those in the navigation.
            called: what the configuration calls the site, by the names of its settings.
            organisation: what it is called.
        """
        self._config, self._pages, self._spoken = config, pages, ""
        self._called, self._organisation = called, organisation
        self._theme = lru_cache(maxsize=None)(self._in_language)

    def _in_language(self, words: Words) -> ThemeInLanguage:
        return ThemeInLanguage(self._config.theme, words)

    def speaking(self, words: Words, footer: Markup) -> MkDocsConfig:
        """The configuration for a page in a language, with its foot above what a company has
        written for all pages; the navigation is put into that language too.
        """
        config = copy.copy(self._config)
        config.data["theme"] = self._theme(words)
        for name, said in self._called.items():
            config.data[name] = site_called(said, self._organisation, words)
        config.data["copyright"] = f"{footer}{self._config.copyright or ''}"
        if self._spoken != words.language:
            self._spoken = words.language
            for page in self._pages:
                page.title = as_html(page.made.labelled(words))
                if page.parent and (group := page.made.group(words)):
                    page.parent.title = as_html(group)
        return config


def root_of(base: str) -> str:
    """The way from a page to the site's root, from what MkDocs calls its base."""
    return base.rstrip("/") + "/"


def searched_languages(languages: Sequence[str]) -> list[str]:
    """The languages among some that the search knows how to cut words of, each once."""
    known = dict.fromkeys(language.partition("-")[0] for language in languages)
    option = LangOption()
    return [tag for tag in known if tag == "en" or option.get_lunr_supported_lang(tag)]  # type: ignore[no-untyped-call]
