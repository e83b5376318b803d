"""The summary of what a release changes: enough for every list of changes, without the texts.

Overviews list all releases; made from summaries, their cost does not depend on text length.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from publisher.compare.amendment import Amendment, Counts
from publisher.compare.change import Change, ChangeKind, section_name
from publisher.compare.summary import (
    AmendmentFigures,
    Wordless,
    amendment_figures,
    figures_sentence,
)
from publisher.markup.change_places import changed_places
from publisher.markup.html import ChangePlace
from publisher.text.clauses import UNSEEN, Document, Section
from publisher.wording.words import Words


@dataclass(frozen=True)
class ChangeSummary:
    """An amendment without the text of its clauses."""

    figures: AmendmentFigures
    changes: tuple[Change, ...]
    places: tuple[ChangePlace, ...]
    """Where they are in the redline."""
    before: tuple[str, ...]
    """The name of each section of the old text, in order."""
    titles: Mapping[str, str]
    """The sections of the new text that readers see, in order: name and title."""
    told: str = ""
    """The day on which people were told by it (ISO 8601); empty: it was computed."""
    untold: bool = False
    """Whether it was retracted before anybody was told."""

    def sentence(self, words: Words) -> str:
        """It in one sentence of figures, without a full stop; see `summary_sentence`."""
        return figures_sentence(self.figures, words)

    def encode(self) -> bytes:
        """As JSON; `decode` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def decode(cls, data: bytes) -> ChangeSummary:
        """What `encode` wrote."""
        value = json.loads(data)
        return cls(
            figures=_figures(**value["figures"]),
            changes=tuple(map(_change, value["changes"])),
            places=tuple(ChangePlace(**place) for place in value["places"]),
            before=tuple(value["before"]),
            titles=value["titles"],
            told=value["told"],
            untold=value["untold"],
        )


def _figures(
    sections: Mapping[str, int], counts: Mapping[str, int], wordless: str
) -> AmendmentFigures:
    kinds = {ChangeKind(kind): number for kind, number in sections.items()}
    return AmendmentFigures(kinds, Counts(**counts), Wordless(wordless))


def _change(value: dict[str, Any]) -> Change:
    lists = ("others", "old_sections", "new_sections")
    kind = ChangeKind(value["kind"])
    return Change(**value | {name: tuple(value[name]) for name in lists} | {"kind": kind})


def summarise(amendment: Amendment) -> ChangeSummary:
    """The summary of an amendment."""
    return ChangeSummary(
        figures=amendment_figures(amendment),
        changes=amendment.changes,
        places=changed_places(amendment),
        before=tuple(map(_name_of, amendment.old.sections)),
        titles=section_titles(amendment.new),
        told=amendment.told.isoformat() if amendment.told else "",
        untold=amendment.untold,
    )


def section_titles(document: Document) -> dict[str, str]:
    """The sections of a text that readers see, in order: name and title."""
    return {
        _name_of(section): section.title
        for section in document.sections
        if any(clause.kind not in UNSEEN for clause in section.clauses)
    }


def _name_of(section: Section) -> str:
    """The name of a section in every version: its anchor, else its title."""
    return section_name(section.anchor, section.title)
