"""The laws of a comparison on real pairs of versions.

`pytest tests/compare/test_pairs.py --pairs FOLDER` tries them on each folder of FOLDER that has an
`old.md` and a `new.md`; `bench/diff/pairs.py` makes such a FOLDER from a git repository.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.compare.amendment import amend
from publisher.compare.diff_form import rebuild
from publisher.compare.operations import accept, compare_documents, reject
from publisher.exchange.diff_json import diff_json
from publisher.markup.exact import exact
from publisher.reports.pull_request import markdown_report
from publisher.reports.terminal import terminal_report
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from tests.compare.test_operations import seen
from tests.markup.test_html import checked, leaves, marked

NONE = pytest.param(Path(), marks=pytest.mark.skip(reason="no --pairs"), id="none")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folder = metafunc.config.getoption("--pairs")
    found = sorted(path.parent for path in Path(folder).glob("*/old.md")) if folder else []
    metafunc.parametrize("pair", found or [NONE], ids=lambda path: path.name)


def test_the_laws_hold_for_a_real_pair(pair: Path) -> None:
    old, new = ((pair / name).read_text("utf-8") for name in ("old.md", "new.md"))
    a, b = (Document(parse(text, "p.md")) for text in (old, new))
    operations = compare_documents(a, b)
    assert accept(operations).get("p.md", "") == new
    assert reject(operations).get("p.md", "") == old
    assert all(op.unchanged for op in compare_documents(b, b))
    assert seen(operations, swap=False) == seen(compare_documents(b, a), swap=True)
    amendment = amend(a, b)
    sides = rebuild(diff_json(amendment, "old", "new"))
    assert [side.get("p.md", "") for side in sides] == [old, new]
    terminal_report(amendment, "title")
    markdown_report(amendment, "title")
    marked(old, new)
    marked(old, new, views=True)
    html = exact(amendment).html
    checked(html)
    for side, drop in ((b, "del"), (a, "ins")):
        assert leaves(html, drop) == leaves(exact(amend(side, side)).html)
