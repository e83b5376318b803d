"""Whoever mail does not reach is told by post: `publisher deliveries print`, then `resolve`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import outloud  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader

from publisher.edges.project import Project
from publisher.people.due import Due
from publisher.people.posting import Posting, part_name
from publisher.releases.number import Number
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, TWO, import_customers, send_letters, token, told
from tests.fixtures.relays import Keeps, real
from tests.fixtures.standards import broken
from tests.fixtures.workplaces import archive_of, ledger_of

MM = 72 / 25.4
ADDRESSES = (
    "customer,line1,line2,line3,line4,line5\n"
    "c-2,Beispielweg 7,10115 Berlin,,,\n"
    f"c-3,{'WIDE ' * 8},Flat 2,1 Long Lane,LONDON W1A 1AA,UNITED KINGDOM\n"
)

LONG_NAME = ("Cleopatra Hohenzollern-Sigmaringen " * 6)[:200].strip()


@pytest.fixture
def sent(tmp_path: Path) -> Project:
    """c-1 has their letter, those to c-2 and c-3 were refused; c-4 came later."""
    refused = dict.fromkeys(("ben@customer.example", "cleo@other.example"), "550 5.1.1 no such")
    with real(Keeps(refused)) as port:
        project = told(tmp_path, port=port)
        send_letters(project)
    listed = f"c-4,dora@customer.example,Dora\nc-3,cleo@other.example,{LONG_NAME}\n"
    import_customers(project, f"customer,address,name\n{listed}".encode())
    return project


def placed(data: bytes, page: int) -> list[tuple[str, float, float]]:
    """The words of a page with their places: mm from its left and from its upper edge."""
    found: list[tuple[str, float, float]] = []

    def visit(text: str, page: list[float], words: list[float], *_: object) -> None:
        left, up = words[4] * page[0] + page[4], words[5] * page[3] + page[5]
        if text.strip():
            found.append((text.strip(), left / MM, 297 - up / MM))

    PdfReader(io.BytesIO(data)).pages[page].extract_text(visitor_text=visit)
    return found


def seen_in_window(data: bytes, page: int) -> list[str]:
    """The lines of the address that the window of an envelope shows (DIN 5008, form B)."""
    words = placed(data, page)
    return [word for word, left, top in words if 20 <= left < 105 and 45 + 15 < top < 45 + 45]


@pytest.mark.usefixtures("each_engine")
def test_whoever_mail_did_not_reach_is_told_by_post(sent: Project) -> None:
    house, folder = House(sent.root), sent.root / ".publisher"
    place, listed = folder / "post.pdf", folder / "post.csv"
    (sent.root / "addresses.csv").write_text(ADDRESSES)
    words = ("--addresses", str(sent.root / "addresses.csv"), "-o", str(place))
    said = house.ok("deliveries", "print", "2", *words, at=NOW).splitlines()
    assert said[1] == "2 letters to print, each on sheets of its own:"
    assert said[-2] == (
        f'Once they are posted: publisher resolve 2 --from {listed} --otherwise "by post"'
    )
    assert place.stat().st_mode & 0o777 == listed.stat().st_mode & 0o777 == 0o600
    pages = PdfReader(place).pages
    starts = [at for at, page in enumerate(pages) if "Customer number" in page.extract_text()]
    assert len(starts) == 2
    assert all(at % 2 == 0 for at in starts)  # on the front of a sheet
    whole = "".join("".join(page.extract_text().split()) for page in pages)
    for customer in ("c-2", "c-3"):
        assert token(sent, customer) in whole  # with the very links of the mail, spelt out
    window = seen_in_window(place.read_bytes(), starts[0])
    assert window == ["Ben <b>Example</b>", "Beispielweg 7", "10115 Berlin"]
    # Whose name is too long for the window has it cut, and no line of the address.
    window = seen_in_window(place.read_bytes(), starts[1])
    assert window[0].startswith("Cleopatra Hohenzollern-Sigmaringen")
    assert window[-4:] == ["Flat 2", "1 Long Lane", "LONDON W1A 1AA", "UNITED KINGDOM"]
    assert not broken(place.read_bytes())
    assert outloud.check(str(place)).errors == 0
    rows = list(csv.DictReader(listed.read_text("utf-8").splitlines()))
    assert [(row["customer"], row["letter"], row["line2"]) for row in rows] == [
        ("c-2", "1", "10115 Berlin"),
        ("c-3", "2", "Flat 2"),
    ]
    # The list that was printed is the one by which it is recorded.
    posted = ("resolve", "2", "--from", str(listed), "--otherwise", "by post")
    assert "2 letters would be recorded as: told otherwise" in house.ok(*posted, at=NOW)
    house.ok(*posted, "--confirm", at=NOW)
    release = archive_of(sent).release("privacy", TWO)
    due: Due = ledger_of(sent).due(release, archive_of(sent).releases("privacy"))
    assert (due.told, due.otherwise, due.refused) == (1, 2, 0)
    assert house.ok("deliveries", "print", "2", "-o", str(place), at=NOW) == (
        "Nobody has to be told by post\n"
    )


def test_without_an_address_the_window_says_so_and_the_operator_is_told(sent: Project) -> None:
    house, place = House(sent.root), sent.root / ".publisher" / "post.pdf"
    said = house.ok("deliveries", "print", "2", "-o", str(place), at=LATE)
    assert "note: no postal address is known of c-2, c-3, c-4; their window shows the name" in said
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(place).pages)
    assert "dora@customer.example" in text
    house.ok("deliveries", "print", "2", "-o", str(place), "--state", "not reached", at=LATE)
    listed = place.with_suffix(".csv").read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in listed] == ["customer", "c-4"]


def test_what_cannot_be_printed_is_refused_before_anything_is_written(sent: Project) -> None:
    house, place = House(sent.root), sent.root / ".publisher" / "post.pdf"
    lists = {
        "customer,street\nc-2,x\n": "no column `line1`",
        "customer,line1\nc-2,x\nc-2,y\n": ":3: `c-2` is there twice",
        "customer,line1\n,x\n": ":2: the customer is empty",
        f"customer,line1\nc-2,{'x' * 46}\n": "has 46 characters, and a window 45",
        "customer,line1\nc-2,a\x07b\n": "cannot be printed",
    }
    for text, why in lists.items():
        words = ("deliveries", "print", "2", "-o", str(place), "--addresses", "-")
        refused = house.run(*words, stdin=text.encode(), at=NOW)
        assert refused.exit_code == 2
        assert why in " ".join(refused.output.split())
    for asked, why in (
        (("2", "-o", str(sent.root / "post.pdf")), "where git finds it"),
        (("1", "-o", str(place)), "it has no notice"),
        (("2", "-o", str(place.with_suffix(".txt"))), "names the PDF"),
    ):
        refused = house.run("deliveries", "print", *asked, at=NOW)
        assert refused.exit_code == 2
        assert why in " ".join(refused.output.split())
    assert not place.exists()


def test_many_letters_are_several_files() -> None:
    assert [part_name("post.pdf", part) for part in (1, 2, 3)] == [
        "post.pdf", "post-2.pdf", "post-3.pdf",
    ]  # fmt: skip
    customers = [f"c-{n}" for n in range(8)]
    said = list(Posting(Number(2), ["post.pdf"], "post.csv", 8, customers, enclosed=True).lines())
    assert "c-4 and 3 more; their window" in said[-2]
    assert said[-1].endswith("publisher pdf 2")
