"""docs/comparison.md says where the comparison is, and is right about it."""

from __future__ import annotations

import re

from tests import ROOT


def test_the_modules_that_the_page_names_are_there() -> None:
    page = (ROOT / "docs" / "comparison.md").read_text("utf-8")
    named = re.findall(r"`(publisher/[\w/]+\.py)`", page)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).is_file()] == []
