"""What is said of a change: figures and names, the same in every output."""

from __future__ import annotations

import json
import re

import pytest

from publisher.compare.amendment import Amendment, amend
from publisher.compare.summary import summary_sentence
from publisher.compare.told_comparison import read_comparison
from publisher.exchange.diff_json import diff_json
from publisher.markup.html import document_html
from publisher.markup.redline import redline
from publisher.reports.pull_request import markdown_report
from publisher.reports.terminal import mail_report, terminal_report
from publisher.site.page_parts import change_list
from publisher.text.addresses import plain_address, shown_addresses
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from publisher.text.segmentation import count_words
from publisher.wording.words import ENGLISH


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def amended(old: str, new: str) -> Amendment:
    return amend(doc(old), doc(new))


def told(old: str, new: str) -> str:
    """What a terminal shows."""
    return terminal_report(amended(old, new), "title")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("from 1 March 2027 on", 3),
        ("(1 March 2027), or March 3, 2027.", 3),
        ("am 1. März 2027 um 12 Uhr", 5),
        ("30 days, $1,000.50 or 2 %", 6),
        ("", 0),
    ],
)
def test_a_date_is_one_word(text: str, count: int) -> None:
    assert count_words(text) == count


def test_figures_that_were_told_stay_as_they_were_told() -> None:
    old, new = "## A {#a}\n\nFrom 1 March 2027.\n", "## A {#a}\n\nFrom 2 April 2028.\n"
    today = json.loads(diff_json(amended(old, new), "1", "2"))
    assert (today["words"]["inserted"], today["changes"][0]["inserted"]) == (1, 1)
    earlier = today | {"words": {"inserted": 3, "deleted": 3, "moved": 0}}
    earlier["summary"] = "1 section amended; 3 words added, 3 removed"
    earlier["changes"] = [today["changes"][0] | {"inserted": 3, "deleted": 3}]
    read = read_comparison(json.dumps(earlier), doc(old), doc(new))
    assert summary_sentence(read, ENGLISH) == earlier["summary"]
    assert read.changes[0].inserted == 3


def test_which_of_two_marks_is_the_inner_one_is_no_change() -> None:
    assert amended("**_Cookie ID_** of yours\n", "_**Cookie ID**_ of yours\n").empty
    assert amended("**[Us](https://a.example)**\n", "[**Us**](https://a.example)\n").empty


def test_another_picture_is_told_as_one() -> None:
    old, new = (f"## A {{#a}}\n\n![Map](https://a.example/{n}.png)\n" for n in (1, 2))
    assert "amended (pictures only)" in told(old, new)
    assert "[picture https://a.example/2.png, was https://a.example/1.png]" in told(old, new)
    assert "[another picture, was https://a.example/1.png]" in redline(amended(old, new)).html


def test_a_line_break_in_a_cell_is_one_and_not_its_letters() -> None:
    old = "## A {#a}\n\n| Data | Kept |\n| --- | --- |\n| Orders<br>Bills | 7 years |\n"
    new = old.replace("7 years", "10<BR/>years")
    found = amended(old, new)
    assert "br" not in told(old, new).lower()
    assert "Orders<br>\nBills" in redline(found).html
    assert "Orders<br>Bills" in markdown_report(found, "title", ())


def test_a_heading_of_two_lines_is_named_in_one() -> None:
    old = "Our  \nterms\n=====\n\nYou may stay.\n"
    lines = told(old, old.replace("stay", "leave")).splitlines()
    assert lines[2] == "  Our terms: amended (+1, −1 words)"


def test_a_link_without_words_is_no_empty_text() -> None:
    old = "## A {#a}\n\nWe stay.\n"
    assert "+ (a link without words, which no reader sees)" in told(
        old, f"{old}\n[](https://a.example)\n"
    )


def test_addresses_are_short_and_without_what_follows_their_reader() -> None:
    page = "https://a.example/terms"
    assert plain_address(f"{page}?utm_source=mail&id=7&gclid=x#use") == f"{page}?id=7#use"
    assert plain_address(f"{page}?utm_source=mail&utm_medium=x#use") == f"{page}#use"
    assert len(plain_address(f"{page}/{'x' * 200}")) == 80
    assert shown_addresses(f"{page}?utm_id=1", f"{page}?utm_id=2") == (
        f"{page}?utm_id=1",
        f"{page}?utm_id=2",
    )
    old = "## A {#a}\n\nWe stay.\n"
    assert f"Read <{page}>" not in told(old, old)
    assert f"this <{page}>" in told(old, f"{old}\nRead [this]({page}?utm_source=a&utm_medium=b).\n")
    changed = f"## A {{#a}}\n\nRead [this]({page}?utm_source=a).\n"
    assert f"was {page}]" in told(changed, changed.replace(page, "https://b.example/terms"))


def test_a_section_with_an_empty_heading_is_not_the_beginning() -> None:
    clause = "We keep what you give us on machines that are guarded day and night.\n\n"
    old = f"## One {{#one}}\n\n{clause}Here is one.\n\n## {{#two}}\n\nHere are two of them.\n"
    new = f"## One {{#one}}\n\nHere is one.\n\n## {{#two}}\n\nHere are two of them.\n\n{clause}"
    assert "the beginning" not in told(old, new)
    assert "moved here from “One”" in told(old, new)
    assert "moved to “(empty heading)”" in told(old, new)
    assert "to “(empty heading)”" in redline(amended(old, new)).html


def test_what_happened_to_several_sections_of_one_name_is_said_once_in_a_row() -> None:
    crumb = "## Back {{#back}}\n\nGo back to page {}.\n\n"
    old = "## Use\n\nWe use it.\n\n" + "".join(crumb.format(n) for n in range(4))
    found = amended(old, old.replace("page", "sheet"))
    html = change_list(found, (), "en", ENGLISH)
    assert html.count("amended") == html.count("<li>") == 1


def test_a_list_of_changes_says_what_was_amended_where_no_word_was() -> None:
    old = '## Use {#use}\n\nWe "use" it.\n\n## Keep {#keep}\n\nFor 2 days.\n'
    found = amended(old, old.replace('"use"', "“use”").replace("2 days", "3 days"))
    html = change_list(found, (), "en", ENGLISH)
    assert "amended (typography only)</span></p>" in html
    assert 'amended</span> <span class="pp-figures">1 word added, 1 removed</span>' in html


def test_changes_only_hides_the_headings_of_sections_that_nobody_touched() -> None:
    sections = [
        f"{'#' * level} {name} {{#{name}}}\n\nText of {name}.\n\n" for level, name in LEVELS
    ]
    old = "".join(sections)
    html = redline(amended(old, old.replace("of c.", "of see.")), views=True).html
    around: list[bool] = []
    shown = []
    for tag, heading in re.findall(r'(<div[^>]*>|</div>)|<h\d id="(\w)">', html):
        if heading:
            shown += [] if any(around) else [heading]
        elif tag == "</div>":
            around.pop()
        else:
            around.append("pp-same" in tag)
    assert shown == ["b", "c"]
    assert "1 unchanged section<" in html
    assert "3 unchanged sections<" in html


LEVELS = [(2, "a"), (2, "b"), (3, "c"), (3, "d"), (2, "e"), (3, "f")]


def test_what_is_on_no_page_is_told_when_it_changes() -> None:
    old = "## Use {#use}\n\nWe keep data.\n\n[Logs]: 30-days\n\n[Mails]: 90-days\n"
    new = old.replace("30", "60").replace("[M", "\\[M")
    found = amended(old, new)
    assert summary_sentence(found, ENGLISH) == "1 section amended; 1 word added, 1 removed"
    whole = re.sub("<[^>]*>", "", redline(found, paper=True).html)
    assert "On no page, a definition that no link uses: [Logs]: " in whole
    assert "It was on no page: [Mails]: 90-days" in whole
    mail = ["Use", "was (on no page): [Logs]: 30-days", "now (on no page): [Logs]: 60-days"]
    mail.append("shown now: [Mails]: 90-days")
    assert [line.strip() for line in mail_report(found).split("\n") if line] == mail
    assert "on no page" in mail_report(amended(old, old.replace("30", "60")))
    assert "Logs" not in document_html(doc(new).clauses).html
    kept = redline(amended(old, old.replace("We keep", "We have")), paper=True).html
    assert "Logs" not in kept
    assert "Logs" not in as_plain_text(doc(old).clauses)
