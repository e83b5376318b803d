"""The links of a letter on paper, where nobody can follow them: each with its address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from itertools import groupby

from publisher.letters.design import button_places
from publisher.markup.elements import as_content
from publisher.text.clauses import Clause, Mark, Run
from publisher.text.plaintext import address_of

_CODE, _STRONG = Mark("code"), Mark("strong")


def with_addresses(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses of a letter with the addresses of their links in lines below their words."""
    buttons = button_places(clauses)
    return [
        replace(
            clause,
            cells=tuple(tuple(_cell(cell, place in buttons)) for cell in clause.cells),
            key=f"{clause.key} with addresses",
        )
        for place, clause in enumerate(clauses)
    ]


def _cell(runs: Sequence[Run], button: bool) -> Iterator[Run]:
    found: dict[str, str] = {}
    for link, members in groupby(runs, key=_link_of):
        words = ""
        for run in members:
            words += run.text
            yield replace(run, marks=(_STRONG, *run.marks)) if button else run
        if address_of(link) not in ("", words):
            found.setdefault(link, words)
    for link, words in found.items():
        yield Run(f"\n{words}: " if len(found) > 1 else "\n")
        yield Run(address_of(link), (_CODE, Mark("link", link)))


def _link_of(run: Run) -> str:
    return next((mark.value for mark in run.marks if mark.kind == "link"), "")


# ── of a letter as it was sent ───────────────────────────────────────────────────────────────────

_STYLE = re.compile(r' style="[^"]*"')
_ARTICLE = re.compile(r"\A\s*<div [^>]*>(.*)</div>\s*\Z", re.DOTALL)
_BUTTON = re.compile(
    r'<table class="button"[^>]*>\s*(?:<tbody>)?<tr><td[^>]*>\s*(<a [^>]*>)(.*?)</a></td></tr>'
    r"(?:</tbody>)?</table>",
    re.DOTALL,
)
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ENDS = ("</p>", "</li>", "</td>")


def spelt_out(html: str) -> str:
    """The words of a letter that was sent, as HTML for paper: without its styles, its buttons as
    paragraphs, each link with its address.

    Args:
        html: what is in the element `main` of its HTML part.
    """
    text = _STYLE.sub("", html)
    if found := _ARTICLE.match(text):
        text = found[1]
    text = _BUTTON.sub(r"<p>\1\2</a></p>", text)
    return _LINK.sub(_with_address, text)


def _with_address(found: re.Match[str]) -> str:
    """A link with its address behind it; without elements inside, for its tag reaches no deeper."""
    target, words = found[1], _TAG.sub("", found[2])
    link, address = f'<a href="{target}">', address_of(unescape(target))
    if not address or address == unescape(words):
        return f"{link}{words}</a>"
    said = f"<code>{link}{as_content(address)}</a></code>"
    last = found.string.startswith(_ENDS, found.end())
    return f"{link}{words}</a><br>{said}" if last else f"{link}{words}</a> ({said})"
