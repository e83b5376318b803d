"""ARCHITECTURE.md is true: imports point down, the core touches nothing, all have a place."""

from __future__ import annotations

import ast
import re
from functools import cache
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


@cache
def imports(path: Path) -> set[str]:
    """Everything a file imports, also inside functions; names under TYPE_CHECKING count too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def module_of(path: Path) -> str:
    """The module or folder of the package that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


FILES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py" or path.parent.name in LAYERS
)
ACTIONS = sorted(
    path
    for path in (PACKAGE / "actions").glob("*.py")
    if path.stem not in ("__init__", "workplace")
)
DOORS = [path for path in FILES if not LAYERS.get(module_of(path), 1)]


def test_every_module_has_its_place_and_every_place_its_module() -> None:
    found = {module_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}
    assert found == set(LAYERS), "write it into the tables of ARCHITECTURE.md"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    own = LAYERS.get(module_of(path), 0)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "publisher" and len(parts) > 1 and parts[1] in LAYERS:
            assert LAYERS[parts[1]] >= own, f"{path.name} imports {name} from a layer above"
            if parts[1] in FOLDERS and module_of(path) in FOLDERS:
                place = FOLDERS.index(module_of(path))
                assert FOLDERS.index(parts[1]) >= place, f"{path.name} imports {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if LAYERS.get(module_of(p), 0) >= CORE], ids=lambda p: p.stem
)
def test_the_core_touches_nothing(path: Path) -> None:
    taken = {name for name in imports(path) if name in IMPURE or name.split(".")[0] in IMPURE}
    assert not taken, "the core is handed what it needs; what touches the world goes to `edges`"
    assert not CLOCK.search(path.read_text("utf-8"))


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


# ── doors ────────────────────────────────────────────────────────────────────────────────────────


def values_for_doors() -> set[str]:
    """The modules with values that doors may name, from the table in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("Doors import "))
    return set(re.findall(r"`(\w+\.\w+)`", line))


VALUES = values_for_doors()


def test_doors_are_looked_at() -> None:
    assert len(DOORS) > 10
    assert VALUES
    named = {name.removeprefix("publisher.") for path in DOORS for name in imports(path)}
    assert named >= VALUES, "ARCHITECTURE.md names no value that no door needs"


@pytest.mark.parametrize("path", DOORS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_doors_only_ask(path: Path) -> None:
    """A door imports doors, actions, errors and values: no edge, and no rule."""
    doors = {name for name, layer in LAYERS.items() if not layer}
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "publisher" or len(parts) < 2 or parts[1] in ("__version__", "__file__"):
            continue
        if path.stem == "mkdocs_plugin" and parts[1:3] == ["edges", "mkdocs"]:
            continue  # MkDocs wants a class of its own kind, which is known there alone
        allowed = parts[1] in doors | {"actions", "errors"} or ".".join(parts[1:3]) in VALUES
        folder = len(parts) == 2 and any(value.startswith(f"{parts[1]}.") for value in VALUES)
        why = "a door asks an action; a value is added to the list in ARCHITECTURE.md"
        assert allowed or folder, f"{path.name} imports {name}: {why}"


# ── actions ──────────────────────────────────────────────────────────────────────────────────────


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a file, methods too."""
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def takes_workplace(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a workplace is among its parameters."""
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return any(a.annotation and "Workplace" in ast.unparse(a.annotation) for a in given)


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.stem)
def test_an_action_is_one_function_called_as_its_file(path: Path) -> None:
    """It is the only one that takes the workplace; what it needs it hands on."""
    body = ast.parse(path.read_text("utf-8")).body
    public = [n.name for n in body if isinstance(n, ast.FunctionDef) and n.name[0] != "_"]
    assert public == [path.stem], "rules go to the core, what touches the world to `edges`"
    assert {f.name for f in functions(path) if takes_workplace(f)} <= {path.stem}


def test_nobody_below_the_actions_knows_the_workplace() -> None:
    lower = [p for p in FILES if LAYERS.get(module_of(p), 0) > LAYERS["actions"]]
    assert len(lower) > 100
    assert [path.name for path in lower if "Workplace" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.stem)
def test_an_action_has_an_end_to_end_test_of_its_name(path: Path) -> None:
    test = ROOT / f"tests/actions/test_{path.stem}.py"
    assert test.is_file(), f"write {test.relative_to(ROOT)}, which tries it from end to end"


# ── what is known in one place ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("library", "place"),
    [
        ("mkdocs", "edges/mkdocs/"),
        ("git", "edges/git_objects.py"),
        ("gitdb", "edges/git_objects.py"),
        ("sqlalchemy", "edges/ledger/"),
        ("procrastinate", "edges/ledger/shard"),
        ("weasyprint", "edges/"),
        ("click", "cli/"),
        ("starlette", "web/"),
        ("rich", "cli/"),
        ("babel", "wording/"),
        ("holidays", "law/public_holidays.py"),
    ],
)
def test_a_library_is_known_in_one_place(library: str, place: str) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users
    assert [user for user in users if not user.startswith(place)] == []


STARTS_GIT = {
    "edges/git_program.py": "reads, in one way, whatever its user has set it up to show",
    "edges/commits.py": "writes, with the user's hooks and signing programs",
    "edges/signatures.py": "checks signatures, with nothing of the user's",
}
"""The modules that start git, and what for."""


def test_git_is_started_in_few_places() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"""\[\s*["']git["'],""", path.read_text("utf-8"))
    }
    assert found == set(STARTS_GIT)


def test_what_architecture_points_to_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`([\w./-]+(?:\.py|\.md|\.js|/))`", text)
    assert len(named) > 50
    everything = {path.name for path in PACKAGE.rglob("*.py")}
    gone = [
        name
        for name in named
        if not (PACKAGE / name).exists() and not (ROOT / name).exists() and name not in everything
    ]
    assert gone == []
