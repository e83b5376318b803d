"""The folders that hold customers' addresses: for their owner alone, and never in git.

`.publisher/` ignores itself: it holds a `.gitignore` that names everything in it. So does a spool
that lies elsewhere in the project. Whoever first writes there makes them so.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from publisher.edges.project import PRIVATE_FOLDER, SETTINGS_FILE
from publisher.errors import ConfigurationError, HistoryError
from publisher.policies.ledger_url import sqlite_path, sqlite_url
from publisher.releases.remedies import shell_word

_IGNORE_FILE = ".gitignore"
_IGNORING = b"# Addresses of customers: never to be committed.\n*\n"
_OWNER_ONLY = 0o700


def make_folders(folder: Path, mode: int = 0o777) -> None:
    """Makes a folder and those above it, and a project's `.publisher` among them private.

    Args:
        folder: which; it may be there.
        mode: permissions of the folder itself if it is made, before the umask.

    Raises:
        OSError: it cannot be made.
    """
    keep_private_around(folder)
    folder.mkdir(mode=mode, parents=True, exist_ok=True)


def keep_private_around(folder: Path) -> None:
    """Makes a project's `.publisher` private if a folder is that, or lies in it.

    Raises:
        OSError: it cannot be made.
    """
    for each in (folder, *folder.parents):
        if each.name == PRIVATE_FOLDER and (each.parent / SETTINGS_FILE).is_file():
            keep_private(each)


def make_letter_folder(folder: Path) -> None:
    """Makes a folder of letters; git ignores it, wherever it lies in a project.

    One that was there with other things in it is its owner's to keep out of git.

    Raises:
        OSError: it cannot be made.
    """
    made = not folder.exists()
    make_folders(folder, _OWNER_ONLY)
    above = folder.resolve().parents
    inside = any((each / SETTINGS_FILE).is_file() for each in above)
    if made and inside and PRIVATE_FOLDER not in {each.name for each in above}:
        ignore_all(folder)


def keep_private(folder: Path) -> None:
    """Makes a folder, if it is missing, that only its owner may open and that git ignores.

    One that is there and open to others is closed; where that is not ours to do, it stays.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    with suppress(OSError):
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(_OWNER_ONLY)
    ignore_all(folder)


def ignore_all(folder: Path) -> None:
    """Has git ignore a folder with all that is in it, unless the folder says otherwise itself."""
    place = folder / _IGNORE_FILE
    with suppress(OSError):  # also where it is there
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123
            file.write(_IGNORING)


def close_private(root: Path) -> None:
    """Closes what an earlier program left open.

    Args:
        root: the project's folder.
    """
    folder = root / PRIVATE_FOLDER
    if folder.is_dir():
        with suppress(OSError):
            keep_private(folder)


def spool_folder(root: Path, name: str) -> Path:
    """The folder of letters.

    Args:
        root: the project's folder.
        name: its path from there.

    Raises:
        ConfigurationError: the project lies in it, so it could not be kept out of git.
    """
    folder = root / name
    if root.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(
            f"`mail.spool` is not a folder of its own: {name}",
            where=SETTINGS_FILE,
            remedy="name one in the project, such as .publisher/spool, or elsewhere",
        )
    return folder


def ledger_place(root: Path, url: str) -> str:
    """The URL of a ledger; a file that is named from nowhere lies in the project.

    Args:
        root: the project's folder, from which a relative path counts, wherever a command is run.
        url: a SQLAlchemy URL.
    """
    path = sqlite_path(url)
    # What is odd stays as it is written: whoever opens it says what is wrong.
    if not path or "?" in url or path.startswith(("/", ":", "file:")):
        return url
    return sqlite_url(str(root.resolve() / path))


def refuse_public_place(root: Path, place: Path) -> None:
    """Nothing with customers' addresses is written where git would be given it.

    Args:
        root: the project's folder.
        place: the path that is to be written.

    Raises:
        ConfigurationError: it lies in the project, and not in `.publisher`; or in another
            repository.
    """
    top, meant = root.resolve(), place.resolve()
    if meant.is_relative_to(top / PRIVATE_FOLDER):
        return
    if meant.is_relative_to(top) or any((above / ".git").exists() for above in meant.parents):
        raise ConfigurationError(
            "holds customers' addresses, and would lie where git finds it",
            where=str(place),
            remedy="name a place outside the project and every repository, or "
            f"{PRIVATE_FOLDER}/{place.name}",
        )


def private_places(root: Path, spool: Path, ledger: str) -> list[str]:
    """The paths in a project, from its root, at which customers' addresses lie.

    Args:
        root: the project's folder.
        spool: the folder of letters.
        ledger: its URL; empty: it lies in `.publisher`.
    """
    places = [root / PRIVATE_FOLDER, spool]
    if path := sqlite_path(ledger):
        places.append(Path(path))
    top = root.resolve()
    found = (place.resolve() for place in places)
    inside = [p.relative_to(top).as_posix() for p in found if p.is_relative_to(top) and p != top]
    return list(dict.fromkeys(inside))


def refuse_exposed(places: Iterable[str], uncommitted: Iterable[str], kept: Iterable[str]) -> None:
    """Nobody is told to commit what lies at a private place.

    Args:
        places: see `private_places`.
        uncommitted: the paths that git would add.
        kept: the paths that git has already.

    Raises:
        HistoryError: there is one among them; says what has git leave it out.
    """
    wanted = list(places)
    for path, place in _private(uncommitted, wanted):
        raise HistoryError(
            "holds customers' addresses, and git does not ignore it",
            where=path,
            remedy=f"{_ignored(place)}; never commit it",
        )
    for path, place in _private(kept, wanted):
        raise HistoryError(
            "holds customers' addresses, and git has it",
            where=path,
            remedy=f"git rm -r -q --cached {shell_word(f'{_literally(place)}*')} && "
            f"{_ignored(place)}, and commit that; then take it out of the history too "
            "(git filter-repo)",
        )


def _ignored(place: str) -> str:
    return f"echo {shell_word(f'/{_literally(place)}*')} >>.gitignore"


def _literally(place: str) -> str:
    """A place, whose name the settings may make any, for a pattern of git."""
    return re.sub(r"([*?\[])", r"[\1]", place).replace("\\", "?")


def _private(paths: Iterable[str], places: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for place in places:
            beside = path.removeprefix(place) if path.startswith(place) else None
            # What SQLite keeps beside its file has a name that begins with that of the file.
            if beside is not None and (not beside or beside[0] in "/-"):
                yield path, place
