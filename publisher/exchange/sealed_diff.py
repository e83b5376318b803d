"""The comparison that a release is told by, as JSON that is sealed with it.

It is the published form without what the two texts say themselves, for they are sealed beside it;
but with every word that changed, and how the texts are cut, which a later program may do otherwise.
`compare.told_comparison` reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from publisher.compare.amendment import Amendment
from publisher.compare.cutting import cut_of
from publisher.compare.diff_form import text_digest_of
from publisher.exchange.diff_json import (
    change_value,
    comparison_head,
    operation_values,
    span_cells,
)
from publisher.wording.words import Words

_TEXTS = ("markdown", "text")
"""What a section or a clause says; it stands in the texts."""


def sealed_diff(amendment: Amendment, old: str, new: str, words: Words, engine: str) -> str:
    """The amendment as JSON, short enough to be kept with a release for ever.

    Args:
        amendment: what differs.
        old, new: what the two versions are called.
        words: the language of its summary.
        engine: the version of the program that compared.
    """
    head = comparison_head(amendment, old, new, words) | {
        "engine": engine,
        "texts": {
            "old": text_digest_of(amendment.old.sources.values()),
            "new": text_digest_of(amendment.new.sources.values()),
            "cuts": {"old": cut_of(amendment.old), "new": cut_of(amendment.new)},
        },
    }
    lines = [f'"{key}": {_written(value)}' for key, value in head.items()]
    changes = (_abridged_change(change_value(amendment, each)) for each in amendment.changes)
    lines.append(f'"changes": {_listed(changes)}')
    lines.append(f'"operations": {_listed(_abridged_operations(amendment))}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _listed(items: Iterable[object]) -> str:
    """A list with each item on a line of its own."""
    written = ",\n".join(map(_written, items))
    return f"[\n{written}\n]" if written else "[]"


def _abridged_change(value: dict[str, Any]) -> dict[str, Any]:
    sides = {side: [_abridged(section) for section in value[side]] for side in ("old", "new")}
    return value | sides


def _abridged(value: dict[str, Any]) -> dict[str, Any]:
    return {key: said for key, said in value.items() if key not in _TEXTS}


def _abridged_operations(amendment: Amendment) -> Iterator[dict[str, Any]]:
    """The operations; those that keep a clause as it stands are only counted."""
    pairs = zip(amendment.operations, operation_values(amendment), strict=True)
    for kept, run in groupby(pairs, lambda pair: pair[0].kept_whole):
        if kept:
            yield {"op": "keep", "clauses": len(list(run))}
            continue
        for op, value in run:
            sides = {side: _abridged(value[side]) for side in ("old", "new") if side in value}
            rest = {key: said for key, said in value.items() if key not in ("was", "now", "cells")}
            yield rest | sides | {"cells": span_cells(op)}
