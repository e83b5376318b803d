"""A release as Akoma Ntoso 3.0 (OASIS LegalDocML), for programs that read law.

A policy is a `doc`: no parliament passed it. Addresses follow the Akoma Ntoso Naming Convention
1.0 (§4). What the text becomes is in `akoma_ntoso_body`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

from publisher.exchange.akoma_ntoso_body import body_xml, xml_text, xml_value
from publisher.markup.elements import NOTHING
from publisher.releases.release import Release

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
MEDIA_TYPE = "application/akn+xml"
NO_DATE = dt.date(1, 1, 1)
"""Written for an unknown day: the standard requires one, and its tools write this."""
NO_COUNTRY = "zz"
"""A private policy is not the law of a country: a code that ISO 3166-1 reserves for its users."""

_CODES = """
ar:ara bg:bul bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng es:spa
et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg he:heb hi:hin hr:hrv hu:hun
hy:hye id:ind is:isl it:ita ja:jpn ka:kat kk:kaz ko:kor lb:ltz lt:lit lv:lav
mk:mkd ms:msa mt:mlt nb:nob nl:nld nn:nno no:nor pl:pol pt:por ro:ron ru:rus
sk:slk sl:slv sq:sqi sr:srp sv:swe th:tha tr:tur uk:ukr ur:urd vi:vie zh:zho
"""
_LANGUAGES = dict(pair.split(":") for pair in _CODES.split())
"""ISO 639-1 codes and those of ISO 639-2/T, which the naming convention requires (§4.4)."""
_AUTHOR = Markup('<FRBRauthor href="#publisher"/>\n')


def akoma_ntoso(
    release: Release, first: Release, organisation: str, address: str, names: Sequence[str] = ()
) -> bytes:
    """One version as an XML document of its own, in UTF-8.

    Args:
        release: the version.
        first: the first release of its policy, whose day is that of the work.
        organisation: who publishes.
        address: the permanent address of the version.
        names: the permanent name of each clause of its text, in order; empty: none is given.
    """
    facts, begun = release.policy.facts, _day(first)
    actor = _actor(organisation)
    work = f"/akn/{NO_COUNTRY}/doc/policy/{actor}/{begun or NO_DATE}/{release.policy.id}"
    remark = NOTHING.join(
        Markup('<p class="remark">{}</p>\n').format(xml_text(line))
        for line in facts.remark.splitlines()
    )
    document = Markup(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<akomaNtoso xmlns="{}">\n<doc name="policy" contains="{}">\n<meta>\n'
        '<identification source="#publisher">\n{}</identification>\n{}'
        '<references source="#publisher">\n'
        '<TLCOrganization eId="publisher" href="{}" '
        'showAs="{}"/>\n</references>\n</meta>\n'
        "<preface>\n<p><docTitle>{}</docTitle></p>\n"
        "<p><docNumber>{}</docNumber></p>\n{}</preface>\n"
        "<mainBody>\n{}</mainBody>\n</doc>\n</akomaNtoso>\n"
    ).format(
        NAMESPACE,
        "singleVersion" if release.previous else "originalVersion",
        _identification(release, work, begun, address),
        _publication(release, address),
        f"/ontology/organization/{NO_COUNTRY}/{actor}",
        xml_value(organisation),
        xml_text(facts.title),
        xml_text(release.version),
        remark,
        body_xml(release.policy.document.clauses, names),
    )
    return document.encode()


def _identification(release: Release, work: str, begun: dt.date | None, address: str) -> Markup:
    """What the version is as a work, as an expression in a language, and as a file (FRBR).

    Args:
        release: the version.
        work: the address of the policy, whatever its version, by the naming convention (§4).
        begun: the day of the work; None: nobody knows.
        address: the permanent address of the version.
    """
    facts = release.policy.facts
    expression = f"{work}/{language_code(facts.language)}@{release.number}"
    published = release.published.date() if release.published else _day(release)
    return Markup(
        "<FRBRWork>\n{}{}{}"
        '<FRBRcountry value="{}"/>\n<FRBRsubtype value="policy"/>\n'
        '<FRBRnumber value="{}"/>\n'
        '<FRBRname value="{}"/>\n</FRBRWork>\n'
        "<FRBRExpression>\n{}{}{}"
        '<FRBRversionNumber value="{}"/>\n'
        '<FRBRlanguage language="{}"/>\n</FRBRExpression>\n'
        "<FRBRManifestation>\n{}{}{}"
        '<FRBRformat value="{}"/>\n</FRBRManifestation>\n'
    ).format(
        _named(work, "title", facts.title),
        _date(begun, "first version"),
        _AUTHOR,
        NO_COUNTRY,
        xml_value(release.policy.id),
        xml_value(facts.title),
        _named(expression, "address", address),
        _date(_day(release), "first seen" if release.imported else "in force from"),
        _AUTHOR,
        release.number,
        language_code(facts.language),
        _named(expression, ending=".akn"),
        _date(published, "published"),
        _AUTHOR,
        MEDIA_TYPE,
    )


def _publication(release: Release, address: str) -> Markup:
    if release.published is None:
        return NOTHING
    return Markup('<publication date="{}" name="site" showAs="{}"/>\n').format(
        release.published.date(), xml_value(address)
    )


def language_code(tag: str) -> str:
    """The three letters of a language (ISO 639-2/T); the tag itself where they are not known."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), tag)


def _named(uri: str, kind: str = "", alias: str = "", ending: str = "") -> Markup:
    also = (
        Markup('<FRBRalias value="{}" name="{}"/>\n').format(xml_value(alias), kind)
        if alias
        else NOTHING
    )
    return Markup('<FRBRthis value="{}/!main{}"/>\n<FRBRuri value="{}{}"/>\n{}').format(
        xml_value(uri), ending, xml_value(uri), ending, also
    )


def _date(day: dt.date | None, name: str) -> Markup:
    known = name if day else "unknown"
    return Markup('<FRBRdate date="{}" name="{}"/>\n').format(day or NO_DATE, known)


def _day(release: Release) -> dt.date | None:
    """When a version began to apply, or else was found or published; None: nobody knows."""
    if release.begins:
        return release.begins
    if release.imported:
        return release.imported.seen.date()
    return release.published.date() if release.published else None


def _actor(organisation: str) -> str:
    """The name of an organisation as a part of an address: `example-hosting-gmbh`."""
    plain = unicodedata.normalize("NFKD", organisation).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return name if name[:1].isalpha() else f"org-{name}".strip("-")
