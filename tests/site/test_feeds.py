"""Feeds as feed readers take them."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]
from markupsafe import Markup

from publisher.compare.amendment import amend
from publisher.policies.policy import Note
from publisher.releases.address import Addresses
from publisher.releases.releases import Releases
from publisher.site import feeds
from publisher.site.derived import DerivedTexts
from publisher.site.feeds import LATEST, Feed, FeedEntry
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH
from tests.fixtures.golden_cases import cases
from tests.fixtures.some import some
from tests.site.test_catalogue import changed

AT = Addresses("https://policies.example/", "terms")
NS = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def entries() -> list[FeedEntry]:
    releases, _ = changed()
    noted = replace(releases[1].policy, notes=(Note("a.md", "Because of *this*, see [A](#a).\n"),))
    releases = Releases((releases[0], replace(releases[1], policy=noted), releases[2]))
    found = map(DerivedTexts(releases, "Example", AT).entry, releases)
    return [entry for entry in found if entry]


def feed(items: list[FeedEntry]) -> Feed:
    return Feed(
        title="Terms of Example & Sons",
        page=AT.current,
        atom=AT.listing("feed.atom"),
        json=AT.listing("feed.json"),
        author="Example & Sons",
        site=AT.root,
        entries=feeds.latest_entries(items),
    )


def test_a_feed_reader_understands_the_feed() -> None:
    parsed = feedparser.parse(feeds.atom_feed(feed(entries())))
    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert parsed.feed.title == "Terms of Example & Sons"
    assert [e.link for e in parsed.entries] == [AT.root + "terms/2.1/", AT.root + "terms/2/"]
    second = parsed.entries[1]
    assert second.title == "Terms: version 2, in force from 1 March 2027"
    assert second.summary.startswith("In force from 1 March 2027. 1 section amended")
    html = second.content[0].value
    assert "Because of <em>this</em>" in html
    assert "<del>Text</del><ins>Words</ins>." in html
    assert 'href="https://policies.example/terms/2/changes/"' in html
    related = [link.href for link in second.links if link.rel == "related"]
    assert related == ["https://policies.example/terms/2/changes/"]


def test_everything_that_atom_requires_is_there() -> None:
    # RFC 4287 §4.1.1 and §4.1.2.
    root = ElementTree.fromstring(feeds.atom_feed(feed(entries())))
    assert root.tag == f"{NS}feed"
    for element in (root, *some(root.findall(f"{NS}entry"))):
        for name in ("id", "title", "updated"):
            assert len(element.findall(NS + name)) == 1, name
        assert RFC3339.fullmatch(element.findtext(f"{NS}updated") or "")
    assert root.findtext(f"{NS}author/{NS}name") == "Example & Sons"
    own = [e for e in root.findall(f"{NS}link") if e.get("rel") == "self"]
    assert [e.get("href") for e in own] == [AT.listing("feed.atom")]
    ids = [e.findtext(f"{NS}id") for e in (root, *root.findall(f"{NS}entry"))]
    assert len(set(ids)) == len(ids)
    assert root.findtext(f"{NS}updated") == "2026-11-24T09:00:00Z"


def test_json_feed_has_what_its_version_1_1_requires() -> None:
    value = json.loads(feeds.json_feed(feed(entries())))
    assert value["version"] == "https://jsonfeed.org/version/1.1"
    assert value["title"]
    assert value["feed_url"] == AT.listing("feed.json")
    for item in some(value["items"]):
        assert item["id"] == item["url"]
        assert item["content_html"]
        assert RFC3339.fullmatch(item["date_published"])
    assert [item["tags"] for item in value["items"]] == [["correction"], ["amendment"]]


def test_what_was_published_nobody_knows_when_is_no_news() -> None:
    line, _ = changed()
    assert DerivedTexts(line, "Example", AT).entry(line[0]) is None


def test_a_feed_without_news_is_a_feed() -> None:
    parsed = feedparser.parse(feeds.atom_feed(feed([])))
    assert not parsed.bozo
    assert parsed.feed.updated == "1970-01-01T00:00:00Z"


def test_the_latest_entries_are_kept_the_newest_first() -> None:
    one = entries()[0]
    day = dt.timedelta(days=1)
    many = [replace(one, published=one.published + n * day) for n in range(LATEST + 5)]
    kept = feeds.latest_entries(many)
    assert len(kept) == LATEST
    assert kept[0] == many[-1]


def test_links_lead_where_they_lead_on_the_page() -> None:
    page = "https://policies.example/terms/2/changes/"
    html = Markup('<a class="x" href="#a">a</a> <a href="../../1/?x=1&amp;y">b</a> href="#a"')
    assert feeds.whole(html, page) == (
        f'<a class="x" href="{page}#a">a</a> '
        '<a href="https://policies.example/terms/1/?x=1&amp;y">b</a> href="#a"'
    )


def test_every_kind_of_change_is_shown_and_is_whole_html() -> None:
    for case in some(cases("changes.md")):
        old, new = (Document(parse(text, "p.md")) for text in (case.old, case.new))
        amendment = amend(old, new)
        html = feeds.changed_words(amendment, ENGLISH)
        ElementTree.fromstring(f"<div>{html.replace('<br>', '<br/>')}</div>")
        assert bool(html) != amendment.empty, case.title


def test_no_text_of_a_policy_breaks_the_feed() -> None:
    old = Document(parse("## A {#a}\n\nOne & <b>two</b>\n", "p.md"))
    new = Document(parse("## A {#a}\n\nOne \x0b& ]]> <script>two</script>\n", "p.md"))
    html = feeds.changed_words(amend(old, new), ENGLISH)
    assert "<script" not in html
    item = replace(entries()[0], html=html, title="\x00 ]]> &")
    parsed = feedparser.parse(feeds.atom_feed(feed([item])))
    assert not parsed.bozo
