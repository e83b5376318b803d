"""The program stays readable: short modules, short functions, few parameters, one name a thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

from tests import ROOT

PACKAGE = ROOT / "publisher"
FILES = sorted(PACKAGE.rglob("*.py"))

REVISIONS_HAVE = {"revision", "down_revision", "upgrade"}
"""What Alembic looks for in each revision of the ledger's schema."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def trees() -> dict[Path, ast.Module]:
    """What each module says: read when a test wants it, not by every process."""
    return {path: ast.parse(path.read_text("utf-8")) for path in FILES}


def functions() -> Iterator[tuple[Path, Function]]:
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield path, node


def length(function: Function) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def parameters(function: Function) -> int:
    """How many it takes; what an object or a class is to itself does not count."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return sum(one.arg not in ("self", "cls") for one in given)


def is_command(function: Function) -> bool:
    """Whether it is a command of the command line, which takes as many as it has options."""
    return any("click." in ast.unparse(one) for one in function.decorator_list)


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in FILES}
    lengths = {path: count for path, count in lengths.items() if count > 5}
    assert len(lengths) > 100
    long = {path.name: count for path, count in lengths.items() if count > 400}
    assert not long, "longer than 400 lines: split it along its seams"
    assert median(lengths.values()) <= 160


def test_functions_are_short() -> None:
    lengths = [(length(one), f"{path.name}:{one.name}") for path, one in functions()]
    assert len(lengths) > 1000
    long = [found for found in lengths if found[0] > 50]
    assert not long, "longer than 50 lines without its docstring: cut it into named steps"
    assert median(count for count, _ in lengths) <= 10


def test_functions_take_few_parameters() -> None:
    counts = [
        (parameters(one), f"{path.name}:{one.name}")
        for path, one in functions()
        if not is_command(one)
    ]
    assert max(counts)[0] > 3
    many = [found for found in counts if found[0] > 6]
    assert not many, "more than six parameters: make what belongs together a value"


def test_a_public_name_is_defined_once() -> None:
    """A stranger who looks for a name finds one thing of that name."""
    places: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees().items():
        for node in tree.body:
            for name in _defined(node):
                if not name.startswith("_"):
                    places[name].add(path.relative_to(PACKAGE).as_posix())
    assert len(places) > 500
    twice = {
        name: found
        for name, found in places.items()
        if len(found) > 1 and name not in REVISIONS_HAVE
    }
    assert not twice, "defined in several modules: rename one, or begin it with _"


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]
