"""ARCHITECTURE.md is true: imports point down, the core touches nothing, all have a place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests import ROOT

PACKAGE = ROOT / "publisher"

IMPURE = {
    "asyncio", "fcntl", "git", "io.open", "logging", "mkdocs", "multiprocessing", "os", "pathlib",
    "random", "requests", "secrets", "shutil", "smtplib", "socket", "sqlalchemy", "sqlite3",
    "starlette", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request",
    "uuid", "uvicorn", "weasyprint",
}  # fmt: skip
"""What the core does not import."""
CLOCK = re.compile(r"\b(?:datetime\.now|utcnow|date\.today|perf_counter|monotonic)\(|\bopen\(")


def layers() -> dict[str, int]:
    """Each module's layer by name, the highest first, from the table in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = text.split("## Layers")[1].split("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")][2:]
    return {
        module: number
        for number, row in enumerate(rows)
        for module in re.findall(r"`(\w+)`", row[3])
    }


LAYERS = layers()
CORE = sorted(set(LAYERS.values()))[-2]
FOLDERS = [name for name, layer in LAYERS.items() if layer >= CORE and (PACKAGE / name).is_dir()]
"""Of the core: each imports only from itself and from those behind it."""


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> set[str]:
    """Everything a file imports, also inside functions; names under TYPE_CHECKING count too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def test_every_module_has_its_place_and_every_place_its_module() -> None:
    assert {module_of(path) for path in FILES} == set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    own = LAYERS[module_of(path)]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "publisher" and len(parts) > 1 and parts[1] in LAYERS:
            assert LAYERS[parts[1]] >= own, f"{path.name} imports {name} from a layer above"
            if parts[1] in FOLDERS and module_of(path) in FOLDERS:
                place = FOLDERS.index(module_of(path))
                assert FOLDERS.index(parts[1]) >= place, f"{path.name} imports {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if LAYERS[module_of(p)] >= CORE], ids=lambda p: p.stem
)
def test_the_core_touches_nothing(path: Path) -> None:
    taken = {name for name in imports(path) if name in IMPURE or name.split(".")[0] in IMPURE}
    assert not taken
    assert not CLOCK.search(path.read_text("utf-8"))


def test_mkdocs_is_known_in_one_folder() -> None:
    knows = {path for path in FILES if "mkdocs" in {n.split(".")[0] for n in imports(path)}}
    assert {path.parent.relative_to(PACKAGE).as_posix() for path in knows} == {"edges/mkdocs"}


def test_no_circle() -> None:
    graph = {
        path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): {
            name.removeprefix("publisher.")
            for name in imports(path)
            if name.startswith("publisher.")
        }
        for path in FILES
    }
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        if name in graph and name not in done:
            for other in graph[name]:
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())
