"""What a correction may change, and what is more than a correction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import OSA

from publisher.compare.amendment import Amendment
from publisher.compare.change import ChangeKind
from publisher.compare.operations import Operation
from publisher.compare.spans import Span, SpanKind
from publisher.policies.policy import Facts
from publisher.releases.release import Release
from publisher.text.segmentation import words_in

WEIGHTY = frozenset(
    """
    not no nor never may might must shall should will would can cannot could only all any each
    every some none unless except if and or but before after until within without more less
    least most us you we they them our your their always sometimes
    """.split()  # noqa: SIM905 - a list of quoted words is harder to read
)
"""Words that change what a sentence promises; exchanging one is never a mere typing error."""


def too_much(amendment: Amendment) -> list[str]:
    """Why an amendment is more than a correction; empty where it is none.

    A correction mends spelling, punctuation, spacing and formatting: word for word, each new word
    close to the old one, no number, no link, no word that bears the meaning.
    """
    reasons = [
        f"“{change.title}” is {change.kind.value}"
        for change in amendment.changes
        if change.kind not in (ChangeKind.AMENDED, ChangeKind.RETITLED)
    ]
    for op in amendment.operations:
        if op.unchanged:
            continue
        if op.old is None or op.new is None:
            if op.continued:
                verb = "split" if op.new else "merged"
                reasons.append(f"a {op.clause.kind.value} is {verb}: “{_short(op.clause.text)}”")
            elif not op.move:
                verb = "added" if op.old is None else "removed"
                reasons.append(f"a {op.clause.kind.value} is {verb}: “{_short(op.clause.text)}”")
            continue
        reasons += _more_than_spelling(op)
    return reasons


def _more_than_spelling(op: Operation) -> Iterator[str]:
    assert op.old is not None
    assert op.new is not None
    if op.becomes_seen or op.becomes_unseen:
        shown = "shown" if op.becomes_seen else "shown no more"
        yield f"“{_short(op.new.text)}” is {shown}"
    if (op.old.level, op.old.anchor) != (op.new.level, op.new.anchor):
        yield f"the heading “{op.new.text}” has another anchor or level"
    for cell in op.cells:
        for deleted, inserted in _replacements(cell):
            old, new = words_in(deleted), words_in(inserted)
            old = [word for word in old if any(c.isalnum() for c in word)]
            new = [word for word in new if any(c.isalnum() for c in word)]
            if len(old) != len(new):
                yield f"words are {'added' if len(new) > len(old) else 'removed'}: " + (
                    f"“{_short(deleted)}” → “{_short(inserted)}”"
                )
                continue
            for a, b in zip(old, new, strict=True):
                if not _same_word(a, b):
                    yield f"“{a}” → “{b}” is more than spelling"
        for span in cell:
            if span.was is not None and _links(span.was) != _links(span.marks):
                yield f"the link of “{_short(span.text)}” leads elsewhere"


def _replacements(cell: Sequence[Span]) -> Iterator[tuple[str, str]]:
    deleted = inserted = ""
    for span in (*cell, Span(SpanKind.KEEP, "")):
        if span.kind is SpanKind.DELETE:
            deleted += span.text
        elif span.kind is SpanKind.INSERT:
            inserted += span.text
        elif deleted or inserted:
            yield deleted, inserted
            deleted = inserted = ""


def _links(marks: Iterable[object]) -> list[object]:
    return [mark for mark in marks if getattr(mark, "kind", "") == "link"]


def _same_word(old: str, new: str) -> bool:
    a, b = old.lower(), new.lower()
    if a == b:
        return True
    if a in WEIGHTY or b in WEIGHTY or any(c.isdigit() for c in a + b):
        return False
    return OSA.distance(a, b) <= (1 if min(len(a), len(b)) <= 5 else 2)


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 60 else text[:57] + "…"


def other_terms(draft: Facts, last: Release) -> list[str]:
    """What of the promises to customers a correction would alter, by its name in `policy.toml`.

    How long a notice has to be, and what opting out means, nobody takes back without a word.

    Args:
        draft: the facts of what is to be one.
        last: the release before; of a text of the past nobody knows what was promised.
    """
    before = last.policy.facts
    terms = {
        "notice.profile": (before.profile, draft.profile),
        "notice.days": (before.days, draft.days),
        "notice.months": (before.months, draft.months),
        "notice.business_days": (before.business_days, draft.business_days),
        "notice.holidays": (before.holidays, draft.holidays),
        "opt_out.effect": (before.effect, draft.effect),
        "opt_out.choices": (before.choices, draft.choices),
    }
    return [name for name, (was, now) in terms.items() if was != now and not last.imported]
