"""What is said of versions in each state that dates and the register bring about: all that is built
says the same as `Releases`, and that is what the table says.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

import pytest

from publisher.edges.catalogs import shipped_catalogs
from publisher.paper.documents import site_documents
from publisher.policies.notice_rules import WithoutRecord
from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.compared import why_compared
from publisher.releases.conditions import Conditions
from publisher.releases.number import Number
from publisher.releases.outlook import outlook
from publisher.releases.periods import Period, announced, applied
from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Means, NoticeGiven, Statement
from publisher.site.assembly import SiteParts, assemble
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.footer import home_footer, policy_footer
from publisher.site.home import policy_list
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import ENGLISH
from tests.fixtures.some import some
from tests.releases.test_in_force import a, retracted
from tests.site.test_page_words import ORGANISATION, SITE

CATALOGS = Catalogs(shipped_catalogs())
AT = Addresses(SITE, "terms")


def made(number: str, published: str, effective: str, text: str, **more: object) -> Release:
    """A release that people are told of, and may opt out of."""
    base = a(number, published, effective)
    policy = Policy("terms", base.policy.facts, {"a.md": f"## A {{#a}}\n\n{text}\n"})
    letter, form = "# It changes\n\nRead it.\n", "# Opt out\n\nI opt out.\n"
    return replace(base, policy=policy, notice=letter, opt_out=form, **more)  # type: ignore[arg-type]


FIRST = replace(made("1", "2026-01-01", "2026-01-02", "Text."), notice="", opt_out="", closes=None)
SECOND = made("2", "2026-12-10", "2027-03-01", "Text, and more.", previous=Number(1))
LINE = (FIRST, SECOND)
WARNED = (FIRST, replace(SECOND, conditions=Conditions(without_record=WithoutRecord.WARN)))
LATER = made("2.1", "2027-03-05", "2027-05-01", "Text, and more.", previous=Number(2))
THIRD = made(
    "3", "2027-03-10", "2027-06-01", "Text, and much more.", previous=Number(2), replaces=Number(1)
)


def told(number: str, sent: str, stated: str, applies: str, at: int = 1) -> Statement:
    """That people were told of a release on a day, which was stated on another."""
    first = dt.date.fromisoformat(sent)
    notice = NoticeGiven(Means.MAIL, dt.date.fromisoformat(applies), first, first)
    found = Number.parse(number)
    assert found
    moment = dt.datetime.fromisoformat(f"{stated}T12:00+00:00")
    return Statement("terms", at, found, "", moment, "Legal", notice)


BEFORE = told("2", "2026-12-12", "2026-12-20", "2027-03-01")
AFTER = told("2", "2026-12-12", "2027-04-05", "2027-03-01")
D_LATER = told("2", "2027-02-10", "2027-02-11", "2027-03-15")


@dataclass(frozen=True)
class State:
    """A state: what there is, and what is said of it."""

    name: str
    line: tuple[Release, ...]
    register: tuple[Statement, ...]
    day: str
    force: str
    """The version in force."""
    chips: Mapping[str, str]
    """The status of each later version."""
    spans: Mapping[str, str]
    """When each is in force, in the list of all versions."""
    says: str
    """In the first box of the pages about all versions."""
    applied: tuple[tuple[str, str, str], ...]
    """The periods: version, first day, last day."""

    @property
    def policy(self) -> PolicyOnDay:
        releases = Releases(self.line, Register(self.register))
        texts = DerivedTexts(releases, ORGANISATION.name, AT, None, CATALOGS)
        return PolicyOnDay(texts, dt.date.fromisoformat(self.day), ORGANISATION, CATALOGS)


ONE_SINCE = "In force: version 1, since 2 January 2026."
ONLY_ONE = (("1", "2026-01-02", ""),)
TWO_FROM_MARCH = (("1", "2026-01-02", "2027-02-28"), ("2", "2027-03-01", ""))
HELD = (
    f"{ONE_SINCE} Version 2 was announced for 1 March 2027. No record of its notice has been "
    "published; version 1 is shown as in force until there is one."
)
TAKEN = "announced for 1 March 2027; version 3 takes its place"
FROM_MARCH, FOR_MARCH = "from 1 March 2027", "announced for 1 March 2027"

STATES = (
    State("announced", LINE, (), "2027-02-05", "1", {"2": "upcoming"}, {"2": FOR_MARCH},
          f"{ONE_SINCE} From 1 March 2027: version 2.", ONLY_ONE),
    State("held", LINE, (), "2027-03-05", "1", {"2": "upcoming"}, {"2": FOR_MARCH}, HELD, ONLY_ONE),
    State("warned", WARNED, (), "2027-03-05", "2", {"2": "in-force"}, {"2": FROM_MARCH},
          "In force: version 2, since 1 March 2027.", TWO_FROM_MARCH),
    State("recorded, before its day", LINE, (BEFORE,), "2027-02-05", "1", {"2": "upcoming"},
          {"2": FROM_MARCH}, f"{ONE_SINCE} From 1 March 2027: version 2.", TWO_FROM_MARCH),
    State("recorded", LINE, (BEFORE,), "2027-03-05", "2", {"2": "in-force"}, {"2": FROM_MARCH},
          "In force: version 2, since 1 March 2027.", TWO_FROM_MARCH),
    State("recorded after its day", LINE, (AFTER,), "2027-04-06", "2", {"2": "in-force"},
          {"2": FROM_MARCH},
          "In force: version 2, since 1 March 2027 (on record since 5 April 2027).",
          TWO_FROM_MARCH),
    State("told late, before the day that follows", LINE, (D_LATER,), "2027-03-05", "1",
          {"2": "upcoming"}, {"2": "from 15 March 2027"},
          f"{ONE_SINCE} From 15 March 2027: version 2.",
          (("1", "2026-01-02", "2027-03-14"), ("2", "2027-03-15", ""))),
    State("told late, before the last day to opt out", LINE, (D_LATER,), "2027-02-20", "1",
          {"2": "upcoming"}, {"2": "from 15 March 2027"},
          f"{ONE_SINCE} From 15 March 2027: version 2.",
          (("1", "2026-01-02", "2027-03-14"), ("2", "2027-03-15", ""))),
    State("told late", LINE, (D_LATER,), "2027-03-20", "2", {"2": "in-force"},
          {"2": "from 15 March 2027"}, "In force: version 2, since 15 March 2027.",
          (("1", "2026-01-02", "2027-03-14"), ("2", "2027-03-15", ""))),
    State("retracted", LINE, (retracted("2", "2027-02-10"),), "2027-03-05", "1",
          {"2": "retracted"}, {"2": "retracted on 10 February 2027"}, ONE_SINCE, ONLY_ONE),
    State("its postponement retracted", (*LINE, LATER), (retracted("2.1", "2027-03-06"),),
          "2027-03-10", "1", {"2": "upcoming", "2.1": "retracted"},
          {"2": FOR_MARCH, "2.1": "retracted on 6 March 2027"}, HELD, ONLY_ONE),
    State("postponed while held", (*LINE, LATER), (), "2027-03-10", "1",
          {"2": "upcoming", "2.1": "upcoming"},
          {"2": "postponed: version 2.1, announced for 1 May 2027",
           "2.1": "announced for 1 May 2027"},
          f"{ONE_SINCE} From 1 May 2027: version 2 (corrected: 2.1).", ONLY_ONE),
    State("overtaken while held", (*LINE, THIRD),
          (told("3", "2027-03-12", "2027-03-13", "2027-06-01"),), "2027-06-05", "3",
          {"2": "superseded", "3": "in-force"},
          {"2": TAKEN, "3": "from 1 June 2027"}, "In force: version 3, since 1 June 2027.",
          (("1", "2026-01-02", "2027-05-31"), ("3", "2027-06-01", ""))),
    State("overtaken, by one that is to come", (*LINE, THIRD), (), "2027-03-20", "1",
          {"2": "upcoming", "3": "upcoming"}, {"2": TAKEN, "3": "announced for 1 June 2027"},
          f"{ONE_SINCE} Version 2 was announced for 1 March 2027. No record of its notice was "
          "published; version 3 takes its place. From 1 June 2027: version 3.", ONLY_ONE),
    State("overtaken, by one that is held", (*LINE, THIRD), (), "2027-06-05", "1",
          {"2": "upcoming", "3": "upcoming"}, {"2": TAKEN, "3": "announced for 1 June 2027"},
          f"{ONE_SINCE} Version 3 was announced for 1 June 2027. No record of its notice has been "
          "published; version 1 is shown as in force until there is one.", ONLY_ONE),
    State("what overtook it is retracted", (*LINE, THIRD), (retracted("3", "2027-03-12"),),
          "2027-03-20", "1", {"2": "upcoming", "3": "retracted"},
          {"2": FOR_MARCH, "3": "retracted on 12 March 2027"}, HELD, ONLY_ONE),
    State("retracted, and amended anew", (*LINE, THIRD),
          (retracted("2", "2027-02-10"), told("3", "2027-03-12", "2027-03-13", "2027-06-01", 2)),
          "2027-06-05", "3", {"2": "retracted", "3": "in-force"},
          {"2": "retracted on 10 February 2027", "3": "from 1 June 2027"},
          "In force: version 3, since 1 June 2027.",
          (("1", "2026-01-02", "2027-05-31"), ("3", "2027-06-01", ""))),
)  # fmt: skip
each_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


@dataclass(frozen=True)
class Built:
    """All that is built in a state."""

    pages: Mapping[str, str]
    heads: Mapping[str, str]
    files: Mapping[str, bytes]


def built(state: State) -> Built:
    """Everything of a site on the day of a state."""
    parts = SiteParts(lambda _: b"", lambda _: b"", {}, (), CATALOGS.words("en"))
    policy = state.policy
    site = assemble(ORGANISATION, [policy], parts)
    bodies = {page.path: page.body() for page in site.pages}
    return Built(
        {path: body.html for path, body in bodies.items()},
        {path: body.head for path, body in bodies.items()},
        {path: make() for path, make in site.files.items() if "SHA256SUMS" not in path},
    )


def plain(html: str) -> str:
    html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def first_box(html: str) -> str:
    found = re.search(r'<div class="pp-box.*?</div>\n', html, re.DOTALL)
    assert found, html[:500]
    return plain(found[0])


def told_periods(periods: Sequence[Period]) -> list[tuple[str, str, str]]:
    return [(str(p.release.number), str(p.first or ""), str(p.last or "")) for p in periods]


@pytest.fixture(scope="module")
def all_built() -> dict[str, Built]:
    return {state.name: built(state) for state in STATES}


@each_state
def test_the_table_is_what_the_releases_say(state: State) -> None:
    policy = state.policy
    assert policy.current
    assert str(policy.current.number) == state.force
    assert told_periods(applied(policy.releases)) == list(state.applied)


@each_state
def test_the_first_box_of_every_page_says_it(state: State, all_built: dict[str, Built]) -> None:
    pages = all_built[state.name].pages
    for path in some(["terms/", "terms/history/", "terms/on/", "terms/compare/"]):
        box = first_box(pages[path])
        for sentence in state.says.split(". "):
            assert sentence.rstrip(".") in box, (path, box)
    home = first_box(policy_list([state.policy], ENGLISH))
    assert all(part in home for part in state.says.split(". "))
    for number in some(state.chips):
        assert state.says in plain(pages[f"terms/{number}/"])


@each_state
def test_the_status_of_each_version_is_the_same_everywhere(
    state: State, all_built: dict[str, Built]
) -> None:
    pages = all_built[state.name].pages
    chip = re.compile(r'pp-chip pp-chip-([a-z-]+)"')
    rows = dict(history_rows(pages["terms/history/"]))
    picture = plain(pages["terms/history/"].partition("<desc")[2].partition("</desc>")[0])
    for number, status in some(state.chips.items()):
        found = chip.search(pages[f"terms/{number}/"])
        assert found
        assert found[1] == status
        row = chip.search(rows[number])
        assert row
        assert row[1] == status
        span = state.spans[number]
        cells = [plain(cell) for cell in re.findall(r"<td>(.*?)</td>", rows[number], re.DOTALL)]
        assert cells[1] == span
        assert span in plain(pages[f"terms/{number}/"].partition('pp-facts"')[2])
        if "." not in number and span.startswith(
            ("announced", "retracted", "corrected", "postponed")
        ):
            assert span in picture
        if span.startswith(("announced", "retracted", "corrected", "postponed")):
            every = " ".join(plain(html) for html in pages.values())
            assert f"Version {number}, in force from" not in every
    head = plain(pages["terms/"])
    assert f"version {state.force}" in head.lower()


def history_rows(html: str) -> Iterator[tuple[str, str]]:
    for row in re.findall(r'<tr><th scope="row">.*?</tr>', html, re.DOTALL):
        number = re.search(r"Version ([\d.]+)", row)
        assert number
        yield number[1], row


@each_state
def test_programs_read_the_same(state: State, all_built: dict[str, Built]) -> None:
    made = all_built[state.name]
    versions = {
        each["number"]: each for each in json.loads(made.files["terms/versions.json"])["versions"]
    }
    periods = json.loads(made.files["terms/periods.json"])
    expected = {number: (first, last) for number, first, last in state.applied}
    assert [
        (each["version"], each["from"] or "", each["until"] or "") for each in periods["applied"]
    ] == list(state.applied)
    days = re.findall(
        r'data-what="In force" data-from="([^"]*)" data-until="([^"]*)".*?Version ([\d.]+)<',
        made.pages["terms/on/"],
        re.DOTALL,
    )
    assert [(number, first, last) for first, last, number in days[::-1]] == list(state.applied)
    for number, found in some(versions.items()):
        applies = found["applies"] and (found["applies"]["from"], found["applies"]["until"] or "")
        assert applies == (expected.get(number) or None)
        assert (found["retracted"] is not None) == (state.chips.get(number) == "retracted")
        data = re.search(
            r'<script type="application/ld\+json">(.*?)</script>',
            made.heads[f"terms/{number}/"],
            re.DOTALL,
        )
        assert data
        covered = json.loads(data[1]).get("temporalCoverage")
        first, last = expected.get(number, ("", ""))
        assert covered == (f"{first}/{last or '..'}" if number in expected else None)
    if state.name == "overtaken while held":
        assert versions["2"]["announced"] == {"from": "2026-12-10", "until": "2027-05-31"}
    if state.name == "held":
        assert versions["2"]["announced"] == {"from": "2026-12-10", "until": None}
    ahead = {str(p.release.number) for p in announced(state.policy.releases)}
    assert ahead == {number for number, found in versions.items() if found["announced"]}


@each_state
def test_the_past_by_date_is_the_same(state: State, all_built: dict[str, Built]) -> None:
    made = all_built[state.name]
    begun = [(n, first) for n, first, _ in state.applied if first <= state.day]
    listed = json.loads(made.files["terms/timemap.json"])["mementos"]["list"]
    assert [(each["uri"], each["datetime"]) for each in listed] == [
        (AT.release(Number.parse(n) or Number(1)), f"{first}T00:00:00Z") for n, first in begun
    ]
    assert made.files["terms/timemap.link"].decode().count("memento") == len(begun)
    headers = made.files["_headers"].decode()
    assert headers.count("Memento-Datetime") == len(begun)


@each_state
def test_feeds_papers_and_akoma_ntoso_say_when(state: State, all_built: dict[str, Built]) -> None:
    made, policy = all_built[state.name], state.policy
    feed = json.loads(made.files["terms/feed.json"])
    titles = {item["id"].split("/")[-2]: item for item in feed["items"]}
    papers = {
        found.path: plain(found.document().html)
        for found in site_documents(policy.releases, ORGANISATION, CATALOGS)
        if found.path.endswith("changes.pdf")
    }
    for number, span in some(state.spans.items()):
        when = span if span.startswith(("ann", "retr", "corr", "post")) else f"in force {span}"
        assert titles[number]["title"].endswith(when)
        assert when in papers[f"terms/{number}/changes.pdf"]
        xml = made.files[f"terms/{number}/policy.akn.xml"].decode()
        expression = xml.partition("<FRBRExpression>")[2]
        day = re.search(r'<FRBRdate date="([^"]+)" name="([^"]+)"', expression)
        assert day
        named = {"retracted": "retracted", "in": "in force from"}
        assert day[2] == named.get(when.split()[0], "announced for")
        if state.chips[number] == "retracted":
            item = titles[number]
            assert "before anybody was told" in item["summary"]
            assert "words" not in item["content_html"], "it announces nothing"
            assert item["date_modified"] > item["date_published"]


@each_state
def test_what_is_retracted_cannot_be_opted_out_of_and_is_not_offered_first(
    state: State, all_built: dict[str, Built]
) -> None:
    pages = all_built[state.name].pages
    compare = pages["terms/compare/"]
    chosen = re.findall(r'<option value="([\d.]+)"[^>]* selected', compare)
    for number, status in some(state.chips.items()):
        form = pages[f"terms/{number}/opt-out/"]
        asked = "<form" in form
        assert asked == (status != "retracted")
        if status != "retracted":
            continue
        standing = len(state.policy.releases.standing)
        assert number not in chosen or standing < 2, "there is nothing else to compare"
        assert f"Version {number} was retracted on" in plain(form)
        assert "Opt out, until" not in plain(pages[f"terms/{number}/"])
        assert first_box(pages[f"terms/{number}/"]).startswith(f"Version {number} was retracted")
        assert first_box(pages[f"terms/{number}/changes/"]).startswith(f"Version {number} was retr")


@each_state
def test_what_is_left_out_of_the_history_of_sections(
    state: State, all_built: dict[str, Built]
) -> None:
    text = plain(all_built[state.name].pages["terms/sections/"])
    for number, status in some(state.chips.items()):
        if "." not in number:
            assert (f"Version {number}," in text) == (status != "retracted")


@each_state
def test_the_letter_says_whether_it_was_sent(state: State, all_built: dict[str, Built]) -> None:
    text = plain(all_built[state.name].pages["terms/2/notice/"])
    assert "The letter about version 2, written on 10 December 2026." in text
    notices = [one for one in state.register if one.notice and one.release == Number(2)]
    if notices:
        notice = notices[0].notice
        assert notice
        assert f"It was sent on {ENGLISH.day(notice.first)}. Statement 1, of" in text
    elif state.chips["2"] != "retracted":
        assert "No record that it was sent has been published." in text


def test_of_one_that_another_overtook_nothing_is_waited_for() -> None:
    overtaken = [state for state in STATES if state.spans["2"] == TAKEN]
    taken = "No record of its notice was published; version 3 takes its place."
    for state in some(overtaken):
        pages = built(state).pages
        for path in ("terms/2/", "terms/2/changes/", "terms/2/opt-out/"):
            said = plain(pages[path])
            if state.force == "1":
                assert f"Version 2 was announced for 1 March 2027. {taken}" in said, path
            about_two, _, _ = said.partition("Version 3 was announced")
            assert "there is one" not in about_two, path


def test_check_says_of_it_which_one_takes_its_place() -> None:
    state = next(one for one in STATES if one.name == "overtaken, by one that is held")
    releases, day = state.policy.releases, state.policy.today
    why = why_compared(None, releases, releases.followed(day), day)
    assert "version 3 takes the place of version 2, announced for 1 March 2027" in why
    assert "version 3 was announced for 1 June 2027, and nothing is on record of its notice" in why


@each_state
def test_beside_a_sealed_pdf_stands_that_it_is_older_where_its_day_does_not_hold(
    state: State, all_built: dict[str, Built]
) -> None:
    pages = all_built[state.name].pages
    rows = dict(history_rows(pages["terms/history/"]))
    for release in some(state.line):
        number = str(release.number)
        begun = state.spans.get(number, "").startswith("from 1 March 2027")
        ahead = state.chips.get(number) == "upcoming" and state.day <= str(release.effective)
        stands = number == "1" or begun or state.spans[number] == "from 1 June 2027"
        stands = stands or (ahead and state.spans[number].startswith("announced for"))
        older = "PDF, made when it was announced"
        assert (f"Download {older}" in plain(pages[f"terms/{number}/"])) == (not stands)
        assert (older in plain(rows[number])) == (not stands)
        assert older not in plain(pages.get(f"terms/{number}/changes/", "")), "it is made anew"


def test_where_all_before_was_retracted_a_version_is_compared_with_none() -> None:
    first = made("1", "2026-12-10", "2027-03-01", "Text.")
    anew = made("2", "2027-01-10", "2027-04-01", "Other text.", previous=Number(1))
    state = replace(STATES[0], line=(first, anew), register=(retracted("1", "2027-01-01"),))
    pages = built(state).pages
    assert "terms/2/changes/" not in pages
    assert "No version is in force yet." in first_box(pages["terms/"])
    assert "Version 1 was retracted on 1 January 2027" in first_box(pages["terms/1/"])
    assert '<a href="../../terms/1/' not in pages["terms/sections/"]


def test_what_was_stated_changes_the_day_of_the_pages_about_all_versions() -> None:
    assert STATES[0].policy.modified() == dt.date(2026, 12, 10)
    late = next(state for state in STATES if state.name == "recorded after its day")
    assert late.policy.modified() == dt.date(2027, 4, 5)


# ── until when it is right ───────────────────────────────────────────────────────────────────────


def lasting(state: State, day: dt.date) -> dict[str, str]:
    """What the pages say on a day, but for the picture, which marks it."""
    pages = built(replace(state, day=day.isoformat())).pages
    return {
        path: re.sub("<svg.*?</svg>", "", html, flags=re.DOTALL) for path, html in pages.items()
    }


@each_state
def test_pages_stay_as_they_are_until_the_day_they_name_and_then_change(state: State) -> None:
    policy = state.policy
    if policy.outlook is None:
        here = lasting(state, policy.today)
        assert here == lasting(state, policy.today + dt.timedelta(days=1))
        assert here == lasting(state, dt.date(2099, 1, 1))
        return
    here, last = lasting(state, policy.today), policy.outlook.last
    assert here == lasting(state, last)
    assert here != lasting(state, last + dt.timedelta(days=1))


def test_the_day_is_the_next_on_which_anything_is_said_anew() -> None:
    days = {state.name: state.policy.outlook for state in STATES}
    assert {name: str(found.last) for name, found in days.items() if found} == {
        "announced": "2027-02-28",
        "recorded, before its day": "2027-02-28",
        "told late, before the day that follows": "2027-03-14",
        "told late, before the last day to opt out": "2027-02-28",
        "postponed while held": "2027-04-30",
        "overtaken, by one that is to come": "2027-05-31",
    }


def test_of_two_days_in_two_time_zones_the_one_counts_that_begins_first() -> None:
    # People were told so late that 15 March in Pago Pago begins after 16 March on Kiritimati.
    there = replace(SECOND, conditions=Conditions("Pacific/Pago_Pago"))
    third = replace(THIRD, effective=dt.date(2027, 3, 16), closes=dt.date(2027, 3, 15))
    third = replace(third, conditions=Conditions("Pacific/Kiritimati"), replaces=None)
    said = (D_LATER, told("3", "2027-02-12", "2027-02-13", "2027-03-16", 2))
    releases = Releases((FIRST, there, third), Register(said))
    day = releases.today(dt.datetime(2027, 3, 12, tzinfo=dt.UTC))
    found = outlook(releases, day)
    assert found
    assert found.ends == dt.datetime(2027, 3, 15, 10, tzinfo=dt.UTC)
    just_before = releases.today(found.ends - dt.timedelta(seconds=1))
    assert releases.in_force(just_before) == FIRST
    assert releases.in_force(releases.today(found.ends)) == third


def test_a_page_says_at_its_foot_until_when_it_is_right() -> None:
    policy = STATES[0].policy
    foot = policy_footer(policy, policy.at(2), ENGLISH)
    assert "This page is right until 28 February 2027." in plain(foot)
    assert 'data-ends="2027-03-01T00:00:00Z"' in foot
    assert 'src="../../assets/publisher/until.js" defer' in foot
    zoned = [replace(r, conditions=Conditions("America/New_York")) for r in LINE]
    policy = replace(STATES[0], line=tuple(zoned)).policy
    assert 'data-ends="2027-03-01T05:00:00Z"' in policy_footer(policy, policy.at(2), ENGLISH)
    assert "pp-until" not in policy_footer(STATES[1].policy, policy.at(2), ENGLISH)
    assert "pp-until" in home_footer([STATES[1].policy, policy], ORGANISATION, ENGLISH, "")
