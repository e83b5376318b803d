"""One file cut into sections: no word is lost, altered or made up, and `check` takes the result."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.founding.html_text import markdown_of_html
from publisher.founding.plain_text import markdown_of_plain_text
from publisher.founding.sectioning import anchored_alike, sectioned
from publisher.text.clauses import Kind
from publisher.text.parsing import parse


def read(markdown: str) -> list[str]:
    """The words of a Markdown text as its reader sees them."""
    return " ".join(clause.text for clause in parse(markdown)).split()


def read_in_sections(markdown: str, title: str = "") -> list[str]:
    """The same of the sections, behind the heading of the whole."""
    cut = sectioned(markdown, title)
    return cut.title.split() + [w for text in cut.files.values() for w in read(text)]


def headings(markdown: str) -> list[tuple[str, int, str, str]]:
    cut = sectioned(markdown)
    return [
        (name, clause.level, clause.anchor, clause.text)
        for name, text in cut.files.items()
        for clause in parse(text)
        if clause.kind is Kind.HEADING
    ]


# ── sections ─────────────────────────────────────────────────────────────────────────────────────


def test_the_heading_of_the_whole_is_the_title_and_levels_begin_with_the_second() -> None:
    assert headings("# Policy\n\n### One\n\na\n\n###### Deep\n\nb\n\nTwo\n===\n") == [
        ("policy.md", 2, "policy", "Policy"),
        ("policy.md", 3, "one", "One"),
        ("policy.md", 4, "deep", "Deep"),
        ("two.md", 2, "two", "Two"),
    ]
    cut = sectioned("Our Policy\n==========\n\n## One\n\na\n")
    assert cut.title == "Our Policy"
    assert list(cut.files) == ["one.md"]


def test_what_comes_before_the_first_heading_gets_the_title_as_its_own() -> None:
    cut = sectioned("# Our *Policy*\n\nWe care.\n\n## One\n\na\n")
    assert cut.files["introduction.md"] == "## Our Policy {#introduction}\n\nWe care.\n\n"
    assert sectioned("Only text.\n", "Terms").files == {
        "introduction.md": "## Terms {#introduction}\n\nOnly text.\n"
    }


def test_anchors_of_its_own_stay_and_others_differ() -> None:
    found = headings("## One {#first}\n\na\n\n## One\n\nb\n\n## One\n\nc\n\n## Zwei!\n\nd\n")
    assert [anchor for _, _, anchor, _ in found] == ["first", "one", "one-2", "zwei"]


def test_links_to_what_others_call_a_heading_lead_to_ours() -> None:
    text = (
        "Policy\n\n[a](#1-use-of-data) [b](#2-2-duties-of-ours) [c](#%C3%BCber-uns) "
        "[d](#nowhere)\n\n"
        "## 1. Use of Data\n\na\n\n## 2.2 Duties (of ours)\n\nb\n\n## Über uns\n\nc\n"
    )
    assert (
        "[a](#use-of-data) [b](#duties-of-ours) [c](#uber-uns) [d](#nowhere)"
        in (sectioned(text, "P").files["introduction.md"])
    )


def test_what_cannot_be_an_anchor_is_left_out_and_one_that_is_taken_is_another() -> None:
    found = headings(
        "Hello.\n\n# P\n\n## Intro {#introduction}\n\na\n\n## B {#introduction}\n\nb\n"
    )
    assert [(anchor, words) for _, _, anchor, words in found] == [
        ("introduction-2", "P"),
        ("introduction", "Intro"),
        ("b", "B"),
    ]
    assert headings("## One {#A B}\n\na\n\n## Two {#Use}\n\nb\n")[1][2:] == ("two", "Two")


def test_front_matter_is_no_text() -> None:
    assert headings("---\ntitle: x\n---\n\n## One\n\na\n") == [("one.md", 2, "one", "One")]


def test_a_translation_is_cut_where_its_text_is() -> None:
    text = sectioned("# Policy\n\nHello.\n\n## Use\n\na\n\n### Orders\n\nb\n")
    own = anchored_alike("# Richtlinie\n\nHallo.\n\n## Nutzung {#x}\n\nc\n\n### Käufe\n\nd\n", text)
    assert own is not None
    assert own.title == "Richtlinie"
    assert own.files["use.md"] == "## Nutzung {#use}\n\nc\n\n### Käufe {#orders}\n\nd\n"
    assert anchored_alike("# R\n\n## Nutzung\n\nc\n\n### K\n\nd\n", text) is None


WORDS = st.text("abcXYZ019 .,:;!?()[]{}<>*_`~#+=-|\\/&$^%@'\"äß–§", min_size=1, max_size=30)
LINES = st.lists(st.one_of(WORDS, st.just("")), min_size=1, max_size=12)


@given(LINES)
def test_markdown_loses_no_word(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    if text.startswith("---"):
        return  # front matter
    cut, wanted = sectioned(text), read(text)
    found = [w for part in cut.files.values() for w in read(part)]
    heading = cut.title.split()
    if heading and "introduction.md" in cut.files:
        found = found[len(heading) :]  # there it stands once more
    places = [n for n in range(len(wanted) + 1) if wanted[n : n + len(heading)] == heading]
    assert found in [wanted[:n] + wanted[n + len(heading) :] for n in places]


@given(LINES)
def test_plain_text_loses_no_word_and_makes_no_mark(lines: list[str]) -> None:
    text = "\n".join(lines)
    marks = re.compile(r"^\s*(?:[-*+•–·]\s+|\d{1,3}[.)]\s+|([-=_*])\1{2,}\s*$)")
    wanted = " ".join(marks.sub("", line) for line in lines).split()
    found = " ".join(read(markdown_of_plain_text(text))).split()
    plain = [w for line in found for w in marks.sub("", line).split()]
    bare = re.compile(r"^\W*\d*\W*$")
    assert [w for w in plain if not bare.match(w)] == [w for w in wanted if not bare.match(w)]


# ── plain text ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("1. Use of data", 2),
        ("2.1 Orders", 3),
        ("§ 4 Haftung", 2),
        ("Article 5: Duties", 2),
        ("SECURITY", 2),
        ("Your Rights", 2),
        ("IV. Duties", 2),
        ("We use your data.", 0),
        ("in small letters", 0),
        ("- a point", 0),
        ("However, this line is a sentence of many words without an end", 0),
    ],
)
def test_which_lines_are_headings(line: str, level: int) -> None:
    made = markdown_of_plain_text(f"Some policy\n\n{line}\n\nText of it.\n")
    found = [c for c in parse(made) if c.kind is Kind.HEADING][1:]
    assert [heading.level for heading in found] == [level] * bool(level)


def test_lists_and_paragraphs_stay_what_they_are() -> None:
    text = "We need:\n- your name\n  in full\n- your *address*\n\n(a) once\n(b) twice\n\n"
    text += "1. on\n2. off\n"
    made = markdown_of_plain_text(f"Policy\n\n{text}")
    assert made.split("\n\n", 1)[1] == (
        "We need:\n- your name\n  in full\n- your \\*address\\*\n\n"
        "\\(a\\) once\n\n\\(b\\) twice\n\n1. on\n2. off\n"
    )


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────

PAGE = """<!doctype html><html><head><title>x</title><style>b{}</style></head><body>
<header>Our shop</header><nav><a href="/">Home</a></nav>%s<footer>© us</footer></body></html>"""
TEXT = """<h1>Privacy</h1><p>We care, 100%, at 3 * 4_5 [now] &amp; <b>always</b>.</p>
<h2 id="use">Use</h2><p>See <a href="#use">use</a>, <a href="#top">top</a>,
<a href="https://x.example/a_b">there</a>.<br>Next line<script>alert(1)</script></p>
<ul><li>one<ol><li>deep</li></ol></li><li>two</li></ul>
<table><thead><tr><th>A</th><th>B</th></tr></thead><tr><td>1</td><td>2 | 3</td></tr></table>
<h3><a name="own"></a>Own <a href="#own" title="Link">¶</a></h3>
<p>1. no list<br>- nor this <img alt="a seal" src="x.png"></p>"""


@pytest.mark.parametrize("around", ["<main>%s</main>", "<article>%s</article>", "<div>%s</div>"])
def test_of_a_page_its_text_counts(around: str) -> None:
    made = markdown_of_html((PAGE % (around % TEXT)).encode())
    wanted = (
        "Privacy We care, 100%, at 3 * 4_5 [now] & always. Use See use, top, there. Next line "
        "one deep two A | B 1 | 2 | 3 Own 1. no list - nor this a seal"
    )
    assert read_in_sections(made) == ["Privacy", *wanted.split()]
    found = sectioned(made)
    assert list(found.files) == ["introduction.md", "use.md"]
    assert "### Own {#own}" in found.files["use.md"]
    assert "[use](#use), top,\n[there](https://x.example/a_b)" in found.files["use.md"]


def test_a_page_says_its_own_encoding() -> None:
    page = '<meta charset="windows-1252"><h1>Über</h1><p>für alle</p>'
    assert "für alle" in markdown_of_html(page.encode("windows-1252"))
