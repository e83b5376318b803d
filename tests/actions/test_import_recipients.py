"""Taking customers from a list: `publisher recipients import`."""

from __future__ import annotations

import csv
import gzip
import os
import re
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from publisher.edges.ledger import close_ledgers
from publisher.edges.ledger.schema import DELIVERIES, EVENTS, RECIPIENTS
from publisher.edges.project import Project
from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.houses import CUSTOMERS, NOW, TWO, letter_states, send_letters, spooled
from tests.fixtures.recipients import recipients_of
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

HEAD = "customer,address,name\n"


@pytest.fixture
def own(project: Project) -> House:
    """A project with three recipients and no git."""
    return House(project.root)


def take(house: House, text: str | bytes, *options: str, code: int = 0) -> str:
    """Imports a list; returns what was said."""
    path = house.root / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = house.run("recipients", "import", str(path), *options, at=NOW)
    assert result.exit_code == code, result.output
    return result.output


def told(house: House) -> dict[str, str]:
    """Who is told, and at which address."""
    return {one.customer: one.address for one in recipients_of(ledger_of(house.project))}


def happened(house: House) -> list[str]:
    """The kinds of all events."""
    with ledger_of(house.project)._reading() as db:
        return list(db.execute(select(EVENTS.c.kind).order_by(EVENTS.c.id)).scalars())


# ── what an import does ──────────────────────────────────────────────────────────────────────────


def test_a_list_is_taken_and_taken_again(own: House) -> None:
    data = CUSTOMERS.replace(b"Anna Example", b"Anna E.") + b"c-4,anna@customer.example,\n"
    assert take(own, data) == (
        "1 new, 1 changed, 2 unchanged\n"
        "  note: anna@customer.example is the address of several customers; each is told\n"
    )
    assert take(own, data).startswith("0 new, 0 changed, 4")
    assert happened(own) == ["listed"] * 4 + ["changed"]


def test_a_column_that_is_not_there_alters_nothing(own: House) -> None:
    take(
        own,
        "customer,address,language,class,joined\nc-1,anna@customer.example,DE,customer,2020-02-02\n",
    )
    assert take(own, CUSTOMERS) == "0 new, 0 changed, 3 unchanged\n"
    with ledger_of(own.project)._reading() as db:
        row = db.execute(select(RECIPIENTS).where(RECIPIENTS.c.customer == "c-1")).one()
    assert (row.name, row.language) == ("Anna Example", "de")
    assert (row._mapping["class"], row.joined) == ("customer", "2020-02-02")
    assert "1 changed" in take(own, "customer,address,language\nc-1,anna@customer.example,\n")


def test_identical_rows_are_one_and_contradictions_refuse_the_list(own: House) -> None:
    row = "c-4,d@one.example,Dora\n"
    output = take(own, HEAD + row + "c-5,e@one.example,\n" + row)
    assert output == "2 new, 0 changed, 0 unchanged, 1 duplicate line\n"
    assert take(own, HEAD + row * 3) == "0 new, 0 changed, 1 unchanged, 2 duplicate lines\n"
    again = HEAD + row + "c-4,d@two.example,Dora\nc-6,f@one.example,\nc-6,f@one.example,F\n"
    output = take(own, again, code=2)
    assert "2 problems in the list; nothing was taken" in output
    assert "list.csv:3: the customer `c-4` is on line 2 with other data" in output
    assert "list.csv:5: the customer `c-6` is on line 4 with other data" in output
    assert "c-6" not in told(own)


def test_a_contradiction_is_found_however_far_apart_its_lines_are(own: House) -> None:
    many = "".join(f"m-{n},m{n}@one.example,\n" for n in range(2_500))
    data = f"{HEAD}m-7,m7@one.example,\n{many}m-7,other@one.example,\n"
    assert "list.csv:2503: the customer `m-7` is on line 2 with" in take(own, data, code=2)
    assert len(told(own)) == 3
    assert take(own, data.rpartition("m-7")[0]).startswith("2,500 new, 0 changed, 0")


def test_one_impossible_address_refuses_nobody_else(own: House) -> None:
    data = HEAD + "c-4,not an address,\nc-5,e@one.example,\nc-6,f@one.example,see www.x.example\n"
    output = take(own, data, code=1)
    assert output.startswith("1 new, 0 changed, 0 unchanged, 2 lines left out\n")
    assert "list.csv:2: `not an address` is not an address" in output
    assert "list.csv:4: the name has a web address" in output
    assert set(told(own)) == {"c-1", "c-2", "c-3", "c-5"}


def test_a_cell_that_is_only_recorded_leaves_nobody_untold(own: House) -> None:
    columns = "customer,address,language,class,joined\n"
    data = columns + "c-4,d@one.example,en_US,company,01.03.2026\nc-5,e@one.example,de,,\n"
    assert take(own, data, code=1) == (
        "2 new, 0 changed, 0 unchanged\n"
        f"taken without this cell: {own.root}/list.csv:2: the class 'company' is not `customer` or "
        "`business user`\n"
        f"taken without this cell: {own.root}/list.csv:2: '01.03.2026' in the column `joined` is "
        "not read as a day: write year, month and day as YYYY-MM-DD\n"
    )
    with ledger_of(own.project)._reading() as db:
        row = db.execute(select(RECIPIENTS).where(RECIPIENTS.c.customer == "c-4")).one()
    assert (row.state, row.language, row._mapping["class"], row.joined) == ("told", "en-US", "", "")
    assert "2 problems" in take(own, data, "--strict", code=2)
    # What is known of somebody does not go because of such a cell.
    assert "1 unchanged" in take(own, columns + "c-5,e@one.example,german,,\n", code=1)


def test_columns_that_are_not_known_are_named_and_not_read(own: House) -> None:
    data = "customer,address,phone,city\nc-4,d@one.example,0123,Bonn\n"
    assert take(own, data) == (
        "1 new, 0 changed, 0 unchanged\n"
        "  note: not read, since we do not know the columns: `phone`, `city`\n"
    )
    assert "the column `phone` is not one we know" in take(own, data, "--strict", code=2)
    assert "did you mean `address`?" in take(own, "customer,adress\nc-4,d@one.example\n", code=2)


def test_all_faults_are_written_to_a_file(own: House) -> None:
    data = "customer,address,class\n" + "".join(f"x-{n},broken,\n" for n in range(60))
    data += "c-4,d@one.example,company\n"
    assert "… and 10 more; --faults FILE writes all of them" in take(own, data, code=1)
    file = own.root / "faults.csv"
    assert "… and 10 more\n" in take(own, data, "--faults", str(file), code=1)
    with file.open(newline="") as read:
        rows = list(csv.reader(read))
    assert rows[0] == ["line", "customer", "what"]
    assert rows[1][:2] == ["2", "x-0"]
    assert rows[1][2].startswith("`broken` is not an address")
    assert (len(rows), rows[-1][:2]) == (62, ["62", "c-4"])
    assert file.stat().st_mode & 0o077 == 0
    # Also where the list is refused, and never over the list.
    take(own, data, "--strict", "--faults", str(file), code=2)
    assert len(file.read_text().splitlines()) == 62
    again = HEAD + "c-6,f@one.example,\nc-6,f@one.example,F\n"
    take(own, again, "--faults", str(file), code=2)
    assert "the customer `c-6` is on line 2" in file.read_text()
    path = own.root / "list.csv"
    assert "into the list itself" in take(own, data, "--faults", str(path), code=2)
    assert path.read_text() == data
    take(own, HEAD + "c-7,g@one.example,\n", "--faults", str(own.root / "no/such"), code=2)
    assert "c-7" not in told(own)


@pytest.mark.parametrize("text", [HEAD, HEAD.strip(), HEAD + "\n,,\n"])
def test_a_list_with_headings_alone_does_not_pass_for_a_good_one(own: House, text: str) -> None:
    output = take(own, text, code=1)
    assert output.startswith("0 new, 0 changed, 0 unchanged\nnobody is in this list: it has only")
    for options in (["--all"], ["--all", "--confirm"]):
        assert "nobody is in this list" in take(own, text, *options, code=2)
    assert len(told(own)) == 3


def test_strict_refuses_everything(own: House) -> None:
    data = HEAD + "c-5,e@one.example,\nc-4,not an address,\n"
    assert "1 problem in the list; nothing was taken" in take(own, data, "--strict", code=2)
    assert len(told(own)) == 3


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("customer,mail\nc1,a@example.com\n", "no column `address`"),
        ("", "no column `customer`"),
        (HEAD + "c1,a@x.example,Anna\nc2,b@x.example,Jörg\n", "Windows-1252"),
        (HEAD + 'c1,a@x.example,"Anna\n' + "c,c@x.example,C\n" * 1500, "a quote is opened"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(own: House, text: str, told_of: str) -> None:
    before = happened(own)
    assert told_of in take(own, text.encode("cp1252"), code=2)
    assert happened(own) == before


def test_a_fault_at_the_end_takes_back_what_was_taken(own: House) -> None:
    many = "".join(f"m-{n},m{n}@one.example,N\n" for n in range(3_000))
    before = happened(own)
    assert "UTF-8" in take(own, (HEAD + many).encode() + b"z,z@one.example,J\xf6rg\n", code=2)
    assert happened(own) == before


def test_an_id_that_is_an_address_stands_in_no_event(own: House) -> None:
    take(own, "customer,address,language\nann@id.example,ann@one.example,de\n")
    take(own, "customer,address\nann@id.example,ann@two.example\n")
    with ledger_of(own.project)._reading() as db:
        facts = db.execute(select(EVENTS.c.facts)).scalars().all()
    assert not any("@" in text for text in facts)
    assert told(own)["ann@id.example"] == "ann@two.example"


# ── where it comes from ──────────────────────────────────────────────────────────────────────────


def test_a_list_may_be_compressed_and_come_by_standard_input(own: House) -> None:
    packed = gzip.compress((HEAD + "c-4,d@one.example,\n").encode())
    assert take(own, packed).startswith("1 new")
    result = own.run("recipients", "import", "-", stdin=packed, at=NOW)
    assert result.output == "0 new, 0 changed, 1 unchanged\n"
    assert "cut off or damaged" in take(own, packed[:-9], code=2)
    assert "cut off or damaged" in take(own, packed[:12] + b"\xff" * 9 + packed[21:], code=2)


def test_a_list_comes_by_a_pipe_and_the_command_for_another_encoding_works(own: House) -> None:
    """By real processes: a shell, iconv, and a pipe that nobody can go back in."""
    path = own.root / "our list.csv"
    path.write_bytes((HEAD + "c-4,d@one.example,Jörg\n").encode("cp1252"))
    words = [sys.executable, "-P", "-m", "publisher"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    how = {"cwd": own.root, "env": environment, "capture_output": True, "text": True}
    refused = subprocess.run(
        [*words, "recipients", "import", str(path), "--all", "--strict"], **how
    )  # type: ignore[call-overload]
    assert refused.returncode == 2
    command = refused.stderr.splitlines()[-1].strip()
    assert command.startswith("iconv -f WINDOWS-1252 -t UTF-8 '")
    assert command.endswith("import - --strict --all")
    program = own.root / "bin/publisher"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m publisher "$@"\n')
    program.chmod(0o755)
    environment["PATH"] = f"{program.parent}:{environment['PATH']}"
    done = subprocess.run(["sh", "-c", command.replace(" --all", "")], **how)  # type: ignore[call-overload]
    assert done.stdout == "1 new, 0 changed, 0 unchanged\n", done.stderr
    assert {one.name for one in recipients_of(ledger_of(own.project))} > {"Jörg"}


KILLED = """
import os, signal, sys
from pathlib import Path
from publisher.actions.import_recipients import import_recipients
from publisher.actions.workplace import Workplace
from publisher.people.recipients_import import ImportOptions

def killing(what, done, total):
    if done * 2 > total:
        os.kill(os.getpid(), signal.SIGKILL)

with open(sys.argv[2], "rb") as file:
    import_recipients(Workplace.find(Path(sys.argv[1])), file, ImportOptions(), killing)
"""


def test_an_import_that_is_killed_leaves_nothing_of_it(own: House) -> None:
    path = own.root / "list.csv"
    path.write_text(HEAD + "".join(f"m-{n},m{n}@one.example,N\n" for n in range(12_000)))
    before = happened(own)
    words = [sys.executable, "-P", "-c", KILLED, str(own.root), str(path)]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -9
    assert happened(own) == before
    assert take(own, path.read_bytes()).endswith("12,000 new, 0 changed, 0 unchanged\n")
    assert list(ledger_of(own.project).audit(lambda *_: None).findings) == []


def test_progress_is_told(own: House) -> None:
    assert "importing, kB:" in take(own, HEAD + "c-4,d@one.example,\n" * 30_000)


# ── a complete list ──────────────────────────────────────────────────────────────────────────────

MANY = HEAD + "".join(f"m-{n},m{n}@one.example,\n" for n in range(40))


def test_who_is_missing_in_a_complete_list_is_taken_off_and_comes_again(own: House) -> None:
    assert take(own, MANY.encode() + CUSTOMERS.split(b"\n", 1)[1]).startswith("40 new")
    assert take(own, MANY, "--all") == "0 new, 0 changed, 40 unchanged, 3 removed\n"
    assert "c-1" not in told(own)
    assert take(own, CUSTOMERS) == (
        "0 new, 3 changed, 0 unchanged\n"
        "  note: 3 customers had been removed, and are told again from now on\n"
    )
    assert told(own)["c-1"] == "anna@customer.example"


def test_more_than_a_tenth_is_taken_off_only_if_that_is_said_to_be_meant(own: House) -> None:
    take(own, MANY)
    part = "\n".join(MANY.splitlines()[:31])
    before = happened(own)
    output = take(own, part + "\nz-1,z@one.example,\n", "--all", code=2)
    assert "13 of 43 recipients are not in this list" in output
    command = f"publisher recipients import {own.root / 'list.csv'} --all --confirm"
    assert command in output
    assert happened(own) == before
    assert "13 removed" in take(own, part, "--all", "--confirm")


def test_a_line_that_is_left_out_does_not_take_its_customer_off(own: House) -> None:
    data = HEAD + "c-1,broken,\nc-2,ben@customer.example,Ben\nc-3,cleo@other.example,\n"
    assert "removed" not in take(own, data, "--all", code=1)
    assert set(told(own)) == {"c-1", "c-2", "c-3"}
    # Nor does one that does not say whose it is.
    output = take(own, HEAD + ",anna@customer.example,\n", "--all", "--confirm", code=2)
    assert "list.csv:2: it cannot be read whom this line is about" in output
    assert set(told(own)) == {"c-1", "c-2", "c-3"}
    # A good line after a bad one about the same customer counts.
    assert "1 changed" in take(own, HEAD + "c-1,broken,\nc-1,a@new.example,\n", code=1)


def test_who_was_erased_is_another_recipient(own: House) -> None:
    from publisher.record.event import EventKind, Happening

    ledger = ledger_of(own.project)
    first = ledger.customer("c-1")
    assert first is not None
    gone = Happening(EventKind.ERASED, NOW, recipient=first.number)
    ledger._write(lambda tx: tx.record(gone))
    assert take(own, CUSTOMERS) == (
        "1 new, 0 changed, 2 unchanged\n"
        "  note: 1 customer had been erased, and is recorded as a new recipient: c-1\n"
    )
    again = ledger.customer("c-1")
    assert again is not None
    assert again.number != first.number


# ── what follows for letters ─────────────────────────────────────────────────────────────────────


def test_a_corrected_address_is_told_again(own: House) -> None:
    data = CUSTOMERS.replace(b"cleo@other.example", b"cl\xc3\xa9o@other.example")
    assert "left out" in take(own, data, code=1)
    take(own, HEAD + "c-4," + "x" * 80 + "@one.example,Long\n")
    send_letters(own.project)
    ledger = ledger_of(own.project)
    one = ledger.delivery("privacy", TWO, 3)
    assert one is not None
    from publisher.people.deliveries import DeliveryState

    ledger.settle(one, DeliveryState.BOUNCED, "550", NOW, was=DeliveryState.ACCEPTED)
    take(own, HEAD + "c-3,cleo@other.example,Cleo\n")
    assert letter_states(own.project)["c-3"] == "bounced"
    take(own, HEAD + "c-3,cleo@new.example,Cleo\n")
    assert letter_states(own.project)["c-3"] == "to do"
    before = len(spooled(own.project))
    assert send_letters(own.project).accepted == 1
    assert len(spooled(own.project)) == before + 1


def test_who_came_with_a_version_is_not_told_of_it(own: House) -> None:
    take(own, "customer,address,version\nc-4,d@one.example,2\nc-5,e@one.example,privacy/1\n")
    plan = own.ok("send", "2", at=NOW)
    assert "to tell  4 of 5 recipients" in plan
    assert "agreed   1" in plan
    send_letters(own.project)
    states = letter_states(own.project)
    assert (states["c-4"], states["c-5"]) == ("agreed", "accepted")
    # What a list says later takes the place of what it said.
    assert "privacy has no release 7" in take(
        own, "customer,address,version\nc-4,d@one.example,7\n", code=1
    )
    assert "1 changed" in take(own, "customer,address,version\nc-4,d@one.example,1\n")
    assert send_letters(own.project).accepted == 1
    # That they came with what they have been told of since says nothing new.
    assert "1 unchanged" in take(own, "customer,address,version\nc-4,d@one.example,1\n")
    same = take(own, "customer,address,version\nc-5,e@one.example,privacy/2\n")
    assert "1 changed" in same
    with ledger_of(own.project)._reading() as db:
        count = select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.state == "agreed")
        assert db.execute(count).scalar_one() == 1


def test_who_stops_it_is_told_that_nothing_was_taken(own: House) -> None:
    rows = "".join(f"n-{number},n{number}@one.example,Nobody\n" for number in range(200_000))
    (own.root / "many.csv").write_text(HEAD + rows)
    before = happened(own)
    close_ledgers()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "publisher", "recipients", "import", "many.csv"],
        cwd=own.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        # Where this is run in the background, a shell has it pass over SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        assert running.stderr
        assert "importing" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    assert running.returncode == 130, said
    assert "error: many.csv: stopped; nothing was taken\n  try: import the list again" in said
    assert "Traceback" not in said
    assert happened(own) == before


def test_what_is_no_list_is_given_up_early(own: House) -> None:
    before = happened(own)
    faulty = "x-1,broken,Nobody\n" * 15_000
    good = "".join(f"n-{number},n{number}@one.example,N\n" for number in range(9_000))
    packed = gzip.compress((HEAD + good + faulty * 4).encode())
    assert len(packed) < 1 << 18
    output = take(own, packed, code=2)
    assert "this is no list of customers: 10000 of its first 19000 lines are faulty" in output
    assert happened(own) == before
    # How far it is goes by what is decompressed.
    told_of = [int(done) for done in re.findall(r"importing, kB: (\d+) of", output)]
    assert told_of == sorted(told_of)
    # Fewer faults than good lines leave a list a list, however many they are.
    good = "".join(f"n-{number},n{number}@one.example,N\n" for number in range(10_100))
    faulty = "x-1,broken,Nobody\n" * 10_050
    output = take(own, gzip.compress((HEAD + good + faulty).encode()), code=1)
    assert "10,100 new" in output
    assert re.search(r"importing, kB: (\d+) of \1\n", output)
