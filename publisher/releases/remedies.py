"""Commands that put releases and their tags back as they were, as they are printed for people.

Whoever can push names files, and what a command says is pasted into a shell: each name is quoted,
none is taken for an option or a pattern, and commits go by their whole ids, for a tag may be called
like the beginning of one.
"""

from __future__ import annotations

import shlex

AND_COMMIT = "  # and commit it"
_BY_HAND = "remove it by hand: no command can be shown that names it"
_LITERAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._- ")


def shell_word(text: str) -> str:
    """A word of a command for sh(1) that means this text and nothing else.

    What cannot be seen is written in octal, for printf(1). Line breaks at its end, the shell would
    leave out: see `remove_path`.
    """
    if text.isprintable():
        return shlex.quote(text)
    data = text.encode("utf-8", "surrogateescape")
    signs = (chr(byte) if chr(byte) in _LITERAL else f"\\0{byte:03o}" for byte in data)
    return f"\"$(printf %b '{''.join(signs)}')\""


def remove_path(path: str, *, tracked: bool, here_too: bool = True) -> str:
    """Removes a file or folder.

    Args:
        path: from the project's folder.
        tracked: whether git has it.
        here_too: whether it goes from the disk as well, where git has it.
    """
    if path.endswith("\n"):
        return _BY_HAND
    if not tracked:
        return f"rm -r -- {shell_word(path)}"
    cached = "" if here_too else "--cached "
    return f"{_git(path)} rm -r {cached}-- {shell_word(path)}{AND_COMMIT}"


def restore_path(path: str, commit: str) -> str:
    """Takes a file or folder from a commit.

    Args:
        path: from the project's folder.
        commit: its whole id, with what git may need behind it; empty: the current one.
    """
    if path.endswith("\n"):
        return _BY_HAND
    return f"{_git(path)} checkout {shell_word(commit or 'HEAD')} -- {shell_word(path)}"


def _git(path: str) -> str:
    return "git --literal-pathspecs" if set(path) & set("*?[]\\:") else "git"


def remove_tag(name: str) -> str:
    """Removes a tag, by the name that git has for it."""
    return f"git tag -d -- {shell_word(name)}"


def show_tag(name: str) -> str:
    """Shows a tag, by the name that git has for it."""
    return f"git show {shell_word(f'refs/tags/{name}')}"


def restore_tag(name: str, known: str, here: bool) -> str:
    """Brings back the tag of a release.

    Args:
        name: that git has for it.
        known: the id of the object that it was; empty: nobody knows.
        here: whether there is any tag of that name now.
    """
    if known:
        return f"git update-ref {shell_word(f'refs/tags/{name}')} {known}"
    fetch = "git fetch --tags  # or ask whoever has the tag of the freeze"
    return f"{remove_tag(name)} && {fetch}" if here else fetch
