"""Links inside a text, by whatever name its author knows a heading: our anchor, or one that another
program makes of its words.

Texts link to their own headings by the anchors that the place where they were written makes:
GitHub and GitLab (docs.gitlab.com/user/markdown, "Heading IDs and links"), Kramdown
(kramdown.gettalong.org/converter/html.html, "Automatic Generation of Header IDs") and
Python-Markdown, with which MkDocs numbers those of one name by another sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

import regex

from publisher.policies.anchoring import anchor_for
from publisher.text.clauses import Clause, Kind, Mark, Run

_NAMELESS = anchor_for("", ())
"""The anchor of words in which there is nothing to name."""


def heading_names(titles: Sequence[str]) -> dict[str, int]:
    """What other programs call the headings of a text, each with the place of its heading.

    Args:
        titles: the words of each heading, in order.
    """
    found: dict[str, int] = {}
    for named, sign in _SCHEMES:
        taken = Counter[str]()
        for place, title in enumerate(titles):
            name = named(title.strip())
            if name:
                found.setdefault(f"{name}{sign}{taken[name]}" if taken[name] else name, place)
                taken[name] += 1
    return found


def _by_github(title: str) -> str:
    return regex.sub(r"[^\p{L}\p{M}\p{N}\p{Pc}\- ]", "", title.lower()).replace(" ", "-")


def _by_gitlab(title: str) -> str:
    name = re.sub("-{2,}", "-", _by_github(title))
    return f"anchor-{name}" if name.isdigit() else name


def _by_kramdown(title: str) -> str:
    letters = re.sub("[^a-zA-Z0-9 -]", "", re.sub("^[^a-zA-Z]+", "", title))
    return letters.replace(" ", "-").lower() or "section"


def _by_python_markdown(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def _by_hyphens(title: str) -> str:
    return re.sub(r"[\W_]+", "-", title.lower()).strip("-")


_SCHEMES: tuple[tuple[Callable[[str], str], str], ...] = (
    (_by_github, "-"),
    (_by_gitlab, "-"),
    (_by_kramdown, "-"),
    (_by_python_markdown, "_"),
    (_by_hyphens, "-"),
)
"""How names are made, and what stands before the number of one that is there before; of two that
are alike the first counts."""


class InnerLinks:
    """Where the links inside a text lead."""

    def __init__(self, headings: Sequence[tuple[str, str]], retired: Iterable[str] = ()) -> None:
        """Nothing is kept of the text but its headings.

        Args:
            headings: the words of each heading and its anchor, in order.
            retired: anchors of sections that are gone, to which links may lead as well.
        """
        anchors = [anchor for _, anchor in headings]
        self._known = {anchor for anchor in (*anchors, *retired) if anchor}
        places = heading_names([title for title, _ in headings])
        self._others = {name: anchors[place] for name, place in places.items() if anchors[place]}

    def anchor(self, name: str) -> str:
        """The anchor that a link by this name leads to; the name itself if there is none.

        A name that no heading has now may be that of one which was called so, for its anchor is
        made of the same words and stays.
        """
        if name in self._known:
            return name
        plain = unquote(name)
        found = self._others.get(plain) or self._others.get(plain.lower())
        if found:
            return found
        made = anchor_for(plain, ())
        return made if made in self._known and made != _NAMELESS else name


def led(clauses: Sequence[Clause], retired: Mapping[str, str]) -> tuple[Clause, ...]:
    """The clauses of a text, the links inside it leading to its anchors by whatever name.

    Args:
        clauses: of the text, in order; their lines stay as they are.
        retired: its anchors of sections that are gone.
    """
    if not any(_within(clause) for clause in clauses):
        return tuple(clauses)
    headings = [(c.text, c.anchor) for c in clauses if c.kind is Kind.HEADING]
    links = InnerLinks(headings, retired)
    return tuple([_led(clause, links) for clause in clauses])


def _within(clause: Clause) -> Iterator[str]:
    for cell in clause.cells:
        for run in cell:
            yield from (m.value for m in run.marks if m.kind == "link" and m.value[:1] == "#")


def _led(clause: Clause, links: InnerLinks) -> Clause:
    found = {name: f"#{links.anchor(name[1:])}" for name in _within(clause)}
    others = {old: new for old, new in found.items() if old != new}
    if not others:
        return clause
    key = clause.key
    for old, new in others.items():
        key = key.replace(repr(Mark("link", old)), repr(Mark("link", new)))
    cells = [tuple([_run(run, others) for run in cell]) for cell in clause.cells]
    return replace(clause, cells=tuple(cells), key=key)


def _run(run: Run, others: Mapping[str, str]) -> Run:
    if not any(mark.value in others for mark in run.marks):
        return run
    marks = [
        Mark("link", others[m.value]) if m.kind == "link" and m.value in others else m
        for m in run.marks
    ]
    return Run(run.text, tuple(marks))
