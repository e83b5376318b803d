"""The letters of a release as a sample customer gets them, to be looked at before it is sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.answers.personal_links import personal_links, sample_token
from publisher.errors import NotFoundError
from publisher.letters.fields import field_values
from publisher.letters.kinds import as_told, letter_kinds, letter_language
from publisher.letters.message import Letter
from publisher.letters.notice import Enclosed, compose_notice, text_to_attach
from publisher.people.due import Addressee, told_before
from publisher.people.recipients import SAMPLE, Recipient
from publisher.policies.organisation import Organisation
from publisher.releases.made_release import MadeRelease
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterKind


@dataclass(frozen=True)
class SampleLetter:
    """One of the letters of a release, to the sample customer."""

    kind: LetterKind
    told: Release
    """The release as this letter's readers are told of it: in their language, in their case."""
    letter: Letter
    values: Mapping[str, str]
    """Of the letter's fields."""
    reader: Recipient = SAMPLE


def sample_letters(
    made: MadeRelease,
    releases: Releases,
    organisation: Organisation,
    now: dt.datetime,
    whom: Addressee | None = None,
) -> Iterator[SampleLetter]:
    """Every letter of a release that is not frozen yet; none where nobody is told.

    Args:
        made: the release.
        releases: all releases of the policy so far.
        organisation: who writes.
        now: for the Date field, with an offset.
        whom: a recipient in place of the sample; the links in the letter lead nowhere all the same.

    Raises:
        SendError: what has to travel with the letter is not there.
        ConfigurationError: the reply address would be too long.
    """
    release = made.release
    if not release.notice:
        return
    before = told_before(release, releases.part([*releases, release])).before(SAMPLE)
    reader, before = (whom.recipient, whom.before) if whom else (SAMPLE, before)
    attached = text_to_attach(release, lambda: made.files.get("policy.pdf", b""))
    token = sample_token(release)
    for kind in letter_kinds(release):
        told = as_told(release, kind)
        links = personal_links(told, organisation, token, before, kind.language)
        letter = compose_notice(told, reader, organisation, links, now, Enclosed(attached))
        values = field_values(reader.name, links, letter_language(told))
        yield SampleLetter(kind, told, letter, values, reader)


def preview_name(begin: str, kind: LetterKind, ending: str) -> str:
    """The name of a file of a preview: `letter.again.de.eml`.

    Args:
        begin: what it is.
        kind: of which letter, or in which language.
        ending: without its dot.
    """
    return ".".join(filter(None, (begin, kind.case, kind.language, ending)))


# ── which of them ────────────────────────────────────────────────────────────────────────────────


def require_letters(made: MadeRelease) -> None:
    """Refuses to show a letter of a release that nobody is told of.

    Raises:
        NotFoundError: it has none; says when it would have.
    """
    if made.release.notice:
        return
    plan, name = made.plan, made.release.name
    if plan.amendment is None:
        what = f"{name} would be the first release, of which nobody is told"
        remedy = "see all of it: publisher freeze --effective unknown --dry-run -o preview"
    else:
        what = f"{name} would be a correction that moves no date that anybody was told"
        remedy = "name a later day with --effective, or leave --correction out"
    raise NotFoundError(f"{what}: it has no letter", remedy=remedy)


def own_language(letters: Sequence[SampleLetter]) -> str:
    """The tag of the authoritative language of a release, of which these are all letters."""
    return letters[0].told.policy.facts.language


def wanted_letters(
    letters: Sequence[SampleLetter], language: str | None = None, case: str | None = None
) -> list[SampleLetter]:
    """Some of the letters of a release, in order.

    Args:
        letters: all of them, the usual one in the authoritative language first.
        language: of a translation, or the authoritative one; None: any.
        case: as `LetterCase` has them, or empty for the usual one; None: any.

    Raises:
        NotFoundError: there is none; the message names those there are.
    """
    own = own_language(letters)
    found = [
        each
        for each in letters
        if language in (None, each.kind.language or own) and case in (None, each.kind.case or "")
    ]
    if not found:
        there = dict.fromkeys(each.kind.language or own for each in letters)
        cases = dict.fromkeys(each.kind.case or "the usual one" for each in letters)
        which = " ".join([f"`{case}`"] * bool(case) + [f"in `{language}`"] * bool(language))
        remedy = f"its languages: {', '.join(there)}; its cases: {', '.join(cases)}"
        if language and language not in there:
            policy = letters[0].told.policy.id
            remedy += (
                f"; for another one, put a translation into policy/{policy}/{language}/ and "
                f"`[translations.{language}]` into its policy.toml"
            )
        raise NotFoundError(f"{letters[0].told.name} would have no letter {which}", remedy=remedy)
    return found


def wanted_letter(letters: Sequence[SampleLetter], language: str, case: str) -> SampleLetter:
    """One of the letters of a release.

    Args:
        letters: all of them, the usual one in the authoritative language first.
        language: of a translation; empty: that of the authoritative text.
        case: as `LetterCase` has them; empty: the usual one.

    Raises:
        NotFoundError: there is none; the message names those there are.
    """
    return wanted_letters(letters, language or own_language(letters), case)[0]
