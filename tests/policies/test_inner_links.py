"""Links inside a text lead to its sections by whatever name its author knows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.compare.amendment import amend
from publisher.compare.section_lineage import Lineage
from publisher.policies.inner_links import InnerLinks, heading_names
from publisher.policies.policy import Policy
from publisher.releases.releases import Releases
from publisher.text.clauses import Document

TITLES = [
    "5. Fees & Costs",
    "What's new?",
    "Права",
    "Fees",
    "Fees",
    "2027",
    "हमारे अधिकार",
    "a_b – c",
]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("5-fees--costs", 0),  # GitHub
        ("5-fees-costs", 0),  # GitLab, Python-Markdown
        ("fees--costs", 0),  # Kramdown
        ("whats-new", 1),
        ("what-s-new", 1),
        ("права", 2),
        ("fees", 3),
        ("fees-1", 4),
        ("fees_1", 4),
        ("anchor-2027", 5),
        ("हमारे-अधिकार", 6),
        ("a_b--c", 7),
    ],
)
def test_names_that_other_programs_make(name: str, place: int) -> None:
    assert heading_names(TITLES)[name] == place


def test_where_a_name_leads() -> None:
    headings = [("Use", "use"), ("5. Charges", "fees"), ("Оплата", "oplata"), ("Bare", "")]
    links = InnerLinks(headings, ["gone"])
    wanted = {
        "use": "use",
        "gone": "gone",
        "5-charges": "fees",
        "5-Charges": "fees",
        "5-fees": "fees",  # as it was called when it got its anchor
        "%D0%BE%D0%BF%D0%BB%D0%B0%D1%82%D0%B0": "oplata",
        "bare": "bare",
        "nowhere": "nowhere",
        "§": "§",
    }
    assert {name: links.anchor(name) for name in wanted} == wanted


TEXT = """# Terms

- [Data](#what-we-do-with-the-data-that-you-hand-over-to-us)
- [5. **Fees**](#5-fees)
- [Away](https://a.example/#5-fees)

## What we do with the data that you hand over to us

Nothing.

## 5. Fees

None.
"""


def imported(sample: Policy, lineage: Lineage, text: str) -> Policy:
    files = lineage.follow(text).files
    facts = replace(sample.facts, sections=tuple(files), retired=dict(lineage.retired))
    return replace(sample, files=files, facts=facts, translations={})


def inner(document: Document) -> set[str]:
    runs = (run for clause in document.clauses for cell in clause.cells for run in cell)
    return {m.value[1:] for run in runs for m in run.marks if m.value.startswith("#")}


def test_an_imported_text_has_no_dead_link_inside_it(sample_releases: Releases) -> None:
    sample, lineage = sample_releases[-1].policy, Lineage()
    retitled = TEXT.replace("5. Fees", "6. Charges")
    texts = [TEXT, retitled, retitled.replace("(#5-fees", "(#6-charges"), TEXT]
    versions = [imported(sample, lineage, text) for text in texts]
    for text, version in zip(texts, versions, strict=True):
        document = version.document
        assert inner(document) == {section.anchor for section in document.sections[1:]}
        assert "".join(document.sources.values()) == "".join(version.files.values())
        assert "[Away]" in text
    # That a link is spelled as the heading is called now is no change: it leads where it led.
    assert amend(versions[1].document, versions[2].document).empty
