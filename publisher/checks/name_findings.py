"""Names of files that some clone of the project cannot have: what is sealed must live in each.

Two names that differ by case only, or by the way in which an accent is written, are one file on the
disks of macOS and Windows; Windows keeps some names for devices, and long paths from itself
(https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from publisher.policies.file_names import LONGEST_NAME, device, one_file, spelled
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import NOTES

MOST_BYTES = 200
"""Bytes of a file's name in UTF-8; most file systems take 255."""

_REFUSED = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')


def check_names(policy_id: str, names: Iterable[str], folder: str) -> list[Finding]:
    """Every name in a draft that some clone cannot have.

    Args:
        policy_id: the name of the draft's folder, and of that of its releases.
        names: the paths of all files in it.
        folder: its path, for messages.
    """
    found = [
        Finding(Severity.ERROR, f"{folder}/{name}", 0, what, remedy)
        for name in sorted(names)
        for what, remedy in _faults(name, f"{folder}/{name}")
    ]
    if device(policy_id):
        what = f"Windows keeps `{policy_id}` for a device, so no clone there has this policy"
        found.append(Finding(Severity.ERROR, folder, 0, what, "give the policy another id"))
    return [*found, *_twins(names, folder)]


def _faults(name: str, path: str) -> Iterator[tuple[str, str]]:
    for part in name.split("/"):
        if taken := device(part):
            yield (
                f"Windows keeps `{taken}` for a device, so no clone there has this file",
                _renamed_note(name) or "give it another name",
            )
        if _REFUSED.search(part) or part.endswith((".", " ")):
            yield "Windows cannot have a file of this name", "use letters, digits and hyphens"
        if len(part) > LONGEST_NAME or len(part.encode("utf-8", "surrogateescape")) > MOST_BYTES:
            yield (
                f"the name has {len(part)} characters; not every clone takes over {LONGEST_NAME}",
                "give it a shorter one",
            )
    composed = unicodedata.normalize("NFC", name)
    if not name.isascii() and _is_text(name) and composed != name:
        mended = path.removesuffix(name) + composed
        yield (
            f"its name writes accents as signs of their own: {spelled(name)}",
            f"git mv $'{spelled(path)}' $'{spelled(mended)}'",
        )
    if not _is_text(name):
        yield f"its name is not UTF-8: {spelled(name)}", "give it another name"


def _is_text(name: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _renamed_note(name: str) -> str:
    """A note is called by the anchors that it explains, which are permanent."""
    if not (note := re.fullmatch(rf"(?:[^/]+/)?{NOTES}/([^/]+)", name)):
        return ""
    stem = note[1].removesuffix(".md")
    return f"explain a second section in it, as in notes/{stem}+use.md, or use notes/_summary.md"


def _twins(names: Iterable[str], folder: str) -> Iterator[Finding]:
    """Files, and folders, that would be one."""
    places: dict[str, set[str]] = {}
    for name in names:
        parts = name.split("/")
        for end in range(1, len(parts) + 1):
            place = "/".join(parts[:end])
            places.setdefault(one_file(place), set()).add(place)
    told: set[str] = set()
    for key, alike in sorted(places.items()):
        above = key.rpartition("/")[0]
        if len(alike) < 2 or above in told:
            told |= {key} if above in told else set()
            continue
        told.add(key)
        first, *others = sorted(alike)
        for other in others:
            what = f"is one file with `{_shown(first, other)}` on macOS and Windows"
            remedy = f"git mv {folder}/{other} to a name of its own, or remove one of the two"
            yield Finding(Severity.ERROR, f"{folder}/{other}", 0, what, remedy)


def _shown(name: str, other: str) -> str:
    """A name beside another one that may look the same."""
    same = unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", other)
    return spelled(name) if same else name
