"""What reminding would do: `publisher remind` without `--confirm`, at the command line."""

from __future__ import annotations

from tests.fixtures.house import FACTS, House, later


def test_a_reminder_is_sealed_and_shown_before_it_goes_out(house: House) -> None:
    house.write({"policy.toml": FACTS.replace("days = 30", "days = 30\nremind_days_before = 40")})
    house.commit("Reminders")
    house.ready_for_two()
    early = house.run("freeze", "--effective", later(35))
    assert early.exit_code == 2
    words = " ".join(early.output.split())
    assert "40 days before the last day to opt out" in words
    assert "set `notice.remind_days_before` to fewer days" in words

    house.ok("freeze", "--effective", later(60))
    sealed = house.root / "versions/privacy/2"
    assert "remind_days_before = 40" in (sealed / "release.toml").read_text("utf-8")
    assert "the only one" in (sealed / "notice.reminder.md").read_text("utf-8")
    assert "the only one" in house.ok("notice", "show", "2", "--case", "reminder")
    plan = " ".join(house.ok("remind", "2").split())
    assert "to remind 0 who were told before" in plan
    assert "Nobody is reminded before" in plan
    assert "Nobody is reminded before" in " ".join(house.ok("remind", "2", "--confirm").split())
