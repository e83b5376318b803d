"""The JSON form is enough to rebuild both texts; the Markdown form cannot be broken by a text."""

from __future__ import annotations

import json

from hypothesis import given

from publisher.amendment import amend
from publisher.clauses import Document, markdown, parse
from publisher.report import as_json, as_markdown, rebuild
from tests.strategies import amendments


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


@given(amendments())
def test_json_rebuilds_both_texts(pair: tuple[str, str]) -> None:
    old, new = pair
    text = as_json(amend(doc(old), doc(new)), "1", "2")
    assert rebuild(text) == ({"p.md": old} if old else {}, {"p.md": new} if new else {})


def test_json_is_documented_by_its_own_words() -> None:
    text = as_json(
        amend(doc("## A {#a}\n\none day\n"), doc("## A {#a}\n\ntwo day\n")), "1", "2", seconds=0.1
    )
    value = json.loads(text)
    assert (value["format"], value["version"]) == ("policy-publisher/diff", 1)
    assert value["words"] == {"inserted": 1, "deleted": 1, "moved": 0}
    assert value["changes"][0]["kind"] == "amended"
    assert value["operations"][1]["cells"] == [
        [["delete", "one"], ["insert", "two"], ["keep", " day"]]
    ]
    assert value["seconds"] == 0.1


def test_the_text_of_a_policy_cannot_break_the_comment() -> None:
    old = "## A {#a}\n\none | <b>two</b> *three*\n"
    new = old.replace("one", "[one](https://example.com) `x`")
    comment = as_markdown(amend(doc(old), doc(new)), "old → new")
    html = markdown().render(comment)
    assert "<b>" not in html
    assert "https://example.com" not in html
