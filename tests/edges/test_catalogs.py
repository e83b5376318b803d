"""A catalog of a project that cannot be used is told by whatever would show its words."""

from __future__ import annotations

import pytest

from publisher.edges.catalogs import own_catalogs, program_messages, shipped_catalogs
from tests.fixtures.house import House

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('msgid "{day}, {time} UTC"\nmsgstr "{day} {hour}"\n', 5),
        ('msgid "{day}, {time} UTC"\nmsgstr "{day} {time}\n', 6),
    ],
)
def test_nothing_is_built_with_a_catalog_that_cannot_be_used(
    house: House, text: str, line: int
) -> None:
    house.ok("freeze", "--effective", "unknown")
    own = house.root / "wording/en.po"
    own.parent.mkdir()
    own.write_text(HEAD + text, "utf-8")
    refused = house.run("build")
    assert refused.exit_code == 2
    assert f"wording/en.po:{line}" in refused.output
    assert not house.project.built.exists()


def test_what_is_no_catalog_is_none(house: House) -> None:
    """Templates, folders, editors' copies and hidden files lie beside catalogs."""
    folder = house.root / "wording"
    (folder / "declarations").mkdir(parents=True)
    for name in ("de.po", "de.po~", ".fr.po", "letter.de.md", "declarations/es.po"):
        (folder / name).write_text(HEAD, "utf-8")
    assert own_catalogs(house.root) == {"de": HEAD.encode()}
    assert set(shipped_catalogs()) == {"ar", "de", "es", "fr"}
    assert b"msgid" in program_messages()
