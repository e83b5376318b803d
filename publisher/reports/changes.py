"""The change of a section in words: which section, what happened to it, how many words."""

from __future__ import annotations

from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.sections import heading_words
from publisher.reports.phrases import link_of, picture_of
from publisher.text.clauses import Kind, Section
from publisher.wording.words import Words, noop


def kind_in_words(amendment: Amendment, change: Change, words: Words) -> str:
    """What happened to a section: `retitled, was “Use”`, `amended (typography only)`."""
    match change.kind:
        case ChangeKind.RETITLED:
            return _retitled(amendment, change, words)
        case ChangeKind.LEVEL_CHANGED:
            return _level_changed(amendment, change, words)
        case ChangeKind.SPLIT:
            off = (amendment.new.sections[j].title for j in change.new_sections[1:])
            titles = [words.pgettext("section", "“{title}”", title=title) for title in off]
            return words.gettext("split, with {sections} split off", sections=words.listed(titles))
        case ChangeKind.MERGED:
            into = named_section(amendment.new.sections[change.new_sections[0]], words)
            if into:
                return words.gettext("merged into “{section}”", section=into)
            return words.gettext("merged into the beginning")
        case ChangeKind.GIVEN_A_HEADING:
            return words.gettext("is a heading now")
        case ChangeKind.LEFT_WITHOUT_A_HEADING:
            return words.gettext("is no heading now")
        case ChangeKind.AMENDED if not (change.inserted or change.deleted):
            what = _beside_words(amendment, change, words)
            return words.gettext("amended ({what} only)", what=what)
        case ChangeKind.MOVED_AND_AMENDED if not (change.inserted or change.deleted):
            what = _beside_words(amendment, change, words)
            return words.gettext("moved and amended ({what} only)", what=what)
    return words.pgettext("section", _HAPPENED[change.kind])


_HAPPENED = {
    ChangeKind.ADDED: noop("added"),
    ChangeKind.REMOVED: noop("removed"),
    ChangeKind.AMENDED: noop("amended"),
    ChangeKind.MOVED: noop("moved"),
    ChangeKind.MOVED_AND_AMENDED: noop("moved and amended"),
}
"""What happened to a section of which no more is to be said."""


def _retitled(amendment: Amendment, change: Change, words: Words) -> str:
    if change.title != change.was:
        return words.gettext("retitled, was “{title}”", title=change.was)
    old = amendment.old.sections[change.old_sections[0]].anchor
    if old:
        return words.gettext("anchor changed, was {anchor}", anchor=f"#{old}")
    return words.gettext("anchor changed, was none")


def _level_changed(amendment: Amendment, change: Change, words: Words) -> str:
    old = amendment.old.sections[change.old_sections[0]].heading
    new = amendment.new.sections[change.new_sections[0]].heading
    assert old
    assert new
    return words.gettext("level changed from {old} to {new}", old=old.level, new=new.level)


def _beside_words(amendment: Amendment, change: Change, words: Words) -> str:
    """What changed in a section whose words did not: `typography and links`."""
    operations = amendment.operations_of(change)
    spans = [span for op in operations for cell in op.cells for span in cell]
    formats = [(span.was, span.marks) for span in spans if span.was is not None]
    found = {
        words.gettext("typography"): any(span.before is not None for span in spans),
        words.gettext("links"): any(link_of(was) != link_of(now) for was, now in formats),
        words.gettext("pictures"): any(picture_of(was) != picture_of(now) for was, now in formats),
        words.gettext("formatting"): any(
            (link_of(was), picture_of(was)) == (link_of(now), picture_of(now))
            for was, now in formats
        ),
        words.pgettext("of paragraphs", "setting"): any(op.reset for op in operations),
        words.gettext("numbers"): any(op.renumbered for op in operations),
        words.gettext("paragraphs"): any(op.continued for op in operations),
        words.gettext("thematic breaks"): any(op.clause.kind is Kind.RULE for op in operations),
    }
    place = words.pgettext("in a text", "place")
    found[place] = any(span.move for span in spans) or not any(found.values())
    return words.listed([name for name, true in found.items() if true])


def change_title(amendment: Amendment, change: Change, words: Words) -> str:
    """What the section of a change is called, for people."""
    if change.kind in (
        ChangeKind.MERGED,
        ChangeKind.REMOVED,
        ChangeKind.LEFT_WITHOUT_A_HEADING,
    ):
        return section_label(amendment.old.sections[change.old_sections[0]], words)
    return section_label(amendment.new.sections[change.new_sections[0]], words)


def section_label(section: Section, words: Words) -> str:
    """The title of a section, or in brackets what it is where it has none."""
    if heading_words(section.title):
        return section.title
    if section.heading:
        return words.gettext("(empty heading)")
    return words.gettext("(before the first heading)")


def named_section(section: Section, words: Words) -> str:
    """The title of a section, or that its heading is empty; empty where it has no heading."""
    return section_label(section, words) if section.heading else ""


def word_signs(change: Change) -> str:
    """How many words came and went: `+1, −2`; empty where there are none."""
    parts = [f"+{change.inserted}"] * bool(change.inserted)
    parts += [f"−{change.deleted}"] * bool(change.deleted)
    return ", ".join(parts)
