"""The files with the words around a text: the program's catalogs, and the project's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from publisher.edges.project import read_folder
from publisher.errors import ConfigurationError
from publisher.policies.finding import Finding
from publisher.wording.catalogs import CATALOG_ENDING, Catalogs
from publisher.wording.language import locale, usual_tag

OWN_WORDING = "wording"
"""The folder of a project's own catalogs and templates."""


def read_catalogs(root: Path) -> Catalogs:
    """The words in every language.

    Args:
        root: the project's folder, which may have catalogs of its own in `wording/`.
    """
    return Catalogs(shipped_catalogs(), own_catalogs(root), OWN_WORDING)


def shipped_catalogs() -> dict[str, bytes]:
    """The catalogs that come with the program, PO files by language."""
    folder = resources.files("publisher") / "assets" / "wording"
    return _by_language(
        {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(CATALOG_ENDING)}
    )


def program_messages() -> bytes:
    """The messages of the program: a catalog without translations."""
    return (resources.files("publisher") / "assets" / "wording" / "messages.pot").read_bytes()


def own_catalogs(root: Path) -> dict[str, bytes]:
    """The project's own catalogs, PO files by what they are called.

    Args:
        root: the project's folder.
    """
    return _by_language(read_folder(root / OWN_WORDING))


def require_language(tag: str) -> None:
    """Refuses what is the tag of no language.

    Args:
        tag: what somebody wrote (BCP 47).

    Raises:
        ConfigurationError: nobody knows it, or its usual spelling is another one.
    """
    if locale(tag) is None:
        usual = usual_tag(tag)
        remedy = "write a tag such as de, pt-BR or zh-Hant"
        if usual:
            remedy = f"publisher wording --language {usual}"
        raise ConfigurationError(f"`{tag}` is the tag of no language that we know", remedy=remedy)


def check_own_catalogs(root: Path) -> list[Finding]:
    """What is wrong with a project's own catalogs; what comes with the program is tested with it.

    Args:
        root: the project's folder.
    """
    own = own_catalogs(root)
    if not own:
        return []  # reading ours takes longer than all the rest of a check
    from publisher.checks.wording_findings import check_own_catalog

    messages, shipped = program_messages(), shipped_catalogs()
    return [
        found
        for tag, data in own.items()
        for found in check_own_catalog(
            tag, data, f"{OWN_WORDING}/{tag}{CATALOG_ENDING}", messages, shipped
        )
    ]


def _by_language(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name.removesuffix(CATALOG_ENDING): data
        for name, data in files.items()
        if name.endswith(CATALOG_ENDING) and "/" not in name
    }
