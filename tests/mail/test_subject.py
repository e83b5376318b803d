"""The subject of a message, read from its first bytes alone."""

from __future__ import annotations

import time

import pytest

from publisher.mail.subject import HEAD_READ, subject_in


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"From: a@b.example\r\nSubject: Hello\r\n\r\nSubject: no\r\n", "Hello"),
        (b"subject:Hello\n there\n\tyou\nTo: x\n\n", "Hello there you"),
        (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?IQ==?=\r\n\r\n", "Grüße!"),
        (b"Subject: \xc3\xa9t\xc3\xa9\r\n\r\n", "été"),
        (b"From: x\r\n\r\nSubject: in the text\r\n", ""),
        (b"X-Subject: other\r\nTo: a\r\n\r\n", ""),
        (b"Subject: first\r\nSubject: second\r\n\r\n", "first"),
        (b"", ""),
        (b"X: " + b"y" * HEAD_READ + b"\r\nSubject: too far\r\n\r\n", ""),
    ],
)
def test_it_is_the_first_field_of_the_header(raw: bytes, subject: str) -> None:
    assert subject_in(raw) == subject


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject:" + b"\n " * 40_000,
        b"Subject: " + b"=?utf-8?q?" * 10_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 10_000,
        b"\n" * 70_000,
        b"subject \t" * 20_000,
    ],
)
def test_nobody_can_make_it_take_long(raw: bytes) -> None:
    began = time.process_time()
    assert "\n" not in subject_in(raw)
    assert time.process_time() - began < 1
