"""The findings on a draft's translations: how they are built, and whether they follow the text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from publisher.checks.text_findings import TextReview, closest, headings
from publisher.policies.draft import FACTS_FILE
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Policy
from publisher.releases.release import Lag
from publisher.releases.releases import Releases
from publisher.releases.translation import lags, said
from publisher.text.clauses import Clause, Document
from publisher.text.parsing import parse


@dataclass(frozen=True, slots=True)
class SeenText:
    """The text as its translator could see it: as it stood when the translation was committed."""

    language: str
    file: str
    """Of the section, in either language."""
    commit: str
    """In words, for people."""
    text: str


def check_translations(
    policy: Policy, releases: Releases, folder: str, seen: Sequence[SeenText]
) -> list[Finding]:
    """Everything about a draft's translations that stands between it and its release.

    A translation has the sections of the authoritative text, file by file, with the same anchors in
    the same order. That it lags is a cue: `freeze` asks what is to be said of it.

    Args:
        policy: the draft.
        releases: all releases so far.
        folder: the draft's path, for messages.
        seen: what stood there when each translation that was changed since then was committed.
    """
    found = list(_facts(policy, releases, folder))
    for language in policy.translations:
        found += _Translation(policy, language, folder).findings()
    titles = {h.anchor: h for h in headings(policy)}
    behind = lags(policy, releases)
    found += [_lagging(policy, titles[lag.anchor], lag, folder) for lag in behind]
    lagging = {(lag.language, lag.anchor) for lag in behind}
    for each in seen:
        found += _overtaken(policy, releases, folder, each, lagging)
    return found


def _facts(policy: Policy, releases: Releases, folder: str) -> Iterator[Finding]:
    facts, file = policy.facts, f"{folder}/{FACTS_FILE}"
    before = releases[-1].policy.facts if releases else None
    for language, wording in facts.translations.items():
        table = f"translations.{language}"
        for key, words in (("title", wording.title), ("precedence", wording.precedence)):
            if not words:
                remedy = (
                    "say in a sentence of that language which text decides"
                    if key == "precedence"
                    else "say what the policy is called in that language"
                )
                yield Finding(Severity.ERROR, file, 0, f"`{table}.{key}` is empty", remedy)
        if facts.remark and not wording.remark:
            what = f"the policy has a remark, its translation `{language}` has none"
            remedy = f"add `remark` to [{table}]"
            yield Finding(Severity.ERROR, file, 0, what, remedy)
        was = before.translations.get(language) if before else None
        if before is None or was is None:
            continue
        for key, changed, same in (
            ("title", facts.title != before.title, wording.title == was.title),
            ("remark", facts.remark != before.remark, wording.remark == was.remark),
            ("effect", facts.effect != before.effect, wording.effect == was.effect != ""),
        ):
            if changed and same:
                own = "opt_out.effect" if key == "effect" else key
                what = f"`{own}` was changed, `{table}.{key}` was not"
                yield Finding(Severity.CUE, file, 0, what, "look whether it still fits")
    for language in before.translations if before else ():
        if language not in facts.translations:
            what = (
                f"release {releases[-1].number} has a translation `{language}`, the draft has none"
            )
            remedy = f"if that is not meant, put [translations.{language}] and its files back"
            yield Finding(Severity.CUE, file, 0, what, remedy)


def _lagging(policy: Policy, heading: Clause, lag: Lag, folder: str) -> Finding:
    place = f"{folder}/{lag.language}/{heading.file}"
    named = f"{lag.language}:{lag.anchor}"
    label = f"or freeze with `--lagging {named}`, which tells readers"
    translated = policy.in_language(lag.language)
    if lag.behind is None:
        there = heading.file in translated.files
        how = f"translate the section `{lag.anchor}` here" if there else "write this file"
        what = f"“{heading.text}” is not translated"
        return Finding(Severity.CUE, place, 0, what, f"{how}; {label}")
    own = next(h for h in headings(translated) if h.anchor == lag.anchor)
    return Finding(
        Severity.CUE,
        place,
        own.line,
        f"“{own.text}” says what version {lag.behind} says, and the text was changed since",
        f"translate what `publisher diff {lag.behind} draft` shows; {label}; or with "
        f"`--unaffected {named}`, if you have looked and nothing needs to change",
    )


def _overtaken(
    policy: Policy,
    releases: Releases,
    folder: str,
    seen: SeenText,
    lagging: Collection[tuple[str, str]],
) -> Iterator[Finding]:
    """Sections that were translated anew, and whose text was changed once more after that."""
    language, last = seen.language, releases[-1].policy if releases else None
    then, now = said(Document(parse(seen.text, seen.file))), said(policy.document)
    before = {}
    if last and language in last.translations:
        before = said(last.in_language(language).document)
    translated = policy.in_language(language)
    fresh = said(translated.document)
    for own in headings(translated):
        anchor = own.anchor
        if own.file != seen.file or (language, anchor) in lagging or anchor not in now:
            continue
        if fresh[anchor] != before.get(anchor) and now[anchor] != then.get(anchor):
            yield Finding(
                Severity.CUE,
                f"{folder}/{language}/{own.file}",
                own.line,
                f"the text was changed after “{own.text}” was translated (commit {seen.commit})",
                f"look at what `publisher diff git:{seen.commit[:10]} draft` shows; translate it, "
                f"or freeze with `--lagging {language}:{anchor}`, which tells readers",
            )


class _Translation(TextReview):
    def __init__(self, policy: Policy, language: str, folder: str) -> None:
        self.original = headings(policy)
        anchors = {h.anchor for h in self.original if h.anchor}
        super().__init__(policy.in_language(language), f"{folder}/{language}", anchors)
        self.language = language

    def findings(self) -> Iterator[Finding]:
        yield from self.sections()
        for name in self.policy.files:
            asked = {h.anchor: h for h in self.original if h.file == name and h.anchor}
            yield from self._built(asked, [h for h in self.headings if h.file == name])
        yield from self.text()

    def _built(self, asked: dict[str, Clause], found: list[Clause]) -> Iterator[Finding]:
        """Whether a file has the anchors of the one that it translates, each at its place."""
        seen: list[str] = []
        missing = [a for a in asked if a not in {h.anchor for h in found}]
        for heading in found:
            at = (heading.file, heading.line)
            if not heading.anchor:
                name = missing[0] if missing else "anchor"
                remedy = f"end the line with the anchor of the section it translates: {{#{name}}}"
                yield self.error(*at, f"the heading “{heading.text}” has no anchor", remedy)
            elif heading.anchor not in asked:
                yield self.error(
                    *at,
                    f"the text has no section `{heading.anchor}` in this file",
                    self._instead(heading.anchor, missing),
                )
            elif heading.anchor in seen:
                what = f"the anchor `{heading.anchor}` stands here twice"
                yield self.error(*at, what, "give each section the anchor of the one it translates")
            else:
                seen.append(heading.anchor)
                if heading.level != (level := asked[heading.anchor].level):
                    what = f"a heading of level {heading.level}; in the text it is of level {level}"
                    yield self.error(*at, what, f"start the line with {'#' * level}")
        order = {anchor: place for place, anchor in enumerate(asked)}
        lines = {h.anchor: h.line for h in reversed(found)}
        for first, second in pairwise(seen):
            if order[first] > order[second]:
                what = f"`{second}` comes behind `{first}`, in the text before it"
                file = asked[second].file
                yield self.error(file, lines[second], what, "put it at the place it has there")

    def _instead(self, anchor: str, missing: list[str]) -> str:
        elsewhere = next((h.file for h in self.original if h.anchor == anchor), "")
        if elsewhere:
            return f"move it to {self.folder}/{elsewhere}"
        close = closest(anchor, missing)
        return f"did you mean {{#{close}}}?" if close else "remove the section, as the text did"
