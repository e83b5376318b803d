"""The theme's own files, without what no page of ours needs: readers fetch them all at once.

Nothing here is needed for a page to be right. Where a later theme looks different, its files stay
as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import tinycss2  # type: ignore[import-untyped]
from tinycss2.ast import LiteralToken  # type: ignore[import-untyped]

Node = Any
"""A rule, a declaration or a token of `tinycss2`."""

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
_SORTED = "[role=columnheader]"
"""Tables that a script sorts."""
_CHOICES = {"is", "where", "not", "has"}
"""Functions in a selector whose classes an element need not have."""
_COLOURS = {"data-md-color-primary", "data-md-color-accent"}
_GROUPS = {"media", "supports"}
"""Rules that hold others."""


def trimmed(sheets: Mapping[str, str], colours: Collection[str], others: str) -> dict[str, str]:
    """The theme's style sheets without what applies to nothing on a plain site.

    Args:
        sheets: the sheets, minified, by their names.
        colours: names of the primary and accent colours that the site is configured with.
        others: all that may use their variables beside themselves: our own sheet, scripts.
    """
    left = {
        name: list(_applying(tinycss2.parse_stylesheet(sheet), colours))
        for name, sheet in sheets.items()
    }
    texts = (tinycss2.serialize(rules) for rules in left.values())
    used = set(re.findall(r"--[\w-]+(?![\w-]*:)", " ".join([*texts, others])))
    return {
        name: "".join(_without_variables(rule, used) for rule in rules)
        for name, rules in left.items()
    }


def _applying(rules: Iterable[Node], colours: Collection[str]) -> Iterator[Node]:
    """The rules that apply to something, each without the selectors that do not."""
    for rule in rules:
        if rule.type == "qualified-rule":
            left = [each for each in _selectors(rule.prelude) if _applies(each, colours)]
            rule.prelude = [*_joined(left)]
        elif rule.type == "at-rule" and rule.lower_at_keyword in _GROUPS:
            left = [*_applying(tinycss2.parse_rule_list(rule.content), colours)]
            rule.content = left
        else:
            left = [rule] if rule.type != "error" else []  # browsers ignore it too
        if left:
            yield rule


def _selectors(prelude: Iterable[Node]) -> Iterator[list[Node]]:
    selector: list[Node] = []
    for part in prelude:
        if part == ",":
            yield selector
            selector = []
        else:
            selector.append(part)
    yield selector


def _joined(selectors: Iterable[list[Node]]) -> Iterator[Node]:
    for number, selector in enumerate(selectors):
        if number:
            yield LiteralToken(0, 0, ",")
        yield from selector


def _applies(selector: list[Node], colours: Collection[str]) -> bool:
    named = all(name in colours for name in _colours(selector))
    sorts = _SORTED in tinycss2.serialize(selector)
    return named and not sorts and not any(map(_UNUSED.fullmatch, _classes(selector)))


def _classes(selector: Iterable[Node]) -> Iterator[str]:
    """The classes that an element must have."""
    dot = False
    for part in selector:
        if dot and part.type == "ident":
            yield part.value
        dot = part == "."
        if part.type == "function" and part.lower_name not in _CHOICES:
            yield from _classes(part.arguments)


def _colours(selector: Iterable[Node]) -> Iterator[str]:
    """The colours that a site must be configured with."""
    for part in selector:
        if part.type == "function":
            yield from _colours(part.arguments)
        elif part.type == "[] block":
            name, *rest = (getattr(part, "value", "") for part in part.content)
            if name in _COLOURS and rest:
                yield rest[-1]


def _without_variables(rule: Node, used: Collection[str]) -> str:
    """A rule as text, without variables that nothing uses."""
    if rule.type == "at-rule" and rule.lower_at_keyword in _GROUPS:
        rules = "".join(_without_variables(each, used) for each in rule.content)
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{rules}}}"
    if rule.type != "qualified-rule":
        return str(rule.serialize())
    content = tinycss2.serialize(rule.content)
    if "--" in content:
        found = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
        content = ";".join(each.serialize() for each in found if not _unused(each, used))
    return f"{tinycss2.serialize(rule.prelude)}{{{content}}}"


def _unused(found: Node, used: Collection[str]) -> bool:
    """Whether a declaration is of a variable that nothing uses, or none that browsers read."""
    if found.type != "declaration":
        return bool(found.type == "error")
    return found.name.startswith("--") and found.name not in used


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
