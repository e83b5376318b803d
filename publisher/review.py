"""What `check` finds in a draft, and what a correction may not do.

A finding is an error, which stops a release, or a review cue, which a person decides on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA

from publisher.amendment import Amendment, ChangeKind
from publisher.errors import PublisherError
from publisher.notice import PROFILES, explains
from publisher.policy import (
    ANCHOR,
    Clause,
    Facts,
    Kind,
    Note,
    Policy,
    markdown,
    parse,
    read_facts,
    source_lines,
)
from publisher.redline import Operation, Span, SpanKind, tokens
from publisher.release import Release

LARGEST = 1_000_000
"""Bytes a section file may have."""
FACTS_FILE = "policy.toml"


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    CUE = "review"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `check` found."""

    severity: Severity
    file: str
    line: int
    """From 1; 0: the file as a whole."""
    what: str
    remedy: str

    @property
    def where(self) -> str:
        """`policy/privacy/contact.md:3`."""
        return f"{self.file}:{self.line}" if self.line else self.file


def from_error(error: PublisherError) -> Finding:
    """The finding for an error met while reading."""
    file, _, line = error.where.rpartition(":")
    if not line.isdigit():
        file, line = error.where, "0"
    return Finding(Severity.ERROR, file, int(line), error.what, error.remedy)


def read_draft(
    policy_id: str, files: Mapping[str, bytes], folder: str
) -> tuple[Policy | None, list[Finding]]:
    """The policy in a draft folder, and everything that is wrong with its files.

    Args:
        policy_id: the policy's id.
        files: the bytes of each file, by its path inside the folder.
        folder: the folder's path, for messages.

    Returns:
        The policy (None where `policy.toml` does not read) and the findings on its files.
    """
    if FACTS_FILE not in files:
        remedy = f"add {folder}/{FACTS_FILE} with title, contact, sections and opt_out.effect"
        return None, [Finding(Severity.ERROR, folder, 0, "the folder has no policy.toml", remedy)]
    try:
        facts = read_facts(files[FACTS_FILE], f"{folder}/{FACTS_FILE}")
    except PublisherError as error:
        return None, [from_error(error)]
    reader = _DraftReader(files, folder)
    policy = reader.policy(policy_id, facts)
    return policy, reader.findings


class _DraftReader:
    def __init__(self, files: Mapping[str, bytes], folder: str) -> None:
        self.files, self.folder = files, folder
        self.findings: list[Finding] = []

    def error(self, file: str, line: int, what: str, remedy: str) -> None:
        path = f"{self.folder}/{file}"
        self.findings.append(Finding(Severity.ERROR, path, line, what, remedy))

    def policy(self, policy_id: str, facts: Facts) -> Policy:
        texts: dict[str, str] = {}
        for name, times in Counter(facts.sections).items():
            line = self._named_at(name)
            if times > 1:
                self.error(FACTS_FILE, line, f"`{name}` is named {times} times", "name it once")
            if not re.fullmatch(r"[\w-][\w.-]*\.md", name):
                self.error(
                    FACTS_FILE, line, f"`{name}` is no section file", "name a .md file beside it"
                )
            elif name not in self.files:
                self.error(
                    FACTS_FILE,
                    line,
                    f"`{name}` is named, but there is no such file",
                    f"add {self.folder}/{name}, or remove the name from `sections`",
                )
            else:
                texts[name] = self._text(name)
        notes = tuple(
            Note(name.removeprefix("notes/"), self._text(name))
            for name in sorted(self.files)
            if re.fullmatch(r"notes/[^/]+\.md", name)
        )
        self._strangers({FACTS_FILE, *facts.sections, *(f"notes/{n.name}" for n in notes)})
        return Policy(policy_id, facts, texts, notes)

    def _named_at(self, name: str) -> int:
        lines = self.files[FACTS_FILE].decode().splitlines()
        return next((n for n, line in enumerate(lines, 1) if f'"{name}"' in line), 0)

    def _strangers(self, known: set[str]) -> None:
        for name in sorted(set(self.files) - known):
            if name.endswith(".md") and "/" not in name:
                remedy = "add it to `sections` in policy.toml at its place, or remove the file"
                self.error(name, 0, "the file is there, but policy.toml does not name it", remedy)
            else:
                self.error(
                    name, 0, "the file does not belong here", "move it out of the policy's folder"
                )

    def _text(self, name: str) -> str:
        data = self.files[name]
        if len(data) > LARGEST:
            self.error(
                name,
                0,
                f"the section has {len(data):,} bytes; at most {LARGEST:,} can be compared well",
                "split it into several sections",
            )
            return ""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            at = data.count(b"\n", 0, error.start) + 1
            byte = data[error.start]
            self.error(name, at, f"byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8")
            return data.decode("utf-8", "replace")
        if text.startswith("\ufeff"):
            self.error(name, 1, "starts with a byte order mark", "save it as UTF-8 without BOM")
        for number, line in enumerate(source_lines(text), 1):
            if line.endswith(("\r\n", "\r")):
                remedy = "save it with Unix line ends (LF)"
                self.error(name, number, "a line ends in a carriage return", remedy)
                break
        for number, line in enumerate(source_lines(text), 1):
            if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line.rstrip("\r\n")):
                code = f"U+{ord(found[0]):04X}"
                self.error(name, number, f"has the control character {code}", "remove it")
        return text


def check(
    policy: Policy, last: Release | None, folder: str, amendment: Amendment | None
) -> list[Finding]:
    """Everything that stands between a draft and its release.

    Args:
        policy: the draft.
        last: the last release; None before the first.
        folder: the draft's path, for messages.
        amendment: what differs between `last` and the draft; None before the first release.
    """
    return sorted(
        _Check(policy, last, folder, amendment).findings(),
        key=lambda f: (f.severity.value, f.file, f.line),
    )


class _Check:
    def __init__(
        self, policy: Policy, last: Release | None, folder: str, amendment: Amendment | None
    ) -> None:
        self.policy, self.last, self.folder, self.amendment = policy, last, folder, amendment
        self.headings = [c for c in policy.document.clauses if c.kind is Kind.HEADING]
        self.anchors = {h.anchor for h in self.headings if h.anchor}

    def error(self, file: str, line: int, what: str, remedy: str) -> Finding:
        return Finding(Severity.ERROR, f"{self.folder}/{file}", line, what, remedy)

    def cue(self, file: str, line: int, what: str, remedy: str) -> Finding:
        return Finding(Severity.CUE, f"{self.folder}/{file}", line, what, remedy)

    def findings(self) -> Iterator[Finding]:
        yield from self._facts()
        yield from self._sections()
        yield from self._headings()
        yield from self._anchors()
        yield from self._text()
        yield from self._notes()

    def _facts(self) -> Iterator[Finding]:
        facts = self.policy.facts
        if facts.profile not in PROFILES:
            known = ", ".join(PROFILES)
            yield self.error(FACTS_FILE, 0, f"no notice profile `{facts.profile}`", f"use {known}")
        elif facts.days < PROFILES[facts.profile].days:
            profile = PROFILES[facts.profile]
            what = f"`notice.days` is {facts.days}; {profile.source} asks for {profile.days}"
            yield self.error(FACTS_FILE, 0, what, f"set it to {profile.days} at least")
        if not facts.sections:
            remedy = 'name the section files: sections = ["introduction.md", …]'
            yield self.error(FACTS_FILE, 0, "`sections` is empty", remedy)
        if not facts.effect:
            remedy = "say in a sentence what opting out means for the customer"
            yield self.error(FACTS_FILE, 0, "`opt_out.effect` is empty", remedy)

    def _sections(self) -> Iterator[Finding]:
        for name, text in self.policy.files.items():
            clauses = parse(text, name)
            first = clauses[0] if clauses else None
            if first is None or first.kind is Kind.BLANK:
                remedy = "write its heading and text, or remove it"
                yield self.error(name, 1, "the section is empty", remedy)
            elif first.kind is not Kind.HEADING:
                remedy = "start with `## Title {#anchor}`"
                yield self.error(name, first.line, "the file does not start with a heading", remedy)
        sections = self.policy.document.sections
        for section, after in zip(sections, [*sections[1:], None], strict=True):
            heading = section.heading
            following = after.heading if after else None
            has_children = following is not None and heading and following.level > heading.level
            if heading and not section.body and not has_children:
                yield self.error(
                    heading.file,
                    heading.line,
                    f"the section “{section.title}” has no text",
                    "write its text, or remove it",
                )

    def _headings(self) -> Iterator[Finding]:
        level = 1
        for heading in self.headings:
            if heading.level == 1:
                what, remedy = "level 1 is the policy's own title", "start the line with `##`"
                yield self.error(heading.file, heading.line, what, remedy)
            elif heading.level > level + 1:
                what = f"a heading of level {heading.level} follows one of level {level}"
                remedy = f"use {'#' * (level + 1)}: a skipped level confuses screen readers"
                yield self.error(heading.file, heading.line, what, remedy)
            level = max(heading.level, 2)

    def _anchors(self) -> Iterator[Finding]:
        seen: dict[str, Clause] = {}
        for heading in self.headings:
            at = (heading.file, heading.line)
            if not heading.anchor:
                remedy = f"end the line with {{#{_suggest(heading.text)}}}"
                yield self.error(*at, f"the heading “{heading.text}” has no anchor", remedy)
            elif not ANCHOR.fullmatch(heading.anchor):
                remedy = f"use small letters, digits and hyphens: {{#{_suggest(heading.anchor)}}}"
                yield self.error(*at, f"`{heading.anchor}` cannot be an anchor", remedy)
            elif heading.anchor in seen:
                first = seen[heading.anchor]
                what = f"the anchor `{heading.anchor}` is taken by {first.file}:{first.line}"
                yield self.error(*at, what, "give one of the two another anchor")
            else:
                seen[heading.anchor] = heading
        yield from self._retired()

    def _retired(self) -> Iterator[Finding]:
        retired = self.policy.facts.retired
        before: dict[str, str] = {}
        if self.last:
            before = dict(self.last.policy.facts.retired)
            before |= {s.anchor: s.title for s in self.last.policy.document.sections if s.anchor}
        for anchor in before:
            if anchor not in self.anchors and anchor not in retired:
                yield self.error(
                    FACTS_FILE,
                    0,
                    f"the anchor `{anchor}` of release {self.last and self.last.number} is lost",
                    f"put it back on its heading, or, if the section is removed, write "
                    f'`{anchor} = "ANCHOR"` under [retired] with the anchor that takes its place',
                )
        for anchor, place in retired.items():
            if anchor in self.anchors:
                what = f"`{anchor}` is retired, but a heading has it"
                yield self.error(FACTS_FILE, 0, what, "remove one of the two")
            if place and place not in self.anchors:
                what = f"`{anchor}` is retired to `{place}`, which is no anchor here"
                yield self.error(FACTS_FILE, 0, what, "name an anchor of this policy")

    def _text(self) -> Iterator[Finding]:
        for clause in self.policy.document.clauses:
            at = (clause.file, clause.line)
            marks = {mark for cell in clause.cells for run in cell for mark in run.marks}
            if clause.kind is Kind.HTML or any(m.kind == "html" for m in marks):
                remedy = "write it in Markdown; HTML would not reach the PDF and the letter alike"
                yield self.error(*at, "raw HTML", remedy)
            for mark in sorted(marks, key=lambda m: (m.kind, m.value)):
                if mark.kind == "image":
                    remedy = "say it in words: a policy must be readable without pictures"
                    yield self.error(*at, "a picture", remedy)
                elif mark.kind == "link":
                    yield from self._link(mark.value, clause.file, clause.line)
            if found := re.search(
                r"check (?:back|this (?:page|policy|site))[^.]*(?:regularly|periodically|often|from time to time)",
                clause.text,
                re.IGNORECASE,
            ):
                yield self.cue(
                    *at,
                    f"“{found[0]}”: to leave it to customers to look for changes is called "
                    "unfair (WP260 rev.01 ¶29)",
                    "say how customers are told of a change",
                )
        yield from self._unread_links()

    def _link(self, target: str, file: str, line: int) -> Iterator[Finding]:
        if target.startswith("#"):
            if target[1:] not in self.anchors:
                close = _closest(target[1:], self.anchors)
                remedy = f"did you mean #{close}?" if close else "name an anchor of this policy"
                yield self.error(file, line, f"no section has the anchor `{target}`", remedy)
        elif not re.match(r"(?:https?://|mailto:|tel:)", target):
            remedy = "link to #anchor inside the policy, or to a full https:// address"
            yield self.error(file, line, f"the link `{target}` leads nowhere", remedy)

    def _unread_links(self) -> Iterator[Finding]:
        """Links which the Markdown reader refuses, such as javascript:, and so leaves as text."""
        for name, text in self.policy.files.items():
            for number, line in enumerate(source_lines(text), 1):
                for target in re.findall(r"\]\(\s*<?([a-zA-Z]+:[^)\s>]*)", line):
                    if not markdown().validateLink(target):
                        yield self.error(
                            name, number, f"the link `{target}` is refused", "remove it"
                        )

    def _notes(self) -> Iterator[Finding]:
        known = set(self.anchors)
        if self.last:
            known |= {s.anchor for s in self.last.policy.document.sections}
        for note in self.policy.notes:
            file = f"notes/{note.name}"
            if not note.text.strip():
                yield self.error(file, 1, "the note is empty", "say why the section changed")
            for anchor in note.anchors:
                if anchor not in known:
                    close = _closest(anchor, known)
                    remedy = "name the file after a section's anchor" + (
                        f": {close}.md?" if close else ""
                    )
                    yield self.error(file, 0, f"no section has the anchor `{anchor}`", remedy)
        if self.amendment is None:
            return
        for change in self.amendment.changes:
            if explains(change, self.policy.notes) is None:
                yield self.error(
                    f"notes/{change.anchor or 'section'}.md",
                    0,
                    f"“{change.title}” is {change.kind.value}, and no note says why",
                    "write this file: one to three sentences for the customers affected",
                )
        touched = {anchor for change in self.amendment.changes for anchor in change.anchors}
        for note in self.policy.notes:
            if note.anchors and not touched & set(note.anchors):
                what = "the note explains a section that did not change"
                yield self.cue(f"notes/{note.name}", 0, what, "remove it, or make the change")


def _suggest(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-").lstrip("0123456789-") or "section"


def _closest(word: str, known: Iterable[str]) -> str:
    scored = sorted((OSA.normalized_distance(word, other), other) for other in known if other)
    return scored[0][1] if scored and scored[0][0] < 0.5 else ""


# ── corrections ──────────────────────────────────────────────────────────────────────────────────

WEIGHTY = frozenset(
    """
    not no nor never may might must shall should will would can cannot could only all any each
    every some none unless except if and or but before after until within without more less
    least most us you we they them our your their always sometimes
    """.split()  # noqa: SIM905 - a list of quoted words is harder to read
)
"""Words that change what a sentence promises; exchanging one is never a mere typing error."""


def too_much(amendment: Amendment) -> list[str]:
    """Why an amendment is more than a correction; empty where it is none.

    A correction mends spelling, punctuation, spacing and formatting: word for word, each new word
    close to the old one, no number, no link, no word that bears the meaning.
    """
    reasons = [
        f"“{change.title}” is {change.kind.value}"
        for change in amendment.changes
        if change.kind not in (ChangeKind.AMENDED, ChangeKind.RETITLED)
    ]
    for op in amendment.operations:
        if op.unchanged:
            continue
        if op.old is None or op.new is None:
            if not op.move:
                verb = "added" if op.old is None else "removed"
                reasons.append(f"a {op.clause.kind.value} is {verb}: “{_short(op.clause.text)}”")
            continue
        reasons += _more_than_spelling(op)
    return reasons


def _more_than_spelling(op: Operation) -> Iterator[str]:
    assert op.old is not None
    assert op.new is not None
    if (op.old.level, op.old.anchor) != (op.new.level, op.new.anchor):
        yield f"the heading “{op.new.text}” has another anchor or level"
    for cell in op.cells:
        for deleted, inserted in _replacements(cell):
            old, new = tokens(deleted), tokens(inserted)
            old = [word for word in old if any(c.isalnum() for c in word)]
            new = [word for word in new if any(c.isalnum() for c in word)]
            if len(old) != len(new):
                yield f"words are {'added' if len(new) > len(old) else 'removed'}: " + (
                    f"“{_short(deleted)}” → “{_short(inserted)}”"
                )
                continue
            for a, b in zip(old, new, strict=True):
                if not _same_word(a, b):
                    yield f"“{a}” → “{b}” is more than spelling"
        for span in cell:
            if span.was is not None and _links(span.was) != _links(span.marks):
                yield f"the link of “{_short(span.text)}” leads elsewhere"


def _replacements(cell: Sequence[Span]) -> Iterator[tuple[str, str]]:
    deleted = inserted = ""
    for span in (*cell, Span(SpanKind.KEEP, "")):
        if span.kind is SpanKind.DELETE:
            deleted += span.text
        elif span.kind is SpanKind.INSERT:
            inserted += span.text
        elif deleted or inserted:
            yield deleted, inserted
            deleted = inserted = ""


def _links(marks: Iterable[object]) -> list[object]:
    return [mark for mark in marks if getattr(mark, "kind", "") == "link"]


def _same_word(old: str, new: str) -> bool:
    a, b = old.lower(), new.lower()
    if a == b:
        return True
    if a in WEIGHTY or b in WEIGHTY or any(c.isdigit() for c in a + b):
        return False
    return OSA.distance(a, b) <= (1 if min(len(a), len(b)) <= 5 else 2)


def _short(text: str) -> str:
    words = text.strip()
    return words if len(words) <= 60 else words[:57] + "…"
