"""Any version against any other: the page on which readers choose two, and what its script says.

A version is written down once, with the names of its clauses (`comparable`), and a script compares
any two by the rules of this program. So a release costs the same however many came before it. Where
one version follows the other, the page of that step is shown, which this program made itself; of
other pairs that it compared, the script says its figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from markupsafe import Markup, escape

from publisher.compare.spans import Span, SpanKind
from publisher.markup.elements import NOTHING, attribute, data_block
from publisher.markup.inline import Style, inline
from publisher.markup.moves import came_words, origin_words, place_words, went_words
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.site.comparable import COMPARABLE_FORMAT, compare_rules
from publisher.site.compare_steps import ComparableLine, chain
from publisher.site.page_parts import legend, redline_tools
from publisher.site.release_words import spoken, version_words
from publisher.wording.language import plural_category
from publisher.wording.words import Words

COMPARE_SCRIPT = "assets/publisher/compare.js"
"""The script that compares, from the site's root."""


def version_chooser(line: ComparableLine, at: Addresses) -> Markup:
    """The two lists to choose from, the place for the comparison, and the chain of real pages.

    Only the chain is shown without a script.

    Args:
        line: the versions.
        at: addresses as seen from the page.
    """
    releases, words = line.releases, line.words
    if len(releases) < 2:
        return chain(line)
    fields = NOTHING.join(
        Markup(
            '<p class="pp-field"><label for="pp-{}">{}</label>\n'
            '<select id="pp-{}" name="{}">\n{}</select></p>\n'
        ).format(name, said, name, name, _options(line, chosen))
        for name, said, chosen in (
            ("from", words.pgettext("version", "From"), line.chosen[0]),
            ("to", words.pgettext("version", "To"), line.chosen[1]),
        )
    )
    kind = attribute("type", "application/json") + attribute("class", "pp-words")
    said = script_phrases(line.language, words, at) | _unknown(line) | _known(line)
    phrases = data_block(said, kind)
    return Markup(
        '<form class="pp-compare" action="./" autocomplete="off" hidden>\n{}'
        '<p class="pp-field"><button>{}</button></p>\n</form>\n'
        '<p class="pp-compared" role="status"></p>\n{}<div class="pp-result"></div>\n'
        "{}\n{}"
    ).format(fields, words.pgettext("button", "Compare"), _elsewhere(line), phrases, chain(line))


def _options(line: ComparableLine, chosen: Release) -> Markup:
    words = line.words
    return NOTHING.join(
        Markup('<option value="{}" data-file="{}" data-when="{}"{}>{}</option>\n').format(
            release.number,
            line.file_of(release),
            line.when(release),
            " selected" * (release is chosen),
            words.gettext(
                "{version}, {when}",
                version=version_words(release, words),
                when=line.when(release),
            ),
        )
        for release in reversed(line.releases)
    )


MOST_NAMED = 3
"""Versions that a text is not in, and that are named one by one."""


def _unknown(line: ComparableLine) -> dict[str, object]:
    """What is said to who asks for a version that is not on the lists, where some of those that
    there are have no such translation.
    """
    words, absent = line.words, line.absent
    if not absent:
        return {}
    named = [
        words.gettext(
            "Version {number} is not translated into {language}.",
            number=release.number,
            language=words.name_of(line.language),
        )
        for release in absent[: MOST_NAMED if len(absent) <= MOST_NAMED else 0]
    ]
    return {"unknown": " ".join([*named, words.gettext("Choose two versions.")])}


def _known(line: ComparableLine) -> dict[str, object]:
    """The figures of pairs that this program compared itself, by their numbers, as the script says
    them instead of its own.
    """
    return {
        f"{old},{new.number}": said
        for new in line.releases
        for old, said in line.known_of(new).items()
    }


def _elsewhere(line: ComparableLine) -> Markup:
    """The link to the page that compares versions which this text is not in."""
    if not line.absent:
        return NOTHING
    words, (address, language) = line.words, line.original
    said = words.gettext("Compare in {language}", language=words.name_of(language or line.language))
    return Markup('<p><a href="{}">{}</a></p>\n').format(address, said)


def compare_script(at: Addresses) -> Markup:
    """Loads the script that compares."""
    return Markup('<script type="module" src="{}{}?{}"></script>\n').format(
        at.root, COMPARE_SCRIPT, COMPARABLE_FORMAT
    )


# ── what the script says ─────────────────────────────────────────────────────────────────────────


def script_phrases(language: str, words: Words, at: Addresses) -> dict[str, object]:
    """Everything that the scripts show and write, and the rules that they follow.

    Args:
        language: of the texts.
        words: those around them.
        at: addresses as seen from the page.
    """
    return {
        **compare_rules(),
        **_messages(words, at),
        **_marks(words),
        **_blocks(words),
        "kinds": ["added", "amended", "moved", "removed"],
        **_numbered(words),
        "page": _page(language, words),
    }


def _messages(words: Words, at: Addresses) -> dict[str, object]:
    """The messages beside the comparison, and the addresses of scripts."""
    return {
        # How this program writes numbers, as browsers are told of it (ECMA-402 §15.1.1).
        "numbers": [f"{words.language}-u-nu-latn", {"useGrouping": "always"}],
        "both": words.gettext("Both are the same version. Choose two that differ."),
        "unknown": words.gettext("There is no such version. Choose two of these."),
        "busy": words.gettext("Comparing …"),
        "failed": words.gettext(
            "The comparison could not be fetched. The pages below need no script."
        ),
        "pair": words.gettext(
            "From version {old} ({when}) to version {new} ({then}).",
            old="$1",
            when="$2",
            new="$3",
            then="$4",
        ),
        "script": f"{at.root}{COMPARE_SCRIPT}?{COMPARABLE_FORMAT}",
        "steps": f"./steps.js?{COMPARABLE_FORMAT}",
        # Put between others as HTML.
        "beginning": words.markup("the beginning"),
        "none": words.pmarkup("changes", "none"),
        "nowhere": words.pmarkup("address", "none"),
        "next": _between(words.pmarkup("figures", "{figures}, {next}", figures="$", next="$")),
        "figures": _between(
            words.pmarkup("figures", "{sections}; {words}", sections="$", words="$")
        ),
    }


def _between(message: Markup) -> Markup:
    """What stands between the two figures of a message."""
    return message.split("$")[1]


def _marks(words: Words) -> dict[str, object]:
    """Marks around words."""
    style = Style(words=words)
    inserted, deleted = (
        inline([Span(kind, "$1")], style) for kind in (SpanKind.INSERT, SpanKind.DELETE)
    )
    moved = replace(style, moves={1: ("$2", "$2")})
    here = {
        f"{name}HereMoved": inline([Span(kind, "$1", move=1)], moved).replace("-1-", "-$3-")
        for name, kind in (("ins", SpanKind.INSERT), ("del", SpanKind.DELETE))
    }
    typography = words.gettext("[typography changed, was: {words}]", words="$2")
    return {
        "ins": inserted,
        "del": deleted,
        **here,
        "insMoved": inserted.replace("<ins>", _SHIFTED % "ins"),
        "delMoved": deleted.replace("<del>", _SHIFTED % "del"),
        "went": went_words("$1", words),
        "came": came_words("$1", words),
        "delWithin": words.gettext("moved within this section"),
        "insWithin": words.gettext("moved here within this section"),
        "type": Markup(
            '<span class="pp-type" title="{}">$1<span class="pp-say"> {}</span></span>'
        ).format(words.gettext("Was: {words}", words="$2"), typography),
        "style": _noted(words.gettext("[formatting changed]")),
        "link": _noted(words.gettext("[link changed, was: {address}]", address="$2")),
    }


_SHIFTED = Markup('<%s class="pp-shifted">')


def _blocks(words: Words) -> dict[str, object]:
    """Marks around paragraphs, rows and items, or between them."""
    link = Markup('<a href="#moved-$1-here">$3</a>')
    moved = words.markup("“{words}” moved from here {place}.", words="$2", place=link)
    return {
        "away": Markup('<p class="pp-away" id="moved-$1-away">{}</p>\n').format(moved),
        "row": Markup(
            '<tr class="pp-away" id="moved-$1-away"><td colspan="$4">{}</td></tr>\n'
        ).format(moved),
        "place": Markup('<span class="pp-place" id="change-$1" data-section="$2"></span>'),
        "here": Markup('<a class="pp-label" id="moved-$1-here" href="#moved-$1-away">$2</a> '),
        "to": place_words("$1", words),
        "from": origin_words("$1", words),
        "inside": place_words("", words, same=True),
        "within": origin_words("", words, same=True),
        "reset": Markup('<span class="pp-label">{}</span> ').format(
            words.gettext("Set differently:")
        ),
        "split": _seam("ins", words.gettext("[paragraph split here]")),
        "joined": _seam("del", words.gettext("[paragraphs joined here]")),
        "was": Markup('<$1 class="pp-was" hidden>\n$2</$1>\n'),
        "as": Markup('<$1 class="pp-was pp-as-now" hidden>\n$2</$1>\n'),
        "same": Markup(
            '<details class="pp-fold"><summary>$2</summary></details>\n'
            '<div class="pp-same">\n$1</div>\n'
        ),
        "old": Markup('<div class="pp-gone">\n$1</div>\n'),
        "now": Markup('<div class="pp-come">\n$1</div>\n'),
        "item": Markup(
            '<li><p class="pp-change"><strong><a href="#change-$1">$2</a></strong> '
            '<span class="pp-kind">$3</span></p></li>\n'
        ),
    }


def _page(language: str, words: Words) -> Markup:
    """The frame of the whole comparison."""
    old, new = (words.gettext("version {number}", number=n) for n in ("$4", "$5"))
    tools = redline_tools("", old, new, words)
    for number in "123":  # another script puts words there
        tools = tools.replace(f"${number}", Markup("&#36;{}").format(number))
    return Markup(
        '<h2 id="pp-list">{}</h2>\n<p class="pp-summary">{}</p>\n'
        '<ol class="pp-changes">\n$1</ol>\n<p class="pp-remark">{}</p>\n'
        '<p><a href="?from=$5&amp;to=$4">{}</a></p>\n'
        '<h2 id="pp-marked">{}</h2>\n{}<div class="pp-views">\n{}'
        '<article class="pp-text pp-redline"{}>\n$2</article>\n</div>\n'
    ).format(
        words.gettext("What changes"),
        words.gettext("Changes: {figures}.", figures="$3"),
        script_remark(words),
        words.gettext("The other way round"),
        words.gettext("The text with every change marked"),
        legend(words),
        tools,
        spoken(language),
    )


def script_remark(words: Words) -> str:
    """The remark above what the script found."""
    return words.gettext(
        "Your browser compared these two versions, by the rules by which the publisher compares, "
        "and from what became of each paragraph from version to version. Where a paragraph was "
        "split or joined to another, or a table got other columns, words may be shown as removed "
        "and added that only went elsewhere. The publisher’s own comparison of each step is below."
    )


def _noted(said: str) -> Markup:
    return Markup('<span class="pp-format">$1<span class="pp-label"> {}</span></span>').format(said)


def _seam(tag: str, said: str) -> Markup:
    return Markup(
        '<{} class="pp-seam"><span class="pp-words" aria-hidden="true">¶</span>'
        '<span class="pp-say">{}</span></{}> '
    ).format(tag, said, tag)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


def _numbered(words: Words) -> dict[str, dict[str, str]]:
    """What is counted, by name: the plural forms, as a browser chooses among them."""
    said = words.catalog
    messages: dict[str, Callable[[int], str]] = {
        "added": lambda n: said.npgettext("changes", "{count} added", "{count} added", n),
        "removed": lambda n: said.npgettext("changes", "{count} removed", "{count} removed", n),
        "amended": lambda n: said.npgettext("changes", "{count} amended", "{count} amended", n),
        "moved": lambda n: said.npgettext("changes", "{count} moved", "{count} moved", n),
        "inserted": lambda n: said.ngettext("{count} word added", "{count} words added", n),
        "deleted": lambda n: said.ngettext("{count} word removed", "{count} words removed", n),
        "then": lambda n: said.npgettext("words", "{count} removed", "{count} removed", n),
        "shifted": lambda n: said.ngettext("{count} word moved", "{count} words moved", n),
        "thenWent": lambda n: said.npgettext("words", "{count} moved", "{count} moved", n),
        "kept": lambda n: said.ngettext(
            "{count} unchanged paragraph", "{count} unchanged paragraphs", n
        ),
    }
    return {name: plural_forms(words, message) for name, message in messages.items()}


PLURALS = ("zero", "one", "two", "few", "many", "other")
"""The plural forms that there are in any language (Unicode CLDR)."""
MOST_TRIED = 200
"""Numbers among which each plural form of a language is found."""


def plural_forms(words: Words, message: Callable[[int], str]) -> dict[str, str]:
    """A message as HTML in each plural form; `$1` stands for the number.

    Args:
        words: in which language.
        message: gives the message for a number.

    Returns:
        By the category that `Intl.PluralRules` gives (Unicode CLDR, language plural rules).
    """
    found: dict[str, str] = {}
    for number in range(MOST_TRIED):
        category = plural_category(words.language, number)
        if category not in found:
            found[category] = escape(message(number).replace("{count}", "$1"))
    # A browser may know of a form that these numbers do not take.
    return {category: found.get(category, found["other"]) for category in PLURALS}


# ── the chain of real pages ──────────────────────────────────────────────────────────────────────
