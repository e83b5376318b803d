"""What a pull request changes in the policies, as one comment: Markdown as GitHub and GitLab render
it, within the letters that they take.

What decides stands first and is never left out for length: what it looks like, from which day, what
is wrong. Words, letters and forms are folded, and get the room that is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from publisher.compare.summary import summary_sentence
from publisher.policies.finding import Finding, Severity
from publisher.releases.number import Materiality
from publisher.reports.comparison import Comparison
from publisher.reports.draft_report import DraftReport, ReadText, RepositoryReport
from publisher.reports.pull_request import (
    LONGEST_COMMENT,
    as_paragraph,
    change_cells,
    escaped,
    fitting,
    redline_blocks,
)
from publisher.reports.quotation import quotation
from publisher.wording.dates import long_date
from publisher.wording.language import english_name
from publisher.wording.words import ENGLISH

NOTHING_TOLD = "<!-- nothing to report -->"
"""The first line of a comment that is only needed where an earlier one said something."""
_SHORT = 1_500
"""Letters of a redline that stands unfolded."""
_CASES = {
    "": "",
    "again": ", to who opted out of a version before",
    "supplement": ", to who had a letter that did not say all",
    "reminder": ", to remind who was told of the last day to opt out",
    "postponed": ", to who was told an earlier day",
    "moved": ", to who was told a later day",
}
_CODE = re.compile("`([^`]+)`")
_SIGN = {Severity.ERROR: "🛑", Severity.CUE: "👀"}


@dataclass(frozen=True, slots=True)
class CommentForm:
    """How a comment is wanted."""

    longest: int = LONGEST_COMMENT
    """Letters that it may have."""
    preview: str = ""
    """Where the built preview is: a page, or a folder if it ends with `/`; empty: there is none."""
    source: str = ""
    """The address of the files at the commit, ending with `/`; empty: places are no links."""
    lines: str = "#L{line}"
    """How a line is linked."""


def review_comment(report: RepositoryReport, form: CommentForm = CommentForm()) -> str:
    """The report as Markdown; the same report gives the same comment.

    Args:
        report: on every draft of the repository.
        form: how it is wanted.
    """
    return _Comment(report, form).text()


@dataclass(frozen=True, slots=True)
class _Folded:
    """A part that is shown where there is room for it."""

    title: str
    body: str
    instead: str
    """What is said where there is none."""

    def text(self, room: int) -> str:
        whole = _folded(self.title, self.body)
        return whole if len(whole) <= room else self.instead


def _folded(title: str, body: str) -> str:
    """Markdown behind a title that opens it.

    Args:
        title: words, which are no HTML.
        body: Markdown.
    """
    title = title.replace("&", "&amp;").replace("<", "&lt;")
    return f"\n<details><summary>{title}</summary>\n\n{body.strip()}\n\n</details>\n"


class _Comment:
    def __init__(self, report: RepositoryReport, form: CommentForm) -> None:
        self.report, self.form = report, form
        self.told = [one for one in report.drafts if one.told]

    def text(self) -> str:
        report, form = self.report, self.form
        if not report.told:
            return f"{NOTHING_TOLD}\n### Policies\n\nNothing changes in any policy.\n"
        head = f"## Policies\n\n{self._overview()}\n"
        if report.findings:
            head += self._findings(report.findings, form.longest // 20)
        # Heads take half of what there is at most, whatever is in them.
        share = form.longest // (2 * max(len(self.told), 1))
        heads = [self._head(one, share) for one in self.told]
        foot = f"\n---\n\n{self._foot()}\n"
        room = form.longest - len(head) - len(foot) - sum(map(len, heads))
        if room < 0:
            return self._overview_alone(head, foot)
        text = head
        for number, (one, above) in enumerate(zip(self.told, heads, strict=True)):
            below = self._below(one, room // (len(self.told) - number))
            room -= len(below)
            text += above + below
        return text + foot

    def _overview(self) -> str:
        """A row for each policy that something is told of, and how many others there are."""
        rows = [
            f"| {escaped(one.title)} | {_what(one)} | {_day(one)} | {_problems(one)} |"
            for one in self.told
        ]
        others = len(self.report.drafts) - len(self.told)
        if len(rows) == 1 and not others:
            return ""  # all of it stands right below
        rest = f"\n\n{_counted(others, 'other policy', 'other policies')} unchanged." * bool(others)
        if not rows:
            return f"Nothing changes in any policy.{rest}"
        columns = ("Policy", "Looks", "Earliest day", "Findings")
        head = [f"| {' | '.join(columns)} |", "| --- | --- | --- | --- |"]
        room = self.form.longest // 5
        shown = fitting(rows, room, lambda number: f"| … and {number:,} more | | | |")
        return "\n".join(head + shown) + rest

    def _overview_alone(self, head: str, foot: str) -> str:
        why = (
            f"\nThere is no room here for more: a comment has {self.form.longest:,} letters at "
            "most. `publisher report` in a checkout, with a larger `--limit`, shows everything.\n"
        )
        return (head + why + foot)[: self.form.longest]

    def _foot(self) -> str:
        day = long_date(self.report.day)
        return f"<sub>As of {day}, by `publisher report`. Days are counted from that day.</sub>"

    # ── one policy: what decides ─────────────────────────────────────────────────────────────────

    def _head(self, one: DraftReport, share: int) -> str:
        found = one.comparison
        title = found.title if found else f"{one.title}: first version"
        parts = [f"### {escaped(title)}", *self._judgment(one), *self._prospect(one)]
        parts += self._links(one)
        text = "".join(f"\n{part}\n" for part in parts if part)
        if len(text) > share // 2:
            text = _cut(text, share // 2)
        if one.findings:
            text += self._findings(one.findings, share // 4)
        if found and one.judgment:
            text += f"\n{self._sections(found, share // 5)}\n"
        return text

    def _judgment(self, one: DraftReport) -> Iterator[str]:
        found, judgment = one.comparison, one.judgment
        if one.unreadable:
            yield f"Nothing can be said of the text: {_said(one.unreadable)}."
        elif found is None:
            yield "There is no release yet: nobody is told of a first version."
        elif judgment is None:
            yield f"The draft is {escaped(found.old.label)}, word for word."
        else:
            yield f"{escaped(summary_sentence(found.amendment, ENGLISH))}."
            yield _said(found.why) if found.why else ""
            material = judgment.materiality is Materiality.MATERIAL
            yield _looks(judgment.reasons) if material else _corrects(judgment.reasons[0])
            if one.beside:
                rows = [f"- {_said(line)}" for line in one.beside]
                yield "\n".join(["Beside the text:", "", *fitting(rows, 2_000, _more)])

    def _prospect(self, one: DraftReport) -> Iterator[str]:
        seen = one.prospect
        if seen.refusal:
            remedy = f" Next: {_said(seen.remedy)}." if seen.remedy else ""
            yield f"**A freeze would be refused:** {_said(seen.refusal)}.{remedy}"
        if seen.earliest and one.judgment:
            why = f": {_said(seen.why)}" if seen.why else ""
            yield f"**Earliest effective date: {long_date(seen.earliest)}**{why}."
        if seen.duties:
            rows = [f"- {_said(duty.text)} ({_said(duty.source)})" for duty in seen.duties]
            yield "\n".join(["For a lawyer to see to:", "", *rows])

    def _links(self, one: DraftReport) -> Iterator[str]:
        base = self.form.preview
        if not base or not one.changes or one.unreadable:
            return
        names = [("What a freeze would seal", "index.html")]
        names += [("the redline as PDF", "redline.pdf")] if one.comparison else []
        if base.endswith("/"):
            links = [f"[{what}](<{base}{one.policy_id}/{name}>)" for what, name in names]
            yield f"{', '.join(links)}."
        else:
            listed = ", ".join(f"{what} (`{one.policy_id}/{name}`)" for what, name in names)
            yield f"[The preview](<{base}>) has files to open: {listed}."

    def _sections(self, found: Comparison, room: int) -> str:
        """An item for each section: a table is too wide for a telephone."""
        rows = []
        for change in found.amendment.changes:
            cells = change_cells(found.amendment, change, found.new.notes, ENGLISH)
            name, kind, counts, why = cells
            told = f"- **{name}**: {kind}{f', {counts}' if counts else ''}"
            rows.append(f"{told}. {why}" if why else f"{told}.")
        return "\n".join(fitting(rows, room, _more))

    # ── findings ─────────────────────────────────────────────────────────────────────────────────

    def _findings(self, findings: Sequence[Finding], room: int) -> str:
        errors = sum(found.severity is Severity.ERROR for found in findings)
        title = _tally(errors, len(findings) - errors)
        rows = fitting([self._finding(found) for found in findings], room, _more)
        body = "\n".join(rows)
        if errors:
            return f"\n#### {title[0].upper()}{title[1:]}\n\n{body}\n"
        return _folded(f"{title[0].upper()}{title[1:]}", body)

    def _finding(self, found: Finding) -> str:
        where = escaped(found.where)
        if self.form.source and "/" in found.place:
            line = self.form.lines.format(line=found.line) if found.line else ""
            where = f"[{where}](<{self.form.source}{quote(found.place)}{line}>)"
        remedy = f" Try: <em>{_said(_one_line(found.remedy))}</em>." if found.remedy else ""
        return f"- {_SIGN[found.severity]} {where}: {_said(_one_line(found.what))}.{remedy}"

    # ── what is folded ───────────────────────────────────────────────────────────────────────────

    def _below(self, one: DraftReport, room: int) -> str:
        texts = list(self._texts(one))
        text = ""
        if one.comparison and one.judgment:
            # Where letters fit beside the redline they are kept, and else it goes before them.
            kept = sum(len(part.instead) for part in texts)
            whole = sum(len(_folded(part.title, part.body)) for part in texts)
            text += self._redline(one, room - (whole if whole < room // 3 else kept))
        for number, part in enumerate(texts):
            later = sum(len(each.instead) for each in texts[number + 1 :])
            shown = part.text(room - len(text) - later)
            text += shown if len(text) + len(shown) <= room else ""
        return text

    def _redline(self, one: DraftReport, room: int) -> str:
        assert one.comparison
        least = 200 + len(_folded("", ""))
        shown = max(0, room - room // 8 - least)
        told, left_out = redline_blocks(one.comparison.amendment, ENGLISH, shown)
        if left_out:
            told += (
                "\n#### Left out here\n\n"
                f"`publisher --policy {one.policy_id} diff` shows everything; these sections "
                "changed as well:\n\n"
            )
            told += "\n".join(fitting(left_out, max(0, room - least - len(told)), _more)) + "\n"
        if not told.strip():
            return ""
        text = f"\n{told.strip()}\n" if len(told) <= _SHORT else _folded(_WORDS, told)
        return text if len(text) <= room else ""

    def _texts(self, one: DraftReport) -> Iterator[_Folded]:
        seen = one.prospect
        several = len({each.language for each in (*seen.letters, *seen.forms)}) > 1
        usual = [each for each in seen.letters if not each.case]
        others = [each for each in seen.letters if each.case]
        for what, texts in (("letter", usual), ("form", seen.forms), ("letter", others)):
            for each in texts:
                yield _read(what, each, one.policy_id, several=several)


_WORDS = "The words that change, one by one"


def _read(what: str, read: ReadText, policy_id: str, *, several: bool) -> _Folded:
    language = f" in {english_name(read.language)}" if several else ""
    title = f"The {what}{language}{_CASES.get(read.case, '')}"
    body = quotation(read.text)
    if read.button:
        body += f"\n>\n> <kbd>{escaped(read.button)}</kbd>"
    command = "notice draft" if what == "letter" else "freeze --dry-run -o preview"
    instead = f"\n{title}: there is no room here; `publisher --policy {policy_id} {command}`.\n"
    return _Folded(f"{title}, as customers would read it", body, instead)


def _said(text: str) -> str:
    """What the program says in plain words, with names between backticks as code."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        f"<code>{escaped(part)}</code>" if number % 2 else escaped(part)
        for number, part in enumerate(parts)
    )


def _looks(reasons: Sequence[str]) -> str:
    rows = fitting([f"- {as_paragraph(_said(why))}" for why in reasons[:6]], 3_000, _more)
    rows += [_more(len(reasons) - 6)] if len(reasons) > 6 else []
    told = "customers are told, and may opt out. It is more than a correction, because:"
    return "\n".join([f"**Looks material:** {told}", "", *rows])


def _corrects(why: str) -> str:
    return (
        f"**Looks editorial:** {_said(why)}. `publisher freeze --correction` takes it, and "
        "nobody is told; whether it is right to tell nobody, a person decides."
    )


def _what(one: DraftReport) -> str:
    if one.unreadable:
        return "unreadable"
    if one.first:
        return "first version"
    return one.judgment.materiality.value if one.judgment else "unchanged"


def _day(one: DraftReport) -> str:
    return one.prospect.earliest.isoformat() if one.prospect.earliest and one.judgment else ""


def _problems(one: DraftReport) -> str:
    return _tally(one.errors, len(one.findings) - one.errors) if one.findings else "none"


def _tally(errors: int, cues: int) -> str:
    told = [_counted(errors, "error", "errors")] * bool(errors)
    told += [_counted(cues, "cue for review", "cues for review")] * bool(cues)
    return ", ".join(told)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _more(number: int) -> str:
    return f"- … and {number:,} more"


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _cut(text: str, room: int) -> str:
    """As many whole lines as there is room for."""
    kept: list[str] = []
    for line in text.splitlines(keepends=True):
        room -= len(line)
        if room < 10:
            return "".join(kept) + "\n…\n"
        kept.append(line)
    return text
