"""The site as it was built, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from publisher.answers.opt_out_page import FormAddress, OptOutPage, opt_out_page
from publisher.answers.policy_status import BuiltVersions
from publisher.edges.archive import Archive
from publisher.markup.elements import NOTHING


def read_opt_out_page(archive: Archive, built: Path, at: FormAddress) -> OptOutPage:
    """The opt-out page of a release. What it costs does not depend on how many releases there are.

    Args:
        archive: has the release.
        built: the folder of the built site; the page need not be there.
        at: which page.

    Raises:
        NotFoundError: there is no such release, or nobody may opt out of it.
        SealError: the release was altered.
    """
    release = archive.release(at.policy_id, at.number)
    return opt_out_page(release, _built(built / at.policy_id / str(at.number) / "opt-out"))


def _built(folder: Path) -> Markup:
    try:
        return Markup((folder / "index.html").read_text("utf-8"))  # noqa: S704 - we built it
    except FileNotFoundError:
        return NOTHING


def read_built_versions(built: Path, policy_id: str) -> BuiltVersions | None:
    """What a built site says of the versions of a policy; None: there is no site.

    Args:
        built: the folder of the built site.
        policy_id: which policy.
    """
    if not built.is_dir():
        return None
    listed = _read_json(built / policy_id / "versions.json").get("versions", ())
    stood = _read_json(built / policy_id / "timemap.json").get("mementos", {}).get("list", ())
    return BuiltVersions(
        [str(each["number"]) for each in listed],
        [str(each["uri"]).rstrip("/").rpartition("/")[2] for each in stood],
    )


def _read_json(path: Path) -> dict[str, Any]:
    """An object in a file; empty where there is none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
