"""Any version against any other: the page on which readers choose two, and what its script gets.

This program alone compares. For each pair near at hand it writes its redline down as pieces of the
two versions, which the script puts together; of all other pairs the script can only tell which
passages are the same, and says so. So a release costs the same however many came before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from html import escape
from itertools import pairwise, permutations
from zlib import adler32

from publisher.compare.amendment import Amendment
from publisher.compare.redline import Operation
from publisher.markup.blocks import LISTS, Blocks, numbers
from publisher.markup.html import Fragment, Outline, Place, block_cells, right_to_left
from publisher.markup.inline import Style
from publisher.markup.marked import redline
from publisher.markup.passages import gather, passages
from publisher.policies.address import Addresses
from publisher.policies.release import Line, Number, Release
from publisher.site.apparatus import LEGEND, change_list, in_figures, views, when_words
from publisher.site.masthead import anchor
from publisher.site.splices import Index, index, splice
from publisher.text.clauses import Document, Kind

NEAR = 12
"""The last so many releases, and the first, are compared word by word with one another."""

Passage = tuple[str, str]
"""The tag of the list that it is an item of, or empty; and its HTML."""

# ── what the script gets ─────────────────────────────────────────────────────────────────────────


def near(line: Line) -> Line:
    """The releases of which every two are compared word by word."""
    return line if len(line) <= NEAR else (line[0], *line[-NEAR:])


Keep = Callable[[Sequence[str], Callable[[], bytes]], bytes]
"""Makes what follows from some texts, or has it from an earlier time."""


def files(
    line: Line,
    compare: Callable[[Release, Release], Amendment],
    keep: Keep = lambda _, make: make(),
) -> Iterator[tuple[str, bytes]]:
    """What the script gets, as (name, JSON): a file a version, and one for each pair near at hand.

    That of a pair has a check sum (RFC 1950) of what is put together, for browsers may have kept
    a version from an earlier build.

    Args:
        line: all releases of one policy.
        compare: what leads from one release to another, whichever is the older.
        keep: how a pair is made or remembered.
    """
    sources: dict[Number, str] = {}
    for release in line:
        found = sections(release.policy.document)
        sources[release.number] = "".join([html for _, texts in found for _, html in texts])
        yield f"{release.number}.json", _json(found)

    @cache
    def known(number: Number) -> tuple[str, Index]:
        return sources[number], index(sources[number])

    def pair(old: Release, new: Release) -> bytes:
        html = compared(compare(old, new), old, new)
        pieces = splice(html, (known(old.number), known(new.number)))
        return _json({"sum": adler32(html.encode()), "pieces": pieces})

    for old, new in permutations(near(line), 2):
        decisive = [part for release in (old, new) for part in _decisive(release)]
        yield f"{old.number}-{new.number}.json", keep(decisive, partial(pair, old, new))


def _decisive(release: Release) -> list[str]:
    """All that a comparison with a release depends on."""
    policy = release.policy
    files = "\0".join(f"{name}\0{text}" for name, text in policy.files.items())
    return [str(release.number), policy.facts.language, files]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def sections(document: Document) -> list[tuple[str, list[Passage]]]:
    """A text cut into passages, as (title, passages) of each section."""
    found: list[tuple[str, list[Passage]]] = []
    shown = document.clauses
    text = Blocks({}, numbers(shown), both_ways=right_to_left(shown))
    outline, style, opened = Outline(2), Style(marked=False), ""
    for passage in passages(gather(Operation(None, clause) for clause in shown)):
        first = passage[0].op.clause
        listed = bool(first.containers) and first.containers[0].kind in LISTS
        text.enter(None, first, len(first.cells), depth=int(listed))
        text.close_to(int(listed))
        if listed:
            opened = opened if text.out[-1].startswith("</li>") else text.out[-1]
            # Each item says its number, for the script may set it beside others.
            text.stack[-1].next = -1
        start = len(text.out)
        for block in passage:
            clause = block.op.clause
            text.enter(None, clause, len(clause.cells))
            heading = clause.kind is Kind.HEADING
            level = outline.level(clause) if heading else 0
            name = outline.name(clause, level) if heading else ""
            text.write(clause, block_cells(clause, block.op.cells, style), name, level)
        text.close_to(int(listed))
        if not found or first.kind is Kind.HEADING:
            found.append((first.text if first.kind is Kind.HEADING else "", []))
        found[-1][1].append((opened if listed else "", "".join(text.out[start:])))
    return found


def compared(amendment: Amendment, old: Release, new: Release) -> str:
    """What the page shows of a pair: the list of the changes, and the redline with its views."""
    marked = redline(amendment, views=True)
    tools = views(marked, f"version {old.number}", f"version {new.number}")
    return (
        f'<h2 id="pp-list">What changes</h2>\n{in_figures(amendment)}'
        f"{change_list(amendment, (), marked.places)}"
        f'<h2 id="pp-marked">The text with every change marked</h2>\n{LEGEND}'
        f"{_viewed(tools, marked.html, new)}"
    )


def _viewed(tools: str, html: str, release: Release) -> str:
    language = escape(release.policy.facts.language)
    return (
        f'<div class="pp-views">\n{tools}<article class="pp-text pp-redline" lang="{language}">\n'
        f"{html}</article>\n</div>\n"
    )


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def chooser(line: Line, at: Addresses) -> str:
    """The two lists to choose from, the place for the comparison, and the chain of real pages.

    Only the chain is shown without a script.

    Args:
        line: all releases of one policy.
        at: addresses as seen from the page.
    """
    fields = "".join(
        f'<p class="pp-field"><label for="pp-{name}">{words}</label>\n'
        f'<select id="pp-{name}" name="{name}">\n{_options(line, chosen)}</select></p>\n'
        for name, words, chosen in (
            ("from", "From", line[max(len(line) - 2, 0)]),
            ("to", "To", line[-1]),
        )
    )
    return (
        f'<form class="pp-compare" action="./" autocomplete="off" data-near="{NEAR}" hidden>\n'
        f'{fields}<p class="pp-field"><button>Compare</button> '
        '<button type="button" class="pp-swap">Swap</button></p>\n</form>\n'
        '<p class="pp-compared" role="status"></p>\n<div class="pp-result"></div>\n'
        f"{_plain(line[-1])}{_chain(line, at)}"
    )


def _options(line: Line, chosen: Release) -> str:
    return "".join(
        f'<option value="{release.number}"{" selected" * (release is chosen)}>'
        f"{escape(f'{release.version}, {when_words(release)}')}</option>\n"
        for release in reversed(line)
    )


def _plain(release: Release) -> str:
    """What the script fills where it can only tell which passages are the same."""
    tools = views(Fragment("", places=(Place("", ""),)), "", "")
    return (
        '<template class="pp-plain"><h2 id="pp-marked">The passages that differ</h2>\n'
        '<p class="pp-remark">These two versions lie far apart, so your browser compared them, and '
        "only passage by passage: one that differs in a single word is shown as removed and added, "
        "and so is one that moved. Word by word, step by step, the pages below compare.</p>\n"
        f"{_viewed(tools, '', release)}</template>\n"
    )


def _chain(line: Line, at: Addresses) -> str:
    items = "".join(
        f'<li data-number="{new.number}">'
        f"{anchor((f'From version {old.number} to version {new.number}', at.changes(new.number)))}"
        f", {escape(when_words(new))}</li>\n"
        for old, new in pairwise(line)
    )
    if not items:
        return "<p>There is only one version yet.</p>\n"
    return (
        '<h2 id="pp-steps">Step by step</h2>\n<p>Each version against the one before it, with the '
        "reasons. These pages need no script.</p>\n"
        f'<ol class="pp-chain">\n{items}</ol>\n'
    )
