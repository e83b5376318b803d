"""Splices: a text told as pieces copied from texts that the reader has already.

So a comparison of two versions costs little beside the versions themselves, and whoever puts the
pieces together needs to understand nothing of comparing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from publisher.compare.words import alike

SEED = 16
"""Stretches of fewer letters are not worth a copy."""

Piece = str | tuple[int, int]
"""Letters, or (which one, how many) of the source's letters, counted in Unicode's code points."""
Index = Mapping[str, int]
"""Where in a source each stretch of `SEED` letters stands first."""


def index(source: str) -> Index:
    """What `splice` must know of a source; the same for every text made of it."""
    return {source[n : n + SEED]: n for n in range(len(source) - SEED, -1, -1)}


def splice(text: str, sources: Sequence[tuple[str, Index]]) -> list[Piece]:
    """A text as pieces of some sources.

    Args:
        text: any text.
        sources: each with its index; the pieces count their letters as if put end to end.
    """
    pieces: list[Piece] = []
    bases = [sum(len(source) for source, _ in sources[:n]) for n in range(len(sources))]
    behind = [0 for _ in sources]
    at = done = 0
    while at <= len(text) - SEED:
        seed, best = text[at : at + SEED], (0, 0, 0)
        for n, (source, places) in enumerate(sources):
            if seed in places:
                # Where the last piece of this source ended, the text most likely goes on.
                spots = (behind[n], places[seed])
                found = max((_length(text, at, source, spot), -spot) for spot in spots)
                best = max(best, (found[0], -n, -found[1]))
        length, n, place = best[0], -best[1], best[2]
        if length < SEED:
            at += 1
            continue
        if done < at:
            pieces.append(text[done:at])
        pieces.append((bases[n] + place, length))
        behind[n] = place + length
        at = done = at + length
    if done < len(text):
        pieces.append(text[done:])
    return pieces


def join(pieces: Sequence[Piece], source: str) -> str:
    """The text again; `source`: all sources put end to end."""
    return "".join(
        piece if isinstance(piece, str) else source[piece[0] : sum(piece)] for piece in pieces
    )


def _length(text: str, at: int, source: str, place: int) -> int:
    """How many letters agree from a place in the text and a place in the source on."""
    size = 256
    while size < len(text) and text[at : at + size] == source[place : place + size]:
        size *= 4
    return alike(text[at : at + size], source[place : place + size])
