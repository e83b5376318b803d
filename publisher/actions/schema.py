"""The JSON Schema of a file of a project, for editors."""

from __future__ import annotations

from publisher.errors import NotFoundError
from publisher.policies.schema import SCHEMAS, toml_schema


def schema(file: str) -> str:
    """The schema by which editors complete and explain a file.

    Args:
        file: `publisher.toml` or `policy.toml`.

    Raises:
        NotFoundError: there is none for it.
    """
    if file not in SCHEMAS:
        known = " or ".join(SCHEMAS)
        raise NotFoundError("has no schema", where=file, remedy=f"name {known}")
    return toml_schema(file)
