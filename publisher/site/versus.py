"""Any version against any other: the page on which readers choose two, and what its script says.

A version is written down once, with the names of its clauses (`comparable`), and a script compares
any two by the rules of this program. So a release costs the same however many came before it. Where
one version follows the other, the page of that step is shown, which this program made itself.
"""

from __future__ import annotations

from itertools import pairwise

from markupsafe import Markup

from publisher.compare.spans import Span, SpanKind
from publisher.markup.elements import NOTHING, attribute, data_block
from publisher.markup.inline import Style, inline
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site.comparable import COMPARABLE_FORMAT, compare_rules
from publisher.site.derived import DerivedTexts
from publisher.site.page_head import link_html
from publisher.site.page_parts import LEGEND, redline_tools, when_words

COMPARE_SCRIPT = "assets/publisher/compare.js"
"""The script that compares, from the site's root."""


def version_chooser(derived: DerivedTexts, at: Addresses) -> Markup:
    """The two lists to choose from, the place for the comparison, and the chain of real pages.

    Only the chain is shown without a script.

    Args:
        derived: of the releases of one policy.
        at: addresses as seen from the page.
    """
    releases = derived.releases
    fields = NOTHING.join(
        Markup(
            '<p class="pp-field"><label for="pp-{}">{}</label>\n'
            '<select id="pp-{}" name="{}">\n{}</select></p>\n'
        ).format(name, words, name, name, _options(derived, chosen))
        for name, words, chosen in (
            ("from", "From", releases[max(len(releases) - 2, 0)]),
            ("to", "To", releases[-1]),
        )
    )
    kind = attribute("type", "application/json") + attribute("class", "pp-words")
    words = data_block(script_phrases(releases[-1], at), kind)
    return Markup(
        '<form class="pp-compare" action="./" autocomplete="off" hidden>\n{}'
        '<p class="pp-field"><button>Compare</button></p>\n</form>\n'
        '<p class="pp-compared" role="status"></p>\n<div class="pp-result"></div>\n'
        "{}\n{}"
    ).format(fields, words, _chain(releases, at))


def _options(derived: DerivedTexts, chosen: Release) -> Markup:
    return NOTHING.join(
        Markup('<option value="{}" data-file="{}"{}>{}</option>\n').format(
            release.number,
            derived.comparable_name(release),
            " selected" * (release is chosen),
            f"{release.version}, {when_words(release)}",
        )
        for release in reversed(derived.releases)
    )


def compare_script(at: Addresses) -> Markup:
    """Loads the script that compares."""
    return Markup('<script type="module" src="{}{}?{}"></script>\n').format(
        at.root, COMPARE_SCRIPT, COMPARABLE_FORMAT
    )


def script_phrases(release: Release, at: Addresses) -> dict[str, object]:
    """Everything that the scripts show and write, and the rules that they follow.

    Args:
        release: the last one.
        at: addresses as seen from the page.
    """
    return {**compare_rules(), **_messages(at), **_marks(), **_blocks(), **_page(release)}


def _messages(at: Addresses) -> dict[str, object]:
    """The messages beside the comparison, and the addresses of scripts."""
    return {
        "choose": "Choose two versions.",
        "both": "Both are the same version. Choose two that differ.",
        "unknown": "There is no such version. Choose two of these.",
        "busy": "Comparing …",
        "failed": "The comparison could not be fetched. The pages below need no script.",
        "pair": "From version $1 to version $2.",
        "script": f"{at.root}{COMPARE_SCRIPT}?{COMPARABLE_FORMAT}",
        "steps": f"./steps.js?{COMPARABLE_FORMAT}",
        "beginning": "the beginning",
        "none": "none",
    }


def _marks() -> dict[str, object]:
    """Marks around words."""
    spans = {kind.value: Span(kind, "$1") for kind in (SpanKind.INSERT, SpanKind.DELETE)}
    marked = {name: inline([span], Style()) for name, span in spans.items()}
    return {
        "ins": marked["insert"],
        "del": marked["delete"],
        "type": Markup(
            '<span class="pp-type" title="Was: $2">$1'
            '<span class="pp-say"> [typography changed, was: $2]</span></span>'
        ),
        "style": _noted("formatting changed"),
        "link": _noted("link changed, was: $2"),
    }


def _blocks() -> dict[str, object]:
    """Marks around paragraphs, rows and items, or between them."""
    moved = Markup('“$2” moved from here <a href="#moved-$1-here">to “$3”</a>.')
    return {
        "away": Markup('<p class="pp-away" id="moved-$1-away">{}</p>\n').format(moved),
        "row": Markup(
            '<tr class="pp-away" id="moved-$1-away"><td colspan="$4">{}</td></tr>\n'
        ).format(moved),
        "place": Markup('<span class="pp-place" id="change-$1" data-section="$2"></span>'),
        "here": Markup(
            '<a class="pp-label" id="moved-$1-here" href="#moved-$1-away">'
            "Moved here from “$2”:</a> "
        ),
        "reset": Markup('<span class="pp-label">Set differently:</span> '),
        "split": _seam("ins", "paragraph split here"),
        "joined": _seam("del", "paragraphs joined here"),
        "was": Markup('<$1 class="pp-was" hidden>\n$2</$1>\n'),
        "as": Markup('<$1 class="pp-was pp-as-now" hidden>\n$2</$1>\n'),
        "same": Markup(
            '<details class="pp-fold"><summary>Unchanged paragraphs: $2</summary></details>\n'
            '<div class="pp-same">\n$1</div>\n'
        ),
        "old": Markup('<div class="pp-gone">\n$1</div>\n'),
        "now": Markup('<div class="pp-come">\n$1</div>\n'),
        "item": Markup(
            '<li><p class="pp-change"><strong><a href="#change-$1">$2</a></strong> '
            '<span class="pp-kind">$3</span></p></li>\n'
        ),
    }


def _page(release: Release) -> dict[str, object]:
    """The frame of the whole comparison."""
    swap = Markup('<p><a href="?from=$5&amp;to=$4">The other way round</a></p>\n')
    language = release.policy.facts.language
    return {
        "figures": "$1; words: $2 added, $3 removed",
        "page": Markup(
            '<h2 id="pp-list">What changes</h2>\n<p class="pp-summary">Changes: $3.</p>\n'
            '<ol class="pp-changes">\n$1</ol>\n<p class="pp-remark">{}</p>\n{}'
            '<h2 id="pp-marked">The text with every change marked</h2>\n{}'
            '<div class="pp-views">\n{}'
            '<article class="pp-text pp-redline" lang="{}">\n$2</article>\n</div>\n'
        ).format(REMARK, swap, LEGEND, redline_tools("", "version $4", "version $5"), language),
    }


REMARK = (
    "Your browser compared these two versions, by the rules by which the publisher compares, and "
    "from what became of each paragraph from version to version. Where a paragraph was split or "
    "joined to another, or a table got other columns, words may be shown as removed and added "
    "that only went elsewhere. The publisher’s own comparison of each step is below."
)
"""The remark above what the script found."""


def _noted(words: str) -> Markup:
    return Markup('<span class="pp-format">$1<span class="pp-label"> [{}]</span></span>').format(
        words
    )


def _seam(tag: str, words: str) -> Markup:
    return Markup(
        '<{} class="pp-seam"><span class="pp-words" aria-hidden="true">¶</span>'
        '<span class="pp-say">[{}]</span></{}> '
    ).format(tag, words, tag)


def _chain(releases: Releases, at: Addresses) -> Markup:
    items = NOTHING.join(
        Markup('<li data-number="{}">{}, {}</li>\n').format(
            new.number,
            link_html(
                (f"From version {old.number} to version {new.number}", at.changes(new.number))
            ),
            when_words(new),
        )
        for old, new in pairwise(releases)
    )
    if not items:
        return Markup("<p>There is only one version yet.</p>\n")
    return Markup(
        '<h2 id="pp-steps">Step by step</h2>\n<p>Each version against the one before it, with the '
        "reasons. These pages need no script.</p>\n"
        '<ol class="pp-chain">\n{}</ol>\n'
    ).format(items)
