"""What stands in the fields of a letter that somebody has: each of its kind, or not ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.answers.token import parse_token
from publisher.errors import TokenError
from publisher.letters.fields import PersonalLinks, field_values
from publisher.letters.kinds import letter_language
from publisher.letters.notice import changes_since
from publisher.letters.seal_line import SealedRelease, read_seal_field
from publisher.mail.received_letter import ReceivedLetter
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9.-])([a-z][a-z0-9-]{0,15}_[0-9.]{1,9}_[0-9a-f]{1,12}_(?:[a-z2-7]{20}|sample))"
    r"(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[\w.!#$%&'*/=?^`{|}~-]+\Z")
"""What stands before the token in a reply address."""
_MOST_NAMED = 50
SAMPLE_TOKEN = "_sample"  # noqa: S105 - it opens no door
"""How the token of a letter ends that was sent to nobody."""


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What stands in the fields of a letter."""

    name: str
    """Whom it addresses."""
    links: PersonalLinks
    token: str
    """Of the links; empty: it has none."""
    language: str = "en"
    """Of the letter (BCP 47)."""

    @property
    def values(self) -> dict[str, str]:
        """By the names of the fields."""
        return field_values(self.name, self.links, self.language)


def named_release(letter: ReceivedLetter) -> SealedRelease | None:
    """The release that a letter says to be about: by its header, or by its personal links.

    Returns:
        The release, its seal empty where only a link names it; None: nothing in it names one.
    """
    for value in letter.sealed:
        if found := read_seal_field(value):
            return found
    for token in _tokens(letter):
        parsed = parse_token(token).capability
        return SealedRelease(parsed.policy, parsed.number, "")
    return None


def _tokens(letter: ReceivedLetter) -> Iterator[str]:
    """The tokens in a letter, those of its reply address first."""
    words = "\n".join([*letter.reply_to, letter.words])
    for found in list(_TOKEN.finditer(words))[:_MOST_NAMED]:
        token = found[1].lower()
        try:
            parse_token(token)
        except TokenError:
            continue
        yield token


def filled_in(letter: ReceivedLetter, release: Release, site: str, reply: str) -> FilledIn:
    """What stands in the fields of a letter, as far as it is of the kind that belongs there.

    What is not is left as a letter of ours would have it, so that it is found to differ.

    Args:
        letter: which.
        release: the release that it belongs to, as the letter that is sealed tells of it.
        site, reply: the site and the address for opt-outs, as `publisher.toml` has them.
    """
    at = Addresses(site_of(release) or site, release.policy.id)
    own = f"{release.policy.id}_{release.number}_"
    language = release.policy.facts.language
    token = next((one for one in _tokens(letter) if one.startswith(own)), "")
    local, _, domain = (_reply_base(letter, token) or reply).partition("@")
    links = PersonalLinks(
        form=at.opt_out(release.number, token, language * (language in release.telling.forms)),
        reply=f"{local}+{token}@{domain}",
        changes=_changes(letter, release, at)
        or changes_since(None, release, at.root, language * (language in release.telling.forms)),
    )
    return FilledIn(_name(letter), links, token, letter_language(release))


def site_of(release: Release) -> str:
    """The address of the site that the sealed letter of a release leads to; empty: to none."""
    history = Addresses("", release.policy.id).history
    found = re.search(rf"\]\((\S*?/){re.escape(history)}\)", release.notice)
    return found[1] if found else ""


def _reply_base(letter: ReceivedLetter, token: str) -> str:
    """The reply address without the token; empty: there is none with it."""
    address = re.compile(rf"\+{re.escape(token)}@([\w.-]{{1,255}}\w)", re.IGNORECASE)
    for place in (*letter.reply_to, letter.words) if token else ():
        for found in address.finditer(place):
            if local := _LOCAL.search(place[max(0, found.start() - 64) : found.start()]):
                return f"{local[0]}@{found[1]}"
    return ""


def _changes(letter: ReceivedLetter, release: Release, at: Addresses) -> str:
    """The link to what changed since an earlier version that the recipient was last told of; empty:
    there is none.
    """
    begin, own = re.escape(f"{at.compare}?from="), release.number
    for found in re.finditer(rf"{begin}([0-9.]+)&to=([0-9.]+)(?![0-9.])", letter.words):
        told, to = Number.parse(found[1].strip(".")), Number.parse(found[2].strip("."))
        # A correction that nobody is told of may apply in its place.
        if told and to and told < own <= to and to.major == own.major:
            return at.between(told, to)
    return ""


def _name(letter: ReceivedLetter) -> str:
    """Whom a letter addresses: the name in its header stands in its text, or else no name does."""
    return letter.to[0] if letter.to else ""
