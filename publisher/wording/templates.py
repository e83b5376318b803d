"""Templates of letters, forms and receipts: Jinja2 in, Markdown out, and nothing else.

A template is a row of named blocks. Of each block the first text counts that is found in the
project's own file, in ours, and, for a letter to few, in those of the usual letter in the same way;
last comes the plan, which has no words and says in which order the blocks stand.

Legal writes templates, so what they may do is what letters need: blocks, values, `if`, `for`. That
keeps one from running without end, and every mistake has a file and a line before anything is
written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from publisher.errors import TemplateError
from publisher.text.writing import settled, written
from publisher.wording.language import locale, usual_tag
from publisher.wording.template_reach import ALONE, dropped_blocks, reached_blocks
from publisher.wording.template_rules import (
    MOST_SIGNS,
    ParsedTemplate,
    Steps,
    parsed_template,
)

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE_ENDING = ".md"
"""A template is called by what it is for and by its language: `letter.de.md`."""


class TemplateName(StrEnum):
    """What a template is for."""

    LETTER = "letter"
    """The usual letter about a release."""
    AGAIN = "again"
    """To who opted out of a version before."""
    SUPPLEMENT = "supplement"
    """To who had a letter that did not say all."""
    POSTPONED = "postponed"
    """To who was told an earlier day."""
    REMINDER = "reminder"
    """To who was told, and has declared nothing, before the last day to do so."""
    OPT_OUT = "opt-out"
    """The words above the form."""
    RECEIPT = "receipt"
    """The receipt for a declaration."""
    LINK = "link"
    """The personal link, to who asked for it."""
    CONFIRM = "confirm"
    """The link that confirms a request, or shows what applies."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """The answer to a mail that waits for a person."""
    REQUEST = "request"
    """The receipt for a request that is no declaration about a release."""
    DECISION = "decision"
    """What a person decided about such a request."""

    @property
    def about_releases(self) -> bool:
        """Whether it is about a release, so that one in its language is not made without it."""
        return self not in _ABOUT_REQUESTS

    @property
    def parents(self) -> tuple[TemplateName, ...]:
        """Itself, and the one whose blocks it takes where it has none of its own."""
        return (self, TemplateName.LETTER) if self in _LIKE_THE_LETTER else (self,)


_LIKE_THE_LETTER = (
    TemplateName.AGAIN,
    TemplateName.SUPPLEMENT,
    TemplateName.POSTPONED,
    TemplateName.REMINDER,
)
_ABOUT_REQUESTS = (
    TemplateName.CONFIRM,
    TemplateName.ACKNOWLEDGEMENT,
    TemplateName.REQUEST,
    TemplateName.DECISION,
)
_AROUND = ("choices",)
"""Blocks that have others in them, beside the one that has all."""


@dataclass(frozen=True, slots=True)
class TemplateGap:
    """What a project's own template lacks."""

    file: str
    """Its path."""
    blocks: tuple[str, ...]
    """The names of the blocks that are taken from the program's."""


class TextTemplates:
    """The templates of all languages, the program's and the project's own, which go before them."""

    def __init__(
        self, shipped: Mapping[str, str], own: Mapping[str, str] | None = None, place: str = ""
    ) -> None:
        """Reads nothing yet: a template is read when it is first asked for.

        Args:
            shipped: the program's, by file name; the plans of all languages are called `letter.md`.
            own: the project's.
            place: the folder of the project's own, for messages.
        """
        self._shipped, self._own, self._place = dict(shipped), dict(own or {}), place
        self._parsed: dict[tuple[str, bool], ParsedTemplate] = {}
        self._chains: dict[tuple[TemplateName, str], _Chain] = {}

    def language(self, name: TemplateName, tag: str) -> str | None:
        """The language in which there is a template for a language: its own, or the one that it is
        a kind of (`pt` for `pt-BR`); None: in neither.
        """
        parts = tag.split("-")
        ways = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
        return next((way for way in ways if self._files(name, way)), None)

    def has(self, name: TemplateName, tag: str) -> bool:
        """Whether there is a template for a language, of itself and not only of its parent."""
        return self.language(name, tag) is not None

    def compose(
        self, name: TemplateName, tag: str, values: Mapping[str, object], block: str = ""
    ) -> str:
        """A text made of a template.

        Args:
            name: what it is for.
            tag: its language (BCP 47); there has to be a template for it.
            values: what stands in it, by name; words are escaped unless they are Markdown.
            block: the name of the one that is wanted; empty: all, in the order of the plan.

        Raises:
            TemplateError: a template of the project cannot be used; says file and line.
        """
        chain = self._chain(name, self.language(name, tag) or tag)
        text = chain.text(block or chain.whole, {key: _prepared(v) for key, v in values.items()})
        return settled(re.sub(r"\n[ \t]*(?:\n[ \t]*)+\n", "\n\n", text).strip()) + "\n"

    def digest(self, tags: Sequence[str]) -> str:
        """SHA-256 of all templates of some languages, hexadecimal."""
        digest = hashlib.sha256()
        for tag in ("", *sorted(set(tags))):
            for name in TemplateName:
                for own, file in self._files(name, (self.language(name, tag) or "") if tag else ""):
                    digest.update(f"{file} {own:d}\n".encode())
                    digest.update(hashlib.sha256(self._text(own, file).encode()).digest())
        return digest.hexdigest()

    def texts(self, tag: str) -> Iterator[tuple[str, str]]:
        """The templates for a language as they are written, each by its path: of each the
        project's own, and after it the program's.
        """
        for name in TemplateName:
            for own, file in self._files(name, self.language(name, tag) or tag):
                yield self._path(own, file), self._text(own, file)

    def place(self, name: TemplateName, tag: str, *blocks: str) -> str:
        """Where a template is to be mended: file and line of the first block of some that the
        project has written itself, else of that which has all others in it; else its file.
        """
        tag = self.language(name, tag) or tag
        files = [file for each in name.parents for own, file in self._files(each, tag) if own]
        whole = self._chain(name, tag).whole
        for block in (*blocks, *_AROUND, whole):
            for file in files:
                if line := self._read(True, file).line_of(block):
                    return f"{self._path(True, file)}:{line}"
        return self._path(True, files[0] if files else f"{name}.{tag}{TEMPLATE_ENDING}")

    def dropped(self, name: TemplateName, tag: str) -> tuple[str, ...]:
        """The blocks that say something, and stand nowhere in what is composed."""
        return self._chain(name, self.language(name, tag) or tag).dropped

    def own_text(self, name: TemplateName, tag: str) -> str:
        """What the project has written itself of a template, its parent included; may be empty."""
        files = [each for parent in name.parents for each in self._files(parent, tag)]
        return "\n".join(self._text(own, file) for own, file in files if own)

    def values(self, name: TemplateName) -> tuple[str, ...]:
        """The names of the values that a template may print."""
        return tuple(value for plan in self._plans(name.parents) for value in plan.values)

    def remarks(self, name: TemplateName) -> dict[str, str]:
        """The names of the values that a template may print, with what its plan says of each."""
        plans = self._plans(name.parents)
        return {value: remark for plan in plans for value, remark in plan.values.items()}

    def own_files(self) -> Iterator[tuple[TemplateName, str, str]]:
        """The project's own templates: what each is for, its language, its path.

        Raises:
            TemplateError: a file is called as none is.
        """
        for file in sorted(self._own):
            name, _, tag = file.removesuffix(TEMPLATE_ENDING).partition(".")
            if name not in set(TemplateName) or not tag:
                known = ", ".join(TemplateName)
                raise TemplateError(
                    f"is no template: there are {known}, each with a language",
                    where=self._path(True, file),
                    remedy="call it `letter.de.md`, say, or move it elsewhere",
                )
            if locale(tag) is None:
                usual = usual_tag(tag) or "de"
                raise TemplateError(
                    f"is called `{tag}`, which is the tag of no language that we know",
                    where=self._path(True, file),
                    remedy=f"call it by the tag of a language: {name}.{usual}{TEMPLATE_ENDING}",
                )
            yield TemplateName(name), tag, self._path(True, file)

    def gaps(self) -> Iterator[TemplateGap]:
        """The project's own templates that lack blocks, which are taken from ours.

        Raises:
            TemplateError: one cannot be used, or lacks a block that nothing else has.
        """
        for name, tag, path in self.own_files():
            chain = self._chain(name, tag)
            mine = self._read(True, f"{name}.{tag}{TEMPLATE_ENDING}").blocks
            if chain.whole in mine:
                continue  # which says itself what stands in it
            ours = [self._read(own, file) for own, file in self._files(name, tag) if not own]
            theirs = dict.fromkeys(b for one in ours for b in one.blocks)
            if missing := tuple(block for block in theirs if block not in mine):
                yield TemplateGap(path, missing)

    def blank(self, name: TemplateName) -> str:
        """A template to be filled in, in a language that has none yet: each block with a comment
        that says what it is for and how it is in English.
        """
        plans = self._plans(name.parents)
        remarks = {block: words for plan in plans for block, words in plan.wanted.items()}
        english = self._read(False, f"{name}.en{TEMPLATE_ENDING}")
        parts = []
        for block in english.blocks:
            # What stands within a line of ours is to be written within one.
            edge = "" if english.is_within_a_line(block) else "\n"
            words = f"{{# {remarks.get(block, '')}\n\n{english.words_of(block)}\n#}}"
            parts.append(f"{{% block {block} %}}{edge}{words}{edge}{{% endblock %}}\n")
        return "\n".join(parts)

    # ── where blocks come from ───────────────────────────────────────────────────────────────────

    def _path(self, own: bool, file: str) -> str:
        return f"{self._place}/{file}" if own and self._place else file

    def _text(self, own: bool, file: str) -> str:
        return (self._own if own else self._shipped)[file]

    def _files(self, name: TemplateName, tag: str) -> list[tuple[bool, str]]:
        """The files of one name and one language: the project's own first."""
        file = f"{name}.{tag}{TEMPLATE_ENDING}" if tag else f"{name}{TEMPLATE_ENDING}"
        ways = ((True, self._own), (False, self._shipped))
        return [(own, file) for own, files in ways if file in files and (tag or not own)]

    def _read(self, own: bool, file: str) -> ParsedTemplate:
        found = self._parsed.get((file, own))
        if found is None:
            plans = self._plans(_parents_of(file))
            known = frozenset(block for plan in plans for block in plan.blocks)
            names = frozenset(value for plan in plans for value in plan.values)
            found = parsed_template(
                self._text(own, file), self._path(own, file), (known, names) if plans else None
            )
            self._parsed[file, own] = found
        return found

    def _plans(self, names: Sequence[TemplateName]) -> list[ParsedTemplate]:
        """The plans that there are: letters to few have that of the usual one."""
        files = (f"{each}{TEMPLATE_ENDING}" for each in names)
        return [self._read(False, file) for file in files if file in self._shipped]

    def _chain(self, name: TemplateName, tag: str) -> _Chain:
        found = self._chains.get((name, tag))
        if found is None:
            files = [each for parent in name.parents for each in self._files(parent, tag)]
            plans = [each for parent in name.parents for each in self._files(parent, "")]
            # What every letter has to have is the usual one's to say.
            own = self._path(True, f"{name.parents[-1]}.{tag}{TEMPLATE_ENDING}")
            found = _Chain([self._read(*each) for each in (*files, *plans)], own)
            self._chains[name, tag] = found
        return found


def _parents_of(file: str) -> tuple[TemplateName, ...]:
    """The plans that a file follows; none: it is one itself."""
    name, _, tag = file.removesuffix(TEMPLATE_ENDING).partition(".")
    return TemplateName(name).parents if tag else ()


def _prepared(value: object) -> object:
    """A value as a template may print it."""
    if isinstance(value, str):
        return written(value)
    if isinstance(value, Mapping):
        return {key: _prepared(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_prepared(each) for each in value)
    return value


@dataclass(frozen=True)
class _Chain:
    """Templates that complete each other, the first before the others; the plan is the last."""

    templates: Sequence[ParsedTemplate]
    own: str
    """The path of the file that has what no other has."""

    def __post_init__(self) -> None:
        have = {
            block
            for one in self.templates
            for block in one.blocks
            if not one.wants(block) and block not in one.empty
        }
        wanted = {block for one in self.templates for block in one.wanted}
        wanted &= reached_blocks(self.templates, self._roots)
        if missing := sorted(wanted - have):
            named = ", ".join(f"`{block}`" for block in missing)
            raise TemplateError(
                f"lacks the block{'s' if len(missing) > 1 else ''} {named}, which nothing else has",
                where=self.own,
                remedy=f"add {{% block {missing[0]} %}}…{{% endblock %}}",
            )

    @property
    def whole(self) -> str:
        """The block that has all others in it."""
        return self.templates[-1].whole

    @property
    def _roots(self) -> tuple[str, ...]:
        return (self.whole, *ALONE)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The blocks that say something, and stand nowhere."""
        return dropped_blocks(self.templates, self._roots)

    @cached_property
    def _compiled(self) -> list[Template]:
        return [one.compiled for one in self.templates]

    def text(self, block: str, values: Mapping[str, object]) -> str:
        compiled = self._compiled
        context = compiled[0].new_context({**values, Steps.name: Steps()})
        context.blocks = {}
        for template in compiled:
            for name, function in template.blocks.items():
                context.blocks.setdefault(name, []).append(function)
        parts, size = list[str](), 0
        try:
            for part in context.blocks[block][0](context):
                parts.append(part)
                size += len(part)
                if size > MOST_SIGNS:
                    raise TemplateError(f"makes more than {MOST_SIGNS:,} characters")
        except RecursionError as error:
            raise self._error("stands in itself, so it has no end", error) from None
        except TemplateError as error:
            raise self._error(error.what, error) from None
        except Exception as error:  # whatever a template asks for, it is its file that says so
            raise self._error(str(error) or type(error).__name__, error) from error
        return "".join(parts)

    def _error(self, what: str, error: Exception) -> TemplateError:
        where = _line_of(error.__traceback__) or self.own
        return TemplateError(what, where=where, remedy=_REMEDY)


_REMEDY = "see docs/wording.md for the blocks and values of a template"


def _line_of(trace: TracebackType | None) -> str:
    """The place in a template where an error arose; empty: in none."""
    found, seen = "", 0
    while trace is not None and seen < 5_000:
        template: Any = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            found = f"{template.filename}:{template.get_corresponding_lineno(trace.tb_lineno)}"
        trace, seen = trace.tb_next, seen + 1
    return found
