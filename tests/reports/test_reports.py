"""What reports hold to: JSON rebuilds both texts, and no text of a policy breaks a comment."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from publisher.compare.amendment import Amendment, amend
from publisher.compare.diff_form import DIFF_SCHEMA, rebuild
from publisher.compare.spans import Span, SpanKind
from publisher.exchange.diff_json import _operation, diff_json
from publisher.policies.policy import Note
from publisher.reports.extracts import extracts
from publisher.reports.phrases import cut
from publisher.reports.pull_request import LONGEST_COMMENT, escaped, markdown_report
from publisher.reports.terminal import mail_report, terminal_report
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH
from tests import ROOT
from tests.fixtures.golden_cases import Case, cases
from tests.fixtures.strategies import amendments

GITHUB = MarkdownIt("gfm-like", {"linkify": False})
"""As GitHub reads comments; it allows the HTML that we write."""


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def amended(old: str, new: str) -> Amendment:
    return amend(doc(old), doc(new))


def value_of(old: str, new: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(diff_json(amended(old, new), "1", "2"))
    return value


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def closed(schema: Any) -> Any:
    """The schema, allowing no key that it does not name: what we write, we document."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(part) for key, part in schema.items()}
    return inner | {"additionalProperties": False} if schema.get("type") == "object" else inner


PUBLISHED = json.loads((ROOT / "docs/diff.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(closed(PUBLISHED))


def test_the_schema_is_one_and_the_one_named() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["$id"] == DIFF_SCHEMA == PUBLISHED["properties"]["$schema"]["const"]


def test_the_schema_refuses_what_is_not_of_the_form() -> None:
    value = value_of("## A {#a}\n\none\n", "## A {#a}\n\ntwo\n")
    assert VALIDATOR.is_valid(value)
    assert not VALIDATOR.is_valid(value | {"version": 1})
    assert not VALIDATOR.is_valid(value | {"more": 1})
    del value["operations"][1]["cells"]
    assert not VALIDATOR.is_valid(value)


@pytest.mark.parametrize("case", cases("changes.md"), ids=lambda case: case.title)
def test_golden_cases_are_of_the_form(case: Case) -> None:
    VALIDATOR.validate(value_of(case.old, case.new))


@given(amendments())
def test_json_is_of_the_form_and_rebuilds_both_texts(pair: tuple[str, str]) -> None:
    old, new = pair
    text = diff_json(amended(old, new), "1", "2", seconds=0.1)
    VALIDATOR.validate(json.loads(text))
    assert rebuild(text) == ({"p.md": old} if old else {}, {"p.md": new} if new else {})


@given(amendments())
def test_ids_are_unique_and_lead_from_operation_to_change(pair: tuple[str, str]) -> None:
    value = value_of(*pair)
    for kind in ("changes", "operations"):
        ids = [one["id"] for one in value[kind]]
        assert len(ids) == len(set(ids))
    told = {change["id"] for change in value["changes"]}
    named = {name for op in value["operations"] for name in op["changes"]}
    assert named <= told
    for op in value["operations"]:
        assert bool(op["changes"]) == (op["op"] != "keep"), op


@given(amendments())
def test_the_words_of_both_sides_are_those_of_the_spans(pair: tuple[str, str]) -> None:
    for op in value_of(*pair)["operations"]:
        for side, name in enumerate(("was", "now")):
            if op[name] is None or "cells" not in op:
                continue
            away = ("insert", "delete")[side]
            columns = op.get("columns") or [(0, 0)] * len(op["cells"])
            cells = [
                "".join(
                    span["text"] if side else span.get("before", span["text"])
                    for span in cell
                    if span["kind"] != away
                )
                for cell, places in zip(op["cells"], columns, strict=True)
                if places[side] is not None
            ]
            assert op[name] == " | ".join(cells)


def test_an_operation_keeps_its_id_when_others_change() -> None:
    old = "## A {#a}\n\none day\n\ntwo days\n"
    one = value_of(old, old.replace("two", "three"))["operations"][-1]
    other = value_of(old, "New.\n\n" + old.replace("two", "three").replace("one", "first"))
    assert one["id"] in {op["id"] for op in other["operations"]}


def test_a_change_holds_both_sides_of_its_section() -> None:
    old = "## A {#a}\n\none [day](#a)\n\n## B {#b}\n\ntext\n"
    change = value_of(old, old.replace("one", "two"))["changes"][0]
    assert change["old"] == [
        {
            "anchor": "a",
            "title": "A",
            "level": 2,
            "file": "p.md",
            "line": 1,
            "text": "A\n\none day",
            "markdown": "## A {#a}\n\none [day](#a)\n\n",
        }
    ]
    assert change["new"][0]["markdown"] == "## A {#a}\n\ntwo [day](#a)\n\n"


def test_spans_tell_of_formatting_and_typography() -> None:
    value = value_of('## A {#a}\n\n"x" [y](#a) z\n', "## A {#a}\n\n“x” [y](#b) **z** w\n")
    spans = value["operations"][1]["cells"][0]
    assert {"kind": "keep", "text": "“", "before": '"'} in spans
    link = {"marks": [{"kind": "link", "to": "#b"}], "was": [{"kind": "link", "to": "#a"}]}
    assert {"kind": "keep", "text": "y"} | link in spans
    assert {"kind": "keep", "text": "z", "marks": [{"kind": "strong"}], "was": []} in spans
    assert {"kind": "insert", "text": " w"} in spans


def test_a_split_paragraph_says_where_its_words_went() -> None:
    case = next(case for case in cases("changes.md") if case.title == "A paragraph split in two")
    first, second = value_of(case.old, case.new)["operations"][1:]
    assert (first["op"], second["op"]) == ("keep", "amend")
    assert second["continued"] == "split"
    assert "old" not in second
    assert second["was"] == second["now"]
    assert second["changes"] == ["use-amended"]


# ── comment ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", cases("comment.md"), ids=lambda case: case.title)
def test_golden_comments(case: Case) -> None:
    limit = re.search(r"at most (\d+) letters", case.title)
    longest = int(limit[1]) if limit else LONGEST_COMMENT
    comment = markdown_report(amended(case.old, case.new), "old → new", longest=longest)
    assert comment == case.expected
    assert len(comment) <= longest


@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from("\\`*_[]<>~|&#!@$:/w.h\n-+=1 ")), max_size=40
    )
)
def test_escaped_text_is_read_as_it_is(text: str) -> None:
    shown = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\ufffd", text)
    html = GITHUB.renderInline(escaped(f"a{text}a"))
    assert set(re.findall(r"<[^>]*>", html)) <= {"<span>", "</span>", "<br>"}
    words = unescape(re.sub(r"<(?!br).*?>", "", html).replace("<br>", "\n")).replace("\u200b", "")
    assert words == f"a{shown}a".replace("\u200b", "")


@given(amendments())
def test_the_text_of_a_policy_adds_nothing_to_a_comment(pair: tuple[str, str]) -> None:
    """Headings, tables and links are those that we set."""
    amendment = amended(*pair)
    html = GITHUB.render(markdown_report(amendment, "t"))
    assert html.count("<h3>") == 1
    assert html.count("<h4>") == len(extracts(amendment, ENGLISH))
    allowed = {"h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "blockquote"}
    allowed |= {"ins", "del", "em", "pre", "span", "br"}
    assert set(re.findall(r"</?(\w+)", html)) <= allowed
    assert html.count("<ins>") == html.count("</ins>")


def test_a_comment_tells_why_without_the_markdown_of_the_note() -> None:
    note = Note("a.md", "It is **shorter** | [so](https://example.com)\n\n# now\n")
    comment = markdown_report(amended("## A {#a}\n\none\n", "## A {#a}\n\ntwo\n"), "t", [note])
    assert "| A | amended | +1 −1 | It is shorter \\| so now |" in comment


def test_a_policy_of_ten_thousand_words_fits_a_comment() -> None:
    section = "## Part {0} {{#part-{0}}}\n\n" + "We keep number {0} and word {1}.\n\n" * 40
    old = "".join(section.format(n, "one") for n in range(45))
    new = "".join(section.format(n, "two `|`") for n in range(45))
    assert len(old.split()) > 10_000
    comment = markdown_report(amended(old, new), "t")
    assert len(comment) <= LONGEST_COMMENT == 65_536
    assert "| Part 44 | amended |" in comment
    told, left_out = comment.split("#### Left out here")
    shown, listed = told.count("\n#### Part "), left_out.count("\n- Part ")
    assert (shown + listed, "(the rest of it)" in left_out) in ((45, False), (46, True))


def test_a_policy_of_a_thousand_sections_fits_a_comment() -> None:
    old = "".join(f"## Section number {n}\n\nText {n}.\n\n" for n in range(2_000))
    comment = markdown_report(amended(old, old.replace("Text", "Words")), "t")
    assert len(comment) <= LONGEST_COMMENT
    assert re.search(r"\| … and [\d,]+ more \|", comment)
    assert re.search(r"- … and [\d,]+ more\n", comment)


# ── mail and terminal ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", cases("mail.md"), ids=lambda case: case.title)
def test_golden_mails(case: Case) -> None:
    assert mail_report(amended(case.old, case.new)) == case.expected


def test_colour_is_beside_the_signs() -> None:
    text = terminal_report(
        amended("## A {#a}\n\none day\n", "## A {#a}\n\ntwo day\n"), "t", colour=True
    )
    assert "\x1b[31m[-one-]\x1b[0m\x1b[32m{+two+}\x1b[0m" in text


def test_a_text_cannot_act_on_the_terminal() -> None:
    text = terminal_report(
        amended("## A {#a}\n\none\n", "## A\x1b[2J {#a}\n\ntwo\x1b[2J \x9b\n"), "t\x1b"
    )
    assert not re.search(r"[\x1b\x9b]", text)


@pytest.mark.parametrize("letters", ["word ", "数据", "x", " ", "\u00a0"])
def test_of_long_unchanged_text_the_ends_are_shown(letters: str) -> None:
    text = letters * 300
    kept, added = Span(SpanKind.KEEP, text), Span(SpanKind.INSERT, "new")
    first, _, last = (span.text for span in cut([kept, added, kept], ENGLISH))
    assert len(first) <= 90 >= len(last)
    assert text.endswith(first.removeprefix("… "))
    assert text.startswith(last.removesuffix(" …"))


@given(amendments())
def test_what_is_kept_is_written_as_everything_else_is(pair: tuple[str, str]) -> None:
    """Clauses that nothing happened to are written in a way of their own, for speed alone."""
    amendment = amended(*pair)
    values = json.loads(diff_json(amendment, "a", "b"))["operations"]
    rows = zip(amendment.operations, amendment.changes_of_operations, values, strict=True)
    for op, changes, value in rows:
        assert list(value.items()) == [("id", value["id"]), *_operation(op, changes).items()]
