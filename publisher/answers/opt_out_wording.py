"""The text above the opt-out form of a release, which is frozen with it."""

from __future__ import annotations

from publisher.policies.dates import long_date
from publisher.releases.release import Release


def wording(release: Release, organisation: str) -> str:
    """The text above the form of a material release, Markdown; frozen with it."""
    facts = release.policy.facts
    new = f"version {release.number.major}"
    effective = long_date(release.effective, facts.language)
    closes = long_date(release.closes, facts.language)
    parts = [
        f"# Opt out of {new} of the {facts.title}",
        f"> {facts.remark}" if facts.remark else "",
        f"{organisation} amends its {facts.title}: {new} applies from **{effective}**. "
        f"With this form you opt out of {new}. You can do so until the end of **{closes}** (UTC), "
        "and take it back until then.",
        facts.effect,
        "Your declaration is about this version only. "
        "It says nothing about later versions, and it does not remove you from any mailing list.",
        f"Declaration: “I opt out of {new} of the {facts.title} of {organisation}.”",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
