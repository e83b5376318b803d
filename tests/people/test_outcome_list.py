"""The words of providers for what became of a letter, as docs/ledger.md has them in a table."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.people.deliveries import DeliveryState
from publisher.people.list_text import ListName
from publisher.people.outcome_list import NOT_FINAL, OUTCOMES, OutcomeList, Reported
from tests import ROOT
from tests.fixtures.some import some

ACCEPTED, REFUSED, BOUNCED = some(OUTCOMES)


def read(word: str) -> DeliveryState | None:
    data = f"customer,day,outcome\nc-1,2027-01-12,{word}\n".encode()
    listed = OutcomeList([data], ListName("list.csv"), lambda at: at.date())
    ((_, one),) = listed
    assert listed.faults.count == 0
    assert isinstance(one, Reported)
    assert one.day == dt.date(2027, 1, 12).toordinal()
    return one.state


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("hard_bounce hard-bounce hardbounce HardBounce HARD_BOUNCED Bounce", BOUNCED),
        ("Delivery Send Open Click spam unsubscribed Complained spam_report", ACCEPTED),
        ("Reject blocked not_sent not-sent Permanent_Failure permanentFailure", REFUSED),
        ("soft_bounce softbounce SoftBounced soft-bounce processed Deferred Queued", None),
    ],
)
def test_however_a_word_is_written(words: str, state: DeliveryState | None) -> None:
    assert {read(word) for word in words.split()} == {state}
    assert read(words.split()[0].replace("_", " ")) is state


def test_the_page_has_every_word_and_no_other() -> None:
    page = (ROOT / "docs/ledger.md").read_text("utf-8")
    table = {str(state): set(words) for state, words in OUTCOMES.items()}
    table["not final"] = set(NOT_FINAL)
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    found = {row[0].strip("| "): row[1].strip("| ") for row in rows if len(row) == 2}
    for name, words in table.items():
        assert set(found[name].split(", ")) == words, name
