"""The letters of one release: spliced, they are to the byte what would have been composed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.answers.release_letters import ReleaseLetters
from publisher.errors import RecipientsError
from publisher.letters.kinds import letter_kinds
from publisher.letters.notice import Enclosed
from publisher.people.due import Addressee
from publisher.people.recipients import Recipient
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterCase
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.template_letters import TEXTS, template_releases

KEY = b"k" * 32
LATER = PUBLISHED + dt.timedelta(days=3, seconds=7)
KINDS = [
    (language, what, kind.case)
    for language in TEXTS
    for what, (_, release) in template_releases(language).items()
    for kind in letter_kinds(release)
]
EARLIER = ("en", "sealed by an earlier program", None)
"""Its letters look otherwise, and have no templates."""
NAMES = {
    "one word": "Anna",
    "none": "",
    "a firm": "Müller & Söhne <GmbH> = 'x'",
    "from right to left": "محمد بن عبد الله",
    "both ways": "דוד Smith",
    "no letters": "123.",
    "wide": "王小明",
}


@cache
def letters(language: str, what: str, pdf: bytes = b"") -> ReleaseLetters:
    if what == EARLIER[1]:
        first, second = amendments()[:2]
    else:
        first, second = template_releases(language)[what]
    second = replace(second, seal="5e" * 32)
    enclosed = Enclosed(pdf, "2 1234 " + "ab" * 32)
    return ReleaseLetters(second, Releases((first, second)), HOSTING, KEY, enclosed)


def to(
    recipient: Recipient, case: LetterCase | None = None, before: Number | None = None
) -> Addressee:
    return Addressee(recipient, before, case)


def composed(made: ReleaseLetters, whom: Addressee, now: dt.datetime = LATER) -> object:
    """What the slow way gives, or refuses."""
    try:
        return made.composed(whom, now)
    except RecipientsError as error:
        return error.what


def spliced(made: ReleaseLetters, whom: Addressee, now: dt.datetime = LATER) -> object:
    try:
        return made.to(whom, now)
    except RecipientsError as error:
        return error.what


@pytest.mark.parametrize("language", [*TEXTS])
def test_every_shipped_letter_is_spliced_as_it_would_be_composed(language: str) -> None:
    for tag, what, case in (*KINDS, EARLIER):
        if tag != language:
            continue
        made = letters(language, what)
        for name in NAMES.values():
            whom = to(Recipient(31, "c-1", "anna@x.example", name), case, Number(1, 0))
            found = made.in_a_stencil(whom, LATER)
            assert found is not None, (what, case, name)
            assert found == made.composed(whom, LATER), (what, case, name)


_signs = st.one_of(
    st.sampled_from("ab z=.-_'&<>()*[]{}`!#~+|:;/@\\\"?,1٣éßשم王\u0301\u200f\xa0\n\0"),
    st.characters(exclude_categories=["Cs"]),
)
_names = st.one_of(
    st.text(_signs, max_size=80),
    st.sampled_from([*NAMES.values(), "=?utf-8?q?x?=", "x" * 70, "é" * 40, "a  b", " a"]),
    st.lists(st.sampled_from(["Jean-Luc", "O'Neil", "Ngọc", "von", "=", "دار", "&"]), max_size=9)
    .map(" ".join),
)  # fmt: skip
_addresses = st.one_of(
    st.from_regex(r"[a-zA-Z0-9.+_-]{1,50}@[a-z0-9.-]{1,40}", fullmatch=True),
    st.sampled_from(["a@b.example", '"a b"@c.example', "ü@x.example", "a@b.example\r\nBcc: c@d.e"]),
)


@settings(max_examples=60)
@given(
    st.sampled_from([*KINDS, EARLIER]),
    _names,
    _addresses,
    st.integers(1, 0xFFFFFFFF),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from([None, Number(1, 0)]),
)
@example(EARLIER, "\r\nBcc: x@evil.example", "a@b.example", 1, "c", None)
def test_splicing_gives_the_bytes_of_composing(
    kind: tuple[str, str, LetterCase | None],
    name: str,
    address: str,
    number: int,
    customer: str,
    before: Number | None,
) -> None:
    language, what, case = kind
    whom = to(Recipient(number, customer, address, name), case, before)
    made = letters(language, what)
    assert spliced(made, whom) == composed(made, whom)


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@evil.example", "a\nb", "a\x00b", "a\u2028b", "\x85"])
def test_no_control_is_spliced(bad: str) -> None:
    made = letters("de", "amendment")
    fine = Recipient(31, "c-1", "anna@x.example", "Anna")
    assert made.in_a_stencil(to(fine), LATER) is not None
    for recipient in (replace(fine, name=bad), replace(fine, address=f"{bad}@x.example")):
        assert made.in_a_stencil(to(recipient), LATER) is None
        with pytest.raises(RecipientsError):
            made.to(to(recipient), LATER)


def with_text(text: str) -> ReleaseLetters:
    made = letters("en", "amendment")
    release: Release = replace(made.release, notice=text)
    return replace(made, release=release)


@pytest.mark.parametrize(
    "text",
    [
        "# For {{name}}: our terms\n\nText.\n",
        "# Terms\n\n**{{name}}**, our terms change.\n",
        "# Terms\n\n{{name}}. Our terms change.\n",
        "# Terms\n\n[{{name}}](https://x.example/)\n",
        "# Terms\n\n`{{name}}` and \\{{name}}\n",
        "# Terms\n\nDear {{name}}, " + "many words follow here " * 9 + "\n",
        "# Terms\n\n> Dear {{name}},\n\n- {{name}}\n- [You]({{opt_out_link}})\n",
        "# Terms\n\n| a | {{name}} |\n| --- | --- |\n| b | {{opt_out_address}} |\n",
        "# Terms\n\nDear {{name}}, write to {{opt_out_address}} or <{{opt_out_link}}>.\n",
        "# Terms\n\nNobody is named.\n",
    ],
)
def test_a_text_of_ones_own_gives_the_same_bytes_too(text: str) -> None:
    made = with_text(text)
    for name in (*NAMES.values(), "12", "x*", "- a"):
        whom = to(Recipient(31, "c-1", "anna@x.example", name))
        assert made.to(whom, LATER) == made.composed(whom, LATER), name


def test_what_travels_with_a_letter_is_in_each() -> None:
    made = letters("en", "amendment", b"%PDF-1.7" * 500)
    for number in (1, 2, 0xFFFF):
        whom = to(Recipient(number, f"c-{number}", "anna@x.example", "Anna"))
        assert made.in_a_stencil(whom, LATER) == made.composed(whom, LATER)
