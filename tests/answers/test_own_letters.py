"""What a project's own letters have to say, whoever writes them, and may ask customers for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from publisher.answers.own_letters import check_own_letters
from publisher.answers.phrases import Phrases
from publisher.edges.phrases import read_project_phrases
from publisher.edges.templates import shipped_templates
from publisher.errors import TemplateError
from publisher.letters.kinds import as_told, letter_kinds
from publisher.letters.sealing import with_letters
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Note, Wording
from publisher.releases.announcement import of_amendment, of_correction
from publisher.releases.freezing import FreezePlan
from publisher.releases.number import Number
from publisher.wording.templates import TemplateName, TextTemplates
from tests import ROOT
from tests.fixtures.amendments import HOSTING, LATER, amendments
from tests.fixtures.lettered import catalogs

FIRST, SECOND = amendments()[:2]
FACTS = replace(SECOND.policy.facts, translations={"de": Wording("AGB", "Es gilt *Englisch*.")})
POLICY = replace(SECOND.policy, facts=FACTS, translations={"de": dict(SECOND.policy.files)})
BLOCKS = (
    "subject", "greeting", "opening", "summary", "buttons", "note", "choices", "sections",
    "figures", "links", "authority", "closing", "sender", "belongs",
)  # fmt: skip


@cache
def phrases() -> Phrases:
    return read_project_phrases(ROOT / "tests")


def of(text: str, name: str = "letter.de.md") -> TextTemplates:
    return TextTemplates(shipped_templates(), {name: text}, "wording")


def found(text: str, name: str = "letter.de.md", known: Phrases | None = None) -> list[Finding]:
    return list(check_own_letters(of(text, name), POLICY, HOSTING, lambda: known or phrases()))


def errors(text: str, name: str = "letter.de.md") -> list[Finding]:
    return [each for each in found(text, name) if each.severity is Severity.ERROR]


def whole(*without: str, **instead: str) -> str:
    """A letter that says all blocks in order, but for some."""
    blocks = dict.fromkeys(BLOCKS, "") | dict.fromkeys(without)
    lines = [
        instead.get(block, f"{{{{ self.{block}() }}}}")
        for block, left in blocks.items()
        if left is not None
    ]
    return "{% block letter %}\n" + "\n\n".join(lines) + "\n{% endblock %}\n"


@pytest.mark.parametrize(
    ("without", "lacks", "block"),
    [
        (("choices", "buttons"), "the link to the form; the link to opt out by an answer", "ways"),
        (("choices",), "the link to opt out by an answer", "ways"),
        (("belongs",), "the seal of its release", "belongs"),
        (("buttons", "links"), "a link to what changes", "buttons"),
        (("authority",), "which text decides", "authority"),
        (("opening", "subject", "choices"), "begin with a heading", "subject"),
    ],
)
def test_a_letter_without_what_it_has_to_say_is_refused(
    without: tuple[str, ...], lacks: str, block: str
) -> None:
    mine = whole(*without)
    error = errors(mine)[0]
    assert (error.severity, error.where) == (Severity.ERROR, "wording/letter.de.md:1")
    assert lacks in error.what
    assert f"`{block}`" in error.remedy
    own = replace(SECOND, policy=POLICY)
    plan = FreezePlan(own, announcement=of_amendment(own, FIRST))
    with pytest.raises(TemplateError, match=lacks) as refused:
        with_letters(plan, HOSTING, of(mine), catalogs())
    assert refused.value.where == "wording/letter.de.md:1"


def test_a_letter_of_ones_own_that_says_all_is_taken() -> None:
    assert not found(whole())
    assert not errors(whole(note="Unsere Anmerkung."))
    mine = whole(
        "choices",
        note="[Nein]({{ opt_out_link }}), oder [antworten]({{ reply_link }}), bis {{ closes }}.\n"
        "{{ self.already() }}",
    )
    assert not errors(mine)


def test_what_stands_nowhere_is_named() -> None:
    (cue,) = found(whole("note", "figures"))
    assert (cue.severity, cue.where) == (Severity.CUE, "wording/letter.de.md:1")
    assert "leaves out `figures`, `note`" in cue.what
    assert not found("{% block choices %}\n{{ super() }}\n\nMehr.\n{% endblock %}\n")
    (cue,) = found(whole(choices="{{ self.ways() }}\n{{ self.already() }}"))
    assert "`deadline`, `nothing`" in cue.what


def test_a_letter_to_few_says_what_it_is_there_for() -> None:
    (error,) = errors(whole(choices="{{ self.ways() }}"))
    assert "`already` of `again`" in error.what
    (error,) = errors(whole("opening", closing="{{ organisation }} {{ effective }}"))
    assert "says nothing of its own" in error.what
    (error,) = errors(whole("summary"))
    assert "`summary` of `supplement`" in error.what


def test_own_words_on_the_buttons_are_in_every_letter() -> None:
    words = "{% block button_opt_out %}\nNein, danke\n{% endblock %}\n"
    anchor = "[Nein, danke]({{opt_out_link}})"
    added = Note("_summary.md", "Mehr.\n")
    first = with_letters(
        FreezePlan(SECOND, announcement=of_amendment(SECOND, FIRST)), HOSTING,
        of(words, "letter.en.md"), catalogs(),
    )  # fmt: skip
    policy = replace(SECOND.policy, notes=(added,))
    later = replace(
        SECOND, number=Number(2, 1), previous=SECOND.number, effective=LATER, policy=policy
    )
    told = of_correction(later, FIRST, [first], supplement=True)
    last = with_letters(
        FreezePlan(later, announcement=told), HOSTING, of(words, "letter.en.md"), catalogs()
    )
    texts = [as_told(one, kind).notice for one in (first, last) for kind in letter_kinds(one)]
    assert len(texts) == 6
    assert all(anchor in text for text in texts)


@pytest.mark.parametrize("name", ["again", "postponed", "supplement", "reminder"])
def test_both_ways_to_opt_out_are_in_every_letter(name: str) -> None:
    text = "{% block ways %}\nNichts.\n{% endblock %}\n{% block buttons %}\n-\n{% endblock %}\n"
    (error,) = errors(text, f"{name}.de.md")
    assert error.place == f"wording/{name}.de.md"
    assert error.line == 1
    assert "the link to the form; the link to opt out by an answer" in error.what
    assert "{{ self.ways() }}" in error.remedy


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("{% block form %}\n{{ self.subject() }}\n\n{{ self.opening() }}\n{% endblock %}\n",
         "the declaration; which text decides"),
        ("{% block opening %}\nJa.\n{% endblock %}\n", "the last day to opt out"),
    ],
)  # fmt: skip
def test_a_form_without_its_declaration_is_refused(text: str, lacks: str) -> None:
    (error,) = errors(text, "opt-out.de.md")
    assert (error.severity, error.place) == (Severity.ERROR, "wording/opt-out.de.md")
    assert lacks in error.what


def test_another_language_may_be_unfinished() -> None:
    (cue,) = found(whole("belongs"), "letter.fr.md")
    assert cue.severity is Severity.CUE


def test_a_link_by_itself_that_is_no_button_is_told() -> None:
    late = "{% block closing %}\nFragen?\n\n[Nein]({{ opt_out_link }})\n{% endblock %}\n"
    (cue,) = found(late)
    assert (cue.severity, cue.where) == (Severity.CUE, "wording/letter.de.md")
    assert "“Nein” is a link and no button" in cue.what


@pytest.mark.parametrize("name", ["again", "postponed", "supplement", "reminder"])
def test_a_letter_to_few_that_is_laid_down_is_not_left_empty(name: str) -> None:
    blank = TextTemplates(shipped_templates()).blank(TemplateName(name))
    text = blank.replace("{% block subject %}", "{% block subject %}\n# X")
    (error,) = errors(text, f"{name}.de.md")
    assert "says nothing of its own" in error.what
    assert error.place == f"wording/{name}.de.md"


def declaring(words: str, language: str = "de") -> list[Finding]:
    text = f"{{% block declaration %}}{words}{{% endblock %}}\n"
    return found(text, f"letter.{language}.md")


@pytest.mark.parametrize(
    "words", ["Ich widerspreche", "I opt out", "Ich widerspreche der Version {{ version }}"]
)
def test_a_letter_may_ask_for_words_that_opt_out(words: str) -> None:
    assert not declaring(words)


@pytest.mark.parametrize("words", ["Ich mag das nicht", "Ja", "Ich widerspreche Version 7"])
def test_a_letter_that_asks_for_words_in_vain_is_refused(words: str) -> None:
    (error,) = declaring(words)
    assert (error.severity, error.where) == (Severity.ERROR, "wording/letter.de.md:1")
    assert f"“{words}”" in error.what
    assert "wording/declarations/de.toml" in error.remedy


def test_words_that_the_project_declares_are_understood(tmp_path: Path) -> None:
    own = tmp_path / "wording/declarations/de.toml"
    own.parent.mkdir(parents=True)
    own.write_text('declarations = ["so nicht"]\n', "utf-8")
    text = "{% block declaration %}So nicht{% endblock %}\n"
    assert found(text)
    assert not found(text, known=read_project_phrases(tmp_path))
