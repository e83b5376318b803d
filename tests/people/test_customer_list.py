from __future__ import annotations

import pytest

from publisher.errors import RecipientsError
from publisher.people.customer_list import Customer, read_customers


def problems(data: bytes) -> str:
    with pytest.raises(RecipientsError) as caught:
        read_customers(data, "list.csv")
    return str(caught.value)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [b",", b";"])
def test_reads_what_spreadsheets_write(mark: bytes, delimiter: bytes) -> None:
    lines = [b"Customer,Address,Name", b"7,a@one.example,Anna", b"8,b@two.example,", b""]
    data = mark + b"\r\n".join(lines).replace(b",", delimiter)
    assert read_customers(data, "list.csv").customers == (
        Customer("7", "a@one.example", "Anna"),
        Customer("8", "b@two.example", ""),
    )


def test_name_may_be_missing_and_columns_stand_in_any_order() -> None:
    found = read_customers(b"address,customer\na@one.example,7\n", "list.csv")
    assert found.customers == (Customer("7", "a@one.example", ""),)


def test_a_domain_of_another_script_is_kept_as_mail_needs_it() -> None:
    found = read_customers("customer,address\n7,a@bücher.example\n".encode(), "list.csv")
    assert found.customers[0].address == "a@xn--bcher-kva.example"


def test_tells_every_problem_at_once_with_its_line() -> None:
    text = problems(
        b"customer,address,name\n"
        b"1,not-an-address,Anna\n"
        b",b@two.example,Ben\n"
        b'3,c@three.example,"Cleo\r\nBcc: evil@evil.example"\n'
        b"4,d@four.example,Dora,more\n"
        b"5,,Emil\n"
        b"6,f@six.example,Frida\n"
        b"6,g@six.example,Frida\n"
        b"7,h@seven.example,Win at http://evil.example\n"
    )
    assert "7 problems" in text
    for line in (2, 3, 4, 6, 7, 9, 10):
        assert f"list.csv:{line}:" in text
    assert "`6` is on line 8 with other data" in text
    assert "control characters" in text


@pytest.mark.parametrize("bad", ["a\r\nb", "a\x00b", "a\nb", "a\x1bb", "a\u2028b", "a\u202eb"])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_no_field_may_carry_a_header_into_a_letter(bad: str, column: int) -> None:
    cells = ["7", "a@one.example", "Anna"]
    cells[column] = f'"{bad}"' if column != 1 else f'"a@one.example{bad}"'
    assert "list.csv:2" in problems(f"customer,address,name\n{','.join(cells)}\n".encode())


def test_names_the_missing_and_the_unknown_column() -> None:
    text = problems(b"customer,mail,name\n7,a@one.example,Anna\n")
    assert "no column `address`; the columns are: customer, mail, name" in text
    assert "the column `mail` is not one we know" in text
    assert "no column `customer`" in problems(b"")


def test_identical_lines_are_one_customer() -> None:
    data = b"customer,address\n7,a@one.example\n7,a@one.example\n"
    assert len(read_customers(data, "list.csv").customers) == 1


def test_one_address_of_two_customers_is_reported() -> None:
    data = b"customer,address\n7,a@one.example\n8,A@one.example\n"
    found = read_customers(data, "list.csv")
    assert len(found.customers) == 2
    assert found.shared == ("a@one.example",)


def test_an_address_that_mail_cannot_carry_everywhere_is_refused() -> None:
    assert "is not an address" in problems("customer,address\n7,jösé@one.example\n".encode())


def test_latin_1_is_told_with_its_line() -> None:
    text = problems("customer,address,name\n7,a@one.example,Jörg\n".encode("latin-1"))
    assert "list.csv:2: not UTF-8 text" in text
