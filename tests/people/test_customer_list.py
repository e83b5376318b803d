"""Lists of customers: what is read of them, and what is said of what cannot be."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import RecipientsError
from publisher.people.customer_list import Customer, CustomerList, LeftOut
from publisher.people.list_text import ListName
from publisher.releases.number import Number
from tests.fixtures.some import some

NAME = ListName("list.csv", "/srv/our lists/list.csv")
NUMBERS = {"privacy": {Number(1), Number(2), Number(2, 1)}}
BOTH = {**NUMBERS, "terms": {Number(1)}}


def opened(
    data: bytes | str, size: int = 7, numbers: dict[str, set[Number]] | None = None
) -> CustomerList:
    """A list that comes in pieces of some size."""
    raw = data if isinstance(data, bytes) else data.encode()
    blocks = (raw[at : at + size] for at in range(0, len(raw), size))
    return CustomerList(blocks, NAME, lambda: NUMBERS if numbers is None else numbers)


def customers(data: bytes | str) -> list[Customer]:
    """Those of a list without faults."""
    read = opened(data)
    found = [one for _, one in read if isinstance(one, Customer)]
    assert read.faults.shown == []
    assert read.remarks.shown == []
    return found


def faults(data: bytes | str, numbers: dict[str, set[Number]] | None = None) -> str:
    """What is wrong with lines of a list, each of which was left out."""
    read = opened(data, numbers=numbers)
    left = {line for line, one in read if isinstance(one, LeftOut)}
    assert {line for line, _ in some(read.faults.shown)} == left
    return "\n".join(read.faults.lines("list.csv"))


def remarks(data: bytes | str) -> str:
    """What is wrong with cells of lines, each of which is taken without them."""
    read = opened(data)
    assert all(isinstance(one, Customer) for _, one in read)
    assert read.faults.shown == []
    return "\n".join(read.remarks.lines("list.csv"))


def refusal(data: bytes | str) -> RecipientsError:
    """Why a list is not read at all."""
    with pytest.raises(RecipientsError) as caught:
        list(opened(data))
    return caught.value


# ── how it is written ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "mark", [b"", b"\xef\xbb\xbf", b"sep=%s\r\n", b'"sep=%s"\n', b"\xef\xbb\xbfSEP=%s\n"]
)
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_reads_what_spreadsheets_write(mark: bytes, delimiter: bytes, end: bytes) -> None:
    lines = [b"Customer,Address,Name", b"7,a@one.example,Anna", b"", b"8,b@two.example,", b""]
    data = mark.replace(b"%s", delimiter) + end.join(lines).replace(b",", delimiter)
    assert customers(data) == [
        Customer("7", "a@one.example", "Anna"),
        Customer("8", "b@two.example", ""),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_the_size_of_the_pieces_changes_nothing(size: int) -> None:
    data = (
        "﻿customer,address,name\r\n\r\n7,a@one.example,Jörg\r\n8,no\r\n9,b@two.example,数据".encode()
    )
    read = opened(data, size)
    assert [(line, one[0]) for line, one in read] == [(3, "7"), (4, "8"), (5, "9")]
    assert [line for line, _ in read.faults.shown] == [4]


def test_any_sign_that_its_first_line_names_may_separate() -> None:
    assert customers("sep=|\ncustomer|address\n7|a@one.example\n")[0].id == "7"


def test_name_may_be_missing_and_columns_stand_in_any_order() -> None:
    found = customers("address,customer\na@one.example,7\n")
    assert found == [Customer("7", "a@one.example")]
    assert found[0].name is None


def test_empty_columns_are_none() -> None:
    data = "customer,,address,,\n7,,a@one.example,,\n8,,b@one.example\n9,,c@one.example,,,,,\n"
    assert [one.id for one in customers(data)] == ["7", "8", "9"]
    told = faults("customer,,address,\n7,x,a@one.example\n8,,b@one.example,,y\n")
    assert "list.csv:2: 3 cells, and only 2 columns" in told
    assert "list.csv:3: 3 cells, and only 2 columns" in told


def test_names_the_missing_and_the_unknown_column() -> None:
    text = str(refusal("customer,mail,name,name\n7,a@one.example,Anna,\n"))
    assert "no column `address`; the columns are: customer, mail, name" in text
    assert "the column `name` is there twice" in text
    assert "no column `customer`" in str(refusal(b""))
    german = str(refusal("Kundennummer;E-Mail;Name;Sprache\n1;a@b.example;Anna;de\n"))
    for wanted in ("customer", "address", "name", "language", "class", "joined", "version"):
        assert re.search(rf"Try: .*\b{wanted}\b", german), wanted
    assert "only customer and address are needed" in german
    assert "list.csv:3: no column `customer`" in str(refusal("sep=,\n\nname\n"))


@given(
    st.lists(st.tuples(st.integers(1, 99), st.text("Ann,;\t\"é'|", max_size=9)), max_size=9),
    st.sampled_from(",;\t"),
)
def test_what_a_csv_writer_writes_is_read(rows: list[tuple[int, str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows(
        [
            ("customer", "name", "address"),
            *((f"c-{n}", name, f"u{n}@x.example") for n, name in rows),
        ]
    )
    found = [one for _, one in opened(text.getvalue()) if isinstance(one, Customer)]
    usable = [(n, name.strip()) for n, name in rows if "\t" not in name.strip()]
    assert [(one.id, one.name) for one in found] == [(f"c-{n}", name) for n, name in usable]


# ── lines that are left out ──────────────────────────────────────────────────────────────────────


def test_tells_every_problem_with_its_line_and_reads_on() -> None:
    data = (
        b"customer,address,name\n"
        b"1,not-an-address,Anna\n"
        b",b@two.example,Ben\n"
        b'3,c@three.example,"Cleo\r\nBcc: evil@evil.example"\n'
        b"4,d@four.example,Dora,more\n"
        b"5,,Emil\n"
        b'6,f@six.example,"Fri"da\n'
        b"7,h@seven.example,Win at http://evil.example\n"
        b"8,i@eight.example,See www.evil.example\n"
        b"9,j@nine.example,Last\n"
    )
    read = opened(data)
    rows = list(read)
    assert [one.id for _, one in rows if isinstance(one, Customer)] == ["9"]
    assert [line for line, _ in read.faults.shown] == [2, 3, 4, 6, 7, 8, 9, 10]
    left = [one.customer for _, one in rows if isinstance(one, LeftOut)]
    assert left == ["1", "", "3", "4", "5", "", "7", "8"]
    told = "\n".join(read.faults.lines("list.csv"))
    for words in ("is not an address", "is empty", "control characters", "4 cells", "not CSV"):
        assert words in told


@pytest.mark.parametrize("bad", ["a\r\nb", "a\x00b", "a\nb", "a\x1bb", "a\u2028b", "a\u202eb"])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_no_field_may_carry_a_header_into_a_letter(bad: str, column: int) -> None:
    cells = ["7", "a@one.example", "Anna"]
    cells[column] = f'"{bad}"' if column != 1 else f'"a@one.example{bad}"'
    assert "list.csv:2" in faults(f"customer,address,name\n{','.join(cells)}\n")


def test_the_first_fifty_are_shown_and_the_rest_are_counted() -> None:
    read = opened("customer,address\n" + "7,none\n" * 120)
    assert len(list(read)) == 120
    rest = "… and 70 more; --faults FILE writes all of them to a file"
    assert read.faults.lines("list.csv")[-1] == rest
    assert len(read.faults.lines("list.csv")) == 51
    assert "120 problems in the list; nothing was taken" in str(read.faults.refusal("list.csv"))


def test_an_address_that_mail_cannot_carry_everywhere_is_left_out() -> None:
    assert "is not an address" in faults("customer,address\n7,jösé@one.example\n")


def test_a_domain_of_another_script_is_kept_as_mail_needs_it() -> None:
    (found,) = customers("customer,address\n7,a@Bücher.example\n")
    assert found.address == "a@xn--bcher-kva.example"


@pytest.mark.parametrize("rest", ["", '8,b@x.example,"Ben"\n', 'x,"\n'])
def test_a_quote_that_is_never_closed_swallows_nobody(rest: str) -> None:
    others = "".join(f"{n},u{n}@one.example,U\n" for n in range(10, 20))
    error = refusal(f'customer,address,name\n7,a@one.example,"Anna\n{others}{rest}')
    assert error.where == "list.csv:2"
    assert "a quote is opened" in error.what


# ── the columns that a list need not have ────────────────────────────────────────────────────────


def row(column: str, cell: str) -> str:
    return f"customer,address,{column}\n7,a@one.example,{cell}\n"


@pytest.mark.parametrize(
    ("written", "tag"),
    [("DE", "de"), ("pt-br", "pt-BR"), ("zh-TW", "zh-TW"), ("en_us", "en-US"), ("", "")],
)
def test_a_language_is_a_tag(written: str, tag: str) -> None:
    assert customers(row("language", written))[0].language == tag


@pytest.mark.parametrize("bad", ["german", "xx", "de;q=1", "_"])
def test_another_language_is_not_recorded(bad: str) -> None:
    assert "the language" in remarks(row("language", bad))
    (one,) = [one for _, one in opened(row("language", bad))]
    assert one == Customer("7", "a@one.example")


def test_a_class_is_one_of_two() -> None:
    assert customers(row("class", "Business  User"))[0].group == "business user"
    assert customers(row("class", "customer"))[0].group == "customer"
    assert customers(row("class", ""))[0].group == ""
    assert "`customer` or `business user`" in remarks(row("class", "company"))


@pytest.mark.parametrize(
    "bad", ["1.3.2027", "2027-02-30", "20270301", "2027-3-1", "２０２７-03-01"]
)
def test_joined_is_a_day(bad: str) -> None:
    assert customers(row("joined", "2027-03-01"))[0].joined == "2027-03-01"
    assert "list.csv:2: '" in remarks(row("joined", bad))


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("31.12.2026", "2026-12-31"),
        ("12/31/2026", "2026-12-31"),
        ("3.3.2026", "2026-03-03"),
        ("2026-3-1", "2026-03-01"),
        ("20260301", "2026-03-01"),
        ("2026-03-01 00:00:00", "2026-03-01"),
        ("2026-03-01T10:00:00Z", "2026-03-01"),
    ],
)
def test_a_day_in_another_form_is_told_in_its_own(written: str, form: str) -> None:
    assert remarks(row("joined", written)).endswith(f"is not read as a day: write {form}")


@pytest.mark.parametrize("written", ["01.03.2026", "1/3/2026", "31.2.2026", "soon", "1.3.26", "1"])
def test_no_day_is_named_that_may_not_be_the_one(written: str) -> None:
    assert remarks(row("joined", written)).endswith("write year, month and day as YYYY-MM-DD")


def test_a_version_is_one_that_there_is() -> None:
    assert customers(row("version", "2"))[0].versions == (("privacy", "2"),)
    assert customers(row("version", "privacy/2.1"))[0].versions == (("privacy", "2.1"),)
    assert customers(row("version", ""))[0].versions == ()
    assert "privacy has no release 3" in faults(row("version", "3"))
    assert "two versions of privacy" in faults(row("version", "1 privacy/2"))
    told = faults(row("version", "v2"))
    assert "does not end with the number of a release: write `privacy/2` or `2`" in told
    assert "no policy `terms` has a release, only `privacy`" in faults(row("version", "terms/1"))
    assert "no policy has a release yet" in faults(row("version", "2"), {})


def test_of_several_policies_a_version_names_its_own() -> None:
    read = opened(row("version", "terms/1 privacy/2"), numbers=BOTH)
    ((_, one),) = read
    assert isinstance(one, Customer)
    assert one.versions == (("privacy", "2"), ("terms", "1"))
    told = faults(row("version", "2"), BOTH)
    assert "does not say of which policy: write `privacy/2` or `terms/2`" in told
    told = faults(row("version", "other/1"), BOTH)
    assert "no policy `other` has a release, only `privacy`, `terms`" in told


def test_releases_are_asked_for_only_where_versions_are_named() -> None:
    def never() -> dict[str, set[Number]]:
        raise AssertionError("asked")

    data = iter([b"customer,address\n7,a@one.example\n"])
    assert len(list(CustomerList(data, NAME, never))) == 1


def test_every_fault_of_a_line_is_told() -> None:
    told = faults("customer,address,language,class,joined\n,no,xx,vip,soon\n")
    assert told.count("list.csv:2:") == 5


def test_a_cell_that_is_only_recorded_leaves_nobody_out() -> None:
    rows = "".join(f"c-{n},a@one.example,german,company,01.03.2026\n" for n in range(40))
    read = opened("customer,address,language,class,joined\n" + rows)
    assert sum(isinstance(one, Customer) for _, one in read) == 40
    lines = read.remarks.lines("list.csv")
    assert lines[0].startswith("list.csv:2: the language 'german'")
    assert (len(lines), lines[-1]) == (
        51,
        "… and 70 more; --faults FILE writes all of them to a file",
    )
    strict = CustomerList(
        iter([f"customer,address,class\n{rows[:0]}7,a@x.example,x\n".encode()]), NAME, strict=True
    )
    list(strict)
    assert strict.faults.count == 1


def test_a_column_that_we_do_not_know_is_not_read_and_a_slip_is_asked_about() -> None:
    read = opened("customer,phone,address,surname,phone\n7,123,a@one.example,,4\n")
    assert [one for _, one in read] == [Customer("7", "a@one.example")]
    assert read.unread == ("phone", "surname")
    for slip, meant in (("adress", "address"), ("nmae", "name"), ("lnaguage", "language")):
        columns = ["customer", *(["address"] if meant != "address" else []), slip]
        told = str(refusal(",".join(columns) + "\n7,a@one.example,x\n"))
        assert f"the column `{slip}` is not one we know; did you mean `{meant}`?" in told
    # A further one that is like one that is there is no slip.
    assert opened("customer,address,name,name2\n").unread == ("name2",)
    with pytest.raises(RecipientsError, match="`phone` is not one we know; use customer, address"):
        CustomerList(iter([b"customer,address,phone\n"]), NAME, strict=True)


# ── encodings ────────────────────────────────────────────────────────────────────────────────────

JOERG = "customer,address,name\r\n7,a@one.example,Anna\r\n8,b@one.example,Jörg\r\n"


@pytest.mark.parametrize("text", [JOERG, JOERG.replace("\r\n", "\r"), "x,y\n\n" + JOERG])
def test_windows_1252_is_told_with_its_line_and_what_it_would_say(text: str) -> None:
    error = refusal(JOERG.encode("cp1252"))
    assert error.where == "list.csv:3"
    assert "perhaps Windows-1252; so read, this line says: 8,b@one.example,Jörg" in error.what
    path = "'/srv/our lists/list.csv'"
    command = f"iconv -f WINDOWS-1252 -t UTF-8 {path} | publisher recipients import -"
    assert error.remedy.splitlines()[-1] == command


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_told(encoding: str) -> None:
    error = refusal(JOERG.encode(encoding))
    assert f"not UTF-8 text but UTF-{encoding[4:6]}" in error.what
    assert "iconv -f UTF-" in error.remedy


def test_the_command_has_the_options_of_the_import() -> None:
    name = ListName("-", options=" --all")
    with pytest.raises(RecipientsError) as caught:
        list(CustomerList(iter([JOERG.encode("cp1252")]), name))
    assert "… | iconv" in caught.value.remedy
    assert caught.value.remedy.endswith("import - --all")


def test_bytes_that_no_encoding_explains_are_told() -> None:
    assert "nor Windows-1252" in refusal(JOERG.encode().replace(b"\xc3\xb6", b"\x81")).what


@pytest.mark.parametrize("before", [True, False])
def test_an_odd_byte_among_utf_8_is_a_fault_of_its_line(before: bool) -> None:
    lines = [b"8,b@one.example,J\xf6rg", "9,c@one.example,Jörg".encode()]
    ordered = lines[::-1] if before else lines
    data = b"customer,address,name\n" + b"".join(line + b"\n" for line in ordered)
    read = opened(data, 1000)
    assert [one.id for _, one in read if isinstance(one, Customer)] == ["9"]
    assert "bytes that are not UTF-8" in read.faults.lines("list.csv")[0]


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04" + b"x" * 500, b"\xd0\xcf\x11\xe0\xa1", b"%PDF-1.7\n"]
)
def test_what_is_no_text_is_told(data: bytes) -> None:
    assert "not CSV" in refusal(data).what
    assert "CSV UTF-8" in refusal(data).remedy


def test_a_line_without_end_is_not_gathered_for_ever() -> None:
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield b"x" * 100_000

    with pytest.raises(RecipientsError, match="more than a million"):
        list(CustomerList(endless(), NAME))
    assert given < 20
