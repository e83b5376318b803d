"""A change in a few words for a customer, in their language."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.compare.change import Change, ChangeKind
from publisher.wording.words import Words, noop

_HAPPENED: Mapping[ChangeKind, str] = {
    ChangeKind.ADDED: noop("new"),
    ChangeKind.REMOVED: noop("removed"),
    ChangeKind.AMENDED: noop("amended"),
    ChangeKind.MOVED: noop("moved, words unchanged"),
    ChangeKind.MOVED_AND_AMENDED: noop("moved and amended"),
    ChangeKind.LEVEL_CHANGED: noop("level changed"),
    ChangeKind.GIVEN_A_HEADING: noop("given a heading"),
    ChangeKind.LEFT_WITHOUT_A_HEADING: noop("left without a heading"),
    ChangeKind.SPLIT: noop("split in two"),
    ChangeKind.MERGED: noop("merged into another section"),
}


def change_words(change: Change, words: Words) -> str:
    """What happened to a section, in a few words: `amended`, `renamed from “…”`."""
    if change.kind is ChangeKind.RETITLED:
        return words.pgettext("section", "renamed from “{title}”", title=change.was)
    return words.pgettext("section", _HAPPENED[change.kind])
