"""A letter of ours as somebody has it: whatever the file holds, it is read or refused."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import MailError
from publisher.mail.received_letter import MOST_LETTERS, message_of_file, read_letters
from tests.fixtures.mails import html_mail, parts

PIECES = st.sampled_from([
    b"Policy-Release: privacy/2; sha256=" + b"a" * 64 + b"\n", b"To: =?utf-8?q?=C3?= <a@b>, ,\n",
    b"To: \"a\\\" <x>\n", b"Content-Type: message/rfc822\n", b"\n", b"\r\n", b"From x y\n",
    b"Content-Type: multipart/mixed; boundary=b\n", b"\n--b\n", b"\n--b--\n", b"List-Id: <x>\n",
    b"Content-Type: text/html; charset=utf-16\n", b"<p hidden>a</p><a href=x>b</a><form>",
    b"Content-Type: text/plain; format=flowed; delsp=yes\n", b"a \nb", b"12\nA: b\n\n", b"\xff\xfe",
    b"Content-Transfer-Encoding: base64\n", b"Content-Disposition: attachment; filename=a.eml\n",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Reply-To: a+b@c.example\n",
])  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=20), max_size=25).map(b"".join))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes) -> None:
    assert 1 <= len(read_letters(data)) <= MOST_LETTERS
    with suppress(MailError):
        read_letters(message_of_file(data, "a.eml"))


def test_what_is_read_of_a_letter() -> None:
    (letter,) = read_letters(html_mail("<p>Hello <a href=' http://a.example '>you</a></p><img>"))
    assert letter.html == ("Hello you",)
    assert [tuple(target) for target in letter.targets] == [("you", "http://a.example")]
    assert letter.strange == ("img",)
    assert (letter.sealed, letter.to, letter.reply_to, letter.listed) == ((), None, (), False)


def test_messages_inside_messages_are_letters_of_their_own() -> None:
    inner = "Content-Type: message/rfc822\n\nSubject: Inner\n\nInner words\n"
    outer, letter = read_letters(
        b"Subject: Outer\n" + parts("multipart/mixed", "\nOuter words", inner)
    )
    assert (outer.subject, outer.attached, outer.files) == ("Outer", False, ())
    assert (letter.subject, letter.attached) == ("Inner", True)
    assert "Inner" not in outer.words
    many = parts("multipart/mixed", *[inner] * 50)
    assert len(read_letters(many)) == MOST_LETTERS
