"""Gaps that a template left, such as `[[how long data are kept]]`: nothing with one is released."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from publisher.policies.draft import FACTS_FILE
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Policy
from publisher.policies.toml import line_of
from publisher.text.clauses import Kind, Run
from publisher.text.parsing import parse

GAP = re.compile(r"(?<!\\)\[\[[^\[\]]+\]\](?![(\[])")
"""What is to be filled in; not the words of a link, `[[1]](https://…)`."""
_TEXT_REMEDY = "write what it asks for in its place; words that are to stand so: \\[\\[like this]]"
_LONGEST_GAP = 60
_NO_GAP = {"code", "link"}
_FORMATTING = re.compile(r"[\s*_`~\\]")


def check_gaps(policy: Policy, facts: bytes, folder: str) -> Iterator[Finding]:
    """Each gap in the sections of a draft, its translations, its notes and its facts.

    Args:
        policy: the draft.
        facts: its `policy.toml`.
        folder: the path of its files, for messages.
    """
    texts = {**policy.files, **policy.note_files}
    for tag, files in policy.translations.items():
        texts |= {f"{tag}/{name}": text for name, text in files.items()}
    for name, text in texts.items():
        for line, gap in _gaps(name, text):
            yield _finding(f"{folder}/{name}", line, gap, _TEXT_REMEDY)
    for key, value in _said(policy).items():
        if found := GAP.search(value):
            remedy = "write what it asks for in its place"
            yield _finding(f"{folder}/{FACTS_FILE}", line_of(facts, key), found[0], remedy)


def _finding(place: str, line: int, gap: str, remedy: str) -> Finding:
    words = " ".join(gap.split())[2:-2]
    if len(words) > _LONGEST_GAP:
        words = f"{words[: _LONGEST_GAP - 1].rstrip()}…"
    return Finding(Severity.ERROR, place, line, f"a gap is left: [[{words}]]", remedy)


def _gaps(name: str, text: str) -> Iterator[tuple[int, str]]:
    """The line of each gap, and what it asks for."""
    if "[[" not in text:
        return
    for clause in parse(text, name):
        if clause.kind is Kind.CODE:
            continue
        shown = {_bare(found[0]) for cell in clause.cells for found in GAP.finditer(_plain(cell))}
        for found in GAP.finditer(clause.raw):
            # Where it is read as something else, a link to a footnote say, it is no gap.
            if _bare(found[0]) in shown:
                yield clause.line + clause.raw.count("\n", 0, found.start()), found[0]


def _plain(cell: Iterable[Run]) -> str:
    """The words of a cell; code and links are left out."""
    return "".join("\0" if {m.kind for m in run.marks} & _NO_GAP else run.text for run in cell)


def _bare(gap: str) -> str:
    """What of a gap is the same in its source and as it is read."""
    return _FORMATTING.sub("", gap)


def _said(policy: Policy) -> Mapping[str, str]:
    """What `policy.toml` says in words, by key."""
    facts = policy.facts
    said = {
        "title": facts.title,
        "contact": facts.contact,
        "remark": facts.remark,
        "opt_out.effect": facts.effect,
    }
    for tag, wording in facts.translations.items():
        table = f"translations.{tag}"
        said[f"{table}.title"] = wording.title
        said[f"{table}.precedence"] = wording.precedence
        said[f"{table}.lagging"] = wording.lagging
        said[f"{table}.remark"] = wording.remark
        said[f"{table}.effect"] = wording.effect
    return said
