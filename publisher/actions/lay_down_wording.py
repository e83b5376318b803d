"""Laying down files for words of one's own: a catalog, and the templates of letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.catalogs import (
    OWN_WORDING,
    own_catalogs,
    program_messages,
    require_language,
    shipped_catalogs,
)
from publisher.edges.files import write_file
from publisher.edges.templates import own_templates, shipped_templates
from publisher.errors import ConfigurationError
from publisher.wording.catalogs import CATALOG_ENDING
from publisher.wording.laid_down import LaidDownFile, catalog_to_fill, templates_to_fill


def lay_down_wording(workplace: Workplace, tag: str) -> Sequence[LaidDownFile]:
    """Writes what a language lacks into `wording/`, empty; what stands there stays to the byte.

    Args:
        workplace: of which project.
        tag: of the language (BCP 47).

    Returns:
        Each file, and how much of it is new.

    Raises:
        ConfigurationError: no language has this tag, a catalog that is there does not read, or a
            link stands where a file is to be written.
        TemplateError: a template that is there is no text.
    """
    require_language(tag)
    folder = workplace.project.root / OWN_WORDING
    own, shipped = own_catalogs(workplace.project.root), shipped_catalogs()
    place = f"{OWN_WORDING}/{tag}{CATALOG_ENDING}"
    files = [
        catalog_to_fill(tag, program_messages(), own.get(tag), shipped.get(tag), place),
        *templates_to_fill(tag, shipped_templates(), own_templates(workplace.project.root)),
    ]
    changed = [file for file in files if file.added or file.is_new]
    for written in (folder, *(folder / file.name for file in changed)):
        _refuse_link(written, workplace.project.root)
    for file in changed:
        write_file(folder / file.name, file.data)
    return files


def _refuse_link(place: Path, root: Path) -> None:
    """What a link leads to may be anybody's."""
    if place.is_symlink():
        name = place.relative_to(root)
        raise ConfigurationError(
            "is a link, and what it leads to is not written",
            where=str(name),
            remedy=f"put a file or a folder in its place: rm {name}",
        )
