"""What a template may hold, looked at before anything is made of it: blocks, values, conditions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from publisher.errors import TemplateError
from publisher.wording.catalog_entries import INVISIBLE

MOST_SIGNS = 200_000
"""Characters of what is made of a template; a letter is cut off by mail programs long before."""
_LARGEST = 100_000
"""Characters of a template."""
_MOST_STEPS = 20_000
"""Turns of loops and calls of blocks in what is made of a template."""
_STEPS = "_steps"
_FILTERS = ("capitalize", "default", "first", "join", "last", "length", "lower", "trim", "upper")
_TESTS = ("defined", "none", "undefined")
_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+)\s+required\s*-?%\}\s*\{#-?\s*(.*?)\s*-?#\}", re.DOTALL)
_VALUE = re.compile(r"\{#-?\s*(\w+):\s+(.*?)\s*-?#\}", re.DOTALL)
BLOCK = "{% block NAME %}…{% endblock %}"
"""How a block is written, for messages."""


@dataclass(frozen=True)
class ParsedTemplate:
    """A template that holds nothing but what it may."""

    path: str
    source: str
    tree: nodes.Template

    @cached_property
    def _by_name(self) -> dict[str, nodes.Block]:
        """Its blocks, in order."""
        return {block.name: block for block in self.tree.find_all(nodes.Block)}

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The names of its blocks, in order."""
        return tuple(self._by_name)

    @cached_property
    def empty(self) -> frozenset[str]:
        """Those that say nothing."""
        found = self._by_name.values()
        return frozenset(block.name for block in found if not any(map(_says, block.body)))

    def line_of(self, block: str) -> int:
        """Where a block begins, from 1; 0: it is not here."""
        found = self.block(block)
        return found.lineno if found else 0

    def block(self, name: str) -> nodes.Block | None:
        """A block as it was read; None: it is not here."""
        return self._by_name.get(name)

    @cached_property
    def whole(self) -> str:
        """The first of the blocks, which in a plan has all others in it."""
        return self.blocks[0]

    @cached_property
    def wanted(self) -> dict[str, str]:
        """Of a plan: the blocks that a language has to have, each with a remark on what it says."""
        return {name: " ".join(words.split()) for name, words in _BLOCK.findall(self.source)}

    def wants(self, block: str) -> bool:
        """Whether a block is there to be filled in by others."""
        return block in self.wanted

    @cached_property
    def values(self) -> dict[str, str]:
        """Of a plan: the names of the values, with what a comment says of each."""
        return {name: " ".join(remark.split()) for name, remark in _VALUE.findall(self.source)}

    def words_of(self, block: str) -> str:
        """What stands in a block, as it is written there."""
        begin = re.search(rf"\{{%-?\s*block\s+{block}\s*-?%\}}", self.source)
        rest = self.source[begin.end() :] if begin else ""
        return re.split(r"\{%-?\s*endblock", rest)[0].strip()

    def is_within_a_line(self, block: str) -> bool:
        """Whether a block is written with no line ends at its beginning and end."""
        return bool(re.search(rf"block\s+{block}\s*-?%\}}[^\n]*\{{%-?\s*endblock", self.source))

    @cached_property
    def compiled(self) -> Template:
        """The template, ready to make texts."""
        made = _environment()
        code = made.compile(self.tree, self.path, self.path)
        found = Template.from_code(made, code, made.make_globals(None))
        found.filename = self.path
        return found


class Steps:
    """Counts what a template does while a text is made of it."""

    name = _STEPS

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def take(self) -> None:
        """Counts one.

        Raises:
            TemplateError: there are too many.
        """
        self._left -= 1
        if self._left < 0:
            raise TemplateError(f"takes more than {_MOST_STEPS:,} steps: it would hardly end")


@lru_cache(maxsize=256)
def parsed_template(
    text: str, path: str, known: tuple[frozenset[str], frozenset[str]] | None
) -> ParsedTemplate:
    """A template, once it is known that it holds nothing but what it may.

    It is read and compiled once a process, which takes longer than what is made of it.

    Args:
        text: of its file.
        path: of its file, for messages.
        known: the names of the blocks and of the values that there are; None: it says so itself.

    Raises:
        TemplateError: it is no such template; says file and line.
    """
    if len(text) > _LARGEST:
        raise TemplateError(f"has {len(text):,} characters", where=path, remedy="shorten it")
    for number, line in enumerate(text.split("\n"), 1):
        if sign := INVISIBLE.search(line.replace("\t", " ")):
            raise TemplateError(
                f"has the control character U+{ord(sign[0]):04X}",
                where=f"{path}:{number}",
                remedy="remove it: readers do not see it, and programs obey it",
            )
    try:
        tree = _environment().parse(text, path, path)
    except TemplateSyntaxError as error:
        raise TemplateError(
            f"does not read: {error.message}",
            where=f"{path}:{error.lineno}",
            remedy=f"write blocks as {BLOCK}, and values as {{{{ name }}}}",
        ) from None
    except RecursionError:
        raise TemplateError("is nested too deeply", where=path, remedy="shorten it") from None
    found = ParsedTemplate(path, text, tree)
    if known is not None:
        _Review(path, *known).look(tree)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, _STEPS, [], [], None, None, lineno=loop.lineno)
    return found


@dataclass(frozen=True, slots=True)
class _Review:
    """What is looked at in a template."""

    path: str
    blocks: Collection[str]
    values: Collection[str]
    own: set[str] = field(default_factory=lambda: {"self", "super", "loop"})
    """What is no value, and is known."""

    def look(self, tree: nodes.Template) -> None:
        """Raises TemplateError: the first thing that is wrong, with all others."""
        self.own.update(node.name for node in tree.find_all(nodes.Name) if node.ctx == "store")
        looks: list[tuple[Callable[[_Review, Any], None], nodes.Node]] = [
            (_Review._twice, tree),
            *((_Review._outside, node) for node in tree.body),
            *((_Review._node, node) for node in tree.find_all(nodes.Node)),
        ]
        found = list[TemplateError]()
        for look, node in looks:
            try:
                look(self, node)
            except TemplateError as error:
                found.append(error)
        if found:
            found.sort(key=lambda error: int(error.where.rpartition(":")[2]))
            raise _together(found)

    def _node(self, node: nodes.Node) -> None:
        if not isinstance(node, _KNOWN):
            raise self._error(node, f"has {_said(node)}, which templates of letters have not",
                              "use blocks, values, if and for")  # fmt: skip
        _LOOK.get(type(node), _Review._nothing)(self, node)

    def _error(self, node: nodes.Node, what: str, remedy: str, more: int = 0) -> TemplateError:
        return TemplateError(what, where=f"{self.path}:{node.lineno + more}", remedy=remedy)

    def _twice(self, tree: nodes.Template) -> None:
        """Of a block that stands twice, nobody could tell which one is meant."""
        lines = dict[str, int]()
        for block in tree.find_all(nodes.Block):
            if block.name in lines:
                raise self._error(
                    block,
                    f"has the block `{block.name}` a second time, after line {lines[block.name]}",
                    f"keep one; to say it in two places, write {{{{ self.{block.name}() }}}}",
                )
            lines[block.name] = block.lineno

    def _outside(self, node: nodes.Node) -> None:
        """Text between blocks stands nowhere."""
        if isinstance(node, nodes.Block):
            return
        for part in node.nodes if isinstance(node, nodes.Output) else [node]:
            words = part.data if isinstance(part, nodes.TemplateData) else None
            if words is None or words.strip():
                before = words[: len(words) - len(words.lstrip())] if words else ""
                raise self._error(
                    part,
                    "has text outside of a block, which would stand nowhere",
                    f"put it into a block: {BLOCK}",
                    before.count("\n"),
                )

    def _nothing(self, node: Any) -> None:
        """Nothing more is asked of it."""

    def _block(self, node: nodes.Block) -> None:
        if node.name not in self.blocks:
            remedy = self._meant(node.name, self.blocks)
            raise self._error(node, f"there is no block `{node.name}`", remedy)

    def _name(self, node: nodes.Name) -> None:
        if node.ctx == "load" and node.name not in self.own.union(self.values):
            remedy = self._meant(node.name, self.values)
            plain = "; or write plain words, without braces"
            raise self._error(node, f"there is no value `{node.name}`", remedy + plain)

    def _for(self, node: nodes.For) -> None:
        if node.recursive or not isinstance(node.target, nodes.Name):
            raise self._error(node, "has a loop that calls itself, or names several things",
                              "write {% for one in many %}")  # fmt: skip

    def _attribute(self, node: nodes.Getattr) -> None:
        of_blocks = isinstance(node.node, nodes.Name) and node.node.name == "self"
        if of_blocks and node.attr not in self.blocks:
            remedy = self._meant(node.attr, self.blocks)
            raise self._error(node, f"there is no block `{node.attr}`", remedy)

    def _call(self, node: nodes.Call) -> None:
        of = node.node.node if isinstance(node.node, nodes.Getattr) else node.node
        plain = not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
        wanted = "self" if isinstance(node.node, nodes.Getattr) else "super"
        if not (plain and isinstance(of, nodes.Name) and of.name == wanted):
            raise self._error(node, "calls what is no block", "use self.NAME() and super() alone")

    def _filter(self, node: nodes.Filter) -> None:
        if node.name not in _FILTERS:
            raise self._error(node, f"there is no filter `{node.name}`",
                              self._meant(node.name, _FILTERS))  # fmt: skip

    def _test(self, node: nodes.Test) -> None:
        if node.name not in _TESTS:
            raise self._error(node, f"there is no test `{node.name}`",
                              self._meant(node.name, _TESTS))  # fmt: skip

    def _meant(self, name: str, known: Collection[str]) -> str:
        near = difflib.get_close_matches(name, list(known), 1)
        return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(sorted(known))}"


_LOOK: dict[type[nodes.Node], Callable[[_Review, Any], None]] = {
    nodes.Block: _Review._block,
    nodes.Name: _Review._name,
    nodes.For: _Review._for,
    nodes.Getattr: _Review._attribute,
    nodes.Call: _Review._call,
    nodes.Filter: _Review._filter,
    nodes.Test: _Review._test,
}
_KNOWN: tuple[type[nodes.Node], ...] = (
    *_LOOK, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Getitem,
)  # fmt: skip


def _together(errors: list[TemplateError]) -> TemplateError:
    """Several errors of one template as one, so that all can be mended at once."""
    first, *others = errors
    if not others:
        return first
    more = "; ".join(f"line {each.where.rpartition(':')[2]}: {each.what}" for each in others[:9])
    left = f"; and {len(others) - 9} more" if len(others) > 9 else ""
    return TemplateError(f"{first.what}; {more}{left}", where=first.where, remedy=first.remedy)


def _said(node: nodes.Node) -> str:
    """What a node is, in words."""
    return f"`{type(node).__name__.lower()}`"


def _says(node: nodes.Node) -> bool:
    """Whether something that is read can come of it."""
    if isinstance(node, nodes.Output):
        return any(not isinstance(p, nodes.TemplateData) or p.data.strip() for p in node.nodes)
    return True


# ── what templates run in ────────────────────────────────────────────────────────────────────────


class _Environment(ImmutableSandboxedEnvironment):
    """Where nothing is to be had but what is handed in, and every step is counted."""

    def call(self, context: Context, called: Any, /, *args: Any, **named: Any) -> Any:
        context[_STEPS].take()
        return super().call(context, called, *args, **named)


@pass_context
def _counted(context: Context, items: Any) -> Iterator[Any]:
    """The items of a loop, each of which is a step."""
    for item in items:
        context[_STEPS].take()
        yield item


def _printed(value: object) -> object:
    """What a value is printed as: words, numbers, and nothing else."""
    if isinstance(value, str | Undefined):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TemplateError("prints what is neither words nor a number")


@cache
def _environment() -> _Environment:
    made = _Environment(
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=0,
        optimized=False,
    )
    made.filters = {name: made.filters[name] for name in _FILTERS} | {_STEPS: _counted}
    made.tests = {name: made.tests[name] for name in _TESTS}
    made.globals.clear()
    return made
