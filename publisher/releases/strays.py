"""What lies among the releases and is none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number
from publisher.releases.remedies import AND_COMMIT, remove_path, shell_word
from publisher.releases.statement import REGISTER, STATEMENT_FILE

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
        elif name == REGISTER and not STATEMENT_FILE.fullmatch(rest):
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


@dataclass(frozen=True, slots=True)
class Stray:
    """What lies in a place that is not for it."""

    path: str
    what: str
    remedy: str


def repository_strays(modes: Mapping[str, str]) -> Iterator[Stray]:
    """What git has beside the folders of policies.

    Args:
        modes: of everything that the current commit has below `versions/`, by its path.
    """
    for path, mode in modes.items():
        top, _, name = path.partition("/")
        if "/" not in name:
            if mode in _KINDS:
                yield _of_git(path, _KINDS[mode])
            elif name not in _BESIDE_POLICIES:
                yield _of_git(path, "is no folder of a policy")
        elif not POLICY_ID.fullmatch(folder := name.partition("/")[0]):
            yield _of_git(f"{top}/{folder}", "is no folder of a policy")


def _of_git(path: str, what: str) -> Stray:
    return Stray(path, what, remove_path(path, tracked=True, here_too=False))


def private_strays(tracked: Iterable[str], links: Collection[str]) -> Iterator[Stray]:
    """What of the private folder git has, and would hand to others; and links in its place, which
    would have it lie somewhere else: what is kept there of releases is believed.

    Args:
        tracked: paths that git has, or is about to have.
        links: paths of links on the disk that lead into the repository.
    """
    tops: dict[str, list[str]] = {}
    for path in tracked:
        tops.setdefault(path.split("/")[0], []).append(path)
    for top, paths in tops.items():
        linked = top in links or top in paths
        for place in dict.fromkeys("/".join(path.split("/")[:2]) for path in paths):
            what = "is private to each copy of the project, and no business of git"
            remedy = _out_of_git(top, linked=linked)
            if not linked and place.split("/")[1] not in (*_MADE, ".gitignore"):
                what = "holds customers' addresses, and git has it"
                remedy += "  # then take it out of the history too: git filter-repo"
            yield Stray(place, what, remedy)
    for link in links:
        if link not in tracked:
            what = "is a link into the repository: what is kept there, others can push"
            yield Stray(link, what, f"rm -- {shell_word(link)}  # what it leads to stays")


def _out_of_git(top: str, *, linked: bool) -> str:
    """Takes a private folder out of git, and what was made of releases off the disk; a ledger
    stays where it is.
    """
    folder = shell_word(top)
    made = " ".join(shell_word(f"{top}/{name}") for name in _MADE)
    off = f"rm -f -- {folder}" if linked else f"rm -rf -- {made}"
    return f"git rm -r -q --cached --ignore-unmatch -- {folder} && {off}{AND_COMMIT}"


_MADE = ("cache", "unfinished")
"""Folders of the private one in which nothing is that was not made of something else."""
_BESIDE_POLICIES = (".gitattributes", ".gitignore", ".gitkeep", "README", "README.md")
_NEITHER = "is neither a release nor the register"


def is_place(name: str) -> bool:
    """Whether a folder of this name may lie among the releases of a policy."""
    return Number.parse(name) is not None or name == REGISTER


def stray(name: str) -> str:
    """What is wrong with a file or folder of this name among the releases; empty: nothing."""
    return "" if is_place(name) else _NEITHER
