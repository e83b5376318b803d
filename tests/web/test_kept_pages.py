"""What is made once for a release, a language and a day shows each customer their own page."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from publisher.actions.opt_out import opt_out
from publisher.actions.opt_out_form import opt_out_form
from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_form import form_state, personal_form
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.project import Project
from tests.fixtures.answers import bearer_of
from tests.fixtures.houses import NOW, TWO, import_customers, token, told, workplace
from tests.fixtures.some import some
from tests.fixtures.workplaces import ledger_of

AT = FormAddress("privacy", TWO)
CUSTOMERS = ("c-1", "c-2", "c-3", "odd")


def everybody(root: Path) -> Project:
    project = told(root, choices=("accept",))
    import_customers(project, b"customer,address,name\nodd,&d@odd.example,Odd\n")
    return project


def test_forms_that_are_filled_in_are_those_that_would_be_composed(tmp_path: Path) -> None:
    project = everybody(tmp_path)
    kept = Workplace(project, clock=lambda: NOW)
    seen = {}
    for customer in some(CUSTOMERS):
        own = token(project, customer)
        shown = opt_out_form(kept, AT, own).html
        page = kept.form_pages.read(AT, NOW)
        bearer = bearer_of(project, own)
        state = form_state(bearer, [], NOW)
        assert shown == page.showing(personal_form(page.form, state)).html
        assert own in shown
        assert "\0" not in shown
        seen[customer] = shown
    assert len(set(seen.values())) == len(CUSTOMERS)
    assert not [c for c in CUSTOMERS for d in CUSTOMERS if c != d and token(project, d) in seen[c]]


def test_receipts_that_are_filled_in_are_those_that_would_be_composed(tmp_path: Path) -> None:
    project = everybody(tmp_path)
    kept = Workplace(project, clock=lambda: NOW)
    numbers = set()
    for action in ("opt out", "withdraw", "accept", "opt out"):
        for customer in CUSTOMERS:
            own = token(project, customer)
            shown = opt_out(kept, AT, own, action).html
            # Said again, it is the same receipt, which another process composes.
            assert shown == opt_out(workplace(project), AT, own, action).html
            assert own in shown
            assert not re.search("zq[0-9]qz", shown)
            whom = bearer_of(project, own).recipient.number
            about = ledger_of(project).requests("privacy", 2, whom)
            last = [one for one in about if one.repeats is None][-1]
            assert last.digest in shown
            assert last.receipt in shown
            numbers.add(last.receipt)
    assert len(numbers) == 4 * len(CUSTOMERS)


def test_a_day_that_begins_is_seen_at_once(tmp_path: Path) -> None:
    project = everybody(tmp_path)
    closes = dt.datetime(2027, 2, 28, 23, 59, 59, tzinfo=dt.UTC)
    now = [NOW]
    kept = Workplace(project, clock=lambda: now[0])
    said = []
    for moment in (NOW, closes, closes + dt.timedelta(seconds=1), closes):
        now[0] = moment
        said.append("You can opt out until" in opt_out_form(kept, AT, token(project, "c-1")).html)
    assert said == [True, True, False, True]


def test_what_is_read_at_one_moment_does_not_see_what_comes_after(tmp_path: Path) -> None:
    project = everybody(tmp_path)
    ledger, own = ledger_of(project), token(project, "c-1")
    whom = bearer_of(project, own).recipient.number
    with ledger.at_one_moment():
        assert not ledger.requests("privacy", 2, whom)
        opt_out(workplace(project), AT, own, "opt out")
        assert not ledger.requests("privacy", 2, whom)
    assert ledger.requests("privacy", 2, whom)
