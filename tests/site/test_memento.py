"""TimeMaps as RFC 7089 wants them, and headers as hosts read them."""

from __future__ import annotations

import datetime as dt
import json
import re

from publisher.releases.address import Addresses
from publisher.releases.releases import Releases
from publisher.site import memento
from publisher.site.memento import Rule
from tests.site.test_timeline import LINE, release

AT = Addresses("https://policies.example/legal/", "terms")
BEFORE, AFTER = dt.date(2026, 12, 1), dt.date(2027, 3, 1)
LONG = (*LINE, release("3", "2027-05-01", "2027-07-01"))
LINK = re.compile(r"<([^>]*)>((?:; [\w-]+=\"[^\"]*\")*)")


def links(text: str) -> list[dict[str, str]]:
    """The links of a list (RFC 6690 §2)."""
    return [
        {"href": href, **dict(re.findall(r'; ([\w-]+)="([^"]*)"', more))}
        for href, more in LINK.findall(text)
    ]


def test_the_timemap_names_the_original_itself_and_each_memento() -> None:
    found = links(memento.timemap(Releases(LONG), dt.date(2027, 8, 1), AT).decode())
    original, own, first, last = found
    assert original == {"href": "https://policies.example/legal/terms/", "rel": "original"}
    assert own["rel"] == "self"
    assert own["type"] == "application/link-format"
    assert own["from"] == first["datetime"] == "Mon, 01 Mar 2027 00:00:00 GMT"
    assert own["until"] == last["datetime"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert (first["rel"], last["rel"]) == ("first memento", "last memento")
    assert last["href"] == "https://policies.example/legal/terms/3/"


def test_what_is_only_announced_is_no_memento() -> None:
    assert not memento.mementos(Releases(LINE), BEFORE)
    assert [str(m.release.number) for m in memento.mementos(Releases(LONG), AFTER)] == ["2.1"]
    text = memento.timemap(Releases(LINE), AFTER, AT).decode()
    assert links(text)[-1]["rel"] == "first last memento"


def test_a_version_of_unknown_day_or_never_in_force_is_no_memento() -> None:
    numbers = {str(m.release.number) for m in memento.mementos(Releases(LONG), dt.date(2030, 1, 1))}
    assert numbers == {"2.1", "3"}


def test_the_timemap_as_json_says_the_same() -> None:
    value = json.loads(memento.timemap_json(Releases(LONG), dt.date(2027, 8, 1), AT))
    assert value["original_uri"] == "https://policies.example/legal/terms/"
    listed = value["mementos"]["list"]
    assert [m["datetime"] for m in listed] == ["2027-03-01T00:00:00Z", "2027-07-01T00:00:00Z"]
    assert value["mementos"]["first"] == listed[0]
    assert json.loads(memento.timemap_json(Releases(LINE), BEFORE, AT))["mementos"] == {"list": []}


def test_a_memento_says_its_date_and_its_original() -> None:
    rules = {
        rule.path: dict(rule.headers) for rule in memento.header_rules(Releases(LONG), AFTER, AT)
    }
    own = rules["/legal/terms/2.1/"]
    assert own["Memento-Datetime"] == "Mon, 01 Mar 2027 00:00:00 GMT"
    rels = {link["rel"]: link["href"] for link in links(own["Link"])}
    assert rels["original"] == "https://policies.example/legal/terms/"
    assert rels["timemap"] == "https://policies.example/legal/terms/timemap.link"
    assert rels["successor-version"] == "https://policies.example/legal/terms/3/"
    for path in ("/legal/terms/2/", "/legal/terms/3/", "/legal/terms/1/"):
        assert "Memento-Datetime" not in rules[path]
    assert rules["/legal/terms/feed.atom"] == {"Content-Type": "application/atom+xml"}


RULES = [
    Rule("/a.b/", (("Memento-Datetime", "Mon"), ("Link", '<https://x/%20>; rel="original"'))),
    Rule("/a.link", (("Content-Type", "application/link-format"),)),
]


def test_the_headers_file_is_as_netlify_and_cloudflare_read_it() -> None:
    assert memento.headers_file(RULES).decode() == (
        '/a.b/\n  Memento-Datetime: Mon\n  Link: <https://x/%20>; rel="original"\n'
        "/a.link\n  Content-Type: application/link-format\n"
    )


def test_no_line_is_longer_than_hosts_allow() -> None:
    at = Addresses("https://" + "policies." * 10 + "example/a/folder/", "privacy-of-them")
    text = memento.headers_file(list(memento.header_rules(Releases(LONG), AFTER, at))).decode()
    assert max(map(len, text.splitlines())) <= 2000


def test_nginx_gets_the_index_of_a_folder() -> None:
    text = memento.nginx_file(RULES).decode()
    assert (
        "location = /a.b/index.html {\n"
        '  add_header Memento-Datetime "Mon";\n'
        '  add_header Link "<https://x/%20>; rel=\\"original\\"";\n}\n'
    ) in text
    assert "location = /a.link {\n  types { }\n  default_type application/link-format;\n}" in text


def test_apache_matches_the_path_to_the_letter() -> None:
    text = memento.apache_file(RULES).decode()
    assert r'<LocationMatch "^/a\.b/(index\.html)?$">' in text
    assert '  Header set Link "<https://x/%%20>; rel=\\"original\\""\n' in text
    assert "  ForceType application/link-format\n" in text
