"""Looks for a PDF that the reader of forms fails on. See README.md."""

from __future__ import annotations

import logging
import re
import resource
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import atheris

from publisher.errors import FormError
from tests.fixtures.pdfs import FORM, file, packed

with atheris.instrument_imports():
    from publisher.answers.returned_form import read_form

SLOW = 1.0
"""Seconds of CPU; a file that takes more is a finding."""
MEMORY = 160_000_000
"""Bytes that reading one may add to the address space; that it needs more is no finding."""
WORDS = (
    "/AcroForm /Fields /Kids /Parent /T /V /FT /Tx /Btn /Yes /Off /Root /Prev /Size /Length /Type"
    " /ObjStm /XRef /XRefStm /N /First /W /Index /Filter /FlateDecode /LZWDecode /ASCII85Decode"
    " /ASCIIHexDecode /RunLengthDecode /DecodeParms /Predictor /Columns /Encrypt /Standard /Names"
    " obj endobj stream endstream xref trailer startxref %%EOF %PDF-1.7 << >> [ ] ( ) <FEFF null"
    " true R -1 2147483648 0.0 release declaration customer"
)


def seeds() -> Iterator[bytes]:
    """The first byte says whether the rest is a file, or objects to make one of."""
    yield b"\0" + file(FORM)
    yield b"\0" + packed(FORM, 1)
    yield b"\0" + file(FORM, b"/Prev 9/XRefStm 9")
    yield b"\1" + b"\n".join(FORM)
    yield b"\2" + b"\n".join(FORM)


# The library that reads PDFs is C++, which is not observed. What it says of a file tells how far
# it came: each sentence is a branch of its own here.
WAYS = 1_024
_told = {}
exec(
    "def told(way):\n" + "".join(f"    if way == {n}:\n        return {n}\n" for n in range(WAYS)),
    _told,
)
told = atheris.instrument_func(_told["told"])


def _tell(sentence: str) -> None:
    told(zlib.crc32(re.sub(r"\d+|<.*?>", "", sentence)[:120].encode("utf-8", "replace")) % WAYS)


def read(data: bytes) -> None:
    how, rest = data[:1], data[1:]
    if how == b"\1":
        rest = file(rest.split(b"\n"))
    elif how == b"\2":
        rest = packed(rest.split(b"\n")[:200], 1)
    start = time.process_time()
    try:
        answers = read_form(rest)
        _tell(f"{len(answers.fields)} {answers.declared}")
    except FormError as error:
        _tell(str(error.__cause__ or error))
    except MemoryError:
        _tell("memory")
    if (took := time.process_time() - start) > SLOW:
        raise RuntimeError(f"it took {took:.1f} s")


def prepare(folder: Path) -> Path:
    """Writes the files to begin with, and the words to build others from."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    listed = folder.with_suffix(".words")
    listed.write_text("".join(f'"{word}"\n' for word in WORDS.split()), "utf-8")
    return listed


def limit() -> None:
    """Holds this process to what it has and MEMORY more, as the one that reads mail is held."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    # The library warns of each file that it mends.
    logging.disable(logging.CRITICAL)
    for seed in seeds():
        read(seed)
    words = prepare(Path(sys.argv[1]))
    atheris.Setup([*sys.argv, f"-dict={words}", "-max_len=8192", "-print_final_stats=1"], read)
    limit()
    atheris.Fuzz()
