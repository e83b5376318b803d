"""Characters of a draft that no font has, found before its PDFs are made."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from publisher.edges.fonts import SIGNS, is_covered
from publisher.edges.pdf import NO_FONT, sign_name
from publisher.policies.draft import FACTS_FILE
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import NOTES, Policy
from publisher.text.clauses import UNSEEN
from publisher.text.parsing import parse

_UNDRAWN = ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn")
"""Categories of what is drawn as nothing, or on the letter before it."""


def check_fonts(policy: Policy, folder: str, own: Sequence[Path]) -> list[Finding]:
    """A finding for each file of a draft that has characters which no PDF could show.

    Args:
        policy: the draft.
        folder: its path, for messages.
        own: the fonts of the project.
    """
    found = []
    for name, texts in _texts(policy):
        lacking: dict[str, int] = {}
        for line, words in texts:
            for sign in _uncovered(words, own):
                lacking.setdefault(sign, line)
        if lacking:
            sign, line = next(iter(lacking.items()))
            others = len(lacking) - 1
            more = f" (nor {others} other{'s' * (others > 1)})" * bool(others)
            what = f"no font has the character “{sign}” ({sign_name(sign)}){more}"
            found.append(Finding(Severity.ERROR, f"{folder}/{name}", line, what, NO_FONT))
    return found


def _texts(policy: Policy) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Of each file: its words, each with their line."""
    facts = policy.facts
    said = [facts.title, facts.remark, facts.effect]
    for tag in policy.translations:
        said += [getattr(facts.translations[tag], key) for key in ("title", "remark", "effect")]
    yield FACTS_FILE, [(0, words) for words in said]
    yield from _marked(policy.files.items())
    for tag, files in policy.translations.items():
        yield from _marked((f"{tag}/{name}", text) for name, text in files.items())
    yield from _marked((f"{NOTES}/{note.name}", note.text) for note in policy.notes)


def _marked(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    for name, text in files:
        if not text.isascii() or "&" in text:
            yield name, [(c.line, c.text) for c in parse(text, name) if c.kind not in UNSEEN]


def _uncovered(words: str, own: Sequence[Path]) -> list[str]:
    """The characters that are in no font, in the order of the words."""
    if words.isascii():
        return []
    signs = [sign for sign in dict.fromkeys(words) if not is_covered(sign)]
    if not signs:
        return []
    known = {code for path in (*SIGNS.values(), *own) for code in _signs_of(path)}
    return [
        sign
        for sign in signs
        if ord(sign) not in known and unicodedata.category(sign) not in _UNDRAWN
    ]


@lru_cache(maxsize=32)
def _signs_of(path: Path) -> frozenset[int]:
    """The characters that a font has; none, where it does not read: a build says why."""
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

    try:
        return frozenset(TTFont(path, lazy=True).getBestCmap())
    except (TTLibError, AssertionError, ValueError, KeyError, OSError, TypeError):
        return frozenset()
