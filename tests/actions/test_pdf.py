"""`publisher pdf`: the PDF of a release, as it was frozen."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.actions.test_import_history import make_past
from tests.fixtures.house import House


@pytest.fixture
def released(house: House) -> House:
    house.ok("freeze", "--effective", "unknown")
    return house


def test_it_is_the_file_that_was_frozen(released: House, tmp_path: Path) -> None:
    target = tmp_path / "policy.pdf"
    released.ok("pdf", "1", "-o", str(target))
    assert target.read_bytes() == (released.root / "versions/privacy/1/policy.pdf").read_bytes()


def test_an_imported_version_has_none_and_gets_one(house: House, tmp_path: Path) -> None:
    past = make_past(tmp_path / "past")
    past.commit({"keys.md": "# Keys\n\nKeys have 128 bits.\n"})
    house.ok("import", "--history", str(past.root), "keys.md", "--policy", "keys")
    target = tmp_path / "keys.pdf"
    house.ok("--policy", "keys", "pdf", "1", "-o", str(target))
    assert not (house.root / "versions/keys/1/policy.pdf").exists()
    words = " ".join(page.extract_text() for page in PdfReader(target).pages)
    assert "Keys have 128 bits." in words


@pytest.mark.parametrize("words", [("9",), ("1", "--language", "fr")])
def test_what_there_is_not_is_named(released: House, words: tuple[str, ...]) -> None:
    result = released.run("pdf", *words)
    assert result.exit_code == 2
    assert "there are: " in result.output


def test_an_altered_pdf_is_not_given_out(released: House, tmp_path: Path) -> None:
    path = released.root / "versions/privacy/1/policy.pdf"
    path.write_bytes(path.read_bytes() + b" ")
    target = tmp_path / "policy.pdf"
    result = released.run("pdf", "1", "-o", str(target))
    assert result.exit_code == 2
    assert "versions/privacy/1/policy.pdf" in result.output
    assert not target.exists()
