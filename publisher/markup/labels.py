"""Labels: what a redline says before a block whose words do not say it themselves."""

from __future__ import annotations

from publisher.compare.operations import Operation
from publisher.text.clauses import Kind
from publisher.wording.words import Words


def label_words(op: Operation, words: Words) -> str:
    """What changed about a clause beside its words; empty where nothing did.

    Args:
        op: the operation that shows it.
        words: in which language.
    """
    old, new = op.old, op.new
    if op.clause.kind is Kind.DEFINITION:
        return words.gettext("On no page, a definition that no link uses:")
    if old is None or new is None:
        return ""
    if op.becomes_seen:
        return words.gettext("It was on no page:")
    if old.kind is new.kind is Kind.HEADING and old.level != new.level:
        return words.gettext("Heading level changed:")
    if op.renumbered:
        return words.gettext("The number was {before}:", before=old.number)
    return words.gettext("Set differently:") if op.reset else ""
