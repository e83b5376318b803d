"""What every letter and every form has to say, whoever writes its template: without it a customer
could not opt out, or could not tell what of. A seal cannot be mended, so it is looked for before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.letters.fields import SEAL, PersonalLinks, field_values, fill
from publisher.text.clauses import UNSEEN, Clause
from publisher.text.parsing import parse
from publisher.text.writing import Markdown, settled, written

_LINKS = PersonalLinks("https://form.invalid/", "answer@reply.invalid", "https://changes.invalid/")
_SEAL = "5e" * 32


@dataclass(frozen=True, slots=True)
class Omission:
    """What a text does not say, and has to."""

    what: str
    """In words, as what the text lacks."""
    value: str
    """The value of the template that says it."""
    blocks: tuple[str, ...]
    """The blocks that say it where they are the program's, the likeliest first."""
    whole: str
    """The block that has all others in it."""

    @property
    def remedy(self) -> str:
        """What to write."""
        block = self.blocks[0]
        return (
            f"our block `{block}` has it: write {{{{ self.{block}() }}}} into the block "
            f"`{self.whole}`, or {{{{ {self.value} }}}} into words of your own"
        )


def letter_omissions(text: str, values: Mapping[str, object]) -> Iterator[Omission]:
    """What a letter about a release lacks.

    Both ways to opt out are in every letter, with what is opted out of, until when, and by which
    release it can be told to be ours.

    Args:
        text: the letter's Markdown, with its fields.
        values: what its template could print.
    """
    filled = fill(text, {**field_values("Anna Example", _LINKS), SEAL: _SEAL})
    clauses = parse(filled)
    links, said = set(_links(clauses)), _said(clauses)
    redline = set(_links(parse(f"[x]({values['redline_address']})")))
    if not any(link.startswith(_LINKS.form) for link in links):
        yield _of_letter("the link to the form", "opt_out_link", "ways", "buttons")
    if not any(link.startswith(f"mailto:{_LINKS.reply}") for link in links):
        yield _of_letter("the link to opt out by an answer", "reply_link", "ways")
    if not links & {_LINKS.changes, *redline}:
        yield _of_letter("a link to what changes", "changes_link", "buttons", "links")
    if not _says(said, values["effective"]):
        yield _of_letter("the day from which the version applies", "effective", "opening")
    if not (_says(said, values["closes"]) or _says(said, values["closes_short"])):
        yield _of_letter("the last day to opt out", "closes", "ways", "deadline")
    if _says_another_zone(said, values["zone"]):
        yield _of_letter("in which time zone that day ends", "zone", "ways", "deadline")
    if not _says(said, values["precedence"]):
        yield _of_letter("which text decides", "precedence", "authority")
    if _SEAL not in said:
        yield _of_letter("the seal of its release", "seal", "belongs")


def form_omissions(text: str, declaration: str, values: Mapping[str, object]) -> Iterator[Omission]:
    """What the words of a form lack.

    Args:
        text: the words above the form, Markdown.
        declaration: what is declared with it: its block of that name.
        values: what its template could print.
    """
    said = _said(parse(text))
    if not _says(said, Markdown(declaration)):
        yield Omission("the declaration", "self.declaration()", ("declaration",), "form")
    if not _says(said, values["closes"]):
        yield Omission("the last day to opt out", "closes", ("opening",), "form")
    if _says_another_zone(said, values["zone"]):
        yield Omission("in which time zone that day ends", "zone", ("opening",), "form")
    if not _says(said, values["precedence"]):
        yield Omission("which text decides", "precedence", ("authority",), "form")


def _of_letter(what: str, value: str, *blocks: str) -> Omission:
    return Omission(what, value, blocks, "letter")


def _says_another_zone(said: str, zone: object) -> bool:
    """Whether a text names UTC, where days do not end there, and does not say where they do.

    Words of one's own that were written before there was another time zone would be wrong.
    """
    assert isinstance(zone, str)
    return "UTC" not in zone and "utc" in said and not _says(said, zone)


def _links(clauses: Sequence[Clause]) -> Iterator[str]:
    for clause in clauses:
        for runs in clause.cells:
            for run in runs:  # one without words cannot be tapped
                yield from (m.value for m in run.marks if m.kind == "link" and run.text.strip())


def _said(clauses: Sequence[Clause]) -> str:
    shown = (clause.text for clause in clauses if clause.kind not in UNSEEN)
    return " ".join(" ".join(text.split()) for text in shown).casefold()


def _says(said: str, words: object) -> bool:
    """Whether a text says what a value says; one that says nothing is always said."""
    assert isinstance(words, str)
    return all(_said([clause]) in said for clause in parse(settled(written(words))))
