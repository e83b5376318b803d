"""What a page tells machines of its place: typed links, and itself as linked data.

Links of one kind serve the head of a page (HTML §4.2.4), the header of a response (RFC 8288 §3)
and a list of links (RFC 6690 §2, in the form of RFC 7089 §5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from publisher.exchange.akoma_ntoso import MEDIA_TYPE
from publisher.markup.elements import NOTHING, attribute, data_block
from publisher.releases.address import Addresses
from publisher.releases.periods import Period
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site.catalogue import moment, text_digest
from publisher.wording.dates import moved
from publisher.wording.language import own_name

ATOM, FEED, LINKS = "application/atom+xml", "application/feed+json", "application/link-format"
"""Media types (RFC 4287 §7, JSON Feed 1.1, RFC 6690 §7.3)."""


@dataclass(frozen=True, slots=True)
class TypedLink:
    """A typed link from one resource to another."""

    rel: str
    href: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def html(self) -> Markup:
        """As an element of the head of a page."""
        more = NOTHING.join(attribute(*each) for each in self.attributes.items())
        return Markup('<link rel="{}" href="{}"{}>').format(self.rel, self.href, more)

    @property
    def header(self) -> str:
        """As a value of the `TypedLink` header, and as an item of a list of links."""
        more = "".join(f'; {name}="{value}"' for name, value in self.attributes.items())
        return f'<{self.href}>; rel="{self.rel}"{more}'


def feed_links(atom: str, json_feed: str, title: str) -> tuple[TypedLink, ...]:
    """The two feeds of a page, by their addresses."""
    return (
        TypedLink("alternate", atom, {"type": ATOM, "title": title}),
        TypedLink("alternate", json_feed, {"type": FEED, "title": title}),
    )


def policy_feed_links(title: str, at: Addresses, language: str = "") -> tuple[TypedLink, ...]:
    """The two feeds of a policy.

    Args:
        title: of the feeds.
        at: where they are.
        language: of a translation; empty: of the authoritative text.
    """
    name = feed_name(language)
    return feed_links(at.listing(f"{name}.atom"), at.listing(f"{name}.json"), title)


def feed_name(language: str = "") -> str:
    """The name of the files of a feed, without their endings: `feed`, `feed.de`."""
    return f"feed.{language}" if language else "feed"


def history_links(at: Addresses) -> tuple[TypedLink, ...]:
    """Where all versions are listed: for people and for machines (RFC 5829 §3.1)."""
    return (
        TypedLink("version-history", at.history),
        TypedLink("version-history", at.listing("versions.json"), {"type": "application/json"}),
        timemap_link(at),
    )


def timemap_link(at: Addresses) -> TypedLink:
    """The list of what stood at the stable address, and when (RFC 7089 §5)."""
    return TypedLink("timemap", at.listing("timemap.link"), {"type": LINKS})


def version_links(release: Release, releases: Releases, at: Addresses) -> tuple[TypedLink, ...]:
    """From one version to the others (RFC 5829 §3), and to what it is a version of (RFC 7089 §2.2).

    The latest version is the one at the stable address: the one in force, whichever that is. From
    and to one that was retracted leads no other version.
    """
    before = releases.predecessor(release)
    later = releases[releases.place_of(release) + 1 :]
    after = next((one for one in later if not releases.is_retracted(one)), None)
    found = [TypedLink("latest-version", at.current), TypedLink("original", at.current)]
    if before:
        found.append(TypedLink("predecessor-version", at.release(before.number)))
    if after and not releases.is_retracted(release):
        found.append(TypedLink("successor-version", at.release(after.number)))
    return (*found, *history_links(at))


def language_links(addresses: Mapping[str, str]) -> tuple[TypedLink, ...]:
    """A page in each of its languages; none where there is but one.

    Args:
        addresses: with the site's own in front, by language, the authoritative one first.
    """
    if len(addresses) < 2:
        return ()
    return tuple(
        TypedLink("alternate", address, {"hreflang": language, "title": own_name(language)})
        for language, address in addresses.items()
    )


def draft_links(last: Release, at: Addresses) -> tuple[TypedLink, ...]:
    """From a draft to the release that it goes on from (RFC 5829 §3.6).

    The other way there is no link: a draft is not public.
    """
    return (TypedLink("working-copy-of", at.release(last.number)), *history_links(at))


def form_links(folder: str, name: str, *, printed: bool) -> tuple[TypedLink, ...]:
    """The other forms of a page: of a version (`policy`) or of what it changes (`changes`).

    Args:
        folder: address of the version.
        name: which of the two.
        printed: whether there is a PDF of it.
    """
    types = {"md": "text/markdown", "json": "application/json"}
    if name == "policy":
        types["akn.xml"] = MEDIA_TYPE
    if printed:
        types["pdf"] = "application/pdf"
    return tuple(
        TypedLink("alternate", f"{folder}{name}.{ending}", {"type": kind})
        for ending, kind in types.items()
    )


def head_html(links: Iterable[TypedLink]) -> Markup:
    """Links for the head of a page."""
    return NOTHING.join(link.html + "\n" for link in links)


def link_header(links: Iterable[TypedLink]) -> str:
    """Links as one `TypedLink` header (RFC 8288 §3)."""
    return ", ".join(link.header for link in links)


def linked_translation(release: Release, language: str, organisation: str, at: Addresses) -> Markup:
    """A translation of a version in the words of schema.org, for the head of its page.

    Args:
        release: the version.
        language: of the translation.
        organisation: who publishes.
        at: addresses with the site's own in front.
    """
    number, page = release.number, at.translation(release.number, language)
    return _script(
        {
            "@context": "https://schema.org",
            "@type": "DigitalDocument",
            "@id": page,
            "url": page,
            "name": release.policy.facts.translations[language].title,
            "version": str(number),
            "inLanguage": language,
            "publisher": {"@type": "Organization", "name": organisation, "url": at.root},
            "translationOfWork": {"@type": "DigitalDocument", "@id": at.release(number)},
            "isAccessibleForFree": True,
        }
    )


def linked_data(
    release: Release,
    period: Period | None,
    organisation: str,
    at: Addresses,
    *,
    printed: bool = True,
) -> Markup:
    """A version in the words of schema.org, for the head of its page.

    Args:
        release: the version, as a `DigitalDocument`.
        period: when it applies; None: never.
        organisation: who publishes.
        at: addresses with the site's own in front.
        printed: whether there is a PDF of it.
    """
    facts, number = release.policy.facts, release.number
    value: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DigitalDocument",
        "@id": at.release(number),
        "url": at.release(number),
        "name": facts.title,
        "version": str(number),
        "inLanguage": facts.language,
        "publisher": {"@type": "Organization", "name": organisation, "url": at.root},
        "exampleOfWork": {"@type": "CreativeWork", "@id": at.current, "name": facts.title},
        "isAccessibleForFree": True,
        **_times(release, period),
    }
    if release.before:
        value["isBasedOn"] = at.release(release.before)
    value["encoding"] = list(_encodings(release, at, printed=printed))
    if facts.translations:
        value["workTranslation"] = [
            {"@type": "DigitalDocument", "@id": at.translation(number, language)}
            for language in facts.translations
        ]
    return _script(value)


def _times(release: Release, period: Period | None) -> dict[str, Any]:
    """When a version was published, and when it applies."""
    found: dict[str, Any] = {}
    if release.published:
        found["datePublished"] = moment(release.published)
    # Of a text of the past, only the day it was seen is known.
    period = None if release.imported else period
    if period and period.first:
        found["temporalCoverage"] = f"{period.first}/{period.last or '..'}"
    if period and period.last:
        found["expires"] = moved(period.last, 1).isoformat()
    return found


def _encodings(release: Release, at: Addresses, *, printed: bool) -> Iterator[dict[str, str]]:
    """The files with the text of a version."""
    yield {
        "@type": "MediaObject",
        "encodingFormat": "text/markdown",
        "contentUrl": at.download(release.number, "policy.md"),
        "sha256": text_digest(release),
    }
    if printed:
        yield {
            "@type": "MediaObject",
            "encodingFormat": "application/pdf",
            "contentUrl": at.download(release.number, "policy.pdf"),
        }


def _script(value: Mapping[str, Any]) -> Markup:
    return data_block(value, attribute("type", "application/ld+json")) + "\n"
