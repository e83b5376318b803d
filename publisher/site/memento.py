"""The past of a policy by date (Memento, RFC 7089), as far as static files can tell it.

The original is the stable address of the policy; its mementos are the versions that stood there.
What a version was before it took effect is no state of the original, so a version that is only
announced is no memento yet, and one that never took effect will not be one. Nor is one of whose
beginning nobody knows the day, for a memento has a date.

A choice by the `Accept-Datetime` of a request (TimeGate, RFC 7089 §4.1) needs a server that
thinks. In its place stand the TimeMap, `periods.json` and the page of a day.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from publisher.releases.address import Addresses
from publisher.releases.periods import applied
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import relations
from publisher.site.catalogue import moment
from publisher.site.relations import ATOM, FEED, LINKS, TypedLink
from publisher.wording.dates import first_moment


@dataclass(frozen=True, slots=True)
class Memento:
    """A version that was, or is, at the stable address."""

    release: Release
    since: dt.datetime
    """From when (UTC): its first midnight in its time zone."""

    @property
    def date(self) -> str:
        """As HTTP writes a date (RFC 9110 §5.6.7)."""
        return format_datetime(self.since, usegmt=True)


def mementos(releases: Releases, today: dt.date) -> tuple[Memento, ...]:
    """The versions that have stood at the stable address until the end of `today`, oldest first."""
    return tuple(
        Memento(p.release, first_moment(p.first, p.release.conditions.time_zone))
        for p in applied(releases)
        if p.first and p.first <= today
    )


def timemap(releases: Releases, today: dt.date, at: Addresses) -> bytes:
    """The TimeMap as a list of links (RFC 7089 §5).

    Args:
        releases: all releases of one policy.
        today: the day whose past it lists.
        at: addresses with the site's own in front.
    """
    found = mementos(releases, today)
    own = {"type": LINKS}
    if found:
        own |= {"from": found[0].date, "until": found[-1].date}
    links = [TypedLink("original", at.current), TypedLink("self", at.listing("timemap.link"), own)]
    links += [
        TypedLink(_rel(place, len(found)), at.release(m.release.number), {"datetime": m.date})
        for place, m in enumerate(found)
    ]
    return (",\n".join(link.header for link in links) + "\n").encode()


def _rel(place: int, count: int) -> str:
    """What a memento is among the others: `first last memento` where there is but one."""
    return " ".join(["first"] * (place == 0) + ["last"] * (place == count - 1) + ["memento"])


def timemap_json(releases: Releases, today: dt.date, at: Addresses) -> bytes:
    """The TimeMap in the JSON that Memento aggregators write; RFC 7089 knows none."""
    listed = [
        {"datetime": moment(m.since), "uri": at.release(m.release.number)}
        for m in mementos(releases, today)
    ]
    value: dict[str, object] = {
        "original_uri": at.current,
        "timemap_uri": {
            "link_format": at.listing("timemap.link"),
            "json_format": at.listing("timemap.json"),
        },
        "mementos": {"list": listed},
    }
    if listed:
        value["mementos"] = {"first": listed[0], "last": listed[-1], "list": listed}
    return (json.dumps(value, indent=1) + "\n").encode()


# ── what only a server can say ───────────────────────────────────────────────────────────────────


class Rule(NamedTuple):
    """The headers of the response for one path."""

    path: str
    """From the host's root."""
    headers: tuple[tuple[str, str], ...]


def header_rules(releases: Releases, today: dt.date, at: Addresses) -> Iterator[Rule]:
    """The headers of a policy's pages and files, the latest version first.

    Args:
        releases: all releases of one policy.
        today: as for `timemap`.
        at: addresses with the site's own in front.
    """
    yield Rule(path_of(at.current), (("Link", relations.link_header(relations.history_links(at))),))
    types = {at.listing("timemap.link"): LINKS}
    tags = {language for release in releases for language in release.policy.translations}
    for language in ("", *sorted(tags)):
        name = relations.feed_name(language)
        types |= {at.listing(f"{name}.atom"): ATOM, at.listing(f"{name}.json"): FEED}
    yield from media_type_rules(types)
    dates = {memento.release.number: memento.date for memento in mementos(releases, today)}
    for release in reversed(releases):
        links = relations.link_header(relations.version_links(release, releases, at))
        date = dates.get(release.number)
        known = (("Memento-Datetime", date),) if date else ()
        yield Rule(path_of(at.release(release.number)), (*known, ("Link", links)))


def media_type_rules(files: dict[str, str]) -> Iterator[Rule]:
    """The media types of files that hosts do not know by their names, by address."""
    for address, kind in files.items():
        yield Rule(path_of(address), (("Content-Type", kind),))


def path_of(address: str) -> str:
    """The path of an address, from the host's root."""
    return urlsplit(address).path


def headers_file(found: Sequence[Rule]) -> bytes:
    """The `_headers` that Netlify and Cloudflare Pages read at the site's root."""
    blocks = (
        "\n".join([rule.path, *(f"  {name}: {value}" for name, value in rule.headers)])
        for rule in found
    )
    return ("\n".join(blocks) + "\n").encode()


def nginx_file(found: Sequence[Rule]) -> bytes:
    """The same for nginx, to be included in the `server` block of the site."""
    parts = [
        "# include this file in the server block of the site.\n"
        "# A location here does not inherit add_header from the server: repeat yours in it.\n"
    ]
    for rule in found:
        # nginx asks again for the index of a folder, by its whole name.
        path = f"{rule.path}index.html" if rule.path.endswith("/") else rule.path
        lines = []
        for name, value in rule.headers:
            if name == "Content-Type":
                lines.append(f"  types {{ }}\n  default_type {value};\n")
            else:
                lines.append(f"  add_header {name} {_quoted(value)};\n")
        parts.append(f"location = {path} {{\n{''.join(lines)}}}\n")
    return "".join(parts).encode()


def apache_file(found: Sequence[Rule]) -> bytes:
    """The same for Apache, to be included in the `VirtualHost` of the site; needs mod_headers."""
    parts = ["# Include this file in the VirtualHost of the site; it needs mod_headers.\n"]
    for rule in found:
        index = r"(index\.html)?" if rule.path.endswith("/") else ""
        lines = []
        for name, value in rule.headers:
            if name == "Content-Type":
                lines.append(f"  ForceType {value}\n")
            else:
                # "%" opens a field of mod_headers' own.
                lines.append(f"  Header set {name} {_quoted(value.replace('%', '%%'))}\n")
        pattern = f"^{re.escape(rule.path)}{index}$"
        parts.append(f'<LocationMatch "{pattern}">\n{"".join(lines)}</LocationMatch>\n')
    return "".join(parts).encode()


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
