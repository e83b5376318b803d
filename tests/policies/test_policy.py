"""A policy as a value: its document, and what reading hundreds of them leaves in memory."""

from __future__ import annotations

import gc

from publisher.policies.policy import MOST_PARSED, Facts, Policy, Wording
from publisher.text.clauses import Document

FACTS = Facts(
    title="Terms",
    language="en",
    contact="terms@hosting.example",
    remark="",
    sections=("use.md", "end.md"),
    profile="promise",
    days=30,
    effect="",
    translations={"de": Wording("Bedingungen", "Der englische Text gilt.")},
)


def policy(number: int) -> Policy:
    """A policy of two sections, unlike that of any other number."""
    files = {"use.md": f"## Use {{#use}}\n\nUse it {number} times.\n", "end.md": "## End {#end}\n"}
    german = {"use.md": f"## Nutzung {{#use}}\n\n{number} Mal.\n"}
    return Policy("terms", FACTS, files, translations={"de": german})


def held() -> int:
    """How many documents are in memory."""
    gc.collect()
    return sum(isinstance(thing, Document) for thing in gc.get_objects())


def test_the_document_is_all_sections_in_order() -> None:
    found = policy(1).document
    assert found == policy(1).document
    assert "".join(found.sources.values()) == "".join(policy(1).files.values())
    assert [section.anchor for section in found.sections] == ["use", "end"]


def test_a_translation_is_a_policy_of_its_own() -> None:
    found = policy(2).in_language("de")
    assert (found.facts.title, found.facts.language) == ("Bedingungen", "de")
    assert found.facts.sections == ("use.md",)
    assert [section.title for section in found.document.sections] == ["Nutzung"]


def test_a_long_history_leaves_few_documents_in_memory() -> None:
    before = held()
    history = [policy(number) for number in range(100, 200)]
    for one in history:
        assert one.document.clauses
        assert one.in_language("de").document.clauses
    assert held() - before <= MOST_PARSED
