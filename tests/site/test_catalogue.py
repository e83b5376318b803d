"""The JSON of versions, periods and texts: as documented, and enough to compute with."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

from jsonschema import Draft202012Validator

from publisher.compare.amendment import amend
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Imported, Release
from publisher.releases.releases import Releases
from publisher.site import catalogue
from publisher.site.change_summary import ChangeSummary, summarise
from publisher.wording.words import ENGLISH
from tests import ROOT
from tests.reports.test_reports import closed
from tests.site.test_timeline import LINE, POLICY, release

AT = Addresses("https://policies.example/", "terms")


def checked(data: bytes, name: str) -> dict[str, Any]:
    """The value, held to its published schema, in which no key may be that it does not name."""
    value: dict[str, Any] = json.loads(data)
    schema = json.loads((ROOT / f"docs/{name}.schema.json").read_text("utf-8"))
    Draft202012Validator(
        closed(schema), format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(value)
    assert value["$schema"] == schema["$id"]
    return value


def changed() -> tuple[Releases, dict[Number, ChangeSummary]]:
    """Releases 1, 2 and 2.1, of which each changes a word."""
    found: list[Release] = []
    for word, member in zip(("Text.", "Words.", "Words!"), LINE, strict=True):
        policy = replace(POLICY, files={"a.md": f"## A {{#a}}\n\n{word}\n"})
        before = found[-1] if found else None
        found.append(
            replace(
                member,
                policy=policy,
                seal="0" * 64,
                previous=before.number if before else None,
                closes=member.effective if member.number == Number(2) else None,
                opt_out="Opt out." if member.number == Number(2) else "",
            )
        )
    short = {
        new.number: summarise(amend(old.policy.document, new.policy.document))
        for old, new in pairwise(found)
    }
    return Releases(found), short


def test_every_version_is_listed_with_its_days_and_addresses() -> None:
    line, short = changed()
    value = checked(
        catalogue.versions_json(line, "Example", AT, short, lambda _: ENGLISH), "versions"
    )
    first, second, third = value["versions"]
    assert [v["kind"] for v in value["versions"]] == ["first", "amendment", "correction"]
    assert first["applies"] == {"from": None, "until": "2027-02-28"}
    assert second["applies"] is None
    assert second["replaced_by"] == "2.1"
    assert second["announced"] == {"from": "2026-11-23", "until": "2026-11-23"}
    assert third["applies"] == {"from": "2027-03-01", "until": None}
    assert [v["previous"] for v in value["versions"]] == [None, "1", "2"]
    assert [v["next"] for v in value["versions"]] == ["2", "2.1", None]
    assert second["urls"]["changes"]["json"] == "https://policies.example/terms/2/changes.json"
    assert "changes" not in first["urls"]
    assert second["changes"]["inserted"] == 1
    assert second["opt_out_until"] == "2027-03-01"


def test_the_digest_is_that_of_the_download() -> None:
    line, _ = changed()
    data = line[0].policy.markdown.encode()
    assert catalogue.text_digest(line[0]) == hashlib.sha256(data).hexdigest()


def test_of_a_text_of_the_past_the_day_it_was_seen_is_told() -> None:
    line, short = changed()
    seen = dt.datetime(2015, 3, 4, 12, tzinfo=dt.UTC)
    origin = Imported("git", "terms.md", "0" * 40, seen, "0" * 64)
    past = replace(line[1], published=None, effective=None, closes=None, imported=origin)
    value = checked(
        catalogue.versions_json(Releases((line[0], past)), "Example", AT, short, lambda _: ENGLISH),
        "versions",
    )
    first, second = value["versions"]
    assert second["seen"] == "2015-03-04T12:00:00Z"
    assert second["effective"] is None
    assert second["applies"] == {"from": "2015-03-04", "until": None}
    assert first["applies"] == {"from": None, "until": "2015-03-03"}


def test_periods_are_told_by_version() -> None:
    value = checked(catalogue.periods_json(Releases(LINE), AT), "periods")
    assert [p["version"] for p in value["applied"]] == ["1", "2.1"]
    assert value["applied"][1]["url"] == "https://policies.example/terms/2.1/"


def test_the_sections_put_end_to_end_are_the_text() -> None:
    line, _ = changed()
    value = checked(catalogue.text_json(line[1], "Example", AT), "policy")
    text = f"# {value['title']}\n\n" + "".join(s["markdown"] for s in value["sections"])
    assert hashlib.sha256(text.encode()).hexdigest() == value["sha256"]["text"]
    assert [(s["anchor"], s["title"], s["text"]) for s in value["sections"]] == [
        ("a", "A", "A\n\nWords.")
    ]


def test_no_status_is_told_for_it_would_be_of_one_day() -> None:
    line, short = changed()
    text = catalogue.versions_json(line, "Example", AT, short, lambda _: ENGLISH).decode()
    assert "in force" not in text
    assert "status" not in text


def test_an_unknown_time_is_null() -> None:
    assert catalogue.moment(None) is None
    assert catalogue.moment(release("2", "2026-11-23", "").published) == "2026-11-23T09:00:00Z"
