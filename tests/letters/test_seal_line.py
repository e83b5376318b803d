"""The seal of its release in a letter that is sent: the line and the field."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP

import pytest

from publisher.letters.notice import Enclosed, compose_notice
from publisher.letters.seal_line import (
    SEAL_FIELD,
    SealedRelease,
    read_seal_field,
    seals_in,
    with_seal,
)
from publisher.record.heads import LEDGER_FIELD, WitnessedHead, read_head_line
from publisher.releases.number import Number
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.letters import ANNA, LINKS

SECOND = amendments()[1]


def test_a_letter_says_which_release_it_belongs_to_and_its_seal() -> None:
    sealed = replace(SECOND, seal="3f2a" * 16)
    letter = compose_notice(sealed, ANNA, HOSTING, LINKS, PUBLISHED)
    said = f"belongs to version 2 of our Privacy Policy, sealed as {'3f2a' * 16} (SHA-256)."
    for kind in ("text/plain", "text/html"):
        assert said in " ".join(letter.part(kind).split())
        assert seals_in(letter.part(kind)) == ("3f2a" * 16,)
    message = message_from_bytes(letter.data, policy=SMTP)
    assert message[SEAL_FIELD] == f"privacy/2; sha256={'3f2a' * 16}"
    read = read_seal_field(str(message[SEAL_FIELD]))
    assert read == SealedRelease("privacy", Number(2), "3f2a" * 16)
    assert max(map(len, letter.data.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    assert "sealed as {{seal}} " in sealed.notice


def test_a_letter_has_the_head_of_the_ledger_when_its_run_began() -> None:
    head = WitnessedHead("6f1c2a34-9b1d-4c55-8e1f-0a2b3c4d5e6f", 12, 10**9, bytes(range(32)))
    enclosed = Enclosed(head=head.line())
    letter = compose_notice(SECOND, ANNA, HOSTING, LINKS, PUBLISHED, enclosed)
    message = message_from_bytes(letter.data, policy=SMTP)
    assert read_head_line(str(message[LEDGER_FIELD])) == head
    assert max(map(len, letter.data.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
    assert LEDGER_FIELD.encode() not in compose_notice(SECOND, ANNA, HOSTING, LINKS, PUBLISHED).data


def test_the_line_of_the_seal_takes_any_title() -> None:
    policy = replace(SECOND.policy, facts=replace(SECOND.policy.facts, title="*A* [b](c) & <d>"))
    text = with_seal("# Hello\n", replace(SECOND, policy=policy, seal="0" * 64))
    said = as_plain_text(parse(text)).split("\n\n")[1]
    assert "version 2 of our *A* [b](c) & <d>, sealed as" in " ".join(said.split())


@pytest.mark.parametrize(
    "value",
    [
        "",
        "privacy/2",
        "privacy/2; sha256=",
        "privacy/0; sha256=" + "a" * 64,
        "; sha256=" + "a" * 64,
    ],
)
def test_a_field_that_does_not_read(value: str) -> None:
    assert read_seal_field(value) is None
    assert read_seal_field(f"terms/2.1;sha256={'A' * 64}") == SealedRelease(
        "terms", Number(2, 1), "a" * 64
    )
