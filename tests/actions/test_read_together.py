"""Whoever asks at the same time is shown what each would be shown alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from publisher.actions.opt_out_form import opt_out_form
from publisher.actions.read_together import read_together
from publisher.answers.opt_out_page import FormAddress, ShownPage
from publisher.edges import lasting
from publisher.errors import LedgerError, NotFoundError
from publisher.releases.number import Number
from tests.fixtures.houses import TWO, token, told, workplace

AT, GONE = FormAddress("privacy", TWO), FormAddress("privacy", Number(9))


def test_readings_see_one_moment_and_fail_each_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = told(tmp_path)
    kept = workplace(project)
    own = [token(project, customer) for customer in ("c-1", "c-2", "c-3")]
    alone = [opt_out_form(kept, AT, one).html for one in own]

    looks: list[lasting.Looks] = []
    begun: list[str] = []
    same, begin = lasting.Looks.same, kept.ledger._database._engine.begin

    def looked(of: lasting.Looks) -> bool:
        looks.append(of)
        return same(of)

    def beginning() -> object:
        begun.append("a transaction")
        return begin()

    monkeypatch.setattr(lasting.Looks, "same", looked)
    monkeypatch.setattr(lasting, "CLOCK_STEP", 0)
    opt_out_form(kept, AT, own[0])
    looks.clear()
    monkeypatch.setattr(kept.ledger._database._engine, "begin", beginning)
    readings = [
        *(partial(opt_out_form, kept, AT, one) for one in own),
        partial(opt_out_form, kept, GONE, own[0]),
    ]
    *shown, failed = read_together(kept, readings)
    assert [one.html for one in shown if isinstance(one, ShownPage)] == alone
    assert isinstance(failed, NotFoundError)
    assert len(begun) == 1
    assert len(looks) == len({id(one) for one in looks})
    # The next to ask look again.
    count = len(looks)
    read_together(kept, readings[:1])
    assert len(looks) > count


def test_nothing_is_read_without_a_ledger(tmp_path: Path) -> None:
    project = told(tmp_path)
    kept = workplace(project)
    kept.ledger.close()
    (project.private / "ledger.sqlite").rename(project.private / "elsewhere")
    with pytest.raises(LedgerError):
        read_together(kept, [lambda: pytest.fail("was read")])
