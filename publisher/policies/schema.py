"""JSON Schemas of the TOML files of a project, for editors that complete and explain them.

They follow from the descriptions that the readers go by (JSON Schema 2020-12). A date of TOML is
text in the format `date` there, as editors take it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from publisher.policies.facts_keys import FACTS_KEYS
from publisher.policies.keys import BY_LANGUAGE, Key, KeyKind
from publisher.policies.settings_keys import SETTINGS_KEYS

SCHEMAS: Mapping[str, tuple[str, Mapping[str, Key]]] = {
    "publisher.toml": ("The organisation that publishes policies, and its mail", SETTINGS_KEYS),
    "policy.toml": ("What a policy is, beside its text", FACTS_KEYS),
}
"""The files that have a schema: what each is, and its keys."""
_KINDS: Mapping[KeyKind, dict[str, Any]] = {
    KeyKind.TEXT: {"type": "string"},
    KeyKind.WHOLE: {"type": "integer", "minimum": 0},
    KeyKind.TEXTS: {"type": "array", "items": {"type": "string"}},
    KeyKind.MAPPING: {"type": "object", "additionalProperties": {"type": "string"}},
    KeyKind.DAY: {"type": "string", "format": "date"},
}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def toml_schema(file: str) -> str:
    """The schema of a file.

    Args:
        file: `publisher.toml` or `policy.toml`.

    Returns:
        JSON, with a line end behind it.
    """
    title, keys = SCHEMAS[file]
    root = _object()
    for key in keys.values():
        _add(root, key)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{file}: {title}",
        **root,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _object() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _add(root: dict[str, Any], key: Key) -> None:
    """Puts a key into the schema of its file, with the tables that it is in."""
    place = root
    *tables, name = key.path.split(".")
    for number, table in enumerate(tables):
        if number and tables[number - 1] == BY_LANGUAGE:
            if place["additionalProperties"] is False:
                place["additionalProperties"] = _object()
            inside = place["additionalProperties"]
        else:
            inside = place["properties"].setdefault(table, _object())
            if key.is_required and BY_LANGUAGE not in tables:
                _require(place, table)
        place = inside
    place["properties"][name] = _described(key)
    if key.is_required:
        _require(place, name)


def _require(table: dict[str, Any], name: str) -> None:
    required = table.setdefault("required", [])
    if name not in required:
        required.append(name)


def _described(key: Key) -> dict[str, Any]:
    said: dict[str, Any] = dict(_KINDS[key.kind])
    if key.choices and key.kind is KeyKind.TEXTS:
        said |= {"items": {"enum": list(key.choices)}, "uniqueItems": True}
    elif key.choices:
        said["enum"] = list(key.choices)
    if key.most:
        said |= {"minimum": key.least, "maximum": key.most}
    missing = "" if key.is_required else f" If it is missing: {_plain(key.missing)}."
    said["description"] = f"{_plain(key.says)}.{missing}"
    example = tomllib.loads(f"value = {key.example}")["value"]
    said["examples"] = [example if isinstance(example, int | str | list | dict) else str(example)]
    return said


def _plain(words: str) -> str:
    """Markdown as words."""
    return _LINK.sub(r"\1", words).replace("`", "")
