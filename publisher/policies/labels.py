"""Titles, names and labels: the words around a text, on pages, in letters, in mail.

They reach places that are not ours: the subject of a mail, a feed reader, a terminal, the theme of
the site. What could act there as more than words is refused before it is frozen. Releases made
before that check may hold it; whatever shows them treats it as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.policies.addresses import LONGEST_ADDRESS, LONGEST_LOCAL
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Facts
from publisher.policies.settings import Settings
from publisher.policies.toml import line_of

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters (C0, C1), line and paragraph separators, and those that turn the direction of
writing: a reader does not see them, and programs obey them."""
_TAG = re.compile("[<>]")
_MOST_DAYS = 3650
"""Days of a notice period; more are a slip, and may lie behind the last day that a date can be."""


def unfit(words: str, *, lines: bool = False, markdown: bool = False) -> str:
    """Why words cannot be a title, a name or a label; empty: they can.

    Args:
        words: which.
        lines: they may have several lines.
        markdown: they are Markdown, where `<` begins an address.
    """
    found = CONTROL.search(words.replace("\n", " ") if lines else words)
    if found:
        return f"has the control character U+{ord(found[0]):04X}"
    tag = None if markdown else _TAG.search(words)
    return f"has `{tag[0]}`" if tag else ""


_REMEDY = "use letters, digits and punctuation, without < and > and without invisible characters"


def check_facts(facts: Facts, data: bytes, file: str) -> Iterator[Finding]:
    """Findings on the words of a `policy.toml` that cannot be shown everywhere.

    Args:
        facts: what it says.
        data: its bytes, to find the line.
        file: its path, for messages.
    """
    named = {
        "title": unfit(facts.title),
        "contact": unfit(facts.contact),
        "remark": unfit(facts.remark, lines=True),
        "opt_out.effect": unfit(facts.effect, lines=True, markdown=True),
    }
    for language, wording in facts.translations.items():
        table = f"translations.{language}"
        named[f"{table}.title"] = unfit(wording.title)
        named[f"{table}.precedence"] = unfit(wording.precedence, lines=True)
        named[f"{table}.lagging"] = unfit(wording.lagging, lines=True)
        named[f"{table}.remark"] = unfit(wording.remark, lines=True)
        named[f"{table}.effect"] = unfit(wording.effect, lines=True, markdown=True)
    yield from _found(named, data, file)
    limits = {
        "days": (facts.days, _MOST_DAYS, "30"),
        "months": (facts.months, _MOST_DAYS * 12 // 365, "2"),
        "business_days": (facts.business_days, _MOST_DAYS * 5 // 7, "10"),
        "remind_days_before": (facts.remind_days_before, _MOST_DAYS, "7"),
    }
    for key, (count, most, such) in limits.items():
        if count > most:
            what = f"`notice.{key}` is {count}, more than {_MOST_DAYS // 365} years"
            line = line_of(data, f"notice.{key}")
            called = key.replace("_", " ")
            remedy = f"write {called} in a number that is meant, such as {such}"
            yield Finding(Severity.ERROR, file, line, what, remedy)


def check_settings(settings: Settings, data: bytes, file: str) -> Iterator[Finding]:
    """The same for a `publisher.toml`."""
    named = {
        "organisation.name": unfit(settings.organisation.name),
        "organisation.address": unfit(settings.organisation.address, lines=True),
    }
    yield from _found(named, data, file)


def check_reply_address(
    settings: Settings, token: int, data: bytes, file: str
) -> Iterator[Finding]:
    """Whether a letter's own reply address, `mail.opt_out` with "+" and a token, can be used, and
    so the sender on its envelope, made from `mail.bounces`.

    Args:
        settings: what `publisher.toml` says.
        token: octets of the longest token.
        data, file: see `check_settings`.
    """
    own = settings.organisation
    bases = {
        "mail.opt_out": (own.reply, "each letter's own reply address"),
        "mail.bounces": (own.bounces, "the sender on each envelope"),
    }
    for key, (address, made) in bases.items():
        local = address.rpartition("@")[0]
        room = min(LONGEST_LOCAL, LONGEST_ADDRESS - len(address) + len(local)) - token - 1
        if len(local) > room:
            what = (
                f"`{key}` has {len(local)} characters before the @: with the {token + 1} that "
                f"{made} adds, {room} would fit"
            )
            remedy = f"choose an address with at most {room} characters before the @"
            yield Finding(Severity.ERROR, file, line_of(data, key), what, remedy)


def _found(named: dict[str, str], data: bytes, file: str) -> Iterator[Finding]:
    for key, why in named.items():
        if why:
            what = f"`{key}` {why}"
            yield Finding(Severity.ERROR, file, line_of(data, key), what, _REMEDY)
