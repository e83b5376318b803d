"""What loads the templates of the theme, made for more than one build: a preview builds on every
save.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import CodeType

from jinja2 import Environment, FileSystemLoader
from jinja2.bccache import Bucket, BytecodeCache
from mkdocs.theme import Theme

_MOST = 500
"""Limit on the compiled templates that are kept; Material has forty that are used."""


def quicken(theme: Theme) -> None:
    """Has a theme's templates compiled once a process, and its icons not listed.

    Both together take half of what MkDocs needs for a small site; what it writes stays the same.

    Args:
        theme: of one build.
    """
    made = theme.get_env

    def quickened() -> Environment:
        env = made()
        env.bytecode_cache = _COMPILED
        env.loader = _WithoutHidden(theme.dirs)
        return env

    theme.get_env = quickened  # type: ignore[method-assign]


class _WithoutHidden(FileSystemLoader):
    """Lists no hidden folder: MkDocs copies nothing from there, and Material has 14,000 icons in
    one, of which those that are used are read by their names.
    """

    def list_templates(self) -> list[str]:
        """The names of all templates but those, sorted."""
        found = set[str]()
        for place in self.searchpath:
            for folder, folders, files in os.walk(place):
                folders[:] = [name for name in folders if not name.startswith(".")]
                inside = Path(folder).relative_to(place)
                found.update((inside / name).as_posix() for name in files)
        return sorted(found)


class _CompiledTemplates(BytecodeCache):
    """Keeps them in memory, by their text and by what else their code depends on.

    They are in no file: whoever could write to it could have the next build do anything.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Gives a template its code, if it was compiled before."""
        bucket.code = self._kept.get(_known_by(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the code of a template."""
        if len(self._kept) >= _MOST:
            self._kept.clear()
        if bucket.code is not None:
            self._kept[_known_by(bucket)] = bucket.code


def _known_by(bucket: Bucket) -> tuple[str, str, str]:
    return bucket.key, bucket.checksum, " ".join(sorted(bucket.environment.extensions))


_COMPILED = _CompiledTemplates()
