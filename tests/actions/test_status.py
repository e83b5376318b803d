"""The status of all policies, for people and for monitors: `publisher status`."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.actions.build import build
from publisher.actions.receive import receive
from publisher.actions.status import status
from publisher.answers.alert_limits import AlertLimits
from publisher.answers.status_report import StatusReport
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import RequestKind
from publisher.releases.number import Number
from tests import ROOT
from tests.fixtures.answers import asked_for, at, declare, reply
from tests.fixtures.house import House, make_house
from tests.fixtures.houses import (
    LATE,
    NOW,
    amend_again,
    correct,
    import_customers,
    make,
    postpone,
    record,
    send_letters,
    token,
    workplace,
)
from tests.fixtures.keys import ssh_key
from tests.fixtures.workplaces import ledger_of
from tests.reports.test_reports import closed

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SCHEMA = json.loads((ROOT / "docs/status.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(closed(SCHEMA), format_checker=Draft202012Validator.FORMAT_CHECKER)


def report(project: Project, moment: dt.datetime = NOW, **limits: int) -> StatusReport:
    return status(at(project, moment), ["privacy"], AlertLimits(**limits))


def alerts(project: Project, moment: dt.datetime = NOW, **limits: int) -> list[str]:
    return [alert.id.value for alert in report(project, moment, **limits).alerts]


def value_of(text: str) -> dict[str, Any]:
    """A status in JSON, held to its published schema, in which no key may be that it lacks."""
    value: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(value)
    return value


# ── what it says ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("each_engine")
def test_status_says_where_everything_stands(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    declare(project, token(project, "c-2"), OUT, LATE)
    receive(at(project), reply(project, "How do I opt out?"), None)
    said = House(project.root).ok("status", at=NOW)
    assert said.splitlines() == [
        "privacy",
        "  Version 2  upcoming  from 1 March 2027    3 to do  no notice on record  "
        "1 opted out, 1 late",
        "  Version 1  in force  from 1 January 2026",
        "ledger",
        "  recipients  3",
        "  receipts    3 to do",
        "to read",
        "  message 1  2027-01-10 09:30 UTC  privacy/2  unclear, not an opt-out beyond doubt, "
        "about privacy/2, from “how do i opt out ?”",
    ]
    value = value_of(House(project.root).ok("status", "--format", "json", at=NOW))
    (policy,) = value["policies"]
    one, two = policy["releases"]
    assert (one["letters"], one["tell_until"]) == ({}, None)
    assert (two["status"], two["since"], two["tell_until"]) == (
        "upcoming", "2027-03-01", "2027-01-30",
    )  # fmt: skip
    assert two["letters"] == {"to_do": 3}
    counts = {"opted_out": 1, "withdrawn": 0, "accepted": 0, "late": 1}
    assert two["declarations"] == counts
    assert value["ledger"]["receipts"] == {"to_do": 3}
    assert [m["number"] for m in value["ledger"]["messages"]["oldest"]] == [1]
    # By chance, a ledger may be called something like a customer.
    assert value["ledger"].pop("identity") == ledger_of(project).identity
    for personal in ("anna", "ben", "c-1", "How do I"):
        assert personal not in json.dumps(value)


def test_an_opt_out_is_told_once_for_a_release_and_its_corrections(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    postpone(project, dt.date(2027, 4, 1))
    lines = House(project.root).ok("status", at=NOW + DAY).splitlines()
    assert [("opted out" in line, line.split()[1]) for line in lines[1:4]] == [
        (False, "2.1"), (True, "2"), (False, "1"),
    ]  # fmt: skip
    found = report(project).status.policies[0].releases
    assert [one.declared is None for one in found] == [False, False, True]


@pytest.mark.usefixtures("each_engine")
def test_letters_are_counted_where_they_can_still_be_sent(project: Project) -> None:
    send_letters(project)
    import_customers(project, b"customer,address\nc-4,dan@x.example\n")

    def letters(moment: dt.datetime) -> list[dict[str, int]]:
        found = report(project, moment).status.policies[0].releases
        return [one.letters.by_state if one.letters else {} for one in found]

    assert letters(NOW) == [{}, {"accepted": 3, "to do": 1}]
    assert letters(LATE) == [{}, {"accepted": 3}]
    postpone(project, dt.date(2027, 4, 1))
    assert letters(NOW) == [{}, {"accepted": 3}, {"to do": 4}]
    amend_again(project)
    spring = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
    assert letters(spring) == [{}, {"accepted": 3}, {}, {"to do": 4}]
    # Nobody is told of the first version: who did not come with it after all is not to be told.
    import_customers(project, b"customer,address,version\nc-5,eva@x.example,1\n")
    assert letters(NOW)[0] == {"agreed": 1}
    import_customers(project, b"customer,address,version\nc-5,eva@x.example,\n")
    assert letters(NOW)[0] == {}


@pytest.mark.usefixtures("each_engine")
def test_a_correction_without_a_letter_hides_nobody_who_is_to_be_told(project: Project) -> None:
    """What `send` would send is what is counted, whatever corrections there are."""
    correct(project)
    said = House(project.root).ok("status", at=NOW)
    assert "3 to do" in said
    one, two, corrected = value_of(report(project).json())["policies"][0]["releases"]
    assert [each["letters"] for each in (one, two, corrected)] == [{}, {"to_do": 3}, {}]
    assert [each["tell_until"] for each in (one, two, corrected)] == [None, "2027-01-30", None]
    assert alerts(project, letters=365) == ["letters-open"]
    late = dt.datetime(2027, 1, 31, tzinfo=dt.UTC)
    assert alerts(project, late) == ["notice-late"]
    send_letters(project)
    assert alerts(project, letters=365) == []
    (one,) = report(project, late).alerts
    assert (one.id.value, one.release) == ("notice-unrecorded", "2.1")
    assert one.remedy.startswith("publisher notice record 2; or postpone it: ")
    assert alerts(project, LATE) == ["notice-unrecorded"]


def test_what_a_correction_took_the_place_of_was_not_in_force(project: Project) -> None:
    later = postpone(project, dt.date(2027, 4, 1))
    record(project, later.number)

    def said(moment: dt.datetime) -> list[str]:
        lines = House(project.root).ok("status", at=moment).splitlines()
        return [" ".join(line.split()[2:6]) for line in lines if line.startswith("  Version")]

    assert said(NOW) == ["upcoming from 1 April", "upcoming, postponed by 2.1", "in force from 1"]
    assert said(LATE)[1] == "upcoming, postponed by 2.1"
    spring = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
    assert said(spring) == ["in force from 1", "postponed by 2.1", "superseded since 1 April"]
    one, two, moved = value_of(report(project).json())["policies"][0]["releases"]
    assert [each["record"] for each in (one, two, moved)] == [
        {"needed": False, "statement": None},
        {"needed": True, "statement": None},
        {"needed": True, "statement": 1},
    ]
    (line,) = (
        each
        for each in House(project.root).ok("status", at=NOW).splitlines()
        if " 2.1 " in each and "from" in each
    )
    assert line.endswith("recorded (statement 1)")


def test_one_that_was_held_and_postponed_was_never_in_force(project: Project) -> None:
    postpone(project, dt.date(2027, 5, 1), LATE)
    lines = House(project.root).ok("status", at=LATE + DAY).splitlines()
    assert "upcoming, postponed by 2.1" in lines[2]
    assert "since" not in lines[2]
    assert "no notice on record" in lines[1]
    assert "no notice on record" not in lines[2]


def test_letters_to_see_to_have_their_next_step_at_any_time(project: Project) -> None:
    ledger = ledger_of(project)
    send_letters(project)
    for one, state in zip(
        ledger.deliveries("privacy", 2),
        (DeliveryState.BOUNCED, DeliveryState.IN_DOUBT, DeliveryState.TO_DO),
        strict=True,
    ):
        ledger.settle(one, state, "so it is", NOW, was=one.state)
    said = House(project.root).ok("status", at=NOW).splitlines()
    place = said.index("privacy: letters to see to")
    assert said[place + 1] == (
        f"  release 2  1 in doubt, 1 bounced, 1 put off  publisher resolve 2 (in {project.root})"
    )


@pytest.mark.usefixtures("each_engine")
def test_who_came_with_a_later_release_is_not_to_do(project: Project) -> None:
    amend_again(project)
    import_customers(project, b"customer,address,version\nc-4,d@x.example,3\nc-5,e@x.example,1\n")
    plan = House(project.root).ok("send", "2", at=NOW)
    assert "to tell  4 of 5" in plan
    value = value_of(report(project).json())["policies"][0]["releases"]
    assert [each["letters"] for each in value] == [
        {"agreed": 1}, {"to_do": 4}, {"agreed": 1, "to_do": 4},
    ]  # fmt: skip


def test_long_lists_are_cut(project: Project) -> None:
    for _ in range(23):
        receive(at(project), reply(project, "How do I opt out?"), None)
    said = House(project.root).ok("status", at=NOW).splitlines()
    assert said[-1] == "  and 3 more"
    assert sum(line.startswith("  message ") for line in said) == 20
    assert said[-2].startswith("  message 20 ")
    value = value_of(report(project).json())
    assert (value["ledger"]["messages"]["waiting"], len(value["alerts"])) == (23, 0)


# ── when a person is called ──────────────────────────────────────────────────────────────────────


def test_letters_that_are_open_while_the_days_run_out(project: Project) -> None:
    house = House(project.root)
    last = dt.datetime(2027, 1, 30, 12, tzinfo=dt.UTC)
    assert house.run("status", "--exit-code", at=last - 7 * DAY).exit_code == 0
    result = house.run("status", "--exit-code", at=last - 6 * DAY)
    assert result.exit_code == 1
    assert "alert letters-open: 3 letters about version 2 are open (3 to do)" in result.output
    assert f"  try: publisher send 2 --confirm\n    (in {project.root})" in result.output
    assert house.run("status", at=last).exit_code == 0
    assert house.run("status", "--exit-code", "--days", "3", at=last - 3 * DAY).exit_code == 0
    send_letters(project)
    assert alerts(project, last) == ["notice-unrecorded"]  # all were told, and it is to be stated
    assert alerts(project, last - 8 * DAY) == []
    ledger = ledger_of(project)
    one = ledger.deliveries("privacy", 2)[0]
    ledger.settle(one, DeliveryState.BOUNCED, "550", NOW, was=one.state)
    assert alerts(project, last) == ["letters-open"]
    assert alerts(project, LATE) == ["notice-unrecorded"]


@pytest.mark.usefixtures("each_engine")
def test_no_letter_to_the_removed_or_erased_is_open(project: Project) -> None:
    """They are told no more, so that nothing could end the alert."""
    house, last = House(project.root), dt.datetime(2027, 1, 30, 12, tzinfo=dt.UTC)
    send_letters(project)
    ledger = ledger_of(project)
    for one, state in zip(
        ledger.deliveries("privacy", 2),
        (DeliveryState.REFUSED, DeliveryState.BOUNCED, DeliveryState.REFUSED),
        strict=True,
    ):
        ledger.settle(one, state, "550", NOW, was=one.state)
    house.ok("recipients", "erase", "c-1", "--confirm", at=NOW)
    (alert,) = report(project, last).alerts
    assert "2 letters about version 2 are open (1 refused, 1 bounced)" in alert.what
    house.ok("recipients", "remove", "c-2", at=NOW)
    (alert,) = report(project, last).alerts
    assert "1 letter about version 2 is open (1 refused)" in alert.what
    house.ok("recipients", "erase", "c-3", "--confirm", at=NOW)
    record(project)
    assert alerts(project, last) == []
    assert "no letter is sent to them" in house.ok("resolve", "2", "c-1", "--again", at=NOW)
    assert alerts(project, last) == []
    # Whoever is listed again under the same id has no part in what was refused before.
    import_customers(project, b"customer,address\nc-3,cara@x.example\n")
    assert alerts(project, last) == ["letters-open"]
    assert "no letter is sent to them" in house.ok("resolve", "2", "c-3", "--again", at=NOW)
    assert "1 accepted by the carrier" in house.ok("send", "2", "--confirm", at=NOW)
    assert alerts(project, last) == []


@pytest.mark.usefixtures("each_engine")
def test_a_notice_period_that_can_no_longer_be_kept(project: Project) -> None:
    after = dt.datetime(2027, 1, 31, tzinfo=dt.UTC)
    assert alerts(project, after) == ["notice-late"]
    (one,) = report(project, after).alerts
    assert one.remedy.endswith("publisher freeze --correction --effective 2027-03-02")
    send_letters(project)
    postpone(project, dt.date(2027, 4, 1), after)
    late = dt.datetime(2027, 3, 20, tzinfo=dt.UTC)
    # Whoever was told of the earlier date needs no new notice period.
    assert alerts(project, late) == []
    assert alerts(project, dt.datetime(2027, 3, 26, tzinfo=dt.UTC)) == [
        "letters-open",
        "notice-unrecorded",
    ]
    import_customers(project, b"customer,address\nc-4,dan@x.example\n")
    assert alerts(project, late) == ["notice-late"]


@pytest.mark.usefixtures("each_engine")
def test_receipts_and_mail_that_nobody_sees_to(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    receive(at(project), reply(project, "How do I opt out?"), None)
    assert alerts(project, NOW + HOUR) == []
    assert alerts(project, NOW + 1.1 * HOUR) == ["receipts-stuck"]
    assert alerts(project, NOW + 5.1 * DAY) == ["receipts-stuck", "mail-waiting"]
    assert alerts(project, NOW + 5.1 * DAY, mail=6) == ["receipts-stuck"]
    ledger_of(project).keep(b"Subject: x\r\n\r\n", "opt-out@hosting.example", lambda: NOW)
    assert alerts(project, NOW + 1.1 * HOUR) == ["receipts-stuck", "mail-unread"]


def test_a_clock_that_must_be_wrong_is_told(project: Project) -> None:
    result = House(project.root).run("status", "--exit-code", at=NOW - HOUR)
    assert result.exit_code == 1
    assert "alert clock-behind: the clock says 2027-01-10 08:30:00 UTC, but" in result.output


def test_a_ledger_that_was_put_back(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copies") / "ledger.copy"
    house = House(project.root)
    ledger_of(project).begin("privacy", Number(2), NOW, b"sample", 3)
    house.ok("ledger", "backup", str(copy), at=NOW)
    close_ledgers()
    house.ok("ledger", "restore", str(copy), at=NOW + HOUR)
    result = house.run("status", "--exit-code", at=NOW + 2 * HOUR)
    assert result.exit_code == 1
    said = "alert ledger-restored: the ledger was put back on 2027-01-10 10:30 UTC from a copy of "
    assert said in result.output
    assert "; 3 letters and receipts are in doubt" in result.output
    assert "ledger-restored" in alerts(project, NOW + 9 * DAY)  # as long as they are
    for one in ledger_of(project).deliveries("privacy", 2):
        house.ok("resolve", "2", f"c-{one.recipient}", "--accepted", at=NOW + DAY)
    assert alerts(project, NOW + 7 * DAY) == ["ledger-restored"]
    assert alerts(project, NOW + 7.1 * DAY) == []
    assert value_of(report(project).json())["ledger"]["restored"] == "2027-01-10T10:30:00Z"


def test_the_key_of_a_signer_that_ends(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    key = ssh_key(tmp_path, "legal@hosting.example")
    ends = dt.datetime.now(dt.UTC) + 40 * DAY
    line = key.line.replace(" ssh-", f' valid-before="{ends:%Y%m%d}" ssh-')
    house.write({"signers": line})
    house.commit("Signers")
    house.ok("freeze", "--effective", "unknown")
    assert "alert" not in house.ok("status", "--exit-code")
    result = house.run("status", "--exit-code", "--key-days", "50")
    assert result.exit_code == 1
    assert "alert key-ends: the key of legal@hosting.example ends on" in result.output
    (found,) = value_of(house.ok("status", "--format", "json"))["policies"][0]["keys"]
    assert found == {
        "name": "legal@hosting.example",
        "fingerprint": key.fingerprint,
        "ends": f"{ends:%Y-%m-%d}T00:00:00Z",
    }


def test_a_site_that_says_what_is_over(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    house.freeze_two()
    house.record("2")
    assert "alert" not in house.ok("status", "--exit-code")  # none was built here
    build(workplace(house.project, dt.datetime.now(dt.UTC)))
    now = dt.datetime.now(dt.UTC)
    assert "alert" not in house.ok("status", "--exit-code")
    result = house.run("status", "--exit-code", at=now + 60 * DAY)
    assert result.exit_code == 1
    assert "alert site-behind: the built site says of no version that it does" in result.output
    assert "and today version 2 does" in result.output
    house.write({"contact.md": "## Contact {#contact}\n\nWrite to us:\n\n- by e-mail\n- by mail\n"})
    house.write({"notes/contact.md": "A word.\n"})
    house.commit()
    house.ok("freeze", "--effective", f"{(now + 90 * DAY).date()}")
    result = house.run("status", "--exit-code")
    assert "the built site does not have version 3" in result.output
    value = value_of(house.ok("status", "--format", "json"))
    assert value["policies"][0]["site_behind"] == "the built site does not have version 3"


@pytest.mark.parametrize("text", ["", "[]", "no JSON", '{"versions": 3, "mementos": [1]}', "\xff"])
def test_a_site_that_another_program_built_has_none_of_the_versions(
    project: Project, text: str
) -> None:
    folder = project.built / "privacy"
    folder.mkdir(parents=True)
    for name in ("versions.json", "timemap.json"):
        (folder / name).write_text(text, "latin-1")
    (one,) = report(project).alerts
    assert one.what == "the built site does not have version 1 and 1 more"


# ── whatever there is ────────────────────────────────────────────────────────────────────────────


def test_without_a_release_and_without_a_ledger_it_says_so(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    terms = house.root / "policy/terms"
    shutil.copytree(house.root / "policy/privacy", terms)
    assert house.ok("status", "--exit-code").splitlines() == [
        "privacy: no release yet",
        "terms: no release yet",
        "ledger: none yet: `publisher recipients import FILE.csv` begins one",
    ]
    assert value_of(house.ok("status", "--format", "json"))["ledger"] == {"state": "none"}
    assert not list(house.project.private.glob("ledger*"))
    assert house.ok("--policy", "terms", "status").splitlines()[0] == "terms: no release yet"


def test_a_release_without_a_ledger_has_no_figures(tmp_path: Path) -> None:
    project = make(tmp_path)
    value = value_of(report(project).json())
    assert {r["letters"] is None for r in value["policies"][0]["releases"]} == {True}
    assert {r["declarations"] is None for r in value["policies"][0]["releases"]} == {True}
    assert not list(project.private.glob("ledger*"))


def test_mail_and_remedies_are_those_of_the_policy_that_is_named(project: Project) -> None:
    """Mail of nobody knows which policy is told of each; a remedy names the policy it is about."""
    shutil.copytree(project.versions / "privacy", project.versions / "terms")
    receive(at(project), reply(project, "How do I opt out?"), None)
    receive(at(project), b"To: opt-out@hosting.example\r\n\r\nStop\r\n", None)
    house = House(project.root)
    assert "message 1 " in (said := house.ok("--policy", "privacy", "status", at=NOW))
    assert "message 2 " in said
    assert "alert" not in said


def ordinary() -> list[str]:
    """Begins a command of somebody who may not write what they are not allowed to."""
    if os.geteuid():
        return []
    caps = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}"]


@pytest.mark.skipif(
    not os.geteuid() and shutil.which("setpriv") is None, reason="root may write everything"
)
def test_who_may_only_read_gets_it_too(project: Project) -> None:
    send_letters(project)
    close_ledgers()
    folder = project.private
    before = {path.name: path.read_bytes() for path in folder.glob("ledger*")}
    for path in (*folder.glob("ledger*"), folder):
        path.chmod(0o500 if path.is_dir() else 0o400)
    words = [*ordinary(), sys.executable, "-P", "-m", "publisher", "--project", str(project.root)]
    try:
        done = subprocess.run(
            [*words, "status"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        folder.chmod(0o700)
    assert "3 accepted" in done.stdout
    assert {path.name: path.read_bytes() for path in folder.glob("ledger*")} == before


def test_a_ledger_that_is_gone_is_no_ledger_that_was_never_begun(project: Project) -> None:
    """Nothing is counted, and none is begun, where a release was sent with one."""
    send_letters(project)
    close_ledgers()
    for path in project.private.glob("ledger*"):
        path.rename(project.root / path.name)
    result = House(project.root).run("status", "--exit-code", at=NOW)
    assert result.exit_code == 2
    assert "there is no ledger here, and privacy/2 was sent with one" in result.stderr
    assert "  Version 2  upcoming  from 1 March 2027" in result.stdout
    assert not list(project.private.glob("ledger.sqlite*"))


def test_a_ledger_that_cannot_be_opened_hides_nothing_else(project: Project) -> None:
    close_ledgers()
    (project.private / "ledger.sqlite").write_bytes(b"no database at all" * 99)
    for name in ("-wal", "-shm"):
        (project.private / f"ledger.sqlite{name}").unlink(missing_ok=True)
    result = House(project.root).run("status", "--exit-code", at=NOW)
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        "privacy",
        "  Version 2  upcoming  from 1 March 2027      no notice on record",
        "  Version 1  in force  from 1 January 2026",
        "ledger: closed",
    ]
    assert "file is not a database" in result.stderr
    assert "  try: " in result.stderr
    result = House(project.root).run("status", "--format", "json", at=NOW)
    assert result.exit_code == 2
    value = value_of(result.stdout)
    assert value["ledger"] == {"state": "closed"}
    assert [alert["id"] for alert in value["alerts"]] == ["ledger-closed"]


def test_a_policy_that_cannot_be_read_hides_no_other(project: Project, tmp_path: Path) -> None:
    house = make_house(tmp_path / "other")
    house.ok("freeze", "--effective", "unknown")
    shutil.copytree(project.versions / "privacy", project.versions / "altered")
    shutil.copytree(house.root / "policy/privacy", project.root / "policy/terms")
    result = House(project.root).run("status", "--exit-code", at=NOW)
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        "altered: closed",
        "privacy",
        "  Version 2  upcoming  from 1 March 2027    3 to do  no notice on record",
        "  Version 1  in force  from 1 January 2026",
        "terms: no release yet",
        "ledger",
        "  recipients  3",
    ]
    assert "versions/altered/1/release.toml" in result.stderr
    (project.versions / "privacy/2/notice.md").write_text("# Nothing\n")
    result = House(project.root).run("status", "--format", "json", at=NOW)
    assert result.exit_code == 2
    value = value_of(result.stdout)
    assert [bool(policy["closed"]) for policy in value["policies"]] == [True, True, False]
    assert [alert["id"] for alert in value["alerts"]] == ["policy-closed", "policy-closed"]
    assert "versions/privacy/2/notice.md: was altered" in result.stderr


def test_wrong_limits_are_refused(project: Project) -> None:
    for option in ("--days", "--mail-days", "--key-days"):
        assert House(project.root).run("status", option, "-1", at=NOW).exit_code == 2
    assert House(project.root).run("status", "--format", "xml", at=NOW).exit_code == 2


def test_in_a_terminal_headings_and_alerts_stand_out(project: Project) -> None:
    program = (
        "import pty, sys; sys.exit(pty.spawn([sys.executable, '-P', '-m', 'publisher', '--project',"
        " sys.argv[1], 'status']) >> 8)"
    )
    words = [sys.executable, "-c", program, str(project.root)]
    surroundings = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    surroundings.pop("NO_COLOR", None)
    done = subprocess.run(
        words, env=surroundings, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    assert b"\x1b[1mprivacy\x1b[0m" in done.stdout
    assert b"\x1b[1;31malert \x1b[0m\x1b[1;31mclock-behind\x1b[0m: " in done.stdout


def test_numbers_of_releases_are_those_of_the_folder(project: Project) -> None:
    found = report(project).status.policies[0].releases
    assert [one.release.number for one in found] == [Number(1), Number(2)]


def test_requests_are_counted_by_kind_and_the_next_day_is_told(project: Project) -> None:
    house, kinds = House(project.root), RequestKind
    assert "requests " not in house.ok("status", at=NOW)
    first = asked_for(project, "c-2", kinds.CORRECT, "Ben Secret", NOW - 3 * DAY)
    asked_for(project, "c-1", kinds.ACCESS, "", NOW, confirmed=False)
    asked_for(project, "c-1", kinds.ACCESS, "Once more", NOW)
    asked_for(project, "c-3", kinds.END, "", NOW)
    done = asked_for(project, "c-3", kinds.ERASE, "", NOW - 9 * DAY)
    house.ok("requests", "settle", done, "--done", at=NOW)
    rows = {row[0]: row[1] for block in report(project).blocks() for row in block.rows}
    assert rows["requests"] == (
        "2 access, 1 correct, 1 end the contract, 1 of these unconfirmed, next due "
        f"7 February 2027 ({first})"
    )
    text = house.ok("status", "--format", "json", at=NOW)
    assert "Secret" not in text
    value = json.loads(text)
    VALIDATOR.validate(value)
    assert value["ledger"]["requests"] == {
        "waiting": {"access": 2, "correct": 1, "end_the_contract": 1},
        "unconfirmed": 1,
        "overdue": 0,
        "next_due": "2027-02-07",
    }


def test_a_person_is_called_before_a_request_is_due_and_after(project: Project) -> None:
    house, asked = House(project.root), NOW - 20 * DAY
    number = asked_for(project, "c-2", RequestKind.OBJECT, "", asked)  # due on 21 January

    def called(day: int, **limits: int) -> list[str]:
        found = alerts(project, NOW.replace(day=day), **limits)
        return [one for one in found if one.startswith("request")]

    assert [called(day) for day in (13, 14, 21, 22)] == [
        [], ["request-due"], ["request-due"], ["request-overdue"],
    ]  # fmt: skip
    assert called(17, requests=3) == []
    assert called(18, requests=3) == ["request-due"]
    last, late = NOW.replace(day=21), NOW.replace(day=22)
    told = house.run("status", "--exit-code", at=last)
    assert told.exit_code == 1
    assert f"1 request of customers is due within 7 days, the first ({number})" in told.output
    assert f"try: publisher requests show {number}" in told.output
    told = house.run("status", "--exit-code", at=late)
    assert f"is overdue, the first ({number}) since 21 January 2027" in told.output
    assert "try: publisher requests --state overdue" in told.output
    assert number in house.ok("requests", "--state", "overdue", at=late)
    house.ok("requests", "settle", number, "--done", at=late)
    assert called(22) == []


def test_a_request_is_overdue_on_the_calendar_of_the_organisation(project: Project) -> None:
    settings = project.root / "publisher.toml"
    text = settings.read_text("utf-8")
    zone = '[organisation]\ntime_zone = "Pacific/Auckland"'
    settings.write_text(text.replace("[organisation]", zone), "utf-8")
    asked_for(project, "c-2", RequestKind.OBJECT, "", NOW)  # due on 10 February
    there = dt.datetime(2027, 2, 10, 10, 59, tzinfo=dt.UTC)  # 23:59 in Auckland
    found = [one for one in alerts(project, there) if one.startswith("request")]
    assert found == ["request-due"]
    found = [one for one in alerts(project, there + HOUR) if one.startswith("request")]
    assert found == ["request-overdue"]


def test_who_accepted_is_counted_by_themselves(project: Project) -> None:
    own = token(project, "c-1")
    declare(project, own, OUT)
    declare(project, own, RequestKind.ACCEPT, NOW + HOUR)
    declare(project, token(project, "c-2"), RequestKind.ACCEPT, NOW + HOUR)
    house = House(project.root)
    assert "2 agreed" in house.ok("status", at=NOW + HOUR)
    value = json.loads(house.ok("status", "--format", "json", at=NOW + HOUR))
    VALIDATOR.validate(value)
    said = {"opted_out": 0, "withdrawn": 0, "accepted": 2, "late": 0}
    assert value["policies"][0]["releases"][1]["declarations"] == said
