"""Forms that are posted at the same time are answered as if one came after the other."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.actions.declare_together import PostedForm, declare_together
from publisher.actions.opt_out import opt_out
from publisher.answers.declarations import MOST_CHANGES
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import FormAddress, ShownPage
from publisher.edges.ledger import Ledger
from publisher.edges.project import Project
from publisher.errors import LedgerError, NotFoundError
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import Channel, Recorded, RequestKind, Timing, Wanted
from publisher.releases.number import Number
from tests.fixtures.answers import at
from tests.fixtures.houses import NOW, ONE, TWO, token
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

AT = FormAddress("privacy", TWO)
OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW


def posted(project: Project, *said: tuple[str, str]) -> list[ShownPage | Exception]:
    """What customers are shown who press buttons at the same time."""
    forms = [PostedForm(AT, token(project, whom), kind) for whom, kind in said]
    return declare_together(at(project), forms)


def require_sound(ledger: Ledger) -> None:
    """Chain, private values and states are what was recorded."""
    assert not ledger.audit(lambda *_: None).findings


def test_each_gets_the_receipt_that_it_would_get_alone(project: Project) -> None:
    ledger = ledger_of(project)
    batches = ledger.own_head()
    shown = posted(
        project, ("c-1", OUT), ("c-2", OUT), ("c-1", OUT), ("c-2", BACK), ("c-3", "dance")
    )
    pages = [page for page in shown if isinstance(page, ShownPage)]
    assert len(pages) == 5
    assert [page.message for page in pages] == [None] * 4 + [FormMessage.NOT_UNDERSTOOD]
    # Pressed twice at once, it is declared once.
    assert pages[0].html == pages[2].html
    for place, whom, kind in ((0, "c-1", OUT), (3, "c-2", BACK)):
        assert opt_out(at(project), AT, token(project, whom), kind).html == pages[place].html
    said = ledger.requests("privacy", 2)
    assert [(one.kind, one.repeats) for one in said[:4]] == [
        (OUT, None), (OUT, None), (OUT, said[0].id), (BACK, None)
    ]  # fmt: skip
    assert len(ledger.answers(DeliveryState.TO_DO)) == 3
    assert ledger.own_head() != batches
    require_sound(ledger)


def test_what_is_in_the_way_of_one_is_in_nobody_elses(project: Project) -> None:
    work, own = at(project), token(project, "c-1")
    forms = [
        PostedForm(FormAddress("privacy", Number(9)), own, OUT),
        PostedForm(AT, "privacy_2_1_forged", OUT),
        PostedForm(AT, token(project, "c-1", ONE), OUT),
        PostedForm(AT, own, RequestKind.QUESTION, wrote="Why?"),
        PostedForm(AT, own, OUT),
    ]
    gone, *others = declare_together(work, forms)
    assert isinstance(gone, NotFoundError)
    told = [one.message for one in others if isinstance(one, ShownPage)]
    bad = FormMessage.BAD_LINK
    assert told == [bad, bad, FormMessage.NOT_UNDERSTOOD, None]
    assert len(ledger_of(project).requests("privacy", 2)) == 1


def test_nothing_is_acknowledged_that_could_not_be_recorded(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "record_together", full)
        shown = posted(project, ("c-1", OUT), ("c-2", OUT))
    told = [one.message for one in shown if isinstance(one, ShownPage)]
    assert told == [FormMessage.NOT_RECORDED] * 2
    assert not ledger_of(project).requests("privacy", 2)


def test_who_changes_too_often_holds_up_nobody(project: Project) -> None:
    ledger = ledger_of(project)
    kinds = [OUT, BACK] * (MOST_CHANGES // 2)
    shown = posted(project, *(("c-1", kind) for kind in kinds), ("c-1", OUT), ("c-2", OUT))
    *others, often, last = [one.message for one in shown if isinstance(one, ShownPage)]
    assert others == [None] * MOST_CHANGES
    assert (often, last) == (FormMessage.CHANGED_TOO_OFTEN, None)
    assert len(ledger.requests("privacy", 2)) == MOST_CHANGES + 1
    require_sound(ledger)


def test_what_came_by_mail_counts_from_when_it_came(project: Project) -> None:
    ledger = ledger_of(project)
    (one,) = (each.number for each in [ledger.customer("c-1")] if each)
    earlier = NOW - dt.timedelta(hours=1)
    about = "privacy", TWO, one, Channel.FORM, {"said": "so"}
    wanted = [Wanted(BACK, *about), Wanted(OUT, *about, received=earlier), Wanted(OUT, *about)]
    found = ledger.record_together(
        [(each, lambda _: Timing.IN_TIME) for each in wanted], lambda: NOW
    )
    recorded = [each for each in found if isinstance(each, Recorded)]
    assert [each.first for each in recorded] == [None, None, None]
    assert [each.request.received for each in recorded] == [NOW, earlier, NOW]
    assert all(each.request.digest for each in recorded)
    assert recorded[-1].every == tuple(ledger.requests("privacy", 2, one))
    require_sound(ledger)
