"""Home leads with what changes next, and says of which policy its lines are."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial

from publisher.releases.release import Release
from publisher.site.context import PolicyOnDay
from publisher.site.footer import home_footer
from publisher.site.home import policy_list
from publisher.wording.words import ENGLISH
from tests.site.test_page_words import ORGANISATION, on
from tests.site.test_timeline import POLICY, release

DAY = dt.date(2026, 12, 24)
IN_FORCE = ("1", "2024-11-23", "2025-01-01")


def named(name: str, *versions: tuple[str, str, str]) -> PolicyOnDay:
    def one(version: tuple[str, str, str]) -> Release:
        return replace(release(*version), policy=replace(POLICY, id=name))

    return on(tuple(map(one, versions)), DAY)


POLICIES = (
    named("new", ("1", "2026-11-23", "2027-01-02")),
    named("still", IN_FORCE),
    named("later", IN_FORCE, ("2", "2026-11-23", "2027-03-01")),
    named("soon", IN_FORCE, ("2", "2026-11-23", "2027-01-11")),
)


def test_what_changes_next_leads_and_what_is_new_comes_after() -> None:
    order = re.findall(r'<h2 id="pp-policy-(\w+)"', policy_list(POLICIES, ENGLISH))
    assert order == ["soon", "later", "new", "still"]


def test_the_foot_of_home_speaks_of_no_policy_that_stands_nowhere() -> None:
    foot = partial(home_footer, organisation=ORGANISATION, words=ENGLISH, root="")
    assert "Questions about one of these policies" in foot(POLICIES)
    assert "Questions about this policy" not in foot(POLICIES)
    assert "Questions about this policy" in foot(POLICIES[:1])
