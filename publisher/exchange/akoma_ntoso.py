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
from publisher.releases.beginning import Beginning
from publisher.releases.release import Release
from publisher.wording.words import Words

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
    release: Release,
    first: Release,
    published: tuple[str, str],
    words: Words,
    names: Sequence[str] = (),
    begins: Beginning | None = None,
) -> bytes:
    """One version as an XML document of its own, in UTF-8.

    Args:
        release: the version.
        first: the first release of its policy, whose day is that of the work.
        published: who publishes, and the permanent address of the version.
        words: those around the text.
        names: the permanent name of each clause of its text, in order; empty: none is given.
        begins: from when it is in force, by what is known now; None: as it was sealed.
    """
    facts, begun = release.policy.facts, _day(first)
    expression = (published[1], _begun(release, begins))
    organisation, address = published
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
        _identification(release, work, _date(begun, "first version"), expression),
        _publication(release, address),
        f"/ontology/organization/{NO_COUNTRY}/{actor}",
        xml_value(organisation),
        xml_text(facts.title),
        xml_text(words.gettext("Version {number}", number=release.number)),
        remark,
        body_xml(release.policy.document.clauses, names),
    )
    return document.encode()


def _identification(
    release: Release, work: str, first: Markup, expression_of: tuple[str, Markup]
) -> Markup:
    """What the version is as a work, as an expression in a language, and as a file (FRBR).

    Args:
        release: the version.
        work: the address of the policy, whatever its version, by the naming convention (§4).
        first: the day of the work.
        expression_of: the permanent address of the version, and its day.
    """
    address, begun = expression_of
    facts = release.policy.facts
    expression = f"{work}/{language_code(facts.language)}@{release.number}"
    published = release.published_day or _day(release)
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
        first,
        _AUTHOR,
        NO_COUNTRY,
        xml_value(release.policy.id),
        xml_value(facts.title),
        _named(expression, "address", address),
        begun,
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
        release.published_day, xml_value(address)
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


def _begun(release: Release, begins: Beginning | None) -> Markup:
    """The day of a version: from when it is in force, as far as that is known."""
    if release.imported:
        return _date(_day(release), "first seen")
    if begins and begins.retracted:
        return _date(begins.retracted, "retracted")
    if begins and (begins.held or begins.holds.effective != release.effective):
        return _date(release.effective, "announced for")
    if begins and begins.day:
        return _date(begins.day, "in force from")
    return _date(_day(release), "in force from")


def _day(release: Release) -> dt.date | None:
    """When a version began to apply, or else was found or published; None: nobody knows."""
    if release.begins:
        return release.begins
    if release.imported:
        return release.imported.seen.date()
    return release.published_day


def _actor(organisation: str) -> str:
    """The name of an organisation as a part of an address: `example-hosting-gmbh`."""
    plain = unicodedata.normalize("NFKD", organisation).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return name if name[:1].isalpha() else f"org-{name}".strip("-")
