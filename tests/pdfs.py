"""Small PDFs, written by hand: forms, and what unpacks to far more than it is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

FORM = (
    b"<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[5 0 R 6 0 R 7 0 R]>>",
    b"<</Fields[5 0 R 6 0 R 7 0 R]/DA(/F 0 Tf)>>",
    b"<</FT/Tx/T(release)/V(privacy/2 " + b"0" * 64 + b")/Subtype/Widget/Rect[0 0 1 1]>>",
    b"<</FT/Btn/T(declaration)/V/Yes/AS/Yes/Subtype/Widget/Rect[0 0 1 1]>>",
    b"<</FT/Tx/T(customer)/V<FEFF0063002D0031>/Subtype/Widget/Rect[0 0 1 1]>>",
)
"""The objects of a form of ours, the catalogue first."""


def file(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of objects, the first of which is its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        b"%bxref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R%b>>\n"
        b"startxref\n%d\n%%%%EOF\n"
    ) % (out, size, table, size, trailer, len(out))


def packed(objects: Sequence[bytes], filters: int, spare: int = 0) -> bytes:
    """A PDF whose objects are in a stream, packed several times, as is its table of places.

    Args:
        objects: the first is its catalogue.
        filters: how often both are packed.
        spare: bytes that the table is longer than it has to be.
    """
    heads, bodies = b"", b""
    for number, thing in enumerate(objects, 1):
        heads += b"%d %d " % (number, len(bodies))
        bodies += thing + b" "
    number = len(objects) + 1
    stream = _stream(
        heads + bodies, filters, b"/Type/ObjStm/N %d/First %d" % (number - 1, len(heads))
    )
    out = b"%%PDF-1.7\n%d 0 obj\n%b\nendobj\n" % (number, stream)
    rows = [
        b"\0\0\0\0",
        *(b"\2" + number.to_bytes(2, "big") + bytes([i]) for i in range(number - 1)),
    ]
    rows += [b"\1\0\x09\0", b"\1" + len(out).to_bytes(2, "big") + b"\0"]
    about = b"/Type/XRef/W[1 2 1]/Size %d/Root 1 0 R" % (number + 2)
    table = _stream(b"".join(rows) + bytes(spare), filters, about)
    return out + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number + 1, table, len(out))


def _stream(data: bytes, filters: int, about: bytes) -> bytes:
    for _ in range(filters):
        data = zlib.compress(data, 9)
    names = b"/Filter[%b]" % (b"/FlateDecode" * filters)
    return b"<<%b%b/Length %d>>stream\n%b\nendstream" % (about, names, len(data), data)
