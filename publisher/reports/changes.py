"""The change of a section in words: which section, what happened to it, how many words."""

from __future__ import annotations

from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.sections import heading_words
from publisher.reports.phrases import link_of
from publisher.text.clauses import Kind, Section


def kind_in_words(amendment: Amendment, change: Change) -> str:
    """What happened to a section: `retitled, was “Use”`, `amended (typography only)`."""
    match change.kind:
        case ChangeKind.RETITLED:
            if change.title != change.was:
                return f"retitled, was “{change.was}”"
            old = amendment.old.sections[change.old_sections[0]].anchor
            return f"anchor changed, was {f'#{old}' if old else 'none'}"
        case ChangeKind.LEVEL_CHANGED:
            levels = [
                section.heading.level
                for section in (
                    amendment.old.sections[change.old_sections[0]],
                    amendment.new.sections[change.new_sections[0]],
                )
                if section.heading
            ]
            return f"level changed from {' to '.join(map(str, levels))}"
        case ChangeKind.SPLIT:
            off = (amendment.new.sections[j].title for j in change.new_sections[1:])
            return "split, with " + ", ".join(f"“{title}”" for title in off) + " split off"
        case ChangeKind.MERGED:
            into = amendment.new.sections[change.new_sections[0]].title
            return f"merged into “{into}”" if into else "merged into the beginning"
        case ChangeKind.GIVEN_A_HEADING:
            return "is a heading now"
        case ChangeKind.LEFT_WITHOUT_A_HEADING:
            return "is no heading now"
        case ChangeKind.AMENDED | ChangeKind.MOVED_AND_AMENDED:
            if change.inserted or change.deleted:
                return change.kind.value
            return f"{change.kind.value} ({_beside_words(amendment, change)} only)"
    return change.kind.value


def _beside_words(amendment: Amendment, change: Change) -> str:
    """What changed in a section whose words did not: `typography and links`."""
    operations = amendment.operations_of(change)
    spans = [span for op in operations for cell in op.cells for span in cell]
    formats = [(span.was, span.marks) for span in spans if span.was is not None]
    found = {
        "typography": any(span.before is not None for span in spans),
        "links": any(link_of(was) != link_of(now) for was, now in formats),
        "formatting": any(link_of(was) == link_of(now) for was, now in formats),
        "setting": any(op.reset for op in operations),
        "paragraphs": any(op.continued for op in operations),
        "thematic breaks": any(op.clause.kind is Kind.RULE for op in operations),
    }
    names = [name for name, true in found.items() if true] or ["place"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def change_title(amendment: Amendment, change: Change) -> str:
    """What the section of a change is called, for people."""
    if change.kind in (
        ChangeKind.MERGED,
        ChangeKind.REMOVED,
        ChangeKind.LEFT_WITHOUT_A_HEADING,
    ):
        return section_label(amendment.old.sections[change.old_sections[0]])
    return section_label(amendment.new.sections[change.new_sections[0]])


def section_label(section: Section) -> str:
    """The title of a section, or in brackets what it is where it has none."""
    if heading_words(section.title):
        return section.title
    return "(empty heading)" if section.heading else "(before the first heading)"


def word_counts(change: Change) -> str:
    """How many words came and went: `+1, −2 words`; empty where there are none."""
    parts = [f"+{change.inserted}"] * bool(change.inserted)
    parts += [f"−{change.deleted}"] * bool(change.deleted)
    noun = "word" if change.inserted + change.deleted == 1 else "words"
    return f"{', '.join(parts)} {noun}" if parts else ""
