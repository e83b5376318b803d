"""Midnight is the organisation's: for forms, mails, letters, receipts, lists and pages alike."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from publisher.actions.build import build
from publisher.actions.receive import receive
from publisher.actions.send_receipts import send_receipts
from publisher.actions.workplace import Workplace
from publisher.people.requests import Timing
from publisher.releases.number import Number
from publisher.web.app import application
from tests import ROOT
from tests.fixtures.answers import reply, words
from tests.fixtures.house import CONFIGURATION, FACTS, KEY, SECTIONS, House, make_house
from tests.fixtures.houses import spooled, token
from tests.fixtures.letters import read_message
from tests.fixtures.workplaces import ledger_of

PAGE = "/privacy/2/opt-out/"
FROZEN = dt.datetime(2027, 12, 10, 9, 30, tzinfo=dt.UTC)
BERLIN = CONFIGURATION.replace("[mail]", 'time_zone = "Europe/Berlin"\n[mail]')
LAST = dt.datetime(2028, 2, 29, 22, 30, tzinfo=dt.UTC)
"""23:30 in Berlin on the last day to opt out, 29 February."""
FIRST = LAST + dt.timedelta(hours=1)
"""00:30 in Berlin on the first day in force; in UTC it is still 29 February."""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


def announced(root: Path, configuration: str = BERLIN, effective: str = "2028-03-01") -> House:
    """A house whose version 2 is announced, with two customers who are not told yet."""
    house = make_house(root / "house", configuration)
    house.ok("freeze", "--effective", "2027-01-02", at=FROZEN - dt.timedelta(days=300))
    house.edit()
    house.ok("freeze", "--effective", effective, at=FROZEN)
    people = "customer,address\nc-1,anna@customer.example\nc-2,ben@customer.example\n"
    (root / "people.csv").write_text(people)
    house.ok("recipients", "import", str(root / "people.csv"), at=FROZEN)
    return house


def at(house: House, moment: dt.datetime) -> Workplace:
    return Workplace(house.project, lambda: moment)


def timings(house: House) -> list[Timing | None]:
    return [one.timing for one in ledger_of(house.project).requests("privacy", 2)]


def declared_by_form(house: House, customer: str, moment: dt.datetime, action: str) -> str:
    with TestClient(application(at(house, moment))) as client:
        data = {"token": token(house.project, customer), "action": action}
        answer = client.post(PAGE, data=data)
    assert answer.status_code == 200
    return words(answer.text)


def stood(site: Path, policy_id: str) -> int:
    """How many versions of a policy a site says that there were in force."""
    data = json.loads((site / policy_id / "timemap.json").read_text("utf-8"))
    return len(data.get("mementos", {}).get("list", []))


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = announced(tmp_path)
    found.ok("send", "2", "--confirm", at=FROZEN)
    found.ok("notice", "record", "2", at=FROZEN)
    return found


def test_by_form_the_last_day_ends_at_midnight_in_berlin(house: House) -> None:
    said = declared_by_form(house, "c-1", LAST, "opt out")
    assert "You opted out of version 2 of the Privacy Policy on 29 February 2028" in said
    assert "You can take it back until the end of 29 February 2028 (Berlin time)." in said
    assert "29 February 2028, 23:30 (Berlin time)" in said
    said = declared_by_form(house, "c-2", FIRST, "opt out")
    assert "on 1 March 2028, 00:30 (Berlin time)" in said
    assert "after the last day to declare it, 29 February 2028 (Berlin time)" in said
    assert timings(house) == [Timing.IN_TIME, Timing.LATE]


def test_by_mail_it_ends_at_the_same_moment_and_the_receipt_says_so(house: House) -> None:
    mail = reply(house.project, "I opt out.")
    receive(at(house, LAST), mail, None)
    send_receipts(at(house, LAST))
    body = read_message(spooled(house.project)[-1]).get_body(("plain",))
    assert body
    said = " ".join(body.get_content().split())
    assert "29 February 2028, 23:30 (Berlin time)" in said
    assert "until the end of 29 February 2028 (Berlin time)" in said
    other = f"opt-out+{token(house.project, 'c-2')}@hosting.example"
    late = reply(house.project, "I opt out.", to=other).replace(b"<1@", b"<2@")
    receive(at(house, FIRST), late, None)
    assert timings(house) == [Timing.IN_TIME, Timing.LATE]


def test_the_letter_and_the_form_name_the_time_zone(house: House) -> None:
    letter = " ".join(house.ok("notice", "2", "--format", "text", at=FROZEN).split())
    assert "until the end of 29 February 2028 (Berlin time)" in letter
    with TestClient(application(at(house, LAST))) as client:
        shown = words(client.get(PAGE).text)
        assert "You can opt out until the end of 29 February 2028 (Berlin time)" in shown
    with TestClient(application(at(house, FIRST))) as client:
        shown = words(client.get(PAGE).text)
        assert "The last day to opt out was 29 February 2028 (Berlin time)" in shown
        assert "has been in force since 1 March 2028" in shown


def test_the_site_changes_at_the_midnight_of_berlin(house: House) -> None:
    assert stood(build(at(house, LAST)).folder, "privacy") == 1
    site = build(at(house, FIRST)).folder
    assert stood(site, "privacy") == 2
    after = json.loads((site / "privacy/timemap.json").read_text("utf-8"))
    assert after["mementos"]["last"]["datetime"] == "2028-02-29T23:00:00Z"
    assert "in force" in house.ok("status", at=FIRST).splitlines()[1]
    assert "upcoming" in house.ok("status", at=LAST).splitlines()[1]


def test_letters_go_out_until_the_last_midnight_that_leaves_the_notice_period(
    tmp_path: Path,
) -> None:
    house = announced(tmp_path)
    # 30 days before 1 March are 31 January: until its end in Berlin, at 23:00 UTC.
    until = dt.datetime(2028, 1, 31, 22, 59, tzinfo=dt.UTC)
    minutes = dt.timedelta(minutes=1)
    found = json.loads(house.ok("status", "--format", "json", at=until))
    assert found["policies"][0]["releases"][1]["tell_until"] == "2028-01-31"
    assert "1 March 2028" in house.ok("send", "2", at=until)
    late = house.run("send", "2", "--confirm", at=until + minutes)
    assert late.exit_code == 2
    assert "their notice period" in late.output


def test_what_was_told_in_utc_stays_in_utc(tmp_path: Path) -> None:
    house = announced(tmp_path, CONFIGURATION)
    (house.root / "publisher.toml").write_text(BERLIN)
    house.commit("The organisation moves to Berlin")
    # A postponement keeps the days that people were told of.
    house.ok("freeze", "--correction", "--effective", "2028-04-01", at=FROZEN)
    release = Workplace(house.project).archive.release("privacy", Number(2, 1))
    assert release.conditions.time_zone == "UTC"
    text = " ".join(house.ok("notice", "2.1", "--format", "text", at=FROZEN).split())
    assert "until the end of 31 March 2028 (UTC)" in text
    # The next material release has the new ones.
    house.edit(security="Longer still.\n")
    house.write({"security.md": SECTIONS["security.md"].replace("128-bit", "512-bit")})
    house.commit("Longer still")
    result = house.run("freeze", "--effective", "2028-06-01", at=FROZEN)
    assert result.exit_code == 0, result.output
    third = Workplace(house.project).archive.release("privacy", Number(3))
    assert third.conditions.time_zone == "Europe/Berlin"
    house.ok("verify", at=FROZEN)


def test_where_the_new_zone_is_ahead_the_day_after_begins_after_the_day(tmp_path: Path) -> None:
    midway = CONFIGURATION.replace("[mail]", 'time_zone = "Pacific/Midway"\n[mail]')
    house = announced(tmp_path, midway)
    (house.root / "publisher.toml").write_text(midway.replace("Midway", "Kiritimati"))
    house.edit(security="Longer still.\n")
    house.write({"security.md": SECTIONS["security.md"].replace("128-bit", "512-bit")})
    house.commit("Over the date line")
    # 2 March begins on Kiritimati an hour before 1 March does on Midway.
    early = house.run("freeze", "--effective", "2028-03-02", at=FROZEN)
    assert early.exit_code == 2
    assert "--effective 2028-03-03" in early.output
    house.ok("freeze", "--effective", "2028-03-03", at=FROZEN)


def test_two_policies_have_each_its_own_day_on_one_page(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house", BERLIN)
    terms = house.root / "policy/terms"
    terms.mkdir()
    for name, text in {"policy.toml": FACTS.replace("Privacy Policy", "Terms"), **SECTIONS}.items():
        (terms / name).write_text(text)
    house.commit("Terms")
    house.ok("--policy", "privacy", "freeze", "--effective", "2028-03-01", at=FROZEN)
    (house.root / "publisher.toml").write_text(CONFIGURATION)
    house.commit("Now in UTC")
    house.ok("--policy", "terms", "freeze", "--effective", "2028-03-01", at=FROZEN)
    now = dt.datetime(2028, 2, 29, 23, 30, tzinfo=dt.UTC)
    found = json.loads(house.ok("status", "--format", "json", at=now))["policies"]
    assert [one["releases"][0]["status"] for one in found] == ["in force", "upcoming"]
    built = build(at(house, now))
    home = words((built.folder / "index.html").read_text("utf-8"))
    assert "since 1 March 2028" in home
    assert "1 March 2028" in words((built.folder / "terms/index.html").read_text("utf-8"))
    assert stood(built.folder, "privacy") == 1
    assert stood(built.folder, "terms") == 0
    later = build(at(house, now + dt.timedelta(minutes=30)))
    assert not later.up_to_date  # midnight of the other one


def test_words_of_ones_own_that_name_utc_are_told_before_they_are_sealed(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house", BERLIN)
    house.ok("freeze", "--effective", "2027-01-02", at=FROZEN - dt.timedelta(days=300))
    house.edit()
    shipped = (ROOT / "publisher/assets/wording/letter.en.md").read_text("utf-8")
    own = house.root / "wording"
    own.mkdir()
    (own / "letter.en.md").write_text(shipped.replace("({{ zone }})", "(UTC)"))
    house.commit("Our own letter")
    refused = house.run("freeze", "--effective", "2028-03-01", at=FROZEN)
    assert refused.exit_code == 2
    assert "in which time zone that day ends" in refused.output
    (own / "letter.en.md").write_text(shipped)
    house.commit("Our own letter, in our time zone")
    house.ok("freeze", "--effective", "2028-03-01", at=FROZEN)
