"""Letters handed to a mail merge: `publisher notice export`."""

from __future__ import annotations

import csv
import gzip
import io
import os
import signal
import stat
import sys
from email import message_from_bytes
from email.policy import default
from itertools import count
from pathlib import Path
from shutil import copytree

import pytest

from publisher.actions.export_notice import ExportOrder, export_notice
from publisher.actions.sent_letter import sent_letter
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, OutputError, SendError
from publisher.letters.merging import MergeForm, MergePlan, MergeReport
from publisher.letters.message import LetterForm
from publisher.letters.sending import SendingReport
from tests.fixtures.house import House, git
from tests.fixtures.houses import (
    LATE,
    NOW,
    TWO,
    import_customers,
    letter_for,
    letter_states,
    make,
    send_letters,
    token,
    told,
    workplace,
)
from tests.fixtures.recipients import recipients_of
from tests.fixtures.workplaces import ledger_of

engines = pytest.mark.usefixtures("each_engine")


def merged(project: Project, place: Path, *, again: bool = False) -> MergeReport:
    done = export_notice(
        workplace(project), "privacy", TWO, ExportOrder(place, again=again, confirmed=True)
    )
    assert isinstance(done, MergeReport)
    return done


def rows_of(place: Path) -> dict[str, dict[str, str]]:
    data = place.read_bytes()
    text = (gzip.decompress(data) if place.suffix == ".gz" else data).decode()
    return {row["customer"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Outside the project."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out/letters.csv"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "house").mkdir()
    return told(tmp_path / "house")


@engines
def test_each_row_has_the_letter_that_send_would_send(project: Project, out: Path) -> None:
    composed = {one: letter_for(project, one) for one in ("c-1", "c-2", "c-3")}
    assert merged(project, out).written == 3
    rows = rows_of(out)
    assert list(rows) == ["c-1", "c-2", "c-3"]
    for customer, row in rows.items():
        letter = message_from_bytes(composed[customer].data, policy=default)
        assert row["text"] == composed[customer].part("text/plain")
        assert row["html"] == composed[customer].part("text/html")
        assert (row["subject"], row["reply"]) == (letter["Subject"], letter["Reply-To"])
        assert row["address"] == composed[customer].to
        assert token(project, customer) in row["link"]
        assert row["link"] in row["text"]
        assert row["changes"] in row["text"]
        assert (row["effective"], row["closes"]) == ("2027-03-01", "2027-02-28")
    assert [rows[one]["name"] for one in rows] == ["Anna Example", "Ben <b>Example</b>", ""]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    kept = sent_letter(workplace(project), "privacy", TWO, "c-1", LetterForm.HTML)
    assert kept.decode() == rows["c-1"]["html"]


@engines
def test_nobody_who_was_exported_is_sent_anything(project: Project, out: Path) -> None:
    merged(project, out)
    assert set(letter_states(project).values()) == {"in doubt"}
    (one, *_) = ledger_of(project).deliveries("privacy", 2)
    assert one.reply == "handed to a mail merge on 2027-01-10"
    listed = House(project.root).ok("resolve", "2", at=NOW)
    assert "mail merge: publisher deliveries import FILE --release 2" in listed
    assert "relay's log" not in listed
    assert send_letters(project) == SendingReport(0, 0, 0, 0)
    import_customers(project, b"customer,address,name\nc-4,dora@customer.example,Dora\n")
    assert send_letters(project) == SendingReport(1, 0, 0, 0)
    assert workplace(project).sent_releases.all().keys() == {("privacy", TWO)}


@engines
def test_whoever_was_sent_a_letter_is_in_no_row(project: Project, out: Path) -> None:
    send_letters(project)
    import_customers(project, b"customer,address,name\nc-4,dora@customer.example,Dora\n")
    assert merged(project, out).written == 1
    assert list(rows_of(out)) == ["c-4"]


@engines
def test_the_same_rows_are_written_once_more_when_asked_for(project: Project, out: Path) -> None:
    merged(project, out)
    other = out.with_name("again.csv")
    done = export_notice(workplace(project, LATE), "privacy", TWO, ExportOrder(other))
    assert isinstance(done, MergePlan)
    assert (done.rows, done.doubtful) == (0, 3)
    assert not other.exists()
    assert merged(project, other, again=True).anew == 3
    assert other.read_bytes() == out.read_bytes()
    # Whose letter a person settled is in no doubt.
    House(project.root).ok("resolve", "2", "c-1", "--accepted", at=NOW)
    assert merged(project, out.with_name("third.csv"), again=True).anew == 2


def test_letters_as_messages(project: Project, out: Path) -> None:
    folder = out.with_name("letters")
    order = ExportOrder(folder, MergeForm.EML, confirmed=True)
    export_notice(workplace(project), "privacy", TWO, order)
    with (folder / "letters.csv").open(newline="", encoding="utf-8") as file:
        index = {row["customer"]: row for row in csv.DictReader(file)}
    assert len(list(folder.iterdir())) == 4
    for customer, row in index.items():
        sent = sent_letter(workplace(project), "privacy", TWO, customer, LetterForm.EML)
        assert (folder / row["file"]).read_bytes() == sent
        assert "html" not in row
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert (modes, stat.S_IMODE(folder.stat().st_mode)) == ({0o600}, 0o700)


def test_a_name_that_ends_so_is_compressed(project: Project, out: Path) -> None:
    place = out.with_name("letters.csv.gz")
    merged(project, place)
    assert rows_of(place).keys() == {"c-1", "c-2", "c-3"}


def test_nothing_is_written_where_git_has_it_or_over_anything(
    project: Project, out: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", str(tmp_path / "elsewhere"))
    for place in (project.root / "letters.csv", tmp_path / "elsewhere/deep/letters.csv"):
        with pytest.raises(ConfigurationError, match="customers' addresses"):
            merged(project, place)
    out.write_text("rows that were not mailed yet")
    with pytest.raises(OutputError, match="nothing is written over"):
        merged(project, out)
    assert set(letter_states(project).values()) <= {"to do"}
    assert merged(project, project.root / ".publisher/letters.csv").written == 3


def test_a_letter_that_may_not_be_sent_is_not_exported(project: Project, out: Path) -> None:
    late = ExportOrder(out, confirmed=True)
    with pytest.raises(SendError, match="too late"):
        export_notice(workplace(project, LATE), "privacy", TWO, late)
    with ledger_of(project).alone("send", project.private) as ours:
        assert ours
        with pytest.raises(SendError, match="at this moment"):
            merged(project, out)
    assert not out.exists()


def test_a_person_sees_the_plan_and_what_comes_next(project: Project, out: Path) -> None:
    house = House(project.root)
    plan = house.ok("notice", "export", "2", "-o", str(out), at=NOW)
    assert f"by       a mail merge: {out}" in plan
    assert "to tell  3 of 3 recipients" in plan
    assert plan.count("until    30 January 2027: the last day to have them accepted in time") == 1
    assert f"publisher notice export 2 -o {out} --confirm" in plan
    assert not out.exists()
    done = house.ok("notice", "export", "2", "-o", str(out), "--confirm", at=NOW)
    assert "3 letters written" in done
    assert "publisher deliveries import FILE" in done
    more = house.ok("notice", "export", "2", "-o", str(out.with_name("b")), "--confirm", at=NOW)
    assert "Nobody else is to be told. 3 were handed to a mail merge" in more
    assert "--again" in more


def test_a_letter_that_is_written_again_goes_where_it_went(project: Project, out: Path) -> None:
    """And whoever writes it again is told that somebody has another address now."""
    house = House(project.root)
    merged(project, out)
    again = ("notice", "export", "2", "-o", str(out.with_name("b.csv")), "--again")
    assert "beware" not in house.ok(*again, at=NOW)
    rows = b"customer,address\nc-2,new@customer.example\n"
    house.ok("recipients", "import", "-", stdin=rows, at=NOW)
    said = " ".join(house.ok(*again, at=NOW).split())
    assert "beware 1 of them goes to an address that was corrected since" in said
    assert "publisher resolve 2 CUSTOMER --again" in said
    house.ok("resolve", "2", "c-2", "--again", at=NOW)
    assert "beware" not in house.ok(*again, at=NOW)
    house.ok(*again, "--confirm", at=NOW)
    assert rows_of(out.with_name("b.csv"))["c-2"]["address"] == "new@customer.example"


def test_the_profile_asks_for_the_text_to_travel_with_the_letter(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    project = make(tmp_path / "house", profile="p2b")
    import_customers(project, b"customer,address\nc-1,anna@customer.example\n")
    (tmp_path / "out").mkdir()
    plan = export_notice(workplace(project), "privacy", TWO, ExportOrder(tmp_path / "out/a.csv"))
    assert "  to mend  attach policy.pdf to each letter, as its profile asks for" in plan.lines()
    folder = ExportOrder(tmp_path / "out/b", MergeForm.EML, confirmed=True)
    export_notice(workplace(project), "privacy", TWO, folder)
    (letter,) = (tmp_path / "out/b").glob("*.eml")
    files = [p.get_filename() for p in message_from_bytes(letter.read_bytes()).walk()]
    assert "privacy-2.pdf" in files


# ── cut off ──────────────────────────────────────────────────────────────────────────────────────


def killed(project: Project, place: Path, number: int) -> bool:
    """Whether a run in a process of its own was killed: before it touches a file for the so
    manieth time, or tells of its progress.
    """
    close_ledgers()
    child = os.fork()
    if not child:
        code, left = 99, [number]

        def strike(*_: object) -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        def heard(event: str, words: tuple[object, ...]) -> None:
            writes = event == "open" and isinstance(words[2], int) and words[2] & os.O_ACCMODE
            if writes or event in ("os.rename", "os.remove", "os.mkdir", "os.chmod"):
                strike()

        try:
            order = ExportOrder(place, confirmed=True)
            sys.addaudithook(heard)
            export_notice(workplace(project), "privacy", TWO, order, strike)
            code = 0
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def test_killed_anywhere_the_next_run_writes_the_same_rows(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.actions.export_notice._PAGE", 1)
    (tmp_path / "first").mkdir()
    told(tmp_path / "first")
    states = set()
    for number in count(1):
        close_ledgers()
        project = Project(copytree(tmp_path / "first", tmp_path / str(number)))
        place = out.with_name(f"{number}.csv")
        if not killed(project, place, number):
            break
        states.add(frozenset(letter_states(project).items()))
        rows = rows_of(place) if place.exists() else {}
        if rows:
            # Whoever has the file has the whole of it, and of each letter it is known.
            assert set(letter_states(project).values()) == {"in doubt"}
            nothing_to_write(project, place)
        else:
            assert merged(project, place).written == 3
        assert rows_of(place).keys() == {"c-1", "c-2", "c-3"}
        assert all(row["text"] for row in rows_of(place).values())
        assert [path.name for path in out.parent.glob(".*.part")] == []
        assert send_letters(project) == SendingReport(0, 0, 0, 0)
    assert number > 10
    assert len(states) > 3


def nothing_to_write(project: Project, place: Path) -> None:
    """A run after one whose rows are there writes nothing."""
    order = ExportOrder(place.with_name("other.csv"), confirmed=True)
    assert isinstance(export_notice(workplace(project), "privacy", TWO, order), MergePlan)


def test_a_full_disk_leaves_nothing_to_be_read(project: Project, out: Path) -> None:
    """As `/dev/full` says it is, once the first letters are marked."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        export_notice(workplace(project), "privacy", TWO, ExportOrder(out, confirmed=True), full)
    assert list(out.parent.iterdir()) == []
    plan = export_notice(workplace(project), "privacy", TWO, ExportOrder(out))
    assert "  again    3 of a run that was cut off" in plan.lines()
    assert merged(project, out).written == 3


NAMES = (
    'O\'Neil, "Ann" (née Ä)',
    "=HYPERLINK(1)",
    "عميل, مثال",
    "a" * 190,
    "Müller-Lüdenscheidt " * 9,
    "x <y@z.example>",
    "=?utf-8?q?encoded?=",
    "  two  spaces",
    ";semi\\colon",
)


def test_names_and_addresses_are_in_their_columns_as_they_are_known(
    tmp_path: Path, out: Path
) -> None:
    (tmp_path / "house").mkdir()
    project = make(tmp_path / "house")
    text = io.StringIO()
    rows = [(f"n-{n}", f"p+{n}'x@münchen.example", name) for n, name in enumerate(NAMES)]
    csv.writer(text).writerows([("customer", "address", "name"), *rows])
    import_customers(project, text.getvalue().encode())
    merged(project, out)
    known = {one.customer: one for one in recipients_of(ledger_of(project))}
    found = rows_of(out)
    assert len(found) == len(NAMES)
    for customer, row in found.items():
        assert row["address"] == known[customer].address
        assert row["name"] == known[customer].name
