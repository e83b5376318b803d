"""Generated policies: Markdown that uses everything a policy may use."""

from __future__ import annotations

from hypothesis import strategies as st

TEXT = """
we you may must not data your name e-mail 30 days 128-bit the of and or “quoted” naïve
No-IP.com info@example.com https://example.com/a?b=c 数据 مرحبا café 1,000.50 % — ’s
"""
WORDS = TEXT.split()

word = st.sampled_from(WORDS)
sentence = st.lists(word, min_size=1, max_size=12).map(" ".join)
inline = st.one_of(
    sentence,
    sentence.map(lambda s: f"**{s}**"),
    sentence.map(lambda s: f"*{s}*"),
    st.tuples(sentence, st.sampled_from(["#a", "#b", "https://example.com"])).map(
        lambda pair: f"[{pair[0]}]({pair[1]})"
    ),
    sentence.map(lambda s: f"`{s}`"),
)
line = st.lists(inline, min_size=1, max_size=3).map(" ".join)
paragraph = st.lists(line, min_size=1, max_size=3).map("\n".join)


def _items(lines: list[str], sign: str) -> str:
    return "\n".join(f"{sign} {text}" for text in lines)


@st.composite
def _tables(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 3))
    row = st.lists(sentence, min_size=width, max_size=width).map(lambda c: f"| {' | '.join(c)} |")
    rows = draw(st.lists(row, min_size=2, max_size=4))
    return "\n".join([rows[0], "| " + " | ".join(["--:"] * width) + " |", *rows[1:]])


tables = _tables()
blocks = st.one_of(
    paragraph,
    st.lists(line, min_size=1, max_size=4).map(lambda lines: _items(lines, "-")),
    st.lists(line, min_size=1, max_size=4).map(lambda lines: _items(lines, "1.")),
    paragraph.map(lambda text: "\n".join(f"> {part}" for part in text.split("\n"))),
    tables,
    sentence.map(lambda text: f"```\n{text}\n```"),
    st.just("***"),
)


@st.composite
def policies(draw: st.DrawFn, anchored: bool = True) -> str:
    """A policy of up to six sections, each of up to four blocks."""
    names = draw(
        st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True)
        if anchored
        else st.lists(sentence, min_size=1, max_size=6)
    )
    parts = []
    for name in names:
        title = draw(sentence)
        level = draw(st.sampled_from(["##", "###"]))
        parts.append(f"{level} {title} {{#{name}}}" if anchored else f"{level} {name}")
        parts += draw(st.lists(blocks, max_size=4))
    text = draw(st.sampled_from(["\n\n", "\n\n\n"])).join(parts)
    return text + draw(st.sampled_from(["", "\n", "\n\n"]))


@st.composite
def amendments(draw: st.DrawFn) -> tuple[str, str]:
    """A policy and what an editor made of it: blocks dropped, copied, moved, words changed."""
    old = draw(policies())
    parts = old.split("\n\n")
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(parts) - 1))
        act = draw(st.sampled_from(["drop", "move", "words", "add", "column", "item"]))
        if act == "drop" and len(parts) > 1:
            parts.pop(place)
        elif act == "move":
            parts.insert(draw(st.integers(0, len(parts) - 1)), parts.pop(place))
        elif act == "words":
            words = parts[place].split(" ")
            words[draw(st.integers(0, len(words) - 1))] = draw(word)
            parts[place] = " ".join(words)
        elif act == "column" and parts[place].startswith("|"):
            parts[place] = "\n".join(
                f"{line} --- |" if set(line) <= set("|-: ") else f"{line} {draw(word)} |"
                for line in parts[place].split("\n")
            )
        elif act == "item" and parts[place][:1].isalpha():
            parts[place] = f"- {parts[place]}"
        else:
            parts.insert(place, draw(blocks))
    return old, "\n\n".join(parts)
