"""What a new policy repository is made from, as it comes with the program."""

from __future__ import annotations

from functools import cache
from importlib import resources

from publisher.founding.policy_files import Beginnings
from publisher.policies.schema import SCHEMAS, toml_schema


@cache
def founding_assets() -> dict[str, str]:
    """The files around the policies by their names, the schemas among them."""
    schemas = {name.replace(".toml", ".schema.json"): toml_schema(name) for name in SCHEMAS}
    return {**_texts("files"), **schemas}


@cache
def shipped_beginnings() -> Beginnings:
    """Templates of policies, and the sentences beside them."""
    return Beginnings(_texts("templates"))


def _texts(folder: str) -> dict[str, str]:
    place = resources.files("publisher") / "assets" / "founding" / folder
    return {file.name: file.read_text("utf-8") for file in place.iterdir() if file.is_file()}
