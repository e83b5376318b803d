"""Which blocks of templates that complete each other stand anywhere in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from jinja2 import nodes

from publisher.wording.template_rules import ParsedTemplate

ALONE = ("subject", "declaration")
"""Blocks that are also composed by themselves, wherever they stand."""


def reached_blocks(templates: Sequence[ParsedTemplate], roots: Iterable[str]) -> frozenset[str]:
    """The names of the blocks that stand in a text.

    Args:
        templates: those that complete each other, the first before the others; the plan is last.
        roots: the blocks that the text begins with.
    """
    found = set[str]()
    waiting = [name for name in roots if any(name in one.blocks for one in templates)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _named_in(name, templates)
    return frozenset(found)


def _named_in(name: str, templates: Sequence[ParsedTemplate]) -> Iterator[str]:
    """The blocks that a block has in it, or calls; also those of the one whose place it takes, if
    it calls that.
    """
    for one in templates:
        block = one.block(name)
        if block is None:
            continue
        for node in block.find_all((nodes.Block, nodes.Getattr)):
            if isinstance(node, nodes.Block):
                yield node.name
            elif isinstance(node, nodes.Getattr) and _is_self(node.node):
                yield node.attr
        if not any(each.name == "super" for each in block.find_all(nodes.Name)):
            return


def _is_self(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "self"


def dropped_blocks(templates: Sequence[ParsedTemplate], roots: Iterable[str]) -> tuple[str, ...]:
    """The names of the blocks that say something, and stand nowhere; those that only hold others
    are not among them, nor words that the program has for a block that somebody wrote anew.

    Args:
        templates, roots: as for `reached_blocks`.
    """
    reached, plan = reached_blocks(templates, roots), templates[-1]
    inside = plan.block(plan.whole)
    has_place = {each.name for each in inside.find_all(nodes.Block)} if inside else set()
    names = dict.fromkeys(name for one in templates for name in one.blocks)
    return tuple(
        name
        for name in names
        if name not in reached and name in has_place and _speaks(name, templates)
    )


def _speaks(name: str, templates: Sequence[ParsedTemplate]) -> bool:
    first = next(one for one in templates if name in one.blocks)
    block = first.block(name)
    assert block is not None
    if first.wants(name) or name in first.empty:
        return False
    return any(isinstance(node, nodes.Output) and _has_words(node) for node in block.body) or any(
        isinstance(node, nodes.If | nodes.For) for node in block.body
    )


def _has_words(node: nodes.Output) -> bool:
    return any(not isinstance(p, nodes.TemplateData) or p.data.strip() for p in node.nodes)
