"""Letters as they went out, kept against the template of their run."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from publisher.answers.personal_links import personal_links, personal_token, sample_token
from publisher.errors import KeptLetterError, SendError
from publisher.letters.notice import Enclosed, compose_notice
from publisher.letters.splicing import LARGEST_LETTER, Template, letter_of
from publisher.people.recipients import SAMPLE, Recipient
from publisher.releases.number import Number
from tests import ROOT
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.letters import read_message

KEY = b"k" * 32
EARLIER = ROOT / "tests/fixtures/formats/letters/1"
"""What an earlier program kept: a template, a notice against it, and their digests."""


def sums(folder: Path) -> dict[str, bytes]:
    """The digests of letters by their name."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: bytes.fromhex(digest) for digest, name in (line.split() for line in lines)}


def letter(recipient: Recipient, pdf: bytes = b"", seconds: int = 0) -> bytes:
    """The notice of a release as a carrier takes it."""
    release = amendments()[1]
    sample = recipient is SAMPLE
    token = sample_token(release) if sample else personal_token(KEY, release, recipient)
    links = personal_links(release, HOSTING, token, Number(1))
    date = PUBLISHED + dt.timedelta(seconds=seconds)
    return compose_notice(release, recipient, HOSTING, links, date, Enclosed(pdf)).data


def customers(count: int) -> Iterator[Recipient]:
    for number in range(1, count + 1):
        address = f"customer{number * 7919}@example{number % 17}.com"
        yield Recipient(number, f"c-{number}", address, f"Forename{number} Surname{number * 31}")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# ── what an earlier program stored ───────────────────────────────────────────────────────────────


def earlier() -> tuple[bytes, bytes, dict[str, bytes]]:
    """A template as it was stored, a letter kept against it, the digests."""
    return (
        (EARLIER / "template").read_bytes(),
        (EARLIER / "notice.kept").read_bytes(),
        sums(EARLIER),
    )


def test_a_letter_comes_back_from_what_an_earlier_program_stored() -> None:
    data, kept, digests = earlier()
    template = Template(data, digests["template"])
    found = letter_of(kept, digests["notice"], {digests["template"]: template}.__getitem__)
    message = read_message(found)
    assert message["To"] == "Zoë O’Example <zoe.example@customer.example>"
    assert message["Date"] == "Sun, 10 Jan 2027 09:30:03 +0000"


def test_a_byte_altered_anywhere_is_noticed() -> None:
    data, kept, digests = earlier()
    template = Template(data, digests["template"])
    for place in range(len(kept)):
        for bit in range(8):
            other = bytearray(kept)
            other[place] ^= 1 << bit
            with pytest.raises(KeptLetterError):
                letter_of(bytes(other), digests["notice"], lambda _: template)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(KeptLetterError, match="template"):
            Template(bytes(changed), digests["template"])
    for wrong in (
        kept[:-1],
        kept + b"\0",
        kept[:37],
        kept[:33],
        kept[:20],
        b"",
        b"\1",
        b"\2" + kept,
    ):
        with pytest.raises(KeptLetterError):
            letter_of(wrong, digests["notice"], lambda _: template)


def test_another_letter_or_another_template_is_noticed() -> None:
    data, kept, digests = earlier()
    template = Template(data, digests["template"])
    with pytest.raises(KeptLetterError, match="its digest is another one"):
        letter_of(kept, digests["template"], lambda _: template)
    with pytest.raises(KeptLetterError):
        letter_of(kept, digests["notice"], lambda _: Template(data.replace(b"Keys", b"Kegs")))


@pytest.mark.skipif(shutil.which("zstd") is None, reason="there is no program zstd here")
def test_another_program_reads_it(tmp_path: Path) -> None:
    _, kept, digests = earlier()
    frame = tmp_path / "frame.zst"
    frame.write_bytes(kept[37:])
    words = ["zstd", "-d", "-q", "-c", "-D", str(EARLIER / "template"), str(frame)]
    done = subprocess.run(words, check=True, capture_output=True)
    assert sha256(done.stdout) == digests["notice"]


def test_a_frame_that_asks_for_memory_gets_none() -> None:
    template = Template(letter(SAMPLE))
    bomb = zstandard.ZstdCompressor(19).compress(bytes(LARGEST_LETTER + 1))
    assert len(bomb) < 10_000
    endless = zstandard.ZstdCompressor(19).compressobj().compress(b"") + bomb
    sizeless = zstandard.ZstdCompressor(write_content_size=False).compress(b"letter")
    for frame in (bomb, endless, sizeless, b"", b"no frame"):
        with pytest.raises(KeptLetterError):
            template.splice(frame)


def test_what_could_not_be_read_again_is_not_kept() -> None:
    letters = bytes(LARGEST_LETTER + 1)
    with pytest.raises(SendError, match="64 MB"):
        Template(b"template").keep(letters)


def test_a_template_is_stored_and_read_again() -> None:
    template = Template(letter(SAMPLE))
    assert len(template.body) < len(template.data) / 2
    assert Template.stored(template.body, template.digest).data == template.data
    for wrong in (template.body[:-1], b"", bytes(9), template.body + b"x"):
        with pytest.raises(KeptLetterError):
            Template.stored(wrong, template.digest)
    with pytest.raises(KeptLetterError, match="was altered"):
        Template.stored(template.body, sha256(b"another"))


# ── what it takes ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("pdf", "limit"), [(0, 300), (300_000, 370)])
def test_a_letter_takes_little_beside_its_template(pdf: int, limit: int) -> None:
    attached = random.Random(1).randbytes(pdf)
    template = Template(letter(SAMPLE, attached))
    assert len(template.data) > pdf
    sizes = []
    for number, recipient in enumerate(customers(20)):
        data = letter(recipient, attached, number)
        kept = template.keep(data).body
        sizes.append(len(kept))
        assert letter_of(kept, sha256(data), lambda _: template) == data
        for personal in (recipient.address, recipient.name):
            assert personal.encode() not in template.data
    assert sum(sizes) / len(sizes) < limit
    assert max(sizes) < 1.2 * limit


def test_a_letter_that_differs_more_comes_back_too() -> None:
    """Names are of all kinds."""
    template = Template(letter(SAMPLE))
    names = ["", "N" * 200, "李小龍", "Ben <b>Example</b>", "=?utf-8?q?x?=", "a\u00adb"]
    for number, name in enumerate(names):
        recipient = Recipient(10**number, f"k{number}", f"a{number}@customer.example", name)
        data = letter(recipient)
        assert letter_of(template.keep(data).body, sha256(data), lambda _: template) == data


@given(st.binary(max_size=3000), st.binary(max_size=3000), st.integers(0, 3000))
def test_whatever_the_bytes_they_come_back(template: bytes, letter: bytes, cut: int) -> None:
    """A template may be empty, and a letter too; the letter may be a part of the template."""
    kept = Template(template)
    for data in (letter, template[cut:], template + letter, letter + template):
        assert letter_of(kept.keep(data).body, sha256(data), lambda _: kept) == data


def test_a_template_that_is_composed_otherwise_changes_nothing_that_is_kept() -> None:
    """A later program composes another letter: what was kept before is spliced as it was."""
    before = Template(letter(SAMPLE))
    recipient = next(customers(1))
    data = letter(recipient)
    kept = before.keep(data).body
    release = amendments()[1]
    later = replace(release, notice=release.notice.replace("Dear {{name}},", "Hello {{name}}!"))
    links = personal_links(later, HOSTING, sample_token(later), Number(1))
    after = Template(compose_notice(later, SAMPLE, HOSTING, links, PUBLISHED).data)
    assert after.digest != before.digest
    stored = {one.digest: one for one in (before, after)}
    assert letter_of(kept, sha256(data), stored.__getitem__) == data
