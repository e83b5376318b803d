"""The theme's own files, without what no page of ours needs: readers fetch them all at once.

Nothing here is needed for a page to be right. Where a later theme looks different, its files stay
as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping

FEATURES = frozenset({"navigation.sections", "toc.follow"})
"""Features of the theme that the trimmed sheet has rules for."""
EXTENSIONS = frozenset({"toc", "tables", "fenced_code"})
"""Extensions of Python-Markdown for whose HTML it has rules."""
PLUGINS = frozenset({"search", "material/search", "publisher"})
"""Plugins for whose pages it has rules."""
EXTRA = frozenset({"generator"})
"""Keys of `extra` for which it has rules."""

_PARTS = (
    "annotation|annotation-list|author|avatar|banner|clipboard|code|consent|content__button|"
    "content--post|feedback|footer__(?:inner|link|title|direction|button)|header--lifted|"
    "header__source|input|meta|nav--lifted|nav--integrated|nav__source|pagination|path|pin|post|"
    "profile|progress|search__suggest|select|sidebar--post|social|source|source-file|tabs|tag|tags|"
    "tag-icon|tooltip2?|top|version"
)
_MARKDOWN = (
    "admonition|admonition-title|abstract|info|tip|success|question|warning|failure|danger|bug|"
    "example|quote|note|inline|highlight|highlighttable|linenos|linenodiv|filename|keys|"
    "tabbed-.*|footnote|footnote-.*|grid|card|cards|task-list-.*|critic|arithmatex|emojione|"
    "twemoji|gemoji|mermaid|lg|magiclink-.*"
)
_UNUSED = re.compile(rf"md-(?:{_PARTS})(?:(?:__|--).*)?|{_MARKDOWN}")
"""Classes of what has to be switched on first: blogs, tabs, footnotes, coloured code, …"""
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_CHOICE = re.compile(r":(?:is|where|not|has)\([^()]*\)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMA = re.compile(r",(?![^()]*\))")
_EMPTY = re.compile(r"@media[^{}]*\{\}")
_SORTED = "[role=columnheader]"
"""Tables that a script sorts."""
_VARIABLE = re.compile(r"(--[\w-]+):(?:url\((?:\"[^\"]*\"|'[^']*'|[^)]*)\)|[^;{}\"'])*;?")
_COLOUR = re.compile(r"\[data-md-color-(?:primary|accent)=([\w-]+)\]")


def trimmed(sheets: Mapping[str, str], colours: Collection[str], others: str) -> dict[str, str]:
    """The theme's style sheets without what applies to nothing on a plain site.

    Args:
        sheets: the sheets, minified, by their names.
        colours: names of the primary and accent colours that the site is configured with.
        others: all that may use their variables beside themselves: our own sheet, scripts.
    """
    left = {name: _applying(sheet, colours) for name, sheet in sheets.items()}
    used = set(re.findall(r"--[\w-]+(?![\w-]*:)", " ".join([*left.values(), others])))
    return {
        name: _VARIABLE.sub(lambda found: found[0] if found[1] in used else "", sheet)
        for name, sheet in left.items()
    }


def _applying(sheet: str, colours: Collection[str]) -> str:
    def applies(selector: str) -> bool:
        named = _COLOUR.findall(selector)
        needed = _CLASS.findall(_CHOICE.sub("", selector))
        known = all(name in colours for name in named) and _SORTED not in selector
        return known and not any(map(_UNUSED.fullmatch, needed))

    def rule(found: re.Match[str]) -> str:
        selectors = [one for one in _COMMA.split(found[1]) if applies(one)]
        return f"{','.join(selectors)}{{{found[2]}}}" if selectors else ""

    return _EMPTY.sub("", _RULE.sub(rule, sheet))


_WORKER = "new Worker("
_AT_ONCE = 'location.protocol!=="file:"'
_LATER = """class PublisherLater extends EventTarget{
constructor(u){super();this.u=u}
postMessage(m){if(!this.w){this.w=new Worker(this.u);
this.w.onmessage=e=>this.dispatchEvent(new MessageEvent("message",{data:e.data}))}
this.w.postMessage(m)}}
"""
"""A worker that is fetched when it is first spoken to."""


def searched_later(script: str) -> str:
    """The theme's script, so that it fetches the search and its index when somebody searches.

    The theme does so itself on pages that are opened as files; we let it take all pages for such,
    and keep its worker from being fetched before.
    """
    if script.count(_WORKER) != 1 or script.count(f"({_AT_ONCE})") != 1:
        return script
    later = script.replace(_WORKER, "new PublisherLater(").replace(f"({_AT_ONCE})", "(!1)")
    return _LATER + later


_INLINE = re.compile(
    r"<script(?P<attributes>(?![^>]*\b(?:src|type)=)[^>]*)>(?P<body>.*?)</script>", re.DOTALL
)
_VALUE = re.compile(r'"\{\{-?(.*?)-?\}\}"')
"""Of a script in a template: a text that is known when the page is made."""


def scripts_apart(template: str) -> tuple[str, dict[str, str]]:
    """A template of the theme whose scripts are files, for none may stand in a page.

    It is the template that is looked at, never a page: what is in a text runs nowhere. A script
    that is written by the template piece by piece stays, and browsers refuse it.

    Args:
        template: its source; no text of anybody has been put into it.

    Returns:
        The source, and each script by its path from the site's root. The source tells of those
        that a page needs by calling `script_apart`.
    """
    scripts: dict[str, str] = {}

    def apart(found: re.Match[str]) -> str:
        values: list[str] = []
        own = f"pp_{hashlib.sha256(found['body'].encode()).hexdigest()[:8]}"

        def value(told: re.Match[str]) -> str:
            values.append(told[1].strip())
            return f"{own}.value{len(values)}"

        body = _VALUE.sub(value, found["body"])
        if "{{" in body or "{%" in body:
            return found[0]
        if values:
            body = f"var {own}=document.currentScript.dataset;{body}"
        digest = hashlib.sha256(body.encode()).hexdigest()[:8]
        path = f"assets/publisher/theme-{digest}.js"
        scripts[path] = body
        data = [f' data-value{n}="{{{{ ({told}) | e }}}}"' for n, told in enumerate(values, 1)]
        source = f""" src="{{{{ script_apart('{path}') | url }}}}\""""
        return f"<script{found['attributes']}{source}{''.join(data)}></script>"

    return _INLINE.sub(apart, template), scripts
