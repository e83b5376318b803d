"""What was seen before: the file of it, and what contradicts it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from publisher.errors import ConfigurationError
from publisher.releases.known_seals import (
    KnownPolicy,
    KnownRelease,
    KnownSeals,
    contradictions,
    known_json,
    read_known,
)
from publisher.releases.number import Number

ONE, TWO = Number(1), Number(2)
SEEN = KnownRelease("a" * 64, "b" * 40, "c" * 40, "legal@hosting.example (SHA256:x)")
BARE = KnownRelease("d" * 64)
KNOWN = KnownSeals({"privacy": KnownPolicy({ONE: SEEN, TWO: BARE}, "legal ssh-ed25519 AAAA\n")})


def test_it_reads_back() -> None:
    assert read_known(known_json(KNOWN), "known.json") == KNOWN
    assert read_known(known_json(KnownSeals()), "known.json") == KnownSeals()


def altered(**more: Any) -> bytes:
    value = json.loads(known_json(KNOWN))
    value["policies"]["privacy"]["releases"]["1"].update(more)
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format": 1, "format": 1, "policies": {}}', "twice"),
        (b"[]", "is not as it was written"),
        (b"{}", "no `format`"),
        (b'{"format": 2, "policies": {}}', "is of format 2"),
        (b'{"format": 1}', "no `policies`"),
        (b'{"format": 1, "policies": {}, "x": 1}', "unknown `x`"),
        (b'{"format": 1, "policies": {"privacy": {}}}', "no `releases`"),
        (b'{"format": 1, "policies": {"privacy": {"releases": {"0": {}}}}}', "no number"),
        (known_json(KNOWN)[:-9], "is no JSON"),
        (altered(seal="a" * 63), "is no seal"),
        (altered(seal=1), "is not as it was written"),
        (altered(tag="HEAD"), "no id of a tag"),
        (altered(date="x"), "unknown `date`"),
        (b'{"$schema": "urn:policy-publisher:versions:1", "policy": "p"}', "no `versions`"),
    ],
)
def test_what_does_not_read_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_known(data, "known.json")
    assert said in caught.value.what
    assert caught.value.where == "known.json"
    assert caught.value.remedy


def test_a_published_file_has_seals_and_is_not_ours() -> None:
    value = {
        "$schema": "urn:policy-publisher:versions:1",
        "policy": "privacy",
        "versions": [{"number": "1", "sha256": {"seal": "a" * 64, "text": "b" * 64}}],
    }
    known = read_known(json.dumps(value).encode(), "versions.json")
    assert known.published
    assert known.of("privacy") == KnownPolicy({ONE: KnownRelease("a" * 64)})


def test_what_contradicts_it() -> None:
    def told(**now: KnownRelease) -> list[str]:
        found = {ONE: SEEN, TWO: BARE} | {Number.parse(k[1:]) or ONE: v for k, v in now.items()}
        return [what for _, what in contradictions(KNOWN.of("privacy"), found)]

    assert told() == []
    assert told(_3=SEEN, _2=KnownRelease(BARE.seal, "e" * 40)) == []  # more is known now
    assert "was replaced" in told(_1=KnownRelease("e" * 64, SEEN.tag))[0]
    assert "has another tag" in told(_1=KnownRelease(SEEN.seal, "e" * 40))[0]
    assert SEEN.signer in told(_1=KnownRelease(SEEN.seal, "e" * 40))[0]
    assert "has no tag here" in told(_1=KnownRelease(SEEN.seal))[0]
    gone = list(contradictions(KNOWN.of("privacy"), {TWO: BARE}))
    assert gone == [(ONE, f"was seen before with the seal {'a' * 16}…, and is gone")]


def test_it_only_ever_grows() -> None:
    more = KnownRelease(BARE.seal, "e" * 40, "f" * 40, "x")
    known = KNOWN.added(
        {
            "privacy": KnownPolicy({TWO: more, Number(3): SEEN}, "other"),
            "terms": KnownPolicy({ONE: BARE}),
        }
    )
    assert known.of("privacy").releases == {ONE: SEEN, TWO: more, Number(3): SEEN}
    assert known.of("privacy").signers == KNOWN.of("privacy").signers
    assert known.of("terms").releases == {ONE: BARE}
    with pytest.raises(ConfigurationError, match="another run"):
        KNOWN.added({"privacy": KnownPolicy({ONE: KnownRelease("e" * 64)})})
