"""What a recipient's data can do in the fields of a letter."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.letters.fields import fill
from publisher.markup.html import clauses_html
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from tests.fixtures.letters import LINK, SeenText

printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(printable)
def test_a_name_is_shown_as_it_is_and_does_nothing(name: str) -> None:
    text = fill("Dear {{name}}, see [l]({{opt_out_link}})\n", {"name": name, "opt_out_link": LINK})
    reader = SeenText()
    reader.feed(clauses_html(parse(text)))
    assert (reader.tags, reader.links) == (["p", "a"], [LINK])
    assert "".join(reader.words).strip() == f"Dear {name}, see l"
    assert name in as_plain_text(parse(text)).replace("\n", " ")


PLACES = {
    "a heading": "# Dear {{name}}\n\nx\n",
    "a paragraph of its own": "{{name}}\n",
    "the beginning of a line": "a\n{{name}}\nb\n",
    "an item": "- {{name}}\n",
    "a quotation": "> {{name}}\n",
    "bold words": "**{{name}}** x\n",
    "the words of a link": "[{{name}}](https://a.example/)\n",
    "where a link leads": "[x](https://a.example/?n={{name}})\n",
    "where a mail goes": "[x](mailto:{{name}})\n",
    "an address": "<https://a.example/{{name}}>\n",
    "code": "`{{name}}`\n",
    "a block of code": "    {{name}}\n",
    "a cell": "| {{name}} |\n| --- |\n| x |\n",
    "raw HTML": "<b>{{name}}</b>\n",
    "behind a backslash": "x\\{{name}}\n",
    "within an entity": "&{{name}};\n",
}


signs = st.text("ab1 <>&[]()*_`!#-+.{}\"'\\|~:/@=%;", min_size=1, max_size=12)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@example(name="``")
@given(name=(printable | signs).map(str.strip).filter(bool))
def test_wherever_a_name_stands_it_adds_no_element(place: str, name: str) -> None:
    def elements(value: str) -> tuple[list[str], list[str]]:
        reader = SeenText()
        reader.feed(clauses_html(parse(fill(place, {"name": value, "opt_out_link": LINK}))))
        return reader.tags, [link.split("?")[0].split(":")[0] for link in reader.links]

    (tags, links), (plain, own) = elements(name), elements("x")
    # Where a space cuts an address off, no link is left; none is ever added.
    assert tags in (plain, [tag for tag in plain if tag not in ("a", "code")])
    assert set(links) <= set(own)


def test_a_field_nobody_knows_is_left_as_it_is_written() -> None:
    assert fill("{{other}}", {"name": "x"}) == "{{other}}"
