"""Releases sealed by hand, whole and consistent with git, that say what no freeze makes of them."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from tests.fixtures.forging import Forger
from tests.fixtures.house import FACTS, SECTIONS, House, copied_house, later

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def three_and_a_correction(house: House) -> None:
    """1; 2 in force in 60 days; 2.1, which postpones that; 3 in 120 days."""
    house.ok("freeze", "--effective", "2020-01-01")
    house.edit()
    house.ok("freeze", "--effective", later(60))
    house.ok("freeze", "--effective", later(70), "--correction")
    text = SECTIONS["use.md"].replace("30 days", "60 days")
    house.write({"use.md": text, "notes/use.md": "Longer.\n"})
    house.commit()
    house.ok("freeze", "--effective", later(120))


@pytest.fixture
def forger(tmp_path: Path) -> Forger:
    return Forger(copied_house(tmp_path / "house", three_and_a_correction))


def value(text: str, key: str, written: str) -> str:
    """A `release.toml` with another value; empty: without the key."""
    line = f"{key} = {written}\n" if written else ""
    assert re.search(f"(?m)^{key} = ", text), key
    return re.sub(f"(?m)^{key} = .*\n", line, text)


def put(forger: Forger, number: str, values: dict[str, str], renamed: str = "") -> str:
    """Other values in the last release, sealed as a freeze would have; what `verify` says of it."""
    message = forger.message(number)
    draft = forger.git("rev-parse", f"privacy/{number}^").strip()
    kept = forger.root.parent / "kept"
    shutil.copytree(forger.folder(number), kept)
    forger.git("reset", "-q", "--hard", draft)
    forger.git("tag", "-d", f"privacy/{number}")
    new = renamed or number
    shutil.copytree(kept, forger.folder(new))
    shutil.rmtree(forger.root / "policy/privacy/notes", ignore_errors=True)
    text = (forger.folder(new) / "release.toml").read_text()
    for key, written in values.items():
        if key == "replaces":
            text = text.replace("previous = ", f"replaces = {written}\nprevious = ", 1)
        else:
            text = value(text, key, written)
    (forger.folder(new) / "release.toml").write_text(text)
    if renamed:
        forger.set(new, "number", new)
    forger.reseal(new)
    commit = forger.commit(f"Freeze privacy/{new}")
    forger.tag(new, message)
    forger.retag(new, message)
    result = forger.house.run("verify")
    places = set(re.findall(r"^(\S+): (?:error|review): ", result.output, re.MULTILINE))
    assert places <= {f"versions/privacy/{new}/release.toml"}, result.output
    assert not places or f", by commit {commit[:10]} by Mallory" in result.output
    errors = "error: " in result.output
    assert result.exit_code == errors, result.output
    return result.output


def day(days: int) -> str:
    return later(days)


def moment(days: float) -> str:
    return (NOW + dt.timedelta(days=days)).isoformat()


FALSE: dict[str, tuple[str, dict[str, str], str]] = {
    "published before": (
        "3",
        {"published": moment(-365)},
        "was published at .* before release 2.1",
    ),
    "published a minute before": ("3", {"published": moment(-0.5)}, "before release 2.1 was"),
    "never published": ("3", {"published": '"unknown"'}, "does not say when it was published"),
    "published after its effect": ("3", {"published": moment(300)}, "before it was published"),
    "in the past": (
        "3",
        {"effective": day(-20), "closes": day(-21)},
        "is in force from .*, before it was published",
    ),
    "before the one it amends": (
        "3",
        {"effective": day(65), "closes": day(64)},
        "before release 2.1 is",
    ),
    "on the same day": ("3", {"effective": day(70), "closes": day(69)}, "the very day of release"),
    "on no day": ("3", {"effective": '"unknown"'}, "does not say from which day it is in force"),
    "closed too early": (
        "3",
        {"closes": day(20)},
        "lets opt out until .*the day before its effect",
    ),
    "closed too late": ("3", {"closes": day(120)}, "lets opt out until"),
    "never closed": ("3", {"closes": ""}, "does not say until when one may opt out"),
    "editorial": ("3", {"materiality": '"editorial"'}, "is editorial, and has the number 3"),
    "replaces none": ("3", {"replaces": '"1.1"'}, "replaces release 1.1, which there is not"),
    "replaces an older one": ("3", {"replaces": '"1"'}, "replaces release 1, and 2.1 was made"),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_no_freeze_makes_is_an_error(forger: Forger, name: str) -> None:
    number, values, said = FALSE[name]
    assert re.search(f"error: .*{said}", put(forger, number, values))


@pytest.mark.parametrize(("number", "due"), [("9", "3"), ("4", "3")])
def test_a_number_that_does_not_follow(forger: Forger, number: str, due: str) -> None:
    output = put(forger, "3", {}, number)
    assert f"error: has the number {number}; after 2.1 comes {due}" in output


def back_to(forger: Forger, number: str) -> None:
    """As if nothing had come after a release."""
    forger.git("reset", "-q", "--hard", f"privacy/{number}")
    for later_one in ("2", "2.1", "3"):
        if later_one > number:
            forger.git("tag", "-d", f"privacy/{later_one}")


def test_a_correction_in_force_before_what_it_corrects(forger: Forger) -> None:
    back_to(forger, "2.1")
    output = put(forger, "2.1", {"effective": day(50), "closes": day(49)})
    assert "error: is in force from" in output
    assert "before release 2 is" in output


def test_a_correction_whose_number_does_not_follow(forger: Forger) -> None:
    back_to(forger, "2.1")
    assert "error: has the number 2.2; after 2 comes 2.1" in put(forger, "2.1", {}, "2.2")


def test_a_correction_that_moves_no_date_opens_no_window(forger: Forger) -> None:
    back_to(forger, "2.1")
    output = put(forger, "2.1", {"effective": day(60), "closes": day(59)})
    assert "error: is a correction that moves no date" in output


def test_a_notice_shorter_than_was_promised(forger: Forger) -> None:
    back_to(forger, "2")
    output = put(forger, "2", {"effective": day(5), "closes": day(4)})
    assert f"error: is in force from {day(5)}" in output
    assert f"the period of notice allows {day(30)} at the earliest" in output


def test_a_promise_is_not_taken_back_by_the_release_that_it_is_about(forger: Forger) -> None:
    back_to(forger, "2")
    output = put(forger, "2", {"effective": day(5), "closes": day(4), "days": "1"})
    assert f"the period of notice allows {day(30)} at the earliest" in output


def no_days_promised(house: House) -> None:
    house.write({"policy.toml": FACTS.replace("days = 30", "days = 0")})
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    house.ok("freeze", "--effective", later(0))


def test_a_period_that_only_this_program_knows_of_is_a_cue(tmp_path: Path) -> None:
    """Tables of the law change; a release does not."""
    forger = Forger(copied_house(tmp_path / "house", no_days_promised))
    assert forger.house.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"
    output = put(forger, "2", {"profile": '"p2b"'})
    assert "review: is in force from" in output
    assert f"allows {day(15)} at the earliest" in output
    assert "error" not in output


def test_a_release_long_before_its_tag_is_a_cue(tmp_path: Path) -> None:
    forger = Forger(copied_house(tmp_path / "house", first_unpublished))
    output = put(forger, "2", {"published": moment(-10)})
    assert "review: says that it was published on" in output
    assert "its tag was made on" in output
    assert "error" not in output


def first_unpublished(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    house.ok("freeze", "--effective", later(60))


def test_a_first_release_that_one_may_opt_out_of(forger: Forger) -> None:
    back_to(forger, "1")
    output = put(forger, "1", {"effect": f'"It stays."\ncloses = {day(9)}'})
    assert "error: is a first release, which nobody can opt out of" in output


def test_a_first_release_with_another_number(forger: Forger) -> None:
    back_to(forger, "1")
    assert "error: has the number 7; as the first one comes 1" in put(forger, "1", {}, "7")


def test_what_freezes_make_is_sound(forger: Forger) -> None:
    assert forger.house.ok("verify") == "privacy: 4 release(s) checked; none is signed\n"
    forger.house.ok("freeze", "--effective", later(130), "--correction")
    assert "review" not in forger.house.ok("verify")


def test_a_correction_on_the_day_of_its_publication(forger: Forger) -> None:
    back_to(forger, "1")
    house = forger.house
    text = SECTIONS["contact.md"].replace("Write", "write")
    house.write({"contact.md": text, "notes/contact.md": "Spelling.\n"})
    house.commit()
    house.ok("freeze", "--effective", later(0), "--correction")
    assert house.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"
