"""Words: how the words of two clauses are compared, as spans kept, inserted and deleted.

The words are aligned by an exact longest common subsequence, which is then cleaned up for readers:
changes parted by next to nothing are one change, changes begin where a phrase begins, and a text
with hardly anything in common is replaced whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from publisher.compare.page_addresses import kept_ends
from publisher.compare.sequences import common_start, matching_blocks
from publisher.compare.spans import Span, SpanKind, kept_spans, pictures, reformatted, stretch_of
from publisher.text.clauses import Run, same_marks
from publisher.text.segmentation import Stretch, Terms, beyond_latin, segment, without_typography

LEGIBLE = 0.3
"""A text of which a smaller share of the letters is kept is replaced, but for what stands."""
STANDS = 0.8
"""It is not if this share of the letters of its shorter side is kept: much was only added."""
STANDING_WORDS = 8
"""Words that stand in a row, this many or more, are never struck."""
LEGIBLE_WORDS = 6
"""Only texts whose two sides have more words than this on average are: a short one is clear."""
LIGHT = 2
"""Limit on kept words between two changes that are joined because they read better as one."""
LIGHT_LETTERS = 8
"""Kept words of no more letters than this never keep two changes apart."""


@dataclass(slots=True)
class _Piece:
    """A stretch of both texts, from `old` to `old_end` and from `new` to `new_end`."""

    kept: bool
    old: int
    old_end: int
    new: int
    new_end: int
    words: int = 0
    """How many words it has; of a changed stretch: its longer side."""
    typography: bool = False
    """Of a kept stretch: its two sides differ in typography only."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A text, cut into words from one place to another."""

    text: str
    start: int
    end: int
    words: list[str]
    starts: list[int]
    """Where each of the words begins in the text."""


def compare_words(
    old: Sequence[Run], new: Sequence[Run], terms: Terms | None = None
) -> tuple[Span, ...]:
    """The spans that turn the text of `old` into that of `new`.

    The old texts of the spans, joined, are the old text; the new ones the new text.

    Args:
        old, new: the runs of one cell.
        terms: defined terms, each compared as one word.
    """
    if old == new:
        return kept_spans(new)
    a, b = ("".join([run.text for run in side]) for side in (old, new))
    if a == b:
        return tuple(_spans([_Piece(True, 0, len(a), 0, len(b))], old, new))
    start, behind = _untouched(a, b)
    sides = _segmented((a, b), start, behind, terms)
    pieces = _pieces((old, new), (a, b), *sides)
    pieces = _joined(_retyped(pieces, a, b), a, b)
    agreed = sum(piece.old_end - piece.old for piece in pieces if piece.kept)
    long = sum(len(side.words) for side in sides) > 2 * LEGIBLE_WORDS
    if long and 2 * agreed < LEGIBLE * (len(a) + len(b)) and agreed < STANDS * min(len(a), len(b)):
        pieces = list(_standing(pieces))
    for before, change, last in zip(pieces, pieces[1:], pieces[2:], strict=False):
        cut = change.old < change.old_end
        _slide(before, change, last, sides[0 if cut else 1])
    return tuple(_spans(pieces, old, new))


def _untouched(a: str, b: str) -> Stretch:
    """How many letters two texts have in common at either end, in whole sentences."""
    start = a.rfind(". ", 0, common_start(a, b)) + 1
    end = common_start(a[start:][::-1], b[start:][::-1])
    stop = a.find(". ", len(a) - end) if end else -1
    return start, len(a) - stop - 1 if stop >= 0 else 0


def _segmented(
    texts: tuple[str, str], start: int, behind: int, terms: Terms | None
) -> tuple[_Side, _Side]:
    """Both texts cut into words by the same rules, except what they begin and end with."""
    inner = [text[start : len(text) - behind] for text in texts]
    by_unicode = any(map(beyond_latin, inner))

    def side(whole: str, text: str) -> _Side:
        words, starts = segment(text, terms, by_unicode)
        places = [start + at for at in starts] if start else starts
        return _Side(whole, start, len(whole) - behind, words, places)

    return side(texts[0], inner[0]), side(texts[1], inner[1])


# ── alignment ────────────────────────────────────────────────────────────────────────────────────


def _pieces(
    cells: tuple[Sequence[Run], Sequence[Run]],
    texts: tuple[str, str],
    old_side: _Side,
    new_side: _Side,
) -> list[_Piece]:
    """Kept and changed stretches by turns, from the words that both texts have in common."""
    a, b = texts
    (x, at), (y, to) = ((side.words, side.starts) for side in (old_side, new_side))
    pieces = _Pieces(a, b, cells)
    pieces.keep(old_side.start, new_side.start, STANDING_WORDS)
    i = j = 0
    for k, m, size in matching_blocks(x, y):
        pieces.change(at[k], to[m], max(k - i, m - j))
        i, j = k + size, m + size
        end, stop = at[i - 1] + len(x[i - 1]), to[j - 1] + len(y[j - 1])
        if a[pieces.old : end] == b[pieces.new : stop]:
            pieces.keep(end, stop, size)
        else:
            pieces.keep_each(x[k:i], at[k:i], to[m:j])
    pieces.change(old_side.end, new_side.end, max(len(x) - i, len(y) - j))
    pieces.keep(len(a), len(b), STANDING_WORDS if old_side.end < len(a) else 0)
    return pieces.found


@dataclass(slots=True)
class _Pieces:
    """Two texts while they are cut into stretches, from their beginnings on."""

    a: str
    b: str
    cells: tuple[Sequence[Run], Sequence[Run]]
    """The runs of the two texts."""
    found: list[_Piece] = field(default_factory=list)
    old: int = 0
    """How far the old text is cut."""
    new: int = 0
    """How far the new one is."""

    def keep(self, end: int, stop: int, words: int) -> None:
        """From here to these places nothing changed."""
        last = self.found[-1] if self.found else None
        if last and last.kept:
            last.old_end, last.new_end, last.words = end, stop, last.words + words
        elif end > self.old:
            self.found.append(_Piece(True, self.old, end, self.new, stop, words))
        self.old, self.new = end, stop

    def keep_each(self, words: Sequence[str], starts: Sequence[int], begins: Sequence[int]) -> None:
        """Keeps words in a row with other spaces between them.

        Args:
            words: what both texts have.
            starts, begins: where each of them begins in the old text and in the new one.
        """
        for word, start, begin in zip(words, starts, begins, strict=True):
            self.change(start, begin, 0)
            self.keep(start + len(word), begin + len(word), 1)

    def change(self, end: int, stop: int, words: int) -> None:
        """What lies before these places changed, but for the spaces common to its ends.

        Spaces at its end are left to what follows: they belong to the next kept word.
        """
        old, new = self.a[self.old : end], self.b[self.new : stop]
        if not old and not new:
            return
        lead = len(_blank(old)) if _blank(old) == _blank(new) else 0
        self.keep(self.old + lead, self.new + lead, 0)
        old, new = old[lead:], new[lead:]
        tail = _blank(old[::-1])
        behind = len(tail) if tail == _blank(new[::-1]) else 0
        end, stop = end - behind, stop - behind
        first, last = self._kept_ends(end, stop)
        if first:
            self.keep(self.old + first, self.new + first, LIGHT + 1)
        if end - last > self.old or stop - last > self.new:
            to = end - last, stop - last
            self.found.append(_Piece(False, self.old, to[0], self.new, to[1], words))
            self.old, self.new = to
        if last:
            self.keep(end, stop, 1)

    def _kept_ends(self, end: int, stop: int) -> Stretch:
        """How many letters stay at either end of what lies before these places: of an address.

        None of a link that leads elsewhere, or is set otherwise: both ends would have to say so.
        """
        ends = kept_ends(self.a[self.old : end], self.b[self.new : stop])
        if not any(ends):
            return ends
        was = [marks for _, marks in stretch_of(self.cells[0], self.old, end)]
        now = [marks for _, marks in stretch_of(self.cells[1], self.new, stop)]
        return ends if len(was) == 1 and was == now else (0, 0)


def _blank(text: str) -> str:
    """The spaces a text begins with."""
    return text[: len(text) - len(text.lstrip())]


# ── what reads well ──────────────────────────────────────────────────────────────────────────────


def _retyped(pieces: list[_Piece], a: str, b: str) -> list[_Piece]:
    """Finds the changes of mere typography, and keeps these words.

    A space that came or went belongs to the sign beside it, before which it is set or not.
    """
    for index, piece in enumerate(pieces):
        if piece.kept:
            continue
        was, now = a[piece.old : piece.old_end], b[piece.new : piece.new_end]
        if was and now and _alike(was, now, "", ""):
            piece.typography = piece.kept = True
        elif (was and now) or not (was or now).strip():
            _given_to_a_sign(pieces, index, a, b)
    return [piece for piece in pieces if piece.old < piece.old_end or piece.new < piece.new_end]


def _given_to_a_sign(pieces: list[_Piece], index: int, a: str, b: str) -> None:
    """Gives a change of mere spaces to the sign beside it, if it is typography there: by what
    stands behind it, or before it, or by both.
    """
    piece = pieces[index]
    was, now = a[piece.old : piece.old_end], b[piece.new : piece.new_end]
    behind = pieces[index + 1] if index + 1 < len(pieces) else None
    before = pieces[index - 1] if index else None
    signs = a[max(piece.old - 1, 0) : piece.old], a[piece.old_end : piece.old_end + 1]
    for first, last in (("", signs[1]), (signs[0], ""), signs):
        beside = behind if last else before
        fits = beside and beside.kept and not (beside is before and beside.typography)
        if not beside or not fits or not _alike(was, now, first, last):
            continue
        if beside is behind:
            piece.old_end, piece.new_end = piece.old_end + 1, piece.new_end + 1
            behind.old, behind.new = behind.old + 1, behind.new + 1
        else:
            piece.old, piece.new = piece.old - 1, piece.new - 1
            beside.old_end, beside.new_end = beside.old_end - 1, beside.new_end - 1
        piece.typography = piece.kept = True
        return


def _alike(was: str, now: str, before: str, behind: str) -> bool:
    return without_typography(before + was + behind) == without_typography(before + now + behind)


def _joined(pieces: list[_Piece], a: str, b: str) -> list[_Piece]:
    """Joins changes with next to nothing between them: readers follow phrases, not confetti."""
    joined: list[_Piece] = []
    for index, piece in enumerate(pieces):
        last = joined[-1] if joined else None
        if (last and not last.kept and not piece.kept) or (
            last
            and not last.kept
            and not piece.typography
            and index + 1 < len(pieces)
            and not pieces[index + 1].kept
            and _light(piece, last, pieces[index + 1], b)
            and not (_number(last, a, b) and _number(pieces[index + 1], a, b))
        ):
            last.old_end, last.new_end = piece.old_end, piece.new_end
            last.words += piece.words
        else:
            joined.append(piece)
    return joined


def _number(piece: _Piece, a: str, b: str) -> bool:
    """Whether a number was replaced by a number: readers look at each of these by itself."""
    return all(
        text[:1].isdigit() and not any(c.isspace() for c in text)
        for text in (a[piece.old : piece.old_end], b[piece.new : piece.new_end])
    )


def _light(between: _Piece, before: _Piece, behind: _Piece, text: str) -> bool:
    """Whether so little is kept between two changes that they read better as one.

    A short word or two count as little between any changes, a longer one only between changes
    that replace: between two mere insertions a reader can see that it was left alone.
    """
    words = text[between.new : between.new_end]
    if between.words > LIGHT or "\n" in words:
        return False
    if len(words.strip()) <= LIGHT_LETTERS:
        return True
    cut = before.old < before.old_end or behind.old < behind.old_end
    added = before.new < before.new_end or behind.new < behind.new_end
    return cut and added and (between.words == 1 or min(before.words, behind.words) >= LIGHT)


def _slide(before: _Piece, change: _Piece, behind: _Piece, side: _Side) -> None:
    """Moves the edges of words only added or only cut to where a sentence or phrase begins.

    "once you cancel[. Else you stay]." says the same as "once you cancel.[ Else you stay.]", and
    reads worse.

    Args:
        side: the text that has the changed words.
    """
    if change.kept or not (before.kept and behind.kept):
        return
    if before.typography or behind.typography:
        return
    cut, added = change.old < change.old_end, change.new < change.new_end
    if cut and added:
        return
    text, words, starts = side.text, side.words, side.starts
    start, end = (change.old, change.old_end) if cut else (change.new, change.new_end)
    # Something must be left on either side of the change, except at the ends of the clause.
    most = behind.old_end - behind.old - (end + (behind.old_end - behind.old) < len(text))
    least = before.old_end - before.old - (start > before.old_end - before.old)
    forward = common_start(text[start : start + most], text[end : end + most])
    back = common_start(text[start - least : start][::-1], text[end - least : end][::-1])
    if not forward and not back:
        return
    first = max(bisect_left(starts, start - back) - 1, 0)
    last = bisect_left(starts, start + forward + 1)
    spots = {start, side.start, side.end, *starts[first:last]}
    spots.update(s + len(w) for s, w in zip(starts[first:last], words[first:last], strict=True))
    best = max(
        (spot for spot in spots if start - back <= spot <= start + forward),
        key=lambda spot: (_begins(text, spot), -abs(spot - start), spot),
    )
    by = best - start
    before.old_end, before.new_end = before.old_end + by, before.new_end + by
    change.old, change.new = change.old + by, change.new + by
    change.old_end, change.new_end = change.old_end + by, change.new_end + by
    behind.old, behind.new = behind.old + by, behind.new + by


def _begins(text: str, spot: int) -> int:
    """How well a change begins at a place: as a sentence, as a phrase, as a word."""
    if spot == 0:
        return 3
    last, next_ = text[spot - 1], text[spot : spot + 1]
    if next_.isspace() and last in ".!?。":
        return 3
    if next_.isspace() and last in ",;:":
        return 2
    return 1 if next_.isspace() or last.isspace() else 0


def _standing(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """The text replaced, but for the phrases that stand."""
    last: _Piece | None = None
    for piece in pieces:
        if piece.kept and piece.words >= STANDING_WORDS:
            if last:
                yield last
            yield piece
            last = None
        elif last:
            last.old_end, last.new_end = piece.old_end, piece.new_end
        else:
            last = _Piece(False, piece.old, piece.old_end, piece.new, piece.new_end)
    if last:
        yield last


# ── spans ────────────────────────────────────────────────────────────────────────────────────────


def _spans(pieces: list[_Piece], old: Sequence[Run], new: Sequence[Run]) -> Iterator[Span]:
    for piece in pieces:
        was = stretch_of(old, piece.old, piece.old_end)
        now = stretch_of(new, piece.new, piece.new_end)
        alike = len(was) == len(now) == 1 and pictures(was[0][1]) == pictures(now[0][1])
        if piece.typography and alike:
            (before, marks), (text, own) = was[0], now[0]
            yield Span(SpanKind.KEEP, text, own, None if same_marks(marks, own) else marks, before)
        elif piece.kept and not piece.typography:
            yield from reformatted(was, now)
        else:
            for text, marks in was:
                yield Span(SpanKind.DELETE, text, marks)
            for text, marks in now:
                yield Span(SpanKind.INSERT, text, marks)
