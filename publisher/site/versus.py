"""Any version against any other: the page on which readers choose two, and what its script says.

A version is written down once, with the names of its clauses (`comparable`), and a script compares
any two by the rules of this program. So a release costs the same however many came before it. Where
one version follows the other, the page of that step is shown, which this program made itself.
"""

from __future__ import annotations

import json
from html import escape
from itertools import pairwise

from publisher.compare.words import Span, SpanKind
from publisher.markup.inline import Style, inline
from publisher.policies.address import Addresses
from publisher.policies.release import Line, Release
from publisher.site.apparatus import LEGEND, tools, when_words
from publisher.site.comparable import FORMAT, rules
from publisher.site.makings import Makings
from publisher.site.masthead import anchor

SCRIPT = "assets/publisher/compare.js"
"""What compares, from the site's root."""


def chooser(made: Makings, at: Addresses) -> str:
    """The two lists to choose from, the place for the comparison, and the chain of real pages.

    Only the chain is shown without a script.

    Args:
        made: of the releases of one policy.
        at: addresses as seen from the page.
    """
    line = made.line
    fields = "".join(
        f'<p class="pp-field"><label for="pp-{name}">{words}</label>\n'
        f'<select id="pp-{name}" name="{name}">\n{_options(made, chosen)}</select></p>\n'
        for name, words, chosen in (
            ("from", "From", line[max(len(line) - 2, 0)]),
            ("to", "To", line[-1]),
        )
    )
    words = json.dumps(phrases(line[-1], at), ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<form class="pp-compare" action="./" autocomplete="off" hidden>\n{fields}'
        '<p class="pp-field"><button>Compare</button></p>\n</form>\n'
        '<p class="pp-compared" role="status"></p>\n<div class="pp-result"></div>\n'
        f'<script type="application/json" class="pp-words">{words}</script>\n{_chain(line, at)}'
    )


def _options(made: Makings, chosen: Release) -> str:
    return "".join(
        f'<option value="{release.number}" data-file="{made.comparable_name(release)}"'
        f"{' selected' * (release is chosen)}>"
        f"{escape(f'{release.version}, {when_words(release)}')}</option>\n"
        for release in reversed(made.line)
    )


def script(at: Addresses) -> str:
    """Loads the script that compares."""
    return f'<script type="module" src="{at.root}{SCRIPT}?{FORMAT}"></script>\n'


def phrases(release: Release, at: Addresses) -> dict[str, object]:
    """All that the scripts say and write, and the rules that they follow.

    Args:
        release: the last one.
        at: addresses as seen from the page.
    """
    spans = {kind.value: Span(kind, "$1") for kind in (SpanKind.INSERT, SpanKind.DELETE)}
    marked = {name: inline([span], Style()) for name, span in spans.items()}
    swap = '<p><a href="?from=$5&amp;to=$4">The other way round</a></p>\n'
    language = escape(release.policy.facts.language)
    moved = '“$2” moved from here <a href="#moved-$1-here">to “$3”</a>.'
    return {
        **rules(),
        "choose": "Choose two versions.",
        "both": "Both are the same version. Choose two that differ.",
        "unknown": "There is no such version. Choose two of these.",
        "busy": "Comparing …",
        "failed": "The comparison could not be fetched. The pages below need no script.",
        "pair": "From version $1 to version $2.",
        "script": f"{at.root}{SCRIPT}?{FORMAT}",
        "steps": f"./steps.js?{FORMAT}",
        "beginning": "the beginning",
        "none": "none",
        "ins": marked["insert"],
        "del": marked["delete"],
        "type": '<span class="pp-type" title="Was: $2">$1'
        '<span class="pp-say"> [typography changed, was: $2]</span></span>',
        "style": _noted("formatting changed"),
        "link": _noted("link changed, was: $2"),
        "away": f'<p class="pp-away" id="moved-$1-away">{moved}</p>\n',
        "row": f'<tr class="pp-away" id="moved-$1-away"><td colspan="$4">{moved}</td></tr>\n',
        "place": '<span class="pp-place" id="change-$1" data-section="$2"></span>',
        "here": '<a class="pp-label" id="moved-$1-here" href="#moved-$1-away">'
        "Moved here from “$2”:</a> ",
        "reset": '<span class="pp-label">Set differently:</span> ',
        "split": _seam("ins", "paragraph split here"),
        "joined": _seam("del", "paragraphs joined here"),
        "was": '<$1 class="pp-was" hidden>\n$2</$1>\n',
        "as": '<$1 class="pp-was pp-as-now" hidden>\n$2</$1>\n',
        "same": '<details class="pp-fold"><summary>Unchanged paragraphs: $2</summary></details>\n'
        '<div class="pp-same">\n$1</div>\n',
        "old": '<div class="pp-gone">\n$1</div>\n',
        "now": '<div class="pp-come">\n$1</div>\n',
        "item": '<li><p class="pp-change"><strong><a href="#change-$1">$2</a></strong> '
        '<span class="pp-kind">$3</span></p></li>\n',
        "figures": "$1; words: $2 added, $3 removed",
        "page": '<h2 id="pp-list">What changes</h2>\n<p class="pp-summary">Changes: $3.</p>\n'
        f'<ol class="pp-changes">\n$1</ol>\n<p class="pp-remark">{REMARK}</p>\n{swap}'
        f'<h2 id="pp-marked">The text with every change marked</h2>\n{LEGEND}'
        f'<div class="pp-views">\n{tools("", "version $4", "version $5")}'
        f'<article class="pp-text pp-redline" lang="{language}">\n$2</article>\n</div>\n',
    }


REMARK = (
    "Your browser compared these two versions, by the rules by which the publisher compares, and "
    "from what became of each paragraph from version to version. Where a paragraph was split or "
    "joined to another, or a table got other columns, words may be shown as removed and added "
    "that only went elsewhere. The publisher’s own comparison of each step is below."
)
"""Stands above what the script found."""


def _noted(words: str) -> str:
    return f'<span class="pp-format">$1<span class="pp-label"> [{words}]</span></span>'


def _seam(tag: str, said: str) -> str:
    return (
        f'<{tag} class="pp-seam"><span class="pp-words" aria-hidden="true">¶</span>'
        f'<span class="pp-say">[{said}]</span></{tag}> '
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
