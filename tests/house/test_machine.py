"""A policy through whatever may happen to it: after each step, all that is said of it agrees.

Releases are frozen, sent, recorded, corrected, postponed and taken back, letters bounce, days pass;
what is in force follows from that by `fixtures/expected_days.py`, which is thought out apart from
the program. A run of many steps: `EXAMPLES=400 pytest -n 0 tests/house/test_machine.py`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from email import message_from_bytes
from functools import partial
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from click.testing import Result
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from publisher.actions.generate import generate
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.people.deliveries import DeliveryState
from publisher.releases.register import Register
from tests.fixtures import standings
from tests.fixtures.expected_days import ALWAYS, NEVER, Line, Version
from tests.fixtures.house import CONFIGURATION, FACTS, SECTIONS, House, copied_house, git
from tests.fixtures.houses import workplace
from tests.fixtures.workplaces import archive_of, ledger_of

BEGIN = dt.datetime(2026, 12, 2, 12, 0, tzinfo=dt.UTC)
NOTICE = dt.timedelta(days=30)
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")
CUSTOMERS = b"customer,address\nc-1,anna@customer.example\nc-2,ben@customer.example\n"
NOTES = {f"notes/{name}": "So that you can ask us.\n" for name in ("use.md",)}
SPELLED = ("encrypt", "encrpyt")
EXAMPLES = int(os.environ.get("EXAMPLES", "0")) or 4
STEPS, MOST = 20, 8
_counted: Counter[str] = Counter()


def _begun(zone: str, hold: bool, house: House) -> None:
    """Release 1 in force, and two customers."""
    head = "[organisation]\n"
    text = CONFIGURATION.replace("[mail]\n", '[mail]\ncarrier = "spool"\n')
    (house.root / "publisher.toml").write_text(text.replace(head, f'{head}time_zone = "{zone}"\n'))
    profile = "promise" if hold else "gdpr"
    facts = FACTS.replace("days = 30\n", f'days = 30\nprofile = "{profile}"\n')
    house.write({"policy.toml": facts})
    house.commit()
    house.ok("freeze", "--effective", "unknown", at=BEGIN - dt.timedelta(days=1))
    list_file = house.root / "build/customers.csv"
    list_file.parent.mkdir()
    list_file.write_bytes(CUSTOMERS)
    house.ok("recipients", "import", str(list_file), at=BEGIN - dt.timedelta(hours=1))
    close_ledgers()


BEGUN = {pair: partial(_begun, *pair) for pair in product(ZONES, (True, False))}
"""What is done once a process: by the zone that days are those of, and whether the profile has the
version before stay where nobody stated that people were told."""


class Machine(RuleBasedStateMachine):
    """One policy of one organisation, day after day."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="publisher-machine-"))
        self.now, self.zone = BEGIN, "UTC"
        first = Version(1, 0, None, self.today, letter=False)
        self.line = Line([first])
        self.edits = 0
        self.texts = {"1": dict(SECTIONS)}
        self.sent: set[str] = set()
        self.told: set[str] = set()
        self.sealed: dict[str, bytes] = {}
        self.was_in_force: list[str] = ["1"]

    def teardown(self) -> None:
        _counted["runs"] += 1
        if len(self.line.versions) > 1:
            said = self.house.ok("verify", at=self.now)
            assert f"privacy: {len(self.line.versions)} release(s)" in said
            self._built_from_a_clone()
        close_ledgers()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _built_from_a_clone(self) -> None:
        """A clone, which has no ledger, says the same."""
        folder = self.folder / "clone"
        git(self.folder, "clone", "-q", str(self.house.root), str(folder))
        names = ("versions.json", "periods.json", "timemap.json", "feed.atom")
        here, there = (
            generate(workplace(project, self.now), self.today)
            for project in (self.house.project, Project(folder))
        )
        for name in names:
            path = f"privacy/{name}"
            assert here.files[path]() == there.files[path]()

    # ── what is known ────────────────────────────────────────────────────────────────────────────

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last(self) -> Version:
        return self.line.versions[-1]

    @property
    def standing(self) -> list[Version]:
        return [v for v in self.line.versions if not v.retracted]

    def tried(self, *words: str) -> Result:
        """A command at this moment; one that is refused says what to try, and changes nothing."""
        _counted[words[0] if words[0] != "notice" else words[1]] += 1
        result = self.house.run(*words, at=self.now)
        note(f"{self.now:%Y-%m-%d} {' '.join(words)}: {result.exit_code} {result.output[:300]}")
        assert result.exit_code in (0, 2), result.output
        if result.exit_code:
            _counted["refused"] += 1
            assert result.output.startswith("error: "), result.output
        return result

    # ── what may happen ──────────────────────────────────────────────────────────────────────────

    @initialize(zone=st.sampled_from(ZONES), hold=st.booleans())
    def founded(self, zone: str, hold: bool) -> None:
        """Where the organisation is, and what the policy does without a record."""
        self.zone, self.hold = zone, hold
        self.house = copied_house(self.folder / "house", BEGUN[zone, hold])
        self._amend(31)

    @rule(days=st.sampled_from((1, 6, 29, 31)))
    def days_pass(self, days: int) -> None:
        self.now += dt.timedelta(days=days)

    @rule()
    def the_next_day_comes_on_which_something_begins(self) -> None:
        ahead = [self.line.begins(v) for v in self.line.versions]
        ahead += [v.effective for v in self.line.versions if v.effective]
        if day := min((d for d in ahead if self.today < d < NEVER), default=None):
            self.now += dt.timedelta(days=(day - self.today).days)

    @precondition(lambda self: len(self.line.versions) < MOST)
    @rule(more=st.sampled_from((30, 31, 75)))
    def freeze_an_amendment(self, more: int) -> None:
        self._amend(more)

    def _amend(self, more: int) -> None:
        self.edits += 1
        text = SECTIONS["use.md"].replace("30 days", f"{30 + self.edits} days")
        # Past what is held, a word that was mended in it is a change too.
        mended = {"notes/security.md": "A slip of the pen.\n"}
        self.house.write({"use.md": text, **NOTES, **mended})
        self.house.commit("Change")
        day = self.today + dt.timedelta(days=more)
        result = self.tried("freeze", "--effective", str(day), "--yes")
        standing = self.standing[-1].effective or ALWAYS
        if result.exit_code:
            assert standing >= day, result.output
            self._back_to_the_text_of(self.standing[-1])
            return
        assert standing < day
        major = self.last.major + 1
        self._made(Version(major, 0, day, self.today, letter=True, hold=self.hold))

    @precondition(lambda self: len(self.line.versions) < MOST)
    @rule(later=st.sampled_from((0, 0, 3, 40)))
    def freeze_a_correction(self, later: int) -> None:
        last, base = self.last, self.standing[-1]
        pending = base.effective is not None and base.effective > self.today
        held = self.line.begins(base) == NEVER
        floor = base.effective if pending and base.effective else self.today
        text = self.texts[base.number]["security.md"]
        wrong = SPELLED[1] in text
        mended = text.replace(SPELLED[wrong], SPELLED[not wrong])
        self.house.write({"security.md": mended, "notes/security.md": "A slip of the pen.\n"})
        self.house.commit("Spelling")
        day = floor + dt.timedelta(days=later)
        result = self.tried("freeze", "--effective", str(day), "--correction", "--yes")
        if result.exit_code:
            late = held and not pending and day < self.today + NOTICE
            upcoming = self.line.status(base, self.today) != "in force"
            assert late or (base.major != last.major and upcoming), result.output
            self._back_to_the_text_of(base)
            return
        told = any(v.letter for v in self.line.numbers_of(base))
        now = self.line.in_force(self.today)
        applies = now is not None and now.major == base.major
        moved = told and (pending or held) and later > 0 and not applies
        self._made(
            Version(last.major, last.minor + 1, day, self.today, letter=moved, hold=base.hold)
        )

    def _made(self, version: Version) -> None:
        self.line.versions.append(version)
        self.texts[version.number] = self._draft()

    def _draft(self) -> dict[str, str]:
        folder = self.house.root / "policy/privacy"
        return {name: (folder / name).read_text() for name in SECTIONS}

    def _back_to_the_text_of(self, version: Version) -> None:
        """The draft is again what a version says."""
        self.house.write(self.texts[version.number])
        for path in (self.house.root / "policy/privacy/notes").glob("*.md"):
            path.unlink()
        self.house.commit("Back")

    @precondition(lambda self: self._newest_letter())
    @rule(otherwise=st.booleans(), ago=st.sampled_from((0, 0, 5)))
    def record_what_no_program_saw(self, otherwise: bool, ago: int) -> None:
        version = self._newest_letter()
        assert version
        day = self.today - dt.timedelta(days=ago)
        how = ("--otherwise", "by post") if otherwise else ("--nobody", "no customers")
        words = (version.number, *how, "--on", str(day), "--confirm")
        result = self.tried("notice", "record", *words)
        if result.exit_code:
            early = version.retracted or day < version.published
            # The ledger knows two customers, whatever somebody says.
            assert early or not otherwise, result.output
            return
        assert otherwise, "there was somebody to tell"
        self.line.stated.append((version, self.today, day + NOTICE))
        self.told.add(version.number)

    def _newest_letter(self) -> Version | None:
        """The last version with a letter; an earlier number of it is not told of any more."""
        return next((v for v in reversed(self.line.versions) if v.letter), None)

    @precondition(lambda self: self._newest_letter())
    @rule()
    def record_what_the_ledger_knows(self) -> None:
        version = self._newest_letter()
        assert version
        before = len(self._register())
        result = self.tried("notice", "record", version.number)
        made = self._register()[before:]
        if result.exit_code or not made:
            assert not made
            return
        assert version.number in self.sent
        (statement,) = made
        assert statement.notice
        assert statement.notice.applies >= statement.notice.first + NOTICE
        self.line.stated.append((version, self.today, statement.notice.applies))

    def _register(self) -> Register:
        return archive_of(self.house.project).register("privacy")

    @rule(why=st.sampled_from(("A wrong date", "A word too many")))
    def retract(self, why: str) -> None:
        version = self.standing[-1]
        was = self.line.status(version, self.today)
        result = self.tried("retract", version.number, "--why", why)
        told = version.number in self.sent | self.told
        if result.exit_code:
            return
        assert was == "upcoming"
        assert not told, "taken back after somebody was told"
        version.retracted = self.today
        self._back_to_the_text_of(self.standing[-1])

    @precondition(lambda self: self._newest_letter())
    @rule(how=st.sampled_from(("--otherwise", "--give-up", "--again")))
    def see_to_letters(self, how: str) -> None:
        version = self._newest_letter()
        assert version
        words = [how] if how == "--again" else [how, "by phone"]
        self.tried("resolve", version.number, "--all", *words, "--confirm")

    @precondition(lambda self: self._newest_letter())
    @rule()
    def send(self) -> None:
        version = self._newest_letter()
        assert version
        before = self._letters()
        result = self.tried("send", version.number, "--confirm")
        after = self._letters()
        assert before.items() <= after.items()
        if version.retracted:
            assert result.exit_code
            assert before == after
        self.sent |= {_release_of(data).partition("/")[2] for data in after.values()}
        sent = Counter((_whom(data), _release_of(data)) for data in after.values())
        assert max(sent.values(), default=1) == 1, "somebody was told twice"

    def _letters(self) -> dict[str, bytes]:
        spool = workplace(self.house.project).spool
        return {path.name: path.read_bytes() for path in sorted(spool.glob("*.eml"))}

    @precondition(lambda self: self._newest_letter())
    @rule(customer=st.sampled_from((1, 2)))
    def a_letter_bounces(self, customer: int) -> None:
        version = self._newest_letter()
        assert version
        ledger = ledger_of(self.house.project)
        for one in ledger.deliveries("privacy", version.major):
            here = (one.release, one.recipient) == (version.number, customer)
            if here and one.state is DeliveryState.ACCEPTED:
                bounced = DeliveryState.BOUNCED
                ledger.settle(one, bounced, "no such box", self.now, was=one.state)

    # ── what is said ─────────────────────────────────────────────────────────────────────────────

    @invariant()
    def all_agree(self) -> None:
        """Pages, files for programs and the terminal, on this day."""
        _counted["steps"] += 1
        line, today = self.line, self.today
        now = line.in_force(today)
        assert now, "once something was in force, something is"
        site = generate(workplace(self._without_git(), self.now), today)
        self._laws(now)
        since = None if line.begins(now) == ALWAYS else line.begins(now)
        for path in ("", "history/", "on/", *(f"{v.number}/" for v in line.versions)):
            said = standings.first_box(standings.page(site, f"privacy/{path}"))
            assert said == (now.number, since), path
        expected = [(v.number, None if d == ALWAYS else d) for d, v in line.periods()]
        assert [(n, first) for n, first, _ in standings.periods(site)] == expected
        ends = [d - dt.timedelta(days=1) for d, _ in line.periods()[1:]]
        assert [last for _, _, last in standings.periods(site)] == [*ends, None]
        applies = {n: (first, last) for n, first, last in standings.periods(site)}
        assert {n: days for n, days in standings.versions(site).items() if days} == applies
        assert standings.of_a_day(standings.page(site, "privacy/on/")) == expected
        assert [n for n, _ in standings.mementos(site)] == [
            v.number for d, v in line.periods() if ALWAYS < d <= today
        ]
        self._statuses()
        for version in line.versions[1:][-3:]:
            for path in ("", "changes/", "opt-out/" if version.letter else ""):
                self._truthful(standings.page(site, f"privacy/{version.number}/{path}"))
        for path in ("history/", "on/", "sections/"):
            self._truthful(standings.page(site, f"privacy/{path}"))
        for _, title, summary in standings.entries(site):
            self._truthful(f"{title} … {summary}")

    def _without_git(self) -> Project:
        """What is published, in a folder that is no repository: git is asked once a run, where a
        clone is built from.
        """
        folder = self.folder / "shown"
        for path in (self.house.root / "versions/privacy").iterdir():
            there = folder / "versions/privacy" / path.name
            if not there.exists() or path.name == "register":
                shutil.copytree(path, there, dirs_exist_ok=True)
        shutil.copyfile(self.house.root / "publisher.toml", folder / "publisher.toml")
        return Project(folder)

    def _truthful(self, text: str) -> None:
        """Whatever a text says of a version and the day from which it is in force is so."""
        for number, day in standings.claims(text):
            same = [v for v in self.standing if v.number.split(".")[0] == number.split(".")[0]]
            days = {self.line.begins(v) for v in same}
            days |= {v.effective for v in same if v.effective and v.effective > self.today}
            at = text.find(f"ersion {number}")
            assert day in days, f"{number} from {day}: {text[max(0, at - 200) : at + 300]}"

    def _statuses(self) -> None:
        value = json.loads(self.house.ok("status", "--format", "json", at=self.now))
        said = {r["number"]: r["status"] for r in value["policies"][0]["releases"]}
        assert said == {v.number: self.line.status(v, self.today) for v in self.line.versions}

    def _laws(self, now: Version) -> None:
        """What may never be, whatever the model says."""
        assert now.effective is None or now.effective <= self.today
        letters = [v for v in self.line.numbers_of(now) if v.letter]
        if letters and now.hold:
            assert any(v in letters for v, _, _ in self.line.stated)
        if now.number != self.was_in_force[-1]:
            assert now.number not in self.was_in_force, "what went out of force came back"
            self.was_in_force.append(now.number)
        folder = self.house.root / "versions/privacy"
        sealed = {p.parent.name: p.read_bytes() for p in folder.glob("*/SHA256SUMS")}
        assert self.sealed.items() <= sealed.items(), "a number was given twice"
        self.sealed = sealed
        assert len(sealed) == len(self.line.versions)


def _whom(data: bytes) -> str:
    return str(message_from_bytes(data)["To"])


def _release_of(data: bytes) -> str:
    """Which release a letter is of, by what it says to programs."""
    return str(message_from_bytes(data)["Policy-Release"]).partition(";")[0]


def test_all_that_is_said_of_a_policy_agrees_whatever_happens_to_it() -> None:
    _counted.clear()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            # A run is short enough to be read, and each step of one that is shrunk costs as much.
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    if "EXAMPLES" in os.environ:
        sys.stdout.write(f"{dict(_counted)}\n")
    for verb in ("freeze", "record", "send", "retract", "resolve"):
        assert _counted[verb], f"no run came to {verb}"
