"""Letters as they went out: the template of a run once, and of each letter only what differs.

The template is the letter to the sample customer, composed in the same run. A letter is kept as a
frame of Zstandard (RFC 8878) that was compressed with the template as its dictionary, so it gives
back the exact bytes that the carrier was handed, whatever a later program would compose; `zstd
-d -D TEMPLATE` reads it as well. Nothing personal is in a template, so a person can be erased.

What is kept of a letter: a byte, 1; the SHA-256 of the template (32 bytes); the CRC-32 of these and
of the frame (4 bytes, the highest first); the frame.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import zstandard

from publisher.errors import KeptLetterError, SendError

LARGEST_LETTER = 64 << 20
"""Limit on a letter, bytes: no frame, whatever it says of itself, is given more memory."""
LEVEL = 9
"""Of compression: beyond it a letter takes ten times as long, and two bytes in a hundred less."""
LEVEL_OF_TEMPLATE = 19
"""Of what is compressed once in a run."""
_FORM = b"\1"
_HEAD = len(_FORM) + hashlib.sha256().digest_size
"""Bytes before the sum."""
_SUM = 4


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """What is kept of a letter that went out."""

    body: bytes
    sha256: str
    """Of the mail that was handed to the carrier, hexadecimal."""


class Template:
    """The letter that others are kept against; to be used by one thread at a time."""

    def __init__(self, data: bytes, digest: bytes = b"") -> None:
        """Takes the bytes of a letter.

        Args:
            data: the letter, as a carrier would take it.
            digest: its SHA-256, where it was stored; empty: it is new.

        Raises:
            KeptLetterError: the bytes have another digest.
        """
        self.data = data
        self.digest = hashlib.sha256(data).digest()
        if digest not in (b"", self.digest):
            raise KeptLetterError(
                f"the template {digest.hex()[:16]} of letters on record was altered",
                remedy="restore the ledger from a copy",
            )

    @classmethod
    def stored(cls, body: bytes, digest: bytes) -> Template:
        """A template that was stored, in a frame of Zstandard.

        Args:
            body: the frame.
            digest: SHA-256 of the letter in it.

        Raises:
            KeptLetterError: the frame does not read, or has another letter in it.
        """
        return cls(_unpacked(zstandard.ZstdDecompressor(), body), digest)

    @property
    def body(self) -> bytes:
        """The template as it is stored."""
        return zstandard.ZstdCompressor(LEVEL_OF_TEMPLATE).compress(self.data)

    def keep(self, letter: bytes) -> KeptLetter:
        """What is kept of a letter that differs little from the template.

        Raises:
            SendError: it is larger than any that can be read again.
        """
        _require_small(letter)
        head, frame = _FORM + self.digest, self._compressor.compress(letter)
        body = head + _sum_of(head, frame) + frame
        return KeptLetter(body, hashlib.sha256(letter).hexdigest())

    def splice(self, frame: bytes) -> bytes:
        """The letter in a frame.

        Raises:
            KeptLetterError: the frame does not read.
        """
        return _unpacked(self._decompressor, frame)

    @cached_property
    def _compressor(self) -> zstandard.ZstdCompressor:
        # Matches have to reach from the end of a letter back to the start of the template.
        reach = max(2 * len(self.data), 1 << zstandard.WINDOWLOG_MIN)
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL,
            dict_size=len(self.data),
            window_log=min(reach.bit_length(), zstandard.WINDOWLOG_MAX),
            write_dict_id=False,
        )
        return zstandard.ZstdCompressor(dict_data=self._dictionary, compression_params=parameters)

    @cached_property
    def _decompressor(self) -> zstandard.ZstdDecompressor:
        return zstandard.ZstdDecompressor(dict_data=self._dictionary)

    @cached_property
    def _dictionary(self) -> zstandard.ZstdCompressionDict:
        return zstandard.ZstdCompressionDict(self.data, zstandard.DICT_TYPE_RAWCONTENT)


def template_digest(kept: bytes) -> bytes:
    """The SHA-256 of the template that a letter was kept against; empty: it is no letter."""
    return kept[len(_FORM) : _HEAD] if kept.startswith(_FORM) else b""


def letter_of(kept: bytes, digest: bytes, template: Callable[[bytes], Template]) -> bytes:
    """A letter to the byte as it went out.

    Args:
        kept: the body of what was kept of it.
        digest: the SHA-256 of the mail that was handed to the carrier.
        template: gives the template of a SHA-256.

    Raises:
        KeptLetterError: what is kept, or the template, is not what was stored.
    """
    head, total, frame = kept[:_HEAD], kept[_HEAD : _HEAD + _SUM], kept[_HEAD + _SUM :]
    if not head.startswith(_FORM) or total != _sum_of(head, frame):
        raise _altered("a byte of it is another one")
    found = template(head[len(_FORM) :]).splice(frame)
    if hashlib.sha256(found).digest() != digest:
        raise _altered("its digest is another one")
    return found


def _sum_of(head: bytes, frame: bytes) -> bytes:
    # Some bits of a frame mean nothing, so the digest of the letter would not tell them altered.
    return zlib.crc32(frame, zlib.crc32(head)).to_bytes(_SUM, "big")


def _unpacked(decompressor: zstandard.ZstdDecompressor, frame: bytes) -> bytes:
    try:
        size = zstandard.get_frame_parameters(frame).content_size
        if size > LARGEST_LETTER:  # that it says no size is told by a larger number
            raise _altered("its frame does not say how large it is, or says too much")
        return decompressor.decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise _altered(str(error)) from error


def _altered(why: str) -> KeptLetterError:
    return KeptLetterError(
        f"what is on record of the letter is not what was stored: {why}",
        remedy="restore the ledger from a copy",
    )


def _require_small(letter: bytes) -> None:
    if len(letter) > LARGEST_LETTER:
        raise SendError(
            f"the letter has {len(letter) >> 20} MB: no relay takes it, and it cannot be kept",
            remedy="freeze a correction with a smaller PDF",
        )
