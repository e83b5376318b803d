"""Heads of a ledger, as a letter, a statement or a file has them: one form."""

from __future__ import annotations

import pytest

from publisher.errors import ConfigurationError
from publisher.record.heads import WitnessedHead, read_head_file, read_head_line

HEAD = WitnessedHead("6f1c2a34-9b1d-4c55-8e1f-0a2b3c4d5e6f", 1, 204, bytes.fromhex("3f2a" * 16))
LINE = "6f1c2a34-9b1d-4c55-8e1f-0a2b3c4d5e6f; 1/204; sha256=" + "3f2a" * 16


def test_a_head_reads_back() -> None:
    assert HEAD.line() == LINE
    assert read_head_line(LINE) == HEAD


@pytest.mark.parametrize(
    "line",
    [
        "",
        LINE + " ",
        " " + LINE,
        LINE + "\n",
        LINE.upper(),
        LINE.replace("; ", ";"),
        LINE.replace("; ", ";  "),
        LINE.replace("1/204", "0/204"),
        LINE.replace("1/204", "1/0"),
        LINE.replace("1/204", "01/204"),
        LINE.replace("1/204", "host/204"),
        LINE.replace("1/204", "1/٢٠٤"),
        LINE.replace("sha256", "sha512"),
        LINE[:-1],
        LINE + "0",
    ],
)
def test_no_other_form_is_a_head(line: str) -> None:
    assert read_head_line(line) is None


def test_a_file_has_one_a_line() -> None:
    data = f"# of the ledger\r\n\r\n{LINE}\r\n  {LINE}\n".encode()
    assert read_head_file(data, "heads") == [HEAD, HEAD]
    assert read_head_file(b"", "heads") == []
    for broken in (b"x", b"\xff\xfe", LINE.encode()[:-3]):
        with pytest.raises(ConfigurationError, match=r"heads:2: is not a head of a ledger"):
            read_head_file(LINE.encode() + b"\n" + broken, "heads")
