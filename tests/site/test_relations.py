"""Typed links and linked data."""

from __future__ import annotations

import json
from dataclasses import replace

from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.periods import applied, by_number
from publisher.site import relations
from publisher.site.relations import TypedLink
from tests.site.test_catalogue import changed

AT = Addresses("https://policies.example/", "terms")


def test_a_link_is_written_for_pages_and_for_headers() -> None:
    link = TypedLink("alternate", "a?b&c", {"type": "text/plain", "title": 'The "A"'})
    assert link.html == (
        '<link rel="alternate" href="a?b&amp;c" type="text/plain" title="The &#34;A&#34;">'
    )
    assert TypedLink("original", "https://a/").header == '<https://a/>; rel="original"'


def test_a_version_names_its_neighbours_and_its_history() -> None:
    line, _ = changed()
    found = {(link.rel, link.href) for link in relations.version_links(line[1], line, AT)}
    root = "https://policies.example/terms/"
    assert {
        ("latest-version", root),
        ("original", root),
        ("predecessor-version", f"{root}1/"),
        ("successor-version", f"{root}2.1/"),
        ("version-history", f"{root}history/"),
        ("version-history", f"{root}versions.json"),
        ("timemap", f"{root}timemap.link"),
    } == found
    rels = [link.rel for link in relations.version_links(line[0], line, AT)]
    assert "predecessor-version" not in rels


def data(html: str) -> dict[str, object]:
    text = html.removeprefix('<script type="application/ld+json">').strip()
    value: dict[str, object] = json.loads(text.removesuffix("</script>"))
    return value


def test_a_version_is_told_in_the_words_of_schema_org() -> None:
    line, _ = changed()
    periods = by_number(applied(line))
    first = data(relations.linked_data(line[0], periods[Number(1)], "Example", AT))
    assert first["@type"] == "DigitalDocument"
    assert first["version"] == "1"
    assert first["expires"] == "2027-03-01"
    assert "temporalCoverage" not in first
    assert "datePublished" not in first
    third = data(relations.linked_data(line[2], periods[Number(2, 1)], "Example", AT))
    assert third["temporalCoverage"] == "2027-03-01/.."
    assert third["isBasedOn"] == "https://policies.example/terms/2/"
    never = data(relations.linked_data(line[1], None, "Example", AT))
    assert "temporalCoverage" not in never


def test_no_title_ends_the_script() -> None:
    line, _ = changed()
    facts = replace(line[0].policy.facts, title="</script><!-- x")
    release = replace(line[0], policy=Policy("terms", facts, {}))
    html = relations.linked_data(release, None, "Example", AT)
    assert html.count("</script>") == 1
    assert "<!--" not in html
    assert data(html)["name"] == "</script><!-- x"
