"""What stands between a draft and its release: the findings on its text, anchors and notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from rapidfuzz.distance import OSA

from publisher.checks.typed_findings import quoted_beginning, typed_signs
from publisher.compare.amendment import Amendment
from publisher.compare.change import Change
from publisher.law.profiles import PROFILES
from publisher.law.public_holidays import place_flaw
from publisher.policies.anchoring import ANCHOR, anchor_for
from publisher.policies.draft import FACTS_FILE
from publisher.policies.finding import Finding, Severity
from publisher.policies.labels import CONTROL
from publisher.policies.policy import NOTES, Note, Policy
from publisher.releases.release import Release
from publisher.releases.retraction import notes_back
from publisher.text.clauses import UNSEEN, Clause, Kind
from publisher.text.markdown import markdown_reader
from publisher.text.parsing import parse, source_lines
from publisher.wording.language import locale


def check_text(
    policy: Policy,
    last: Release | None,
    folder: str,
    amendment: Amendment | None,
    retracted: Release | None = None,
) -> list[Finding]:
    """Everything that stands between a draft and its release.

    Args:
        policy: the draft.
        last: the last release; None before the first.
        folder: the draft's path, for messages.
        amendment: what differs between `last` and the draft; None before the first release.
        retracted: a release after it that was retracted, whose notes may explain the same changes.
    """
    return sorted(
        _TextCheck(policy, last, folder, amendment, retracted).findings(),
        key=lambda finding: finding.rank,
    )


_TYPED = "leave it if that is meant; else write it as headings, lists, tables or links"


class TextReview:
    """What is looked for in a text of any language."""

    def __init__(self, policy: Policy, folder: str, anchors: Collection[str]) -> None:
        """Nothing is found yet.

        Args:
            policy: whose text.
            folder: the path of its files, for messages.
            anchors: what links inside the policy can lead to.
        """
        self.policy, self.folder, self.anchors = policy, folder, anchors
        self.headings = headings(policy)

    def error(self, file: str, line: int, what: str, remedy: str) -> Finding:
        """What stops a release."""
        return Finding(Severity.ERROR, f"{self.folder}/{file}", line, what, remedy)

    def cue(self, file: str, line: int, what: str, remedy: str) -> Finding:
        """What a person decides."""
        return Finding(Severity.CUE, f"{self.folder}/{file}", line, what, remedy)

    def sections(self) -> Iterator[Finding]:
        """Files without a heading at their beginning, headings with signs that nobody sees, and
        sections without text.
        """
        for name, text in self.policy.files.items():
            clauses = parse(text, name)
            first = clauses[0] if clauses else None
            if first is None or first.kind is Kind.BLANK:
                remedy = "write its heading and text, or remove it"
                yield self.error(name, 1, "the section is empty", remedy)
            elif first.kind is not Kind.HEADING:
                remedy = "start with `## Title {#anchor}`"
                yield self.error(name, first.line, "the file does not start with a heading", remedy)
        for title in self.headings:
            if sign := CONTROL.search(title.text.replace("\n", " ")):
                what = f"the heading has the control character U+{ord(sign[0]):04X}"
                yield self.error(title.file, title.line, what, "remove it")
        sections = self.policy.document.sections
        for section, after in zip(sections, [*sections[1:], None], strict=False):
            heading = section.heading
            following = after.heading if after else None
            has_children = following is not None and heading and following.level > heading.level
            shown = any(clause.kind not in UNSEEN for clause in section.body)
            if heading and not shown and not has_children:
                yield self.error(
                    heading.file,
                    heading.line,
                    f"the section “{section.title}” has no text",
                    "write its text, or remove it",
                )

    def text(self) -> Iterator[Finding]:
        """What would not reach every reader alike, and links that lead nowhere."""
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
                r"check (?:back|this (?:page|policy|site))[^.]*"
                r"(?:regularly|periodically|often|from time to time)",
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
        yield from self._unseen()

    def _unseen(self) -> Iterator[Finding]:
        """What no reader sees, and what every reader sees as it is typed."""
        for name, text in self.policy.files.items():
            clauses = parse(text, name)
            known = {each.text for each in self.known_definitions(name)}
            for clause in _definitions(clauses):
                said = quoted_beginning(clause.text)
                what = f"no link uses the definition `{said}`, so no reader sees it"
                remedy = "remove it; if it is text, write `\\[` for its first bracket"
                found = self.cue if clause.text in known else self.error
                yield found(name, clause.line, what, remedy)
            for line, sign, kind, times in typed_signs(clauses):
                often = f", {times} times in this file" if times > 1 else ""
                what = f"`{quoted_beginning(sign)}` is shown as it is typed and is no {kind}{often}"
                yield self.cue(name, line, what, _TYPED)

    def known_definitions(self, name: str) -> list[Clause]:
        """What the last release has of them in a file: nobody can take back what it had."""
        return []

    def _link(self, target: str, file: str, line: int) -> Iterator[Finding]:
        if target.startswith("#"):
            if target[1:] not in self.anchors:
                close = closest(target[1:], self.anchors)
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
                    if not markdown_reader().validateLink(target):
                        yield self.error(
                            name, number, f"the link `{target}` is refused", "remove it"
                        )


class _TextCheck(TextReview):
    def __init__(
        self,
        policy: Policy,
        last: Release | None,
        folder: str,
        amendment: Amendment | None,
        retracted: Release | None,
    ) -> None:
        super().__init__(policy, folder, {h.anchor for h in headings(policy) if h.anchor})
        self.last, self.amendment, self.retracted = last, amendment, retracted

    def known_definitions(self, name: str) -> list[Clause]:
        return _definitions(parse(self.last.policy.files.get(name, ""), name)) if self.last else []

    def findings(self) -> Iterator[Finding]:
        yield from self._facts()
        yield from self.sections()
        yield from self._headings()
        yield from self._anchors()
        yield from self.text()
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
        yield from self._holidays()
        if not facts.sections:
            remedy = 'name the section files: sections = ["introduction.md", …]'
            yield self.error(FACTS_FILE, 0, "`sections` is empty", remedy)
        if locale(facts.language) is None:
            remedy = "name it by its tag, as `en`, `pt-BR` or `zh-Hant`"
            what = f"`language` is `{facts.language}`, which is not a language we know"
            yield self.error(FACTS_FILE, 0, what, remedy)
        if not facts.effect:
            remedy = "say in a sentence what opting out means for the customer"
            yield self.error(FACTS_FILE, 0, "`opt_out.effect` is empty", remedy)

    def _holidays(self) -> Iterator[Finding]:
        facts = self.policy.facts
        what, remedy = place_flaw(facts.holidays) if facts.holidays else ("", "")
        if what:
            said = f"`notice.holidays` is `{facts.holidays}`, which {what}"
            yield self.error(FACTS_FILE, 0, said, remedy)
        elif facts.business_days and not facts.holidays:
            said = "`notice.business_days` counts working days, and no holidays are named"
            yield self.error(FACTS_FILE, 0, said, 'name them, such as `holidays = "DE-BY"`')

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
                remedy = f"end the line with {{#{suggested(heading.text)}}}"
                yield self.error(*at, f"the heading “{heading.text}” has no anchor", remedy)
            elif not ANCHOR.fullmatch(heading.anchor):
                remedy = f"use small letters, digits and hyphens: {{#{suggested(heading.anchor)}}}"
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
                    what = f"no section has the anchor `{anchor}`"
                    yield self.error(file, 0, what, self._renamed(note, closest(anchor, known)))
        if self.amendment is None:
            return
        for change in self.amendment.changes:
            if explains(change, self.policy.notes) is None:
                yield self.error(
                    f"notes/{change.anchor or 'section'}.md",
                    0,
                    f"“{change.title}” is {change.kind.value}, and no note says why",
                    self._noted(change),
                )
        touched = {anchor for change in self.amendment.changes for anchor in change.anchors}
        for note in self.policy.notes:
            if note.anchors and not touched & set(note.anchors):
                what = "the note explains a section that did not change"
                yield self.cue(f"notes/{note.name}", 0, what, "remove it, or make the change")

    def _noted(self, change: Change) -> str:
        """How a change comes to its note: that of a release that was taken back is still there."""
        written = "write this file: one to three sentences for the customers affected"
        gone = self.retracted
        if gone is None or explains(change, gone.policy.notes) is None:
            return written
        # One text, one note: what was written about other words may say what is not so.
        same = all(self.policy.files.get(name) == text for name, text in gone.policy.files.items())
        if not same:
            return written
        return f"bring back the notes of version {gone.number}: {notes_back(gone)}"

    def _renamed(self, note: Note, close: str) -> str:
        stem, _, tag = note.name.removesuffix(".md").rpartition(".")
        if tag in self.policy.translations:
            own = f"{self.folder}/{tag}/{NOTES}/{stem}.md"
            return f"if it translates {NOTES}/{stem}.md, put it into {own}"
        return "name the file after a section's anchor" + (f": {close}.md?" if close else "")


def _definitions(clauses: Iterable[Clause]) -> list[Clause]:
    return [clause for clause in clauses if clause.kind is Kind.DEFINITION]


def headings(policy: Policy) -> list[Clause]:
    """The headings of a policy, in order."""
    return [clause for clause in policy.document.clauses if clause.kind is Kind.HEADING]


def suggested(words: str) -> str:
    """An anchor made of words."""
    return anchor_for(words, ())


def closest(word: str, known: Iterable[str]) -> str:
    """Of known anchors the one that was meant, probably; empty where none is near."""
    scored = sorted((OSA.normalized_distance(word, other), other) for other in known if other)
    return scored[0][1] if scored and scored[0][0] < 0.5 else ""


def explains(change: Change, notes: Sequence[Note]) -> Note | None:
    """The note that explains a change; None where there is none."""
    return next((n for n in notes if set(n.anchors) & set(change.anchors)), None)
