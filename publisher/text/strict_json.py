"""JSON that somebody else wrote, read in the one way in which all programs read it."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def strict_json(text: str | bytes) -> Any:
    """What a JSON text says, if no other program may read it otherwise.

    Args:
        text: the text, or its bytes in UTF-8.

    Raises:
        ValueError: it is no JSON (RFC 8259), names a key of an object twice (§4: what is read then
            is unpredictable), has a number that JSON has not, or is nested too deeply to be read.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"it has the key {twice!a:.40} twice in one object")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"it has {name}, which is no number in JSON")
