"""The letter as it went out, whatever is composed today: `publisher notice --as … --sent`."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sqlite3
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from publisher.actions.send_receipts import send_receipts
from publisher.actions.sent_letter import sent_letter
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.errors import KeptLetterError, NotFoundError
from publisher.letters.message import LetterForm
from publisher.letters.splicing import Template, letter_of
from publisher.people.deliveries import DeliveryState
from publisher.people.due import delivery_due
from publisher.people.requests import RequestKind
from publisher.releases.number import Number
from tests.fixtures.answers import declare
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    import_customers,
    letter_for,
    make,
    reseal,
    send_letters,
    spooled,
    token,
    workplace,
)
from tests.fixtures.letters import read_message
from tests.fixtures.mailbox import told_house
from tests.fixtures.old_ledgers import write_old_file
from tests.fixtures.workplaces import archive_of, ledger_of

CUSTOMERS = ("c-1", "c-2", "c-3")
LATER = NOW + dt.timedelta(days=3)


def sent(project: Project, customer: str, form: LetterForm = LetterForm.EML) -> bytes:
    return sent_letter(workplace(project, LATER), "privacy", TWO, customer, form)


@pytest.mark.usefixtures("each_engine")
def test_each_letter_comes_back_as_the_carrier_had_it(project: Project) -> None:
    send_letters(project)
    assert sorted(sent(project, one) for one in CUSTOMERS) == sorted(spooled(project))
    # The head of the ledger when the run began is not known before.
    head = re.compile(rb"Policy-Ledger: .*\r\n(?: .*\r\n)*")
    assert head.sub(b"", sent(project, "c-2")) == letter_for(project, "c-2").data


def test_what_is_composed_today_does_not_matter(project: Project) -> None:
    """Neither another name, nor another key, nor another letter in the folder of the release."""
    send_letters(project)
    before = {one: sent(project, one) for one in CUSTOMERS}
    import_customers(project, b"customer,address,name\nc-1,anna@new.example,Anna Other\n")
    second = archive_of(project).release("privacy", TWO)
    folder = project.versions / "privacy/2"
    (folder / "notice.md").write_text(second.notice.replace("Dear {{name}},", "Hello {{name}}!"))
    reseal(folder)
    assert letter_for(project, "c-1").data != before["c-1"]
    assert {one: sent(project, one) for one in CUSTOMERS} == before
    message = read_message(sent(project, "c-1"))
    assert message["To"] == "Anna Example <anna@customer.example>"


@pytest.mark.usefixtures("each_engine")
def test_a_later_run_goes_on_with_the_template_or_begins_a_new_one(project: Project) -> None:
    def templates() -> int:
        with ledger_of(project)._database.reading() as db:
            return int(db.execute(text("SELECT count(*) FROM template")).scalar_one())

    send_letters(project)
    assert templates() == 1
    import_customers(project, b"customer,address\nc-4,dan@x.example\n")
    send_letters(project)
    assert templates() == 1
    # A program that composes another letter takes a template of its own once that is smaller.
    sample = sent(project, "c-1") + b"x" * 5000
    ledger = ledger_of(project)
    for count, expected in ((0, 1), (10_000_000, 2), (1, 2)):
        ledger.begin("privacy", TWO, LATER, sample, count)
        assert templates() == expected
    assert ledger.begin("privacy", Number(3), LATER, sample, 1).data == sample
    before = set(spooled(project))
    import_customers(project, b"customer,address\nc-5,eve@x.example\n")
    send_letters(project)
    (new,) = set(spooled(project)) - before
    assert sent(project, "c-5") == new


def test_the_text_that_travels_with_the_letter_is_kept_once(tmp_path: Path) -> None:
    project = make(tmp_path, profile="p2b")
    folder = project.versions / "privacy/2"
    (folder / "policy.pdf").write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 800)
    reseal(folder)
    import_customers(project, b"customer,address\nc-1,anna@customer.example\nc-2,ben@x.example\n")
    send_letters(project)
    assert {sent(project, one) for one in ("c-1", "c-2")} == set(spooled(project))
    (attached,) = read_message(sent(project, "c-1")).iter_attachments()
    assert attached.get_content() == (folder / "policy.pdf").read_bytes()
    with ledger_of(project)._database.reading() as db:
        sizes = db.execute(text("SELECT length(body) FROM private WHERE body IS NOT NULL"))
        assert max(sizes.scalars()) < 700


@pytest.mark.usefixtures("each_engine")
def test_a_letter_that_was_never_handed_over_erased_or_not_kept_is_said_to_be_so(
    project: Project,
) -> None:
    def refused(customer: str, why: str) -> KeptLetterError:
        with pytest.raises(KeptLetterError, match=why) as caught:
            sent(project, customer)
        return caught.value

    assert refused("c-1", "is not on record").remedy == (
        "publisher notice 2 --as c-1  # as it is composed today"
    )
    with pytest.raises(NotFoundError, match="`c-9`"):
        sent(project, "c-9")
    ledger = ledger_of(project)
    release = archive_of(project).release("privacy", TWO)
    third = ledger.customer("c-3")
    assert third is not None
    # As what version 0.1.0 recorded comes over: it kept no letter.
    one = delivery_due(release, third, NOW)
    ledger.mark(one, third.address, "id@hosting.example", NOW)
    ledger.settle(one, DeliveryState.ACCEPTED, "250 ok", NOW)
    assert "version 0.1.0" in refused("c-3", "was not kept").what
    send_letters(project)
    assert sent(project, "c-1")
    House(project.root).ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert refused("c-1", "the letter about version 2 to `c-1` was erased")
    assert sent(project, "c-2")
    # Another recipient has the id now, who was told of nothing yet.
    import_customers(project, b"customer,address,name\nc-1,anna@new.example,Anna\n")
    assert refused("c-1", "the letter about version 2 to `c-1` was erased")
    send_letters(project)
    assert b"anna@new.example" in sent(project, "c-1")
    House(project.root).ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert refused("c-1", "the letter about version 2 to `c-1` was erased")


def test_who_was_told_is_shown_what_they_got(project: Project) -> None:
    """Without being asked: what would be composed today was never sent."""
    house = House(project.root)
    before = house.ok("notice", "2", "--as", "c-1", "--format", "eml", at=NOW)
    assert "handed over" not in before
    send_letters(project)
    import_customers(project, b"customer,address,name\nc-1,anna@new.example,Anna Other\n")
    shown = house.run("notice", "2", "--as", "c-1", "--format", "eml", at=LATER)
    assert shown.stdout_bytes == sent(project, "c-1")
    assert shown.stderr == (
        "This is the letter as it was handed over (accepted); as it is composed today: --composed\n"
    )
    today = house.ok("notice", "2", "--as", "c-1", "--composed", at=LATER)
    assert "Anna Other" in today
    assert "handed over" not in today
    ledger = ledger_of(project)
    one = ledger.delivery("privacy", TWO, 1)
    assert one is not None
    ledger.settle(one, DeliveryState.BOUNCED, "550 no", LATER, was=DeliveryState.ACCEPTED)
    assert "(bounced)" in house.run("notice", "2", "--as", "c-1", at=LATER).stderr
    house.ok("resolve", "2", "c-1", "--again", at=LATER)
    assert "Anna Other" in house.ok("notice", "2", "--as", "c-1", at=LATER)
    for words in (("--sent", "--composed", "--as", "c-1"), ("--sent",)):
        assert house.run("notice", "2", *words, at=LATER).exit_code == 2


def test_a_letter_on_record_that_was_altered_is_not_composed_anew(project: Project) -> None:
    send_letters(project)
    database = sqlite3.connect(project.private / "ledger.sqlite")
    with database:
        for name in ("template_update", "template_delete"):
            database.execute(f"DROP TRIGGER IF EXISTS {name}")
        database.execute("UPDATE template SET body = x'00'")
    database.close()
    result = House(project.root).run("notice", "2", "--as", "c-1", at=LATER)
    assert result.exit_code == 2
    assert "not the one" in result.output or "not what was stored" in result.output


def test_of_a_ledger_of_version_0_1_0_no_letter_is_there(tmp_path: Path) -> None:
    project = make(tmp_path)
    write_old_file(project.private / "ledger.sqlite")
    house = House(project.root)
    house.ok("ledger", "migrate")
    result = house.run("notice", "2", "--as", "c-1", "--sent")
    assert result.exit_code == 2
    assert "to `c-1` was not kept: version 0.1.0 of this program sent it" in result.output
    assert "  try: publisher notice 2 --as c-1  # as it is composed today" in result.output
    close_ledgers()


@pytest.mark.usefixtures("each_engine")
def test_receipts_are_kept_too(project: Project) -> None:
    """Against the receipt of the sample customer, which is stored once for a release."""
    for customer in CUSTOMERS:
        declare(project, token(project, customer))
    assert send_receipts(workplace(project)).sent == 3
    declare(project, token(project, "c-1"), RequestKind.WITHDRAW)
    assert send_receipts(workplace(project)).sent == 1
    told = """SELECT e.recipient, e.policy, e.release, p.value, p.body FROM event e
              JOIN private p ON p.event = e.id WHERE e.kind = 'told' ORDER BY e.id"""
    with ledger_of(project)._database.reading() as db:
        rows = db.execute(text(told)).all()
        ((digest, body),) = db.execute(text("SELECT digest, body FROM template")).all()
    template = Template.stored(body, digest)
    assert read_message(template.data)["To"] == "Sample Customer <customer@customer.example>"
    assert [tuple(row[:3]) for row in rows] == [(n, "privacy", "2") for n in (1, 2, 3, 1)]
    letters = set()
    for row in rows:
        whole = bytes.fromhex(json.loads(row.value)["sha256"])
        letters.add(letter_of(row.body, whole, {digest: template}.__getitem__))
        assert len(row.body) < 500
    assert letters == set(spooled(project))


# ── by the command line ──────────────────────────────────────────────────────────────────────────


def test_in_every_form(tmp_path: Path) -> None:
    with told_house(tmp_path) as (house, box):
        (data,) = (data for to, data in box.letters if to == "ann@example.com")
        show = ("notice", "2", "--as", "c1", "--sent")
        target = tmp_path / "letter"

        def shown(form: str) -> bytes:
            house.ok(*show, "--format", form, "-o", str(target))
            return target.read_bytes()

        kept = shown("eml")
        assert kept.replace(b"\r\n", b"\n") == data.replace(b"\r\n", b"\n")
        message = read_message(kept)
        for form, kind in (("text", "plain"), ("html", "html")):
            part = message.get_body((kind,))
            assert part is not None
            assert shown(form).decode() == part.get_content().replace("\r\n", "\n")
        paper = PdfReader(io.BytesIO(shown("pdf")))
        words = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
        assert "Dear Ann Ä," in words
        assert paper.attachments["letter.eml"] == [kept]
        result = house.run("notice", "2", "--sent")
        assert result.exit_code == 2
        assert "--as" in result.output
        result = house.run("notice", "3", "--as", "c1", "--sent")
        assert result.exit_code == 2
        assert "is not on record" in result.output


def test_it_needs_no_release_that_is_as_it_was(project: Project) -> None:
    """What was sent is on record, also where somebody altered the release since."""
    send_letters(project)
    (project.versions / "privacy/2/notice.md").write_text("# Nothing\n")
    said = House(project.root).ok("notice", "2", "--as", "c-1", "--sent")
    assert "Dear Anna Example," in said
