"""The published form of a comparison: its names, and whether a text is one.

`docs/diff-json.md` documents it, `docs/diff.schema.json` specifies it, `exchange` writes it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from publisher.compare.change import ChangeKind
from publisher.compare.spans import SpanKind
from publisher.text.clauses import Kind
from publisher.text.strict_json import strict_json

DIFF_SCHEMA = "urn:policy-publisher:diff:2"
"""The `$id` of the JSON Schema."""
DIFF_FORMAT = "policy-publisher/diff"
DIFF_VERSION = 2
"""Version of the form; it rises when a reader of the old one would misread the new one."""


def rebuild(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Both source texts, by file name, to the byte, from a comparison in this form, in full."""
    sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for op in json.loads(text)["operations"]:
        for side, name in zip(sides, ("old", "new"), strict=True):
            if clause := op.get(name):
                side[clause["file"]] = side.get(clause["file"], "") + clause["markdown"]
    return sides


def text_digest_of(files: Iterable[str]) -> str:
    """The digest by which a comparison names a text: SHA-256 of its files, one behind the other in
    the order of the text; hexadecimal.
    """
    return hashlib.sha256("".join(files).encode()).hexdigest()


def text_digests(text: str) -> tuple[str, str]:
    """The digests of the old and the new text of a comparison in this form."""
    if named := json.loads(text).get("texts"):
        return named["old"], named["new"]
    old, new = (text_digest_of(side.values()) for side in rebuild(text))
    return old, new


def diff_flaw(text: str) -> str:
    """Why a text is no comparison in this form, with its line or the path in it; empty: it is one.

    Keys that nobody knows are allowed: they may come without a new version.
    """
    try:
        value = strict_json(text)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        return f"is not JSON, see line {line}" if line else f"is no JSON to rely on: {error}"
    if not isinstance(value, dict):
        return "is no comparison: it is not an object"
    named = (value.get("$schema"), value.get("format"), value.get("version"))
    if named != (DIFF_SCHEMA, DIFF_FORMAT, DIFF_VERSION):
        return f"has another form than {DIFF_SCHEMA}, which this program reads"
    shape = _ABRIDGED if "texts" in value else _COMPARISON
    return next(_flaws(value, shape, ""), "") or next(_untold(value), "")


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────

_Shape = Any
"""A type; a range; a pattern; a tuple of allowed values and types; a list of one shape; a table of
shapes by key, those that may be missing with a question mark; what gives the shape of an object."""

_COUNT, _FROM_ONE = range(1 << 53), range(1, 1 << 53)
_ID = re.compile(r".+", re.DOTALL)
_CLAUSE = {"file": str, "line": _FROM_ONE, "markdown": str}
_SECTION = {**_CLAUSE, "anchor": str, "title": str, "level": range(7), "text": str}
_MARKS = [{"kind": ("strong", "em", "code", "link", "image", "html"), "to?": str}]
_SPAN = {
    "kind": tuple(kind.value for kind in SpanKind),
    "text": str,
    "marks?": _MARKS,
    "was?": _MARKS,
    "before?": str,
    "move?": _FROM_ONE,
}
_CHANGE = {
    "id": _ID,
    "kind": tuple(kind.value for kind in ChangeKind),
    **dict.fromkeys(("anchor", "title", "was"), str),
    "others": [str],
    **dict.fromkeys(("inserted", "deleted", "moved"), _COUNT),
    "old": [_SECTION],
    "new": [_SECTION],
}
_OPERATION = {
    "id": _ID,
    "op": ("keep", "amend", "insert", "delete"),
    "clause": tuple(kind.value for kind in Kind),
    "changes": [_ID],
    "move?": _FROM_ONE,
    "continued?": ("split", "merged"),
    "flows?": bool,
    "old?": _CLAUSE,
    "new?": _CLAUSE,
    "was": (str, None),
    "now": (str, None),
    "columns?": list,
    "cells?": [[_SPAN]],
}
_COMPARISON = {
    **dict.fromkeys(("old", "new", "summary"), str),
    "words": dict.fromkeys(("inserted", "deleted", "moved"), _COUNT),
    "changes": [_CHANGE],
    "operations": [_OPERATION],
    "seconds?": (int, float),
    "engine?": str,
}

_DIGEST = re.compile(r"[0-9a-f]{64}$")
_PLACE = {"file": str, "line": _FROM_ONE}
_PLACED = {**_PLACE, "anchor": str, "title": str, "level": range(7)}
_RUN = {"op": ("keep",), "clauses": _FROM_ONE}
_TOLD = {key: shape for key, shape in _OPERATION.items() if key not in ("was", "now")}
_ABRIDGED = {
    **_COMPARISON,
    "engine": str,
    "texts": {"old": _DIGEST, "new": _DIGEST, "cuts?": {"old": str, "new": str}},
    "changes": [{**_CHANGE, "old": [_PLACED], "new": [_PLACED]}],
    "operations": [
        lambda op: _RUN if "clauses" in op else {**_TOLD, "old?": _PLACE, "new?": _PLACE}
    ],
}
"""The form without what its two texts say themselves."""


def _flaws(value: object, shape: _Shape, place: str) -> Iterator[str]:
    """Where a value has not the shape it should have."""
    if callable(shape) and not isinstance(shape, type):
        shape = shape(value if isinstance(value, Mapping) else {})
    if isinstance(shape, dict):
        if not isinstance(value, Mapping):
            yield f"`{place}` is no object"
            return
        for key, inner in shape.items():
            name = key.removesuffix("?")
            path = f"{place}.{name}" if place else name
            if name in value:
                yield from _flaws(value[name], inner, path)
            elif name == key:
                yield f"lacks `{path}`"
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"`{place}` is no list"
            return
        for number, item in enumerate(value):
            yield from _flaws(item, shape[0], f"{place}[{number}]")
    elif not _fits(value, shape):
        yield f"`{place}` is {json.dumps(value, ensure_ascii=False)[:60]}"


def _fits(value: object, shape: _Shape) -> bool:
    if isinstance(shape, range):
        return isinstance(value, int) and not isinstance(value, bool) and value in shape
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and bool(shape.match(value))
    if isinstance(shape, tuple):
        return any(
            isinstance(value, one) and not isinstance(value, bool)
            if isinstance(one, type)
            else value == one
            for one in shape
        )
    return isinstance(value, shape)


def _untold(value: Mapping[str, Any]) -> Iterator[str]:
    """Operations that name no change of the comparison, or lack the clause that they tell of."""
    known = {change["id"] for change in value["changes"]}
    abridged = "texts" in value
    for number, op in enumerate(value["operations"]):
        place = f"operations[{number}]"
        if "clauses" in op:
            continue
        if strange := [one for one in op["changes"] if one not in known]:
            yield f"`{place}.changes` names `{strange[0]}`, which is no change"
        if {"old", "new"} & op.keys() != _sides(op):
            yield f"`{place}` lacks a clause, or has one too many"
        if not abridged and (op["op"] == "keep") == ("cells" in op):
            yield f"`{place}` lacks its words, or has some that it should not have"


def _sides(op: Mapping[str, Any]) -> Iterable[str]:
    if "continued" in op:
        return {"new"} if op["continued"] == "split" else {"old"}
    return {"insert": {"new"}, "delete": {"old"}}.get(op["op"], {"old", "new"})
