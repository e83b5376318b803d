"""Findings on the words around the texts: a project's own catalogs, and whether they were read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping

from publisher.errors import ConfigurationError
from publisher.policies.finding import Finding, Severity
from publisher.policies.settings import WordingReview
from publisher.policies.toml import line_of
from publisher.wording.catalog_entries import (
    entry_faults,
    fuzzy_entries,
    is_translated,
    message_of,
    unknown_entries,
)
from publisher.wording.catalogs import plurals_by_message, read_catalog
from publisher.wording.dates import moved
from publisher.wording.language import english_name, locale, usual_tag
from publisher.wording.words import ENGLISH, Words


def check_own_catalog(
    tag: str, data: bytes, place: str, template: bytes, shipped: Collection[str]
) -> Iterator[Finding]:
    """What is wrong with a catalog of the project, and what a person should look at in it.

    Args:
        tag: what it is called, which should be a language.
        data: its bytes.
        place: its path, for messages.
        template: the program's messages, a catalog without translations.
        shipped: the languages of the program's catalogs.
    """
    if locale(tag) is None:
        usual = usual_tag(tag)
        remedy = f"call it {usual}.po" if usual else "call it by the tag of a language: de.po"
        what = f"is called `{tag}`, which is the tag of no language that we know"
        yield Finding(Severity.ERROR, place, 0, what, remedy)
        return
    try:
        catalog = read_catalog(data, tag, place)
    except ConfigurationError as error:
        yield Finding.from_error(error)
        return
    messages = plurals_by_message(template)
    for severity, faults in (
        (Severity.ERROR, entry_faults(catalog)),
        (Severity.CUE, unknown_entries(catalog, messages)),
        (Severity.CUE, fuzzy_entries(catalog)),
    ):
        for fault in faults:
            yield Finding(severity, place, fault.line, fault.what, fault.remedy)
    have = {(e.context or "", message_of(e)) for e in catalog if e.id and is_translated(e)}
    # Of a language that the program has, its words go on: a few of one's own are what is meant.
    theirs = tag.partition("-")[0] in {*shipped, ENGLISH.language}
    if not theirs and (missing := len(messages.keys() - have)):
        what = f"{missing:,} of {len(messages):,} messages are English, for this file does not have"
        remedy = f"publisher wording --language {tag} adds them, empty; --list shows them"
        yield Finding(Severity.CUE, place, 0, f"{what} them", remedy)


def check_review(
    review: WordingReview,
    used: Mapping[str, str],
    today: dt.date,
    settings: tuple[str, bytes],
) -> Iterator[Finding]:
    """Whether somebody says that a lawyer has read the words that are used.

    Args:
        review: what `publisher.toml` says.
        used: the languages of the texts, each with the digest of its words; empty where the file
            names none to compare it with.
        today: the day of the check.
        settings: the name of that file, and its bytes, to tell the line.
    """
    name, data = settings
    line = line_of(data, "wording.reviewed")
    # Somewhere it is a day later than here.
    if review.day is not None and review.day > moved(today, 1):
        what = f"`wording.reviewed` is {ENGLISH.day(review.day)}, which is yet to come"
        remedy = "write the day on which they were read"
        yield Finding(Severity.ERROR, name, line, what, remedy)
        return
    for tag, digest in used.items():
        words, show = english_name(tag), f"publisher wording --language {tag} --list"
        if review.day is None:
            what = f"nobody says that a lawyer has read the {words} words around the texts"
            remedy = f"have them read ({show}), then write: [wording] reviewed = {today}"
            yield Finding(Severity.CUE, name, line, what, remedy)
        elif review.digests.get(tag, digest) != digest:
            line = line_of(data, f"wording.digests.{tag}")
            what = (
                f"the {words} words around the texts are not those that were read on "
                f"{ENGLISH.day(review.day)}"
            )
            remedy = f'have them read again ({show}), then write: {tag} = "{digest}"'
            yield Finding(Severity.CUE, name, line, what, remedy)


def wording_digest(words: Words, template: bytes, templates: str) -> str:
    """What tells whether the words of a language are the same: 16 hexadecimal digits.

    Args:
        words: in that language.
        template: the program's messages.
        templates: the digest of the templates of letters in that language.
    """
    said = [templates]
    for (context, one), many in plurals_by_message(template).items():
        said += words.every_form(context, one, many)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]
