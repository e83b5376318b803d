"""A firm with a policy, customers and a ledger, in a folder of its own.

Everything in it was made by the commands that its people would use: its releases are frozen, its
site is built, its customers hold letters with links of their own.
"""

from __future__ import annotations

import email
import email.policy
import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from bench.faults.engines import Engine
from tests import ROOT
from tests.fixtures.house import CONFIGURATION, KEY, later, make_house

DAYS = 60
"""From today until release 2 applies."""
_OUTGOING = """
carrier = "smtp"

[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""


@dataclass(frozen=True, slots=True)
class Links:
    """The ways of answering that a letter offers."""

    customer: str
    form: str
    """The address of the personal form: path and query."""
    reply: str
    """The personal reply address."""
    sender: str
    """The customer's own address."""


@dataclass(frozen=True)
class Firm:
    """A firm that may be killed at any moment."""

    root: Path
    ledger: str
    """SQLAlchemy URL."""
    mark: str
    """In the environment of everything that is started for it."""

    def command(self, *words: str) -> list[str]:
        """A command line of the program."""
        return [sys.executable, "-m", "publisher", "--project", str(self.root), *words]

    @property
    def environment(self) -> dict[str, str]:
        """The same on every machine, and with the key of personal links."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GIT_", "PUBLISHER_")) and name != "SOURCE_DATE_EPOCH"
        }
        name, _, value = self.mark.partition("=")
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PUBLISHER_TOKEN_KEY": KEY,
            "PUBLISHER_LEDGER_URL": self.ledger,
            name: value,
        }

    def start(self, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Starts a command as the leader of a session of its own; what it says is in `said`."""
        with (self.root / ".publisher" / "said.log").open("ab") as said:
            return subprocess.Popen(
                self.command(*words),
                stdin=stdin,
                stdout=said,
                stderr=said,
                env=self.environment,
                cwd=ROOT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What every command said so far."""
        return (self.root / ".publisher" / "said.log").read_text("utf-8", "replace")

    def run(self, *words: str, columns: int = 80) -> subprocess.CompletedProcess[bytes]:
        """Runs a command to its end, in a terminal of a given width in columns."""
        environment = {**self.environment, "COLUMNS": str(columns)}
        return subprocess.run(self.command(*words), capture_output=True, env=environment, cwd=ROOT)

    def ok(self, *words: str) -> str:
        """Runs a command that must succeed; what it said."""
        done = self.run(*words)
        if done.returncode:
            raise RuntimeError(f"publisher {' '.join(words)}: {done.stderr.decode()}")
        return done.stdout.decode()


def _settled(root: Path, ledger: str, port: int = 0) -> Firm:
    """A firm whose letters go to a relay on a port, or into the spool."""
    outgoing = _OUTGOING.format(port=port) if port else ""
    text = f"# A firm that may be killed.\n{CONFIGURATION}{outgoing}"
    (root / "publisher.toml").write_text(text)
    (root / ".publisher").mkdir(exist_ok=True, mode=0o700)
    (root / ".publisher" / "said.log").touch()
    return Firm(root, ledger, f"FAULTS={secrets.token_hex(8)}")


@dataclass(frozen=True)
class Founder:
    """Makes firms that are alike, one for each round."""

    folder: Path
    engine: Engine
    _first: Firm

    @classmethod
    def of(cls, folder: Path, engine: Engine) -> Founder:
        """Freezes two releases in an empty folder; the site is not built yet."""
        root = folder / "first"
        house = make_house(root)
        first = _settled(root, engine.new(root / ".publisher"))
        house.commit("Where its letters go")
        first.ok("ledger", "migrate")
        first.ok("freeze", "--effective", "unknown")
        house.edit()
        first.ok("freeze", "--effective", later(DAYS))
        return cls(folder, engine, first)

    def build(self) -> None:
        """Has the first firm build its site, with the form as a file."""
        self._first.ok("build")

    def import_customers(self, number: int) -> None:
        """Gives the first firm customers, some of whom cannot be reached at first, or ever."""
        rows = ["customer,address,name"]
        for one in range(1, number + 1):
            kind = {7: "refused", 23: "later"}.get(one % 50, "c")
            rows.append(f"c-{one},{kind}{one}@customer.example,Customer {one}")
        path = self.folder / "customers.csv"
        path.write_text("\n".join(rows) + "\n")
        self._first.ok("recipients", "import", str(path))

    def told(self) -> tuple[Founder, list[Links]]:
        """Makes firms whose customers have letters, and what these gave them to answer with."""
        firm = self.firm("told", 0)
        firm.ok("--quiet", "send", "2", "--confirm")
        letters = (firm.root / ".publisher" / "spool").glob("*.eml")
        links = sorted(map(_links, letters), key=lambda one: one.customer)
        return Founder(self.folder, self.engine, firm), links

    def form(self) -> bytes:
        """The opt-out form of release 2 as it can be downloaded; empty before the site is built."""
        path = self._first.root / "build/site/privacy/2/opt-out.pdf"
        return path.read_bytes() if path.exists() else b""

    def firm(self, name: str, port: int) -> Firm:
        """A firm like the first, with a ledger of its own, whose letters go to a relay on a port.

        Port 0 is the spool.
        """
        root = self.folder / name
        left_out = shutil.ignore_patterns("ledger.sqlite*", "spool", "said.log")
        shutil.copytree(self._first.root, root, symlinks=True, ignore=left_out)
        return _settled(root, self.engine.copy(self._first.ledger, root / ".publisher"), port)


def _links(path: Path) -> Links:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    assert text is not None
    form = re.search(r"http://[^/\s]+(/\S+/opt-out/\?token=\S+)", text.get_content())
    name = message["To"].addresses[0].display_name
    assert form is not None
    return Links(
        customer=f"c-{name.split()[-1]}",
        form=form[1],
        reply=message["Reply-To"].addresses[0].addr_spec,
        sender=message["To"].addresses[0].addr_spec,
    )
