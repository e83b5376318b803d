"""Whether a letter that somebody has is the one that is sealed: its seal, every word and link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from publisher.answers.letter_fields import SAMPLE_TOKEN, FilledIn, filled_in
from publisher.answers.letter_header import answer_findings, header_findings
from publisher.answers.letter_in_hand import as_in_hand
from publisher.answers.letter_layout import layout_faults, strange_signs
from publisher.compare.sequences import matching_blocks
from publisher.letters.design import LetterDesign, design_of, plain_part
from publisher.letters.fields import fill
from publisher.letters.html_part import styled, subject_of
from publisher.letters.seal_line import SealedRelease, read_seal_field, seals_in, with_seal
from publisher.mail.html import shown_by_html
from publisher.mail.html_elements import TEXT_ELEMENTS
from publisher.mail.html_markup import markup_of_html
from publisher.mail.html_targets import Target, targets_of_html
from publisher.mail.received_letter import ReceivedLetter
from publisher.people.list_cells import LONGEST_CELL
from publisher.policies.finding import Finding, Severity
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release

MOST_SHOWN = 12
"""Differences of a text that are shown."""
_LONGEST_SHOWN, _AROUND = 30, 4
"""Words of a difference that are shown, and words before it."""
_MARK = re.compile(r"\s*(?:\[[^\[\]]{1,40}\]|(?:re|aw|fwd?|wg|tr|rv|sv|antw):)\s*", re.IGNORECASE)
"""What lists and mail programs put before a subject; `[Test]`, which we do."""
_FOOTER = re.compile(r"(?:[_=*-]{2,}|—+)\Z")
_WEB = re.compile(r"://|\bwww\.", re.IGNORECASE)
_LEAST_SHARE = 0.5
"""Share of the words of the sealed letter that makes a message one that was altered."""


@dataclass(frozen=True, slots=True)
class HeldRelease:
    """A release as this repository has it."""

    name: str
    """`privacy/2`."""
    release: Release | None
    """None: it does not read."""
    seal: str
    """SHA-256 of its `SHA256SUMS`, hexadecimal."""
    damage: Sequence[tuple[str, str]]
    """Path and fault of each file that is not as it was sealed."""
    touched: Sequence[str]
    """The commits that touched its folder, the latest first."""
    uncommitted: bool
    """Whether the folder differs from the last commit."""
    shallow: bool
    """Whether older commits are missing from this clone."""
    sums: Mapping[str, str]
    """SHA-256 of each of its files, as its `SHA256SUMS` has it."""
    former: Mapping[str, str]
    """The addresses for opt-outs that `publisher.toml` named, each with the latest commit."""
    then: Release | None = None
    """The release that had the seal of the letter, as git's history has it; None: it has none."""


def letter_findings(
    letter: ReceivedLetter,
    named: SealedRelease,
    held: HeldRelease,
    organisation: Organisation,
    place: str,
) -> list[Finding]:
    """Everything in a letter that is not as it is sealed, errors first.

    Args:
        letter: which.
        named: the release that it says to be about.
        held: that release.
        organisation: who writes: the site and the address for opt-outs.
        place: what the letter is called, for the findings.
    """
    seal = named.seal or next(iter(seals_in("\n".join([*letter.plain, *letter.html]))), "")
    found = [*_seals(letter, seal, held, place)]
    original = held.then or held.release
    if original is None:
        what = f"belongs to {held.name}, which does not read here: its words are not checked"
        return [*found, Finding(Severity.ERROR, place, 0, what, "publisher verify")]
    if not original.notice:
        what = f"says to be about {held.name}, which has no letter: nobody was told of it"
        return [*found, Finding(Severity.ERROR, place, 0, what, "do not follow its links")]
    original = as_in_hand(original, (letter.subject, letter.words))
    fields = filled_in(letter, original, organisation.site, organisation.reply)
    found += _Check(letter, replace(original, seal=seal), fields, place).findings()
    found += answer_findings(letter, fields, organisation, held.former, place)
    found += header_findings(letter, organisation, place)
    found += _files(letter, held, place)
    return sorted(found, key=lambda finding: finding.rank)


# ── the seal ─────────────────────────────────────────────────────────────────────────────────────


def _seals(letter: ReceivedLetter, seal: str, held: HeldRelease, place: str) -> Iterator[Finding]:
    fields = [read_seal_field(value) for value in letter.sealed]
    lines = {one for text in (*letter.plain, *letter.html) for one in seals_in(text)}
    if None in fields or len(fields) > 1:
        what = f"has a field Policy-Release that is not ours: {'; '.join(letter.sealed)[:200]}"
        yield Finding(Severity.ERROR, place, 0, what, "do not rely on the letter")
    if others := sorted({*lines, *(one.seal for one in fields if one)} - {seal}):
        what = f"names several seals: {seal} and {', '.join(others)}"
        yield Finding(Severity.ERROR, place, 0, what, "do not rely on the letter")
    if not seal:
        what = (
            "has no seal: an earlier program sent it, or it was taken away; its words alone are "
            f"held against {held.name}"
        )
        yield Finding(Severity.CUE, place, 0, what, "look at the release: publisher verify")
    elif not letter.sealed:
        yield Finding(Severity.CUE, place, 0, "has no field Policy-Release, which was sent with it")
    yield from _altered(seal, held, place)


def _altered(seal: str, held: HeldRelease, place: str) -> Iterator[Finding]:
    """What became of the release after the letter was sent."""
    folder = f"versions/{held.name}"
    by = _by(held)
    if seal and seal != held.seal:
        sealed = f"as {held.seal} here" if held.seal else "not at all here"
        if held.then or held.shallow:
            what = (
                f"{held.name} was altered after this letter was sent{by}: it was sealed as {seal} "
                f"then, and is sealed {sealed}"
            )
        else:
            what = (
                f"names the seal {seal}, which {held.name} never had in this history, and is "
                f"sealed {sealed}: the seal in the letter is another one, or the history was made "
                "anew"
            )
        yield Finding(Severity.ERROR, place, 0, what, f"git log -p -- {folder}")
    for path, fault in held.damage:
        yield Finding(Severity.ERROR, path, 0, f"{fault}{by}", "publisher verify --diff")


def _by(held: HeldRelease) -> str:
    if held.uncommitted:
        return ", in the working tree (not committed)"
    if held.shallow:
        return " (this clone lacks the history that says by whom: git fetch --unshallow)"
    later = list(held.touched[:-1]) or list(held.touched)
    return f", by commit {'; '.join(later)}" if later else ""


# ── words and links ──────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Check:
    """A letter held against the sealed one with the same fields filled in."""

    letter: ReceivedLetter
    release: Release
    """With the sealed letter, and the seal that the letter has."""
    fields: FilledIn
    place: str
    found: list[Finding] = field(default_factory=list)

    def findings(self) -> list[Finding]:
        name = self.fields.name
        if len(name) > LONGEST_CELL or _WEB.search(name) or not name.isprintable():
            self._error(f"addresses “{name[:80]}”, which is no name that a letter of ours has")
            return self.found
        text = with_seal(fill(self.release.notice, self.fields.values), self.release)
        if _share(text, self.letter) < _LEAST_SHARE:
            self._error(
                f"has few words of the letter of {self.release.name}: it is another message"
            )
            self._doubts()
            return self.found
        self._subject(subject_of(text))
        design = design_of(self.release)
        self._text("plain text", self.letter.plain, plain_part(text, design))
        html = str(styled(text, self.release.policy.facts.language, design=design))
        self._text("HTML", self.letter.html, shown_by_html(html).text)
        added: Sequence[str] | None = None
        if self.letter.html:
            self._targets(targets_of_html(html)[0])
            added = self._markup(_without_ends(markup_of_html(html).items))
        self._doubts(added)
        return self.found

    def _error(self, what: str) -> None:
        self.found.append(Finding(Severity.ERROR, self.place, 0, what))

    def _cue(self, what: str) -> None:
        self.found.append(Finding(Severity.CUE, self.place, 0, what))

    def _subject(self, sealed: str) -> None:
        subject, marks = self.letter.subject, list[str]()
        while subject.split() != sealed.split() and (mark := _MARK.match(subject)):
            marks.append(mark[0].strip())
            subject = subject[mark.end() :]
        if subject.split() != sealed.split():
            self._error(f"its subject is “{self.letter.subject}”, and “{sealed}” is sealed")
        elif "[Test]" in marks or self.fields.token.endswith(SAMPLE_TOKEN):
            self._cue("is a copy to look at, whose links lead nowhere: it was sent to no customer")
        elif marks:
            self._cue(f"its subject begins with “{' '.join(marks)}”, which is not sealed")

    def _text(self, kind: str, texts: Sequence[str], sealed: str) -> None:
        if not texts:
            self._cue(f"has no {kind}, which was sent with it")
            return
        old, new = _words(sealed), _words("\n".join(texts))
        if len(new) > 3 * len(old) + 2_000:
            self._error(f"its {kind} says far more than the sealed letter: {len(new)} words")
            return
        differences = _differences(old, new)
        marked = kind == "plain text"  # in HTML, a list that wrote there has to name itself
        footers = (one for one in differences[-1:] if _is_footer(one, self.letter.listed, marked))
        footer = next(footers, None)
        self._show(kind, differences[:-1] if footer else differences)
        if footer:
            what = "stands below the letter, and is no part of it"
            self._cue(f"“{_short(footer.new)}” {what} ({kind})")
        for sign in strange_signs("\n".join(texts), sealed):
            self._error(f"its {kind} has the sign {sign}, which looks like a space or like nothing")
        if marked and not differences[: -1 if footer else None]:
            own = len(new) - len(footer.new if footer else ())
            for severity, what in layout_faults("\n".join(texts), sealed, self.fields.name, own):
                self.found.append(Finding(severity, self.place, 0, what))

    def _targets(self, sealed: Sequence[Target]) -> None:
        old, new = ([" → ".join(filter(None, one)) for one in row]
                    for row in (sealed, self.letter.targets))  # fmt: skip
        differences = _differences(old, new)
        if differences and self.letter.listed and not differences[-1].old and differences[-1].last:
            led = "; ".join(differences[-1].new)
            self._cue(f"“{led}” is a link below the letter, and no part of it")
            differences = differences[:-1]
        for one in islice(differences, MOST_SHOWN):
            was = f", and “{'; '.join(one.old)}” is sealed" if one.old else ", which is not sealed"
            what = (
                f"leads to “{'; '.join(one.new)}”{was}"
                if one.new
                else (f"lacks the link “{'; '.join(one.old)}”")
            )
            self._error(what)

    def _markup(self, sealed: Sequence[str]) -> Sequence[str] | None:
        """Holds elements and attributes to those that the letter is composed of.

        Returns:
            What a list wrote below the letter, if anything; None: it has other elements or words.
        """
        new, added = _without_ends(self.letter.markup), list[str]()
        if len(new) > 3 * len(sealed) + 2_000:
            self._error(f"its HTML has far more elements than our letter: {len(new)} with words")
            return None
        differences = _differences(sealed, new)
        if differences and self.letter.listed and _may_be_footer(differences[-1]):
            added = [*differences[-1].new]
            differences = differences[:-1]  # its words and links are told
        shown = 0
        for one in differences:
            was, now = (" ".join(filter(_is_tag, row)) for row in (one.old, one.new))
            if was == now:
                continue  # its words differ alone, which is told
            shown += 1
            if shown > MOST_SHOWN:
                self._error("its HTML has other elements than our letter in more places")
                break
            after = f" after “… {' '.join(one.before)}”" if one.before else " at its beginning"
            if not now:
                self._error(f"its HTML lacks {was[:400]}{after}")
            else:
                ours = f"and our letter has {was[:400]}" if was else "which our letter has not"
                self._error(f"its HTML has {now[:400]}{after}, {ours}")
        return None if differences else added

    def _show(self, kind: str, differences: Sequence[_Difference]) -> None:
        for one in differences[:MOST_SHOWN]:
            after = f" after “… {' '.join(one.before)}”" if one.before else " at its beginning"
            if not one.new:
                self._error(f"its {kind} lacks “{_short(one.old)}”{after}")
            elif not one.old:
                self._error(f"its {kind} says “{_short(one.new)}”{after}, which is not sealed")
            else:
                said = f"“{_short(one.new)}”{after}, and “{_short(one.old)}” is sealed"
                self._error(f"its {kind} says {said}")
        if len(differences) > MOST_SHOWN:
            self._error(f"its {kind} differs in {len(differences) - MOST_SHOWN} more places")

    def _doubts(self, added: Sequence[str] | None = None) -> None:
        """Tells why what was read may not be what is seen.

        Args:
            added: what a list wrote below HTML that is ours to the letter, so that what is doubted
                in ours says nothing; None: it is not.
        """
        doubts = self.letter.doubts
        if added is not None and not self.letter.has_conditions:
            doubts = shown_by_html(" ".join(added)).doubts
        for words in self.letter.hidden[:MOST_SHOWN]:
            self._error(f"hides the words “{words[:200]}”")
        for element in dict.fromkeys(self.letter.strange[:MOST_SHOWN]):
            self._error(f"has the element <{element}>, which no letter of ours has")
        for fault in (*self.letter.faults, *doubts):
            self._error(fault)
        for words in (*self.letter.comments, *self.letter.around)[:MOST_SHOWN]:
            self._cue(f"has words that no program shows: “{words[:200]}”")


@dataclass(frozen=True, slots=True)
class _Difference:
    """A place where two rows of words differ."""

    before: Sequence[str]
    """The last words that both have before it."""
    old: Sequence[str]
    new: Sequence[str]
    last: bool
    """Whether nothing follows that both have."""


def _differences(old: Sequence[str], new: Sequence[str]) -> list[_Difference]:
    if list(old) == list(new):
        return []
    found, i, j = list[_Difference](), 0, 0
    ends = (len(old), len(new), 0)
    for start, place, length in (*matching_blocks(list(old), list(new)), ends):
        if start > i or place > j:
            around = old[max(0, i - _AROUND) : i]
            last = (start, place, length) == ends
            found.append(_Difference(around, old[i:start], new[j:place], last))
        i, j = start + length, place + length
    return found


def _is_footer(one: _Difference, listed: bool, marked: bool) -> bool:
    """Whether words are what a list writes below a letter."""
    return one.last and not one.old and (listed or (marked and bool(_FOOTER.match(one.new[0]))))


def _without_ends(items: Sequence[str]) -> list[str]:
    """Markup without the tags that close at its end, before which a list writes."""
    left = list(items)
    while left and left[-1].startswith("</"):
        left.pop()
    return left


def _is_tag(item: str) -> bool:
    return item.startswith("<")


_TAG_NAME = re.compile(r"</?([^\s>]+)")
_OF_FOOTERS = (TEXT_ELEMENTS - {"img"}) | {"head"}


def _may_be_footer(one: _Difference) -> bool:
    """Whether elements are such as a list writes below a letter."""
    tags = (_TAG_NAME.match(item) for item in one.new if _is_tag(item))
    return one.last and not one.old and all(tag and tag[1] in _OF_FOOTERS for tag in tags)


def _words(text: str) -> list[str]:
    """The words of a text, without the signs of a quotation, which move where lines do."""
    text = unicodedata.normalize("NFC", text)
    return re.sub(r"(?m)^[ \t]*(?:>[ \t]?)+", "", text).split()


def _share(text: str, letter: ReceivedLetter) -> float:
    """How much of the sealed letter is in a message: the share of its words, each once."""
    own = set(plain_part(text, LetterDesign.PLAIN).split())
    said = {word for one in (*letter.plain, *letter.html) for word in one.split()}
    return len(own & said) / len(own)


def _short(words: Sequence[str]) -> str:
    shown = " ".join(words[:_LONGEST_SHOWN])
    return (shown[:400] + "…") if len(words) > _LONGEST_SHOWN or len(shown) > 400 else shown


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def _files(letter: ReceivedLetter, held: HeldRelease, place: str) -> Iterator[Finding]:
    """Whether what is attached is what was frozen with the release."""
    papers = {held.sums[name] for name in held.sums if name.endswith(".pdf")}
    for name, digest in letter.files:
        if digest not in papers:
            what = f"has the file {name} with it, which was not frozen with {held.name}"
            yield Finding(Severity.ERROR, place, 0, what, "do not open it")
