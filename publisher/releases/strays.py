"""What lies among the releases and is none of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number

REGISTER = "register"
"""Folder of the sealed statements about releases."""
_STATEMENT = re.compile(r"[0-9]{4,}\.toml")
_KINDS = {"120000": "is a link", "160000": "is another repository, put in its place"}
"""Modes that git gives to what is no file (git-fast-import(1))."""


def committed_strays(
    policy_id: str, modes: Mapping[str, str], sealed: Mapping[Number, Collection[str]]
) -> Iterator[tuple[str, str]]:
    """What git has among the releases of a policy that nobody sealed: each path and what it is.

    Args:
        policy_id: whose releases.
        modes: of everything that the current commit has below `versions/`, by its path.
        sealed: the names of files in each release folder that reads.
    """
    top = f"versions/{policy_id}"
    for path, mode in modes.items():
        if path in ("versions", top) and mode in _KINDS:
            yield path, _KINDS[mode]
        if not path.startswith(f"{top}/"):
            continue
        if mode in _KINDS:
            yield path, _KINDS[mode]
            continue
        name, _, rest = path.removeprefix(f"{top}/").partition("/")
        number = Number.parse(name)
        if not rest or not (number or name == REGISTER):
            yield f"{top}/{name}", _NEITHER
        elif name == REGISTER and not _STATEMENT.fullmatch(rest):
            yield path, "is no statement of the register"
        elif number and rest not in sealed.get(number, (rest,)):
            yield path, "was added after the release was sealed"


def committed_numbers(policy_id: str, modes: Mapping[str, str]) -> set[Number]:
    """The numbers of the releases of a policy that the current commit has.

    Args:
        policy_id: whose releases.
        modes: of everything that it has below `versions/`, by its path.
    """
    top = f"versions/{policy_id}/"
    names = {path.removeprefix(top).split("/")[0] for path in modes if path.startswith(top)}
    return {number for name in names if (number := Number.parse(name))}


def repository_strays(modes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What git has beside the folders of policies: each path and what is wrong with it.

    Args:
        modes: of everything that the current commit has below `versions/` and in the private
            folder, by its path.
    """
    for path, mode in modes.items():
        top, _, name = path.partition("/")
        if top != "versions":
            yield path, "is private to each copy of the project, and no business of git"
        elif "/" not in name:
            if mode in _KINDS:
                yield path, _KINDS[mode]
            elif name not in _BESIDE_POLICIES:
                yield path, "is no folder of a policy"
        elif not POLICY_ID.fullmatch(folder := name.partition("/")[0]):
            yield f"{top}/{folder}", "is no folder of a policy"


_BESIDE_POLICIES = (".gitattributes", ".gitignore", ".gitkeep", "README", "README.md")
_NEITHER = "is neither a release nor the register"


def is_place(name: str) -> bool:
    """Whether a folder of this name may lie among the releases of a policy."""
    return Number.parse(name) is not None or name == REGISTER


def stray(name: str) -> str:
    """What is wrong with a file or folder of this name among the releases; empty: nothing."""
    return "" if is_place(name) else _NEITHER
