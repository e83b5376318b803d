"""How what follows from a release is written down as bytes, for a cache, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup

from publisher.markup.html import Fragment, Heading


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Named parts as one; `unpack` reads them back."""
    sizes = json.dumps({name: len(data) for name, data in parts.items()}).encode()
    return b"\n".join([sizes, b"".join(parts.values())])


def unpack(data: bytes) -> dict[str, bytes]:
    """What `pack` wrote."""
    head, _, rest = data.partition(b"\n")
    found, at = {}, 0
    for name, size in json.loads(head).items():
        found[name] = rest[at : at + size]
        at += size
    return found


def encode_fragment(found: Fragment) -> bytes:
    """The headings in one line, then the HTML as it is; `decode_fragment` reads it back."""
    headings = [(h.level, h.anchor, h.title) for h in found.headings]
    return f"{json.dumps(headings, ensure_ascii=False)}\n{found.html}".encode()


def decode_fragment(data: bytes) -> Fragment:
    """What `encode_fragment` wrote."""
    headings, _, html = data.decode().partition("\n")
    return Fragment(cached_html(html), tuple(Heading(*heading) for heading in json.loads(headings)))


def cached_html(html: str) -> Markup:
    """HTML that was made here earlier."""
    return Markup(html)  # noqa: S704
