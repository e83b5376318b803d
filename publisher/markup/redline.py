"""The redline of a text: the new text with every change marked in it.

`ins` and `del` enclose only words inside a block, where HTML allows them (HTML §4.7), and each
says in words what it is for those who do not see colour. For the views of a page, each passage has
its old wording beside it, hidden until a reader asks for it: so one text serves both layouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from markupsafe import Markup

from publisher.compare.amendment import Amendment
from publisher.compare.operations import Operation
from publisher.markup.blocks import LIST_KINDS, Blocks, item_numbers
from publisher.markup.change_places import named_places
from publisher.markup.elements import NOTHING, as_content, attribute, concatenated, element
from publisher.markup.html import (
    Fragment,
    Outline,
    block_cells,
    earlier_table_name,
    has_right_to_left,
    table_name,
)
from publisher.markup.inline import Style, inline, own_words, read_aloud
from publisher.markup.labels import label_words
from publisher.markup.moves import (
    carried_moves,
    move_titles,
    moved_words,
    moves_within,
    origin_words,
    place_words,
    section_origins,
)
from publisher.markup.old_wording import hidden_wording, old_wording
from publisher.markup.passages import (
    Block,
    Passages,
    blocks_of,
    by_section,
    foldable_stretches,
    hidden_sections,
    passages_of,
    seams,
)
from publisher.markup.untouched import untouched_html, untouched_passage
from publisher.text.clauses import Clause, Container, Kind
from publisher.wording.words import ENGLISH, Words

_DIV_END = Markup("</div>\n")
_PLACE = attribute("class", "pp-place")


def redline(
    amendment: Amendment,
    words: Words = ENGLISH,
    *,
    top: int = 2,
    paper: bool = False,
    views: bool = False,
) -> Fragment:
    """The new text with every change marked in it.

    Args:
        amendment: what to show.
        words: our own among those of the text.
        top: the level of its uppermost headings; 0 keeps the levels as written.
        paper: for a PDF.
        views: with what `views.css` shows on demand: the old wording and folds.
    """
    return _Redline(amendment, words, top, (paper, views)).fragment()


class _Redline:
    """One redline while it is written."""

    def __init__(
        self, amendment: Amendment, words: Words, top: int, shown: tuple[bool, bool]
    ) -> None:
        """`shown`: whether it is for a PDF, and whether with views."""
        self.words = words
        self.paper, self.views = shown
        old, new = amendment.old, amendment.new
        titles = {s.anchor: s.title for s in (*old.sections, *new.sections) if s.anchor}
        both_ways = has_right_to_left((*old.clauses, *new.clauses))
        plain = Style(both_ways=both_ways, words=words)
        told = moved_words(amendment, words)
        self.style = replace(plain, titles=titles, paper=self.paper, moves=told)
        self.old_style = replace(plain, noted=False)
        self.old_numbers, self.new_numbers = item_numbers(old.clauses), item_numbers(new.clauses)
        self.kept = _kept_items(amendment.operations)
        kept = {old: self.new_numbers.get(new, 1) for old, new in self.kept.items()}
        self.text = Blocks(
            {**self.old_numbers, **kept},
            self.new_numbers,
            both_ways=both_ways,
            tables=partial(table_name, words),
        )
        self.outline, self.old_outline = Outline(top), Outline(top)
        self.moves = move_titles(amendment, words)
        self.carried = carried_moves(amendment)
        self.within = moves_within(amendment)
        self.origins = section_origins(amendment, titles, words)
        self.blocks = blocks_of(amendment.operations)
        self.tables = 0
        self.side = ("", 0)

    def fragment(self) -> Fragment:
        found = () if self.paper else tuple(named_places(self.blocks, self.carried))
        for same, sections in hidden_sections(list(by_section(passages_of(self.blocks)))):
            if same and self.views:
                self._folded_sections(sections)
            else:
                for heading, section in sections:
                    self._section(heading, section)
        return Fragment(self.text.html, tuple(self.outline.headings), found)

    def _section(self, heading: list[Block] | None, section: Sequence[list[Block]]) -> None:
        if heading:
            self._passage(heading)
        for fold, run in foldable_stretches(section):
            if fold and self.views:
                self._folded(run)
            else:
                for passage in run:
                    self._passage(passage)

    def _folded_sections(self, sections: Sequence[Passages]) -> None:
        count = len(sections)
        said = self.words.ngettext("{count} unchanged section", "{count} unchanged sections", count)
        self._fold(said, [p for head, own in sections for p in ([head] if head else []) + own])

    def _folded(self, run: Sequence[list[Block]]) -> None:
        count = sum(map(len, run))
        said = self.words.ngettext(
            "{count} unchanged paragraph", "{count} unchanged paragraphs", count
        )
        self._fold(said, run)

    def _fold(self, said: str, passages: Iterable[list[Block]]) -> None:
        """Passages that a reader of the changes only may open."""
        self.text.close_to(0)
        self.text.out.append(
            Markup(
                '<details class="pp-fold"><summary>{}</summary></details>\n<div class="pp-same">\n'
            ).format(said)
        )
        for passage in passages:
            self._passage(passage)
        self.text.close_to(0)
        self.text.out.append(_DIV_END)

    # ── passages ─────────────────────────────────────────────────────────────────────────────────

    def _passage(self, passage: list[Block]) -> None:
        """A passage, with its old wording before it for the view side by side."""
        shown = [b for b in passage if not (b.away and b.op.move in self.carried)]
        if not self.views:
            for block in shown:
                self._block(block)
            return
        first = (shown or passage)[0].op
        listed = bool(first.clause.containers) and first.clause.containers[0].kind in LIST_KINDS
        depth = int(listed)
        self.text.enter(first.old, first.new, len(first.cells), depth=depth)
        self.text.close_to(depth)
        untouched = untouched_passage(passage, self.old_numbers, self.new_numbers)
        if untouched:
            self.text.out.append(untouched_html(untouched, depth, self.style.both_ways, self.words))
            if depth:
                self._count_item(passage[-1].op.clause)
            return
        self._changed(passage, shown, listed)

    def _count_item(self, clause: Clause) -> None:
        """Keeps count of the items of the open list, after one that was written elsewhere."""
        item = (clause.file, clause.containers[1].number)
        self.text.stack[-1].next = self.new_numbers.get(item, 1) + 1

    def _changed(self, passage: list[Block], shown: list[Block], listed: bool) -> None:
        first = (shown or passage)[0].op
        old = self._old(passage)
        if any(block.op.new for block in shown):
            if first.clause.kind is Kind.HEADING and not first.clause.containers:
                self._above(first)
            came = not old and not listed and self.side[1] == len(self.text.out)
            if old:
                self._beside(old, listed, all(block.unchanged for block in passage))
            elif came:
                self._open_side("pp-come")
            for block in shown:
                self._block(block)
            if came:
                self._close_side("pp-come")
        elif not shown:
            self._beside(old, listed, same=False)
        else:
            self._gone(shown, old, listed)

    def _beside(self, old: Markup, listed: bool, same: bool) -> None:
        """The old wording, hidden; `same`: it is also that of the new text."""
        self.text.out.append(hidden_wording("li" if listed else "div", old, same=same))
        if listed:
            # So that it does not matter whether browsers count hidden items.
            self.text.stack[-1].next = -1

    def _gone(self, shown: list[Block], old: Markup, listed: bool) -> None:
        """A passage without a new wording; the old one of what moved is hidden."""
        moved = any(block.away for block in shown)
        after = hidden_wording("div", old) if moved else NOTHING
        if not listed:
            self._open_side("pp-gone", anew=moved)
        for block in shown:
            self._block(block, gone=True)
        if listed:
            self.text.close_to(2)
            self.text.out.append(after)
        else:
            self.text.close_to(0)
            self.text.out.append(after)
            self._close_side("" if moved else "pp-gone")

    def _open_side(self, name: str, *, anew: bool = False) -> None:
        """What was removed and what came instead are side by side, however many passages each."""
        if self.side == (name, len(self.text.out)) and not anew:
            self.text.out.pop()
        else:
            self.text.out.append(Markup('<div class="%s">\n') % name)

    def _close_side(self, name: str) -> None:
        self.text.close_to(0)
        self.text.out.append(_DIV_END)
        self.side = name, len(self.text.out)

    def _old(self, passage: Iterable[Block]) -> Markup:
        frame = Blocks(
            {},
            self.old_numbers,
            both_ways=self.style.both_ways,
            tables=partial(earlier_table_name, self.words),
            counted=self.tables,
        )
        olds = (old for block in passage for old in block.olds)
        html = old_wording(frame, olds, self.old_style, self.old_outline)
        self.tables = frame.tables
        return html

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _block(self, block: Block, *, gone: bool = False) -> None:
        """A block; `gone`: nothing is left of its passage."""
        op, text = block.op, self.text
        clause = op.clause
        heading = clause.kind is Kind.HEADING

        def named(file: str, container: Container) -> Markup:
            there = op.new or (not gone and (file, container.number) in self.kept)
            return NOTHING if there else attribute("class", f"pp-removed-item{' pp-gone' * gone}")

        text.enter(op.old, op.new, len(op.cells), item=named)
        if block.away:
            self._away(op, self.moves[op.move][1])
            return
        if heading and (clause.containers or not self.views):
            self._above(op)
        cells = block_cells(clause, op.cells, self.style, _align(op))
        mark = concatenated((self._mark(block), self._label(op)))
        words = cells[0].html if cells else NOTHING
        if block.joined:
            parts = [op.cells[0], *[part.cells[0] for part in block.joined]]
            gaps = seams(clause, ["".join([span.new for span in part]) for part in parts])
            for gap, part in zip(gaps[1:], parts[1:], strict=True):
                pilcrow = self._pilcrow("del", self.words.gettext("[paragraphs joined here]"))
                words += pilcrow + as_content(gap) + inline(part, self.style)
        if block.split:
            words += self._pilcrow("ins", self.words.gettext("[paragraph split here]"))
        if cells:
            cells[0] = cells[0]._replace(html=concatenated((mark, words)))
        level = self.outline.level(clause) if heading else 0
        name = self.outline.name(clause, level) if heading else NOTHING
        if clause.tight and (op.move or (self.paper and not block.unchanged)):
            # On paper, so that the bar in the margin has a block to be beside.
            text.out.append(element("div", mark + words, self._class(block)) + "\n")
        else:
            text.write(clause, cells, concatenated((name, self._class(block))), level)

    def _pilcrow(self, tag: str, said: str) -> Markup:
        spoken = read_aloud(said, self.style)
        hidden = NOTHING if self.paper else attribute("aria-hidden", "true")
        sign = Markup('<span class="pp-words"{}>¶</span>').format(hidden)
        return element(tag, sign + spoken, attribute("class", "pp-seam"))

    def _mark(self, block: Block) -> Markup:
        """The place that the address of a change leads to."""
        if not block.place:
            return NOTHING
        title = self.style.titles.get(block.section, block.section)
        title = title or self.words.gettext("the beginning")
        named = (_PLACE, attribute("id", block.place), attribute("data-section", title))
        return element("span", NOTHING, concatenated(named))

    def _above(self, op: Operation) -> None:
        """Says above the heading of a section where it came from."""
        said = []
        if op.move and op.new:
            left, _ = self.moves[op.move]
            before = self.words.gettext("It stood at the beginning")
            if left:
                before = self.words.gettext("It stood behind “{section}”", section=left)
            link = Markup('<a href="#moved-{}-away">{}</a>').format(op.move, before)
            told = self.words.markup("This section moved here. {before}.", before=link)
            label = Markup('<p class="pp-label" id="moved-{}-here"{}>{}</p>\n')
            said.append(label.format(op.move, self.style.way, told))
        anchor = op.clause.anchor
        if anchor in self.origins and not (op.old and op.new):
            told = Markup('<p class="pp-label"{}>{}.</p>\n')
            said.append(told.format(self.style.way, self.origins[anchor]))
        self.text.out += said

    def _away(self, op: Operation, reached: str) -> None:
        """Says at the old place of a clause where it went."""
        text = op.clause.text
        short = text if len(text) <= 70 else text[:67].rstrip() + "…"
        words, link = self.words, Markup('<a href="#moved-{}-here">{}</a>')
        if op.clause.kind is Kind.HEADING:
            to = words.gettext("it now stands at the beginning")
            if reached:
                to = words.gettext("it now stands behind “{section}”", section=reached)
            link = link.format(op.move, to)
            told = words.markup(
                "The section “{section}” moved: {place}.", section=short, place=link
            )
        else:
            place = place_words(reached, words, same=op.move in self.within)
            link = link.format(op.move, place)
            told = words.markup("The text “{words}” moved {place}.", words=short, place=link)
        name = Markup(' class="pp-away" id="moved-{}-away"').format(op.move)
        if op.clause.kind is Kind.ROW:
            self.text.part(op.clause.head)
            cell = element("td", told, attribute("colspan", str(len(op.cells))))
            self.text.out.append(element("tr", cell, name) + "\n")
        else:
            self.text.out.append(element("p", told, name + self.style.way) + "\n")

    def _class(self, block: Block) -> Markup:
        op = block.op
        if block.unchanged:
            return NOTHING
        if op.move:
            moved = attribute("class", "pp-moved")
            if op.move in self.carried or op.clause.kind is Kind.HEADING:
                return moved
            return moved + attribute("id", f"moved-{op.move}-here")
        if (op.old and op.new) or op.continued:
            return attribute("class", "pp-amended")
        return attribute("class", "pp-added" if op.new else "pp-removed")

    def _label(self, op: Operation) -> Markup:
        if said := label_words(op, self.words):
            return own_words(said, self.style) + " "
        if (op.old and op.new) or not op.move:
            return NOTHING
        if op.move in self.carried or op.clause.kind is Kind.HEADING:
            return NOTHING
        left, _ = self.moves[op.move]
        same = op.move in self.within
        said = origin_words(left, self.words, amended=op.amended, same=same)
        return Markup('<a class="pp-label" href="#moved-{}-away"{}>{}</a> ').format(
            op.move, self.style.way, said
        )


def _kept_items(operations: Iterable[Operation]) -> dict[tuple[str, int], tuple[str, int]]:
    """The list items that go on: by file and number of the old one, those of the new one."""
    return {
        (op.old.file, old.number): (op.new.file, new.number)
        for op in operations
        if op.old and op.new and not op.reset
        for old, new in zip(op.old.containers, op.new.containers, strict=True)
        if old.kind == "item"
    }


def _align(op: Operation) -> list[str]:
    """The alignment of each column: that of the new table if it has the column."""
    found = []
    for index in range(len(op.cells)):
        old, new = op.columns[index] if op.columns else (index, index)
        sides = [(op.new, new), (op.old, old)]
        known = (c.align[n] for c, n in sides if c and n is not None and n < len(c.align))
        found.append(next(known, ""))
    return found
