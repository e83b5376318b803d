"""Desks at which somebody is about to freeze or to import: a project in git, all set up for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.faults.git_steps import put_hooks
from tests import ROOT
from tests.fixtures.house import CONFIGURATION, FACTS, SECTIONS, git, later

TEXTS = 20
"""Texts in the history that is imported."""
_PUBLISHER = """#!/bin/sh
exec "{python}" -P -m publisher "$@"
"""
_TERMS = FACTS.replace("Privacy Policy", "Terms of Service")


@dataclass(frozen=True)
class Desk:
    """A project, and what is to be done in it."""

    name: str
    top: Path
    """The folder that is copied: repository, and the history that is imported."""
    inside: str
    """The project's folder in the repository; `.`: the repository itself."""
    words: tuple[str, ...]
    """What is asked of `publisher`."""
    policy: str
    made: tuple[str, ...]
    """The numbers of the releases that come of it."""
    changes: tuple[str, ...]
    """Folders of the project in which files may be added or removed by it."""
    signed: str
    """`unsigned`, `ssh` or `openpgp`."""
    keys: Path
    """Where keys and programs are that all desks share."""
    tree: str = "repository"
    """The folder of the working tree."""

    @property
    def repository(self) -> Path:
        """The working tree of the git repository."""
        return self.top / self.tree

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.repository / self.inside

    def copied(self, top: Path) -> Desk:
        """The same desk once more, in a new folder."""
        shutil.copytree(self.top, top, symlinks=True)
        words = [word.replace(str(self.top), str(top)) for word in self.words]
        return replace(self, top=top, words=tuple(words))

    @property
    def environment(self) -> dict[str, str]:
        """The same on every machine; `publisher` is on the PATH."""
        return environment(self.keys)

    def start(
        self, *words: str, said: Path, more: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Starts a command as the leader of a session of its own.

        Args:
            words: of its command line.
            said: the file to which goes what it says.
            more: for its environment.
        """
        with said.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "publisher", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**self.environment, **(more or {})},
                cwd=self.project,
                start_new_session=True,
            )

    def run(self, *words: str, cwd: Path | None = None) -> tuple[int, str]:
        """Runs any program to its end; its exit code and all it said."""
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=cwd or self.project,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def ok(self, *words: str) -> str:
        """Runs what must succeed."""
        code, said = self.run(*words)
        if code:
            raise RuntimeError(f"{self.name}: {' '.join(words)}: {said}")
        return said


def environment(keys: Path) -> dict[str, str]:
    """The environment of everything that is run at a desk."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PUBLISHER_", "FAULTS_")) and name != "SOURCE_DATE_EPOCH"
    }
    own = {
        "PATH": f"{keys / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GNUPGHOME": str(keys / "g"),
        "COLUMNS": "2000",
    }
    return {**kept, **own}


@contextmanager
def shared_keys(folder: Path) -> Iterator[Path]:
    """Keys without a passphrase, SSH and OpenPGP, made for this; and `publisher` as a program.

    The path has to be short: an agent's socket has one of 107 bytes at most (unix(7)).
    """
    (folder / "bin").mkdir(parents=True)
    (folder / "g").mkdir(mode=0o700)
    program = folder / "bin" / "publisher"
    program.write_text(_PUBLISHER.replace("{python}", sys.executable))
    program.chmod(0o755)
    ssh = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "release"]
    ssh += ["-f", str(folder / "ssh")]
    gpg = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    made = ["--quick-generate-key", "Release <release@hosting.example>", "ed25519", "sign"]
    try:
        for words in (ssh, [*gpg, *made]):
            subprocess.run(words, check=True, env=environment(folder), capture_output=True)
        yield folder
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=environment(folder), check=False)


def _sign(repository: Path, signed: str, keys: Path) -> None:
    if signed == "unsigned":
        return
    ssh = signed == "ssh"
    git(repository, "config", "gpg.format", signed)
    key = str(keys / "ssh") if ssh else "release@hosting.example"
    git(repository, "config", "user.signingkey", key)
    git(repository, "config", "tag.gpgSign", "true")
    git(repository, "config", "commit.gpgSign", "true")


def _project(top: Path, inside: str) -> Path:
    """A repository with a project in it that has two policies, committed."""
    repository = top / "repository"
    project = repository / inside
    project.mkdir(parents=True)
    files = {
        "publisher.toml": CONFIGURATION,
        ".gitignore": "/.publisher/\n/build/\n/kept.txt\n",
        ".gitattributes": "versions/** -text -merge\n",
        "README.md": "What else lies in the project.\n",
        "kept.txt": "What git does not have.\n",
        "policy/privacy/policy.toml": FACTS,
        "policy/terms/policy.toml": _TERMS,
        **{f"policy/privacy/{name}": text for name, text in SECTIONS.items()},
        **{f"policy/terms/{name}": text for name, text in SECTIONS.items()},
    }
    for name, text in files.items():
        _write(project / name, text)
    for name in ("mkdocs.yml", "site"):
        (project / name).symlink_to(ROOT / name)
    git(repository, "init", "-q", "-b", "main", "--template=")
    git(repository, "config", "user.name", "Legal")
    git(repository, "config", "user.email", "legal@hosting.example")
    if inside != ".":
        _write(repository / "elsewhere/code.txt", "Code.\n")
    _commit(repository, "Start")
    put_hooks(repository / ".git/hooks")
    return project


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _commit(repository: Path, message: str) -> None:
    git(repository, "add", "-A")
    git(repository, "-c", "commit.gpgSign=false", "commit", "-q", "-m", message)


def _amended(project: Path) -> None:
    sections = project / "policy/privacy"
    longer = SECTIONS["security.md"].replace("128-bit", "256-bit")
    shorter = SECTIONS["use.md"].replace("30 days", "20 days")
    _write(sections / "security.md", longer)
    _write(sections / "use.md", shorter)
    _write(sections / "notes/security.md", "Longer keys protect your data better.\n")
    _write(sections / "notes/use.md", "Your data are kept for a shorter time.\n")


def _corrected(project: Path) -> None:
    sections = project / "policy/privacy"
    _write(sections / "contact.md", SECTIONS["contact.md"].replace("Write", "Writte"))
    _write(sections / "notes/contact.md", "A word is spelled in another way.\n")


@dataclass(frozen=True)
class Task:
    """What is to be done at a desk."""

    name: str
    before: Sequence[Sequence[str]]
    """Freezes of the privacy policy that come first."""
    edit: Callable[[Path], None] | None
    words: Sequence[str]
    policy: str
    made: str


SET_UPS = ("unsigned", "ssh", "openpgp")
"""How git is set up to sign."""
_FIRST = ("--effective", "unknown")
TASKS = (
    Task("material", [_FIRST], _amended, ["--effective", later(60)], "privacy", "2"),
    Task(
        "correction",
        [_FIRST],
        _corrected,
        ["--correction", "--effective", later(1)],
        "privacy",
        "1.1",
    ),
    Task("first", [_FIRST], None, _FIRST, "terms", "1"),
    Task(
        "postponement",
        [_FIRST, ["--effective", later(60)]],
        None,
        ["--correction", "--effective", later(90)],
        "privacy",
        "2.1",
    ),
)


def freezing_desk(folder: Path, task: Task, signed: str, inside: str, keys: Path) -> Desk:
    """A desk at which a release is to be frozen."""
    top = folder / f"{task.name}-{signed}{'-inside' if inside != '.' else ''}"
    project = _project(top, inside)
    words = ("--policy", task.policy, "freeze", *task.words)
    changes = (f"versions/{task.policy}", f"policy/{task.policy}/notes")
    desk = Desk(top.name, top, inside, words, task.policy, (task.made,), changes, signed, keys)
    _sign(desk.repository, signed, keys)
    for number, order in enumerate(task.before):
        if number:
            _amended(project)
            _commit(desk.repository, "Amend")
        desk.ok("publisher", "--policy", "privacy", "freeze", *order)
    if task.edit:
        task.edit(project)
        _commit(desk.repository, "Edit")
    _dirty(desk)
    return desk


def importing_desk(folder: Path, begun: bool, signed: str, inside: str, keys: Path) -> Desk:
    """A desk at which a history is to be imported.

    Args:
        folder: for the desk.
        begun: whether half of it was imported earlier.
        signed, inside, keys: see `Desk`.
    """
    more = "-inside" if inside != "." else ""
    top = folder / f"import-{'more' if begun else 'all'}-{signed}{more}"
    _project(top, inside)
    old = top / "old"
    old.mkdir()
    git(old, "init", "-q", "-b", "main", "--template=")
    git(old, "config", "user.name", "Legal")
    git(old, "config", "user.email", "legal@hosting.example")
    words = ("import", "--history", str(old), "--policy", "legacy", "legacy.md")
    made = tuple(str(number) for number in range(TEXTS // 2 + 1 if begun else 1, TEXTS + 1))
    changes = ("versions/legacy", "policy/legacy")
    desk = Desk(top.name, top, inside, words, "legacy", made, changes, signed, keys)
    _sign(desk.repository, signed, keys)
    for number in range(TEXTS):
        if begun and number == TEXTS // 2:
            desk.ok("publisher", *words)
        days = "\n\n".join(f"We keep kind {kind} for {number + kind} days." for kind in range(4))
        _write(old / "legacy.md", f"# Legacy\n\n## Use\n\n{days}\n\n## Contact\n\nWrite to us.\n")
        _commit(old, f"Text {number + 1}")
    _dirty(desk)
    return desk


def desks(what: str, folder: Path, keys: Path) -> list[Desk]:
    """The desks of an experiment: `freeze`, `import` or `pairs`."""
    places = [(signed, inside) for inside in (".", "legal") for signed in SET_UPS]
    if what == "import":
        kinds = [(more, at) for more in (False, True) for at in places]
        return [_built(importing_desk(folder, more, *at, keys)) for more, at in kinds]
    if what == "pairs":
        return [freezing_desk(folder, task, *at, keys) for task in TASKS for at in places[:2]]
    own = [(task, at) for task in TASKS for at in places[: len(SET_UPS)]]
    own += [(TASKS[0], at) for at in places[len(SET_UPS) :]]
    return [_built(freezing_desk(folder, task, *at, keys)) for task, at in own]


def _built(desk: Desk) -> Desk:
    """The site was built before, so that building it again takes less time."""
    desk.ok("publisher", "build")
    shutil.rmtree(desk.project / "build")
    return desk


def _dirty(desk: Desk) -> None:
    """Somebody else is at work elsewhere in a larger repository."""
    if desk.inside != ".":
        _write(desk.repository / "elsewhere/code.txt", "Code that is being written.\n")
        _write(desk.repository / "elsewhere/new.txt", "New.\n")
