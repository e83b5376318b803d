"""Which versions the site that was built says there are, and which were in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from publisher.answers.policy_status import BuiltVersions


def read_built_versions(built: Path, policy_id: str) -> BuiltVersions | None:
    """What a built site says of the versions of a policy; None: there is no site.

    Args:
        built: the folder of the built site.
        policy_id: which policy.
    """
    if not built.is_dir():
        return None
    listed = _objects(_read_json(built / policy_id / "versions.json").get("versions"))
    past = _read_json(built / policy_id / "timemap.json").get("mementos")
    stood = _objects(past.get("list") if isinstance(past, dict) else None)
    return BuiltVersions(
        [str(each.get("number")) for each in listed],
        [str(each.get("uri")).rstrip("/").rpartition("/")[2] for each in stood],
    )


def _read_json(path: Path) -> dict[str, Any]:
    """An object in a file; empty where there is none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list; none where it is no list: another program may have written it."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
