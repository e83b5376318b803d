"""Templates of letters: what they may hold, where their blocks come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.checks.template_findings import check_templates
from publisher.edges.templates import read_templates, shipped_templates
from publisher.errors import TemplateError
from publisher.policies.finding import Severity
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from publisher.text.writing import Markdown, settled, written
from publisher.wording.template_trial import trial_faults
from publisher.wording.templates import TemplateName, TextTemplates
from tests import ROOT
from tests.fixtures.some import some

LANGUAGES = ("ar", "de", "en", "es", "fr")
VALUES = {
    "organisation": "Example",
    "letterhead": Markdown("Example"),
    "title": "Terms",
    "version": "2",
    "effective": "1 March 2027",
    "closes": "28 February 2027",
    "zone": "UTC",
    "open": True,
    "opt_out_link": "https://x.example/",
}
"""Of the shortest template."""


def with_own(text: str, name: str = "link.en.md") -> TextTemplates:
    return TextTemplates(shipped_templates(), {name: text}, "wording")


def composed(text: str, **values: object) -> str:
    """A letter with one own block, the shipped ones around it."""
    return with_own(text).compose(TemplateName.LINK, "en", {**VALUES, **values})


def refused(text: str, **values: object) -> TemplateError:
    with pytest.raises(TemplateError) as error:
        composed(text, **values)
    assert error.value.remedy
    return error.value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(TemplateName))
def test_every_language_has_every_template_whole(name: TemplateName, language: str) -> None:
    templates = TextTemplates(shipped_templates())
    assert templates.has(name, language)
    assert templates._chain(name, language).whole


def test_an_own_block_takes_the_place_of_ours() -> None:
    text = composed("{% block closing %}\nBye {{ organisation }}.\n{% endblock %}\n")
    assert "Bye Example." in text
    assert "If it was not you" not in text
    assert "[Open your opt-out form](https://x.example/)" in text


def test_one_block_has_the_order_of_all_others() -> None:
    text = composed(
        "{% block link %}\n{{ self.subject() }}\n\n{{ self.button() }}\n\nThat is all.\n"
        "{% endblock %}\n"
    )
    assert text.split("\n\n")[1:] == ["[Open your opt-out form](https://x.example/)",
                                      "That is all.\n"]  # fmt: skip


def test_our_own_words_can_go_on_in_another_block() -> None:
    assert "If it was not you, you need to do nothing.\n\nBye.\n" in composed(
        "{% block closing %}\n{{ super() }}\n\nBye.\n{% endblock %}\n"
    )


def test_what_an_own_template_lacks_is_named() -> None:
    mine = with_own("{% block subject %}\n# Hi\n{% endblock %}\n{% block closing %}.{% endblock %}")
    (gap,) = mine.gaps()
    assert (gap.file, gap.blocks) == ("wording/link.en.md", ("opening", "button"))
    assert not list(with_own("{% block link %}# All\n{% endblock %}").gaps())


def test_a_language_of_ones_own_needs_every_block() -> None:
    mine = with_own("{% block subject %}\n# Hallo\n{% endblock %}\n", "link.nl.md")
    assert mine.has(TemplateName.LINK, "nl")
    with pytest.raises(TemplateError, match="lacks the blocks `button`, `closing`, `opening`"):
        mine.compose(TemplateName.LINK, "nl", VALUES)
    blank = with_own(mine.blank(TemplateName.LINK), "link.nl.md")
    with pytest.raises(TemplateError, match="lacks the blocks") as error:
        blank.compose(TemplateName.LINK, "nl", VALUES)
    assert error.value.where == "wording/link.nl.md"


def test_a_kind_of_a_language_has_the_templates_of_that_language() -> None:
    templates = TextTemplates(shipped_templates())
    assert templates.language(TemplateName.LETTER, "de-AT") == "de"
    assert not templates.has(TemplateName.LETTER, "nl")


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("{% block closing %}\n{{ title\n{% endblock %}", "does not read", 3),
        ("\n\nHello\n{% block closing %}{% endblock %}", "text outside of a block", 3),
        ("{% block closing %}{% endblock %}\n{{ title }}", "text outside of a block", 2),
        ("{% block closng %}{% endblock %}", "there is no block `closng`", 1),
        ("{% block closing %}\n{{ titel }}\n{% endblock %}", "there is no value `titel`", 2),
        ("{% block closing %}\n\n{{ title.x }}\n{% endblock %}", "no attribute 'x'", 3),
        ("{% block closing %}{% set a = 1 %}{% endblock %}", "has `assign`", 1),
        ("{% block closing %}{% include 'x' %}{% endblock %}", "has `include`", 1),
        ("{% extends 'link.de.md' %}", "text outside of a block", 1),
        ("{% block closing %}{% macro a() %}{% endmacro %}{% endblock %}", "has `macro`", 1),
        ("{% block closing %}{{ 2 ** 9999999 }}{% endblock %}", "has `pow`", 1),
        ("{% block closing %}{{ 'a' * 99 }}{% endblock %}", "has `mul`", 1),
        ("{% block closing %}{{ title.upper() }}{% endblock %}", "calls what is no block", 1),
        ("{% block closing %}{{ range(9) }}{% endblock %}", "calls what is no block", 1),
        ("{% block closing %}{{ title|attr('x') }}{% endblock %}", "no filter `attr`", 1),
        ("{% block closing %}{{ self.nothing() }}{% endblock %}", "there is no block", 1),
        ("{% block closing %}{{ self.closing() }}{% endblock %}", "no end", 1),
        ("{% block closing %}{{ open }}{% endblock %}", "neither words nor a number", 1),
        ("{% block closing %}{% endblock %}\n{% block closing %}{% endblock %}", "after line 1", 2),
        ("{% block closing %}{% block closing %}{% endblock %}{% endblock %}", "a second time", 1),
        ("{% block closing %}\nA\u202eB\n{% endblock %}", "control character U+202E", 2),
        ("{% block closing %}\n\nA\x01\n{% endblock %}", "control character U+0001", 3),
        ("{% block closing %}\0{% endblock %}", "control character U+0000", 1),
        ("{% block closing %}a\u200bb{% endblock %}", "control character U+200B", 1),
    ],
)
def test_what_a_template_may_not_hold_has_a_place(text: str, what: str, line: int) -> None:
    error = refused(text)
    assert what in error.what
    assert error.where == f"wording/link.en.md:{line}"


def test_all_mistakes_of_a_template_are_told_at_once() -> None:
    error = refused(
        "{% block closing %}\n{{ titel }}\n{% endblock %}\n\nText\n{% block clsing %}{% endblock %}"
    )
    assert error.where == "wording/link.en.md:2"
    assert "there is no value `titel`" in error.what
    assert "line 5: has text outside of a block" in error.what
    assert "line 6: there is no block `clsing`" in error.what
    assert "did you mean `title`?; or write plain words" in error.remedy


def test_what_is_called_as_no_language_is_refused() -> None:
    with pytest.raises(TemplateError, match="the tag of no language") as error:
        list(with_own("", "letter.deutsch.md").own_files())
    assert error.value.where == "wording/letter.deutsch.md"
    with pytest.raises(TemplateError) as error:
        list(with_own("", "letter.DE.md").own_files())
    assert "letter.de.md" in error.value.remedy


def test_what_is_laid_down_leaves_no_space_inside_of_quotes() -> None:
    mine = TextTemplates(shipped_templates())
    blank = mine.blank(TemplateName.LETTER)
    assert "{% block declaration %}{# The words" in blank
    assert "#}{% endblock %}" in blank
    assert "{% block greeting %}\n{#" in blank


def test_a_letter_to_few_lacks_nothing_that_the_usual_one_has_to_have() -> None:
    mine = with_own("{% block already %}\nJa.\n{% endblock %}\n", "again.nl.md")
    with pytest.raises(TemplateError, match="lacks the blocks") as error:
        list(mine.gaps())
    assert error.value.where == "wording/letter.nl.md"


@pytest.mark.parametrize(
    ("name", "text", "what", "line"),
    [
        ("receipt", "{% block change %}\n{{ earlier[0] }}\n{% endblock %}", "no element 0", 2),
        ("receipt", "{% block change %}\n{{ earlier }}\n{% endblock %}", "neither words", 2),
        ("receipt", "{% block change %}{% if late %}\n{{ late }}{% endif %}{% endblock %}",
         "neither words", 2),
        ("receipt", "{% block subject %}{% if late %}Late{% else %}# In time{% endif %}"
         "{% endblock %}", "does not begin with a heading", 1),
        ("link", "\n{% block subject %}\nYour link\n{% endblock %}", "begin with a heading", 2),
        ("link", "{% block closing %}{{ self.closing() }}{% endblock %}", "has no end", 1),
        ("letter", "{% block figures %}\n{{ changes[99].reason }}{% endblock %}", "no element", 2),
        ("postponed", "{% block summary %}{{ changes }}{% endblock %}", "neither words", 1),
        ("opt-out", "{% block opening %}{{ title.x }}{% endblock %}", "no attribute", 1),
    ],
)  # fmt: skip
def test_every_own_template_is_tried_in_every_state(
    name: str, text: str, what: str, line: int
) -> None:
    (error,) = trial_faults(with_own(text, f"{name}.de.md"), ["de", "en"])
    assert what in error.what
    assert error.where == f"wording/{name}.de.md:{line}"
    assert error.remedy
    assert not list(trial_faults(with_own(text, f"{name}.de.md"), ["en"]))


def test_whatever_the_program_says_itself_can_be_used() -> None:
    for language in LANGUAGES:
        own = {name: text for name, text in shipped_templates().items() if f".{language}." in name}
        assert not list(trial_faults(TextTemplates(shipped_templates(), own), [language]))


def test_a_template_cannot_run_without_end_or_write_without_measure() -> None:
    nested = "".join("{% for c" + str(n) + " in title %}" for n in range(9))
    ends = "{% endfor %}" * 9
    assert "steps" in refused(f"{{% block closing %}}{nested}{ends}{{% endblock %}}").what
    words = "x" * 9_000
    many = f"{{% block closing %}}{{% for c in title %}}{words}{{% endfor %}}{{% endblock %}}"
    assert "more than 200,000 characters" in refused(many, title="t" * 50).what
    doubled = (
        "{% block opening %}{{ self.closing() }}{{ self.closing() }}{% endblock %}"
        "{% block closing %}{{ self.button() }}{{ self.button() }}{% endblock %}"
        "{% block button %}{{ self.subject() }}{{ self.opening() }}{% endblock %}"
    )
    assert refused(doubled)
    assert "characters" in refused(f"{{# {'x' * 200_000} #}}").what


def test_a_file_of_the_project_is_named_as_a_template_is(tmp_path: Path) -> None:
    folder = tmp_path / "wording"
    folder.mkdir()
    (folder / "letter.de.md").write_bytes(
        b"\xef\xbb\xbf{% block greeting %}\r\nHallo\r\n{% endblock %}"
    )
    (folder / "README.md").write_text("Not one of them.\n")
    read = read_templates(tmp_path)
    assert [(name, tag) for name, tag, _ in read.own_files()] == [(TemplateName.LETTER, "de")]
    (folder / "letters.de.md").write_text("")
    with pytest.raises(TemplateError, match="is no template: there are letter, again"):
        list(read_templates(tmp_path).own_files())
    (folder / "letters.de.md").write_bytes(b"a\n\xff")
    with pytest.raises(TemplateError, match="is not UTF-8") as error:
        read_templates(tmp_path)
    assert error.value.where == "wording/letters.de.md:2"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co"]), max_size=30))
def test_words_are_read_as_they_are_wherever_they_stand(words: str) -> None:
    said = " ".join(words.split())
    for before, behind in (("", ""), ("a ", " b"), ("- ", ""), ("> ", ""), ("# ", "")):
        read = as_plain_text(parse(settled(f"{before}{written(words)}{behind}")))
        assert "".join(said.split()) in "".join(read.split())


@pytest.mark.parametrize("name", ["letter", "opt-out", "receipt", "link", "confirm", "request"])
def test_the_docs_name_every_value(name: str) -> None:
    documented = (ROOT / "docs/wording.md").read_text("utf-8")
    plan = TextTemplates(shipped_templates())._read(False, f"{name}.md")
    for value in some(plan.values):
        assert f"| `{value}` |" in documented
    if name == "letter":
        for block in some(plan.blocks[1:]):
            assert f"`{block}`" in documented


@pytest.mark.parametrize(
    ("name", "usual"), [("letter.DE.md", "letter.de.md"), ("link.deutsch.md", "link.de.md")]
)
def test_a_template_is_called_by_the_usual_tag_of_its_language(name: str, usual: str) -> None:
    text = "{% block subject %}# x{% endblock %}"
    (error,) = check_templates({name: text}, shipped_templates(), "wording", ["de"])
    assert (error.severity, error.place) == (Severity.ERROR, f"wording/{name}")
    assert usual in error.remedy
