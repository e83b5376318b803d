"""What is asked of whoever begins a policy repository, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from publisher.errors import ConfigurationError
from publisher.law.profiles import PROFILES
from publisher.policies.addresses import unusable_mail_address, unusable_site
from publisher.policies.file_names import device
from publisher.policies.labels import unfit
from publisher.policies.organisation import Organisation
from publisher.policies.policy import POLICY_ID
from publisher.wording.dates import is_time_zone, nearest_zones
from publisher.wording.language import locale, usual_tag

LEAST_DAYS = 30
"""The notice period of a new policy, where its profile asks for no longer one."""
_DAYS_OF_A_MONTH = 31
MAILBOXES = {
    "mailings": "--mailings",
    "personal_data": "--personal-data",
    "questions": "--questions",
}
"""The keys of `[requests]`, and the option that says each."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file with the text of a policy."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PastOfPolicy:
    """Where the texts are that a policy had before."""

    repository: str
    """A folder in a git repository."""
    path: str
    """Of the file in it."""


@dataclass(frozen=True, slots=True)
class FoundedPolicy:
    """A policy that is to be there from the beginning."""

    id: str
    titles: Mapping[str, str] = field(default_factory=dict)
    """By language; one that is not there is as its text says."""
    texts: Mapping[str, SourceText] = field(default_factory=dict)
    """By language; none: a template with gaps."""
    past: PastOfPolicy | None = None


@dataclass(frozen=True, slots=True)
class FoundingOrder:
    """What a policy repository is to begin with."""

    name: str
    address: str
    """Lines joined by newlines."""
    site: str
    sender: str
    reply: str
    contact: str
    languages: Sequence[str] = ("en",)
    """The first is the authoritative one, the others are those of translations."""
    policies: Sequence[FoundedPolicy] = (FoundedPolicy("privacy"),)
    time_zone: str = "UTC"
    profile: str = "promise"
    owners: Sequence[str] = ()
    """Whose review a pull request needs, as a forge names them."""
    mailboxes: Mapping[str, str] = field(default_factory=dict)
    """Where requests go, by their key in `[requests]`; none: there are no pages for any yet."""

    @property
    def days(self) -> int:
        """The notice period, days."""
        profile = PROFILES[self.profile]
        return max(LEAST_DAYS, profile.days, profile.months * _DAYS_OF_A_MONTH)

    def of(self, organisation: Organisation) -> FoundingOrder:
        """The same in a project that there is already: what was not said is as it has it."""
        return replace(
            self,
            name=organisation.name,
            address=organisation.address,
            site=organisation.site,
            sender=organisation.sender,
            reply=organisation.reply,
            contact=self.contact or organisation.sender,
            languages=self.languages or (organisation.language or "en",),
            time_zone=organisation.time_zone,
        )

    def refuse_unusable(self) -> None:
        """Whether all of it can be used.

        Raises:
            ConfigurationError: something cannot; names the option that says it.
        """
        values = [
            ("--name", self.name),
            ("--address", self.address),
            ("--site", self.site),
            ("--from", self.sender),
            ("--opt-out", self.reply),
            ("--contact", self.contact),
            ("--time-zone", self.time_zone),
            ("--profile", self.profile),
            *(("--language", each) for each in self.languages),
            *(("--policy", each.id) for each in self.policies),
            *(("--title", title) for each in self.policies for title in each.titles.values()),
            *(("--owner", each) for each in self.owners),
            *((MAILBOXES[key], each) for key, each in self.mailboxes.items()),
        ]
        for option, value in values:
            if wrong := unusable_answer(option, value):
                raise ConfigurationError(f"`{value}` {wrong[0]}", where=option, remedy=wrong[1])
        for named in (self.languages, [each.id for each in self.policies]):
            twice = [each for each in named if list(named).count(each) > 1]
            if twice:
                raise ConfigurationError(f"`{twice[0]}` is named twice", remedy="name it once")
        for policy in self.policies:
            strange = [tag for tag in (*policy.texts, *policy.titles) if tag not in self.languages]
            if strange:
                raise ConfigurationError(
                    f"`{policy.id}` has a text or a title in `{strange[0]}`, and no --language is",
                    remedy=f"add --language {strange[0]}; the first one named decides",
                )


def unusable_answer(option: str, value: str) -> tuple[str, str] | None:
    """Why the value of an option cannot be used, and what helps; None: it can.

    Args:
        option: such as `--site`.
        value: as somebody typed it.
    """
    return _RULES[option](value)


def _words(value: str) -> tuple[str, str] | None:
    if not value.strip():
        return "is empty", "say it in words"
    why = unfit(value, lines=True)
    return (why, "use letters, digits and punctuation, without < and >") if why else None


def _contact(value: str) -> tuple[str, str] | None:
    if value.startswith(("https://", "http://")):
        return unusable_site(value)
    return unusable_mail_address(value)


def _zone(value: str) -> tuple[str, str] | None:
    if is_time_zone(value):
        return None
    near = " or ".join(nearest_zones(value)) or "Europe/Berlin"
    return "is no name of the IANA time zone database", f"write it like {near}"


def _language(value: str) -> tuple[str, str] | None:
    if locale(value):
        return None
    usual = usual_tag(value)
    return "is no language that we know", f"write it {usual}" if usual else "write it like en or de"


def _policy_id(value: str) -> tuple[str, str] | None:
    if not POLICY_ID.fullmatch(value) or device(value):
        remedy = "use at most 16 small letters, digits and hyphens, such as privacy or terms"
        return "cannot be a policy's id", remedy
    return None


def _profile(value: str) -> tuple[str, str] | None:
    return None if value in PROFILES else ("is no profile of notice", f"use {', '.join(PROFILES)}")


def _owner(value: str) -> tuple[str, str] | None:
    fits = value.startswith("@") or "@" in value[1:]
    return (
        None if fits else ("is no owner", "write it like @company/legal or legal@company.example")
    )


_RULES: Mapping[str, Callable[[str], tuple[str, str] | None]] = {
    "--name": _words,
    "--address": _words,
    "--site": unusable_site,
    "--from": unusable_mail_address,
    "--opt-out": unusable_mail_address,
    **dict.fromkeys(MAILBOXES.values(), unusable_mail_address),
    "--contact": _contact,
    "--time-zone": _zone,
    "--language": _language,
    "--policy": _policy_id,
    "--profile": _profile,
    "--title": _words,
    "--owner": _owner,
}
