"""The profiles of notice that a policy can pick, each with its sources."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duty:
    """What a profile asks for beside its period, and where that is written."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of notice that a lawyer picked for a policy."""

    name: str
    days: int
    """Least days from publication to effect; the policy's own number may be higher."""
    months: int = 0
    """Least months, where the rule counts in months."""
    durable: bool = False
    """The text itself travels with the letter (durable medium)."""
    expires: bool = False
    """The period has to have run out before a release applies: its last day counts whole."""
    source: str = ""
    duties: tuple[Duty, ...] = ()


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("promise", 0, source="the policy's own promise"),
        Profile(
            "gdpr",
            1,
            source="WP260 rev.01 ¶29–31",
            duties=(
                Duty(
                    "a message devoted to the change, not mixed with marketing",
                    "WP260 rev.01 ¶29",
                ),
                Duty("the change well in advance of its effect", "WP260 rev.01 ¶30"),
            ),
        ),
        Profile(
            "p2b",
            15,
            durable=True,
            expires=True,
            source="Reg. (EU) 2019/1150 Art. 3(2)",
            duties=(
                Duty(
                    "the right to terminate the contract is stated",
                    "Reg. (EU) 2019/1150 Art. 3(2)",
                ),
            ),
        ),
        Profile(
            "eecc",
            0,
            months=1,
            durable=True,
            expires=True,
            source="Dir. (EU) 2018/1972 Art. 105(4)",
            duties=(
                Duty(
                    "the right to leave free of charge is stated",
                    "Dir. (EU) 2018/1972 Art. 105(4)",
                ),
            ),
        ),
        Profile(
            "dcd",
            1,
            durable=True,
            source="Dir. (EU) 2019/770 Art. 19",
            duties=(
                Duty(
                    "the reason, the day, and the right to end the contract within 30 days",
                    "Dir. (EU) 2019/770 Art. 19(1), (2)",
                ),
            ),
        ),
    )
}
