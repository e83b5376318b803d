"""The Markdown reader reads what the library reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from publisher.text import markdown


def plain(raw_html: bool = False) -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": raw_html}).enable("table")


PIECES = [*"()\\<>&;%'\"[]#?/:@ \n_*\t\x7f\xa0é", "&amp;", "%41", "https://a.example", "a-b_c"]
target = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(st.lists(st.tuples(st.sampled_from(["[a](", "![a](", "[*a*](<", "[a]: "]), target)))
def test_links_are_read_as_the_library_reads_them(links: list[tuple[str, str]]) -> None:
    text = " ".join(f"{start}{to})" for start, to in links)
    assert [t.as_dict() for t in markdown.markdown_reader().parse(text)] == [
        t.as_dict() for t in plain().parse(text)
    ]


@given(st.from_regex(markdown._PLAIN_ADDRESS, fullmatch=True))
def test_a_plain_address_is_its_own_normal_form(address: str) -> None:
    assert plain().normalizeLink(address) == address
