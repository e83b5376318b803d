"""The entries of a catalog as they are written, and whether each can stand for its message."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from gettext import c2py
from typing import TYPE_CHECKING

from publisher.wording.words import PLACEHOLDER

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
"""Control characters, those that turn the direction of writing until something ends it, and those
of no width that no language is written with; joiners and marks of direction are not among them."""


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """Where an entry begins, and which message it is for."""

    line: int
    """From 1: of its `msgctxt` or `msgid`."""
    context: str
    one: str


@dataclass(frozen=True, slots=True)
class EntryFault:
    """What is wrong with an entry of a catalog."""

    line: int
    """From 1."""
    what: str
    remedy: str


_TEXT = re.compile(r'\s*(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*("(?:[^"\\]|\\.)*")\s*')


def written_entries(text: str) -> Iterator[WrittenEntry]:
    """Every entry of a PO file, its head included, also those that another one repeats.

    Args:
        text: of the file, which has to read as one.
    """
    from babel.messages.pofile import unescape

    texts = {"msgctxt": "", "msgid": ""}
    line, keyword = 0, ""
    for number, each in enumerate(text.splitlines(), 1):
        found = _TEXT.fullmatch(each)
        if not found:
            continue
        begins = found[1]
        if begins == "msgctxt" or (begins == "msgid" and keyword != "msgctxt"):
            if line:
                yield WrittenEntry(line, texts["msgctxt"], texts["msgid"])
            line, texts = number, {"msgctxt": "", "msgid": ""}
        keyword = begins or keyword
        if keyword in texts:
            texts[keyword] += unescape(found[2])
    if line:
        yield WrittenEntry(line, texts["msgctxt"], texts["msgid"])


def message_of(entry: Message) -> str:
    """The English message of an entry; of a plural the singular."""
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def forms_of(entry: Message) -> tuple[str, ...]:
    """The translation of an entry, in each of its forms."""
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def is_translated(entry: Message) -> bool:
    """Whether an entry counts: it has all of its forms, and nobody marked it as doubtful."""
    return not entry.fuzzy and all(forms_of(entry))


def entry_faults(catalog: Catalog) -> Iterator[EntryFault]:
    """What is wrong with entries so that they cannot be used.

    Args:
        catalog: of the program, or of a project.
    """
    for entry in catalog:
        if entry.id and not entry.fuzzy:
            yield from _faults(entry, catalog)


def _faults(entry: Message, catalog: Catalog) -> Iterator[EntryFault]:
    line, forms = entry.lineno or 0, forms_of(entry)
    wanted = set(PLACEHOLDER.findall(entry.id if isinstance(entry.id, str) else "".join(entry.id)))
    for number, form in enumerate(forms):
        if not form:
            continue
        found = set(PLACEHOLDER.findall(form))
        if found - wanted:
            name = min(found - wanted)
            near = difflib.get_close_matches(name, sorted(wanted), 1)
            have = ", ".join(f"{{{each}}}" for each in sorted(wanted)) or "none"
            remedy = f"did you mean {{{near[0]}}}?" if near else f"its message has: {have}"
            yield EntryFault(line, f"has {{{name}}}, which its message does not have", remedy)
        elif lost := wanted - found - _may_lack(entry, catalog, number):
            yield EntryFault(
                line,
                f"lacks {{{min(lost)}}}, which its message has",
                f"put {{{min(lost)}}} into it",
            )
        rest = PLACEHOLDER.sub("", form)
        ours = PLACEHOLDER.sub("", entry.id if isinstance(entry.id, str) else "".join(entry.id))
        if ("{" in rest or "}" in rest) and "{" not in ours:
            begin = max(form.find("{" if "{" in rest else "}") - 10, 0)
            what = f"has a brace that fills in nothing: {form[begin : begin + 40]!r}"
            remedy = "write a name between two braces, as {day}, and nothing else"
            yield EntryFault(line, what, remedy)
        if sign := INVISIBLE.search(form):
            what = f"has the control character U+{ord(sign[0]):04X}"
            yield EntryFault(line, what, "remove it: readers do not see it, and programs obey it")
    if any(forms) and not all(forms):
        written = sum(map(bool, forms))
        remedy = f"write msgstr[0] to msgstr[{len(forms) - 1}]; {catalog.plural_forms}"
        yield EntryFault(line, f"has {written} of {len(forms)} plural forms", remedy)


def _may_lack(entry: Message, catalog: Catalog, form: int) -> set[str]:
    """A form for one number alone can say it as a word."""
    if isinstance(entry.id, str):
        return set()
    which = c2py(catalog.plural_expr)
    return {"count"} if sum(which(number) == form for number in range(1000)) == 1 else set()


def unknown_entries(
    catalog: Catalog, messages: Mapping[tuple[str, str], str]
) -> Iterator[EntryFault]:
    """The entries for messages that the program does not have, each with the nearest one.

    Args:
        catalog: of a project.
        messages: the plural of each message of the program, or nothing, by its context, which may
            be empty, and its words.
    """
    for entry in catalog:
        key = entry.context or "", message_of(entry)
        if key[1] and messages.get(key) != _plural_of(entry):
            what = f"is for a message that the program does not have: {key[1]!r}"
            yield EntryFault(entry.lineno or 0, what, _nearest_to(key, messages))


def _plural_of(entry: Message) -> str:
    return "" if isinstance(entry.id, str) else entry.id[1]


def _nearest_to(key: tuple[str, str], messages: Mapping[tuple[str, str], str]) -> str:
    if key in messages:
        plural = messages[key]
        return f"its plural there is {plural!r}" if plural else "there it has no plural"
    contexts = sorted(context for context, one in messages if one == key[1])
    if contexts:
        told = " or ".join(f'`msgctxt "{each}"`' if each else "no msgctxt" for each in contexts)
        return f"the program has it with {told}"
    near = difflib.get_close_matches(key[1], [one for _, one in messages], 1)
    return f"the nearest is {near[0]!r}" if near else "nothing shows this entry: remove it"


def fuzzy_entries(catalog: Catalog) -> Iterator[EntryFault]:
    """The entries that somebody marked as doubtful, which are not used."""
    for entry in catalog:
        if entry.id and entry.fuzzy:
            what = f"{message_of(entry)!r} is marked as fuzzy: this entry is not used"
            yield EntryFault(entry.lineno or 0, what, "look at it, and remove `#, fuzzy`")
