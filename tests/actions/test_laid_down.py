"""`publisher init --check`: which laid-down files are older than the program, and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.founding.laid_files import PLACES, RECORD_FILE, read_record, record_toml
from tests.fixtures.founding import SAID, found, founded, known_to_git
from tests.fixtures.house import House, git

WORKFLOW = ".github/workflows/policy.yml"


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    known_to_git(monkeypatch)
    return found(tmp_path / "legal")


def made_older(house: House, place: str) -> None:
    """Has a file be one that an earlier program laid down."""
    from dataclasses import replace
    from hashlib import sha256

    (house.root / place).write_text("of an earlier program\n")
    record = read_record((house.root / RECORD_FILE).read_bytes())
    digest = sha256(b"of an earlier program\n").hexdigest()
    files = {**record.files, place: (digest, "0" * 64)}
    (house.root / RECORD_FILE).write_bytes(record_toml(replace(record, files=files)))


def test_what_was_just_laid_down_is_up_to_date(laid: House) -> None:
    done = founded(laid.root, "--check")
    assert done.exit_code == 0
    assert "Everything is as this program lays it down" in done.output


def test_what_is_older_is_named_with_what_differs_and_renewed(laid: House) -> None:
    wanted = (laid.root / WORKFLOW).read_bytes()
    made_older(laid, WORKFLOW)
    told = founded(laid.root, "--check")
    assert told.exit_code == 1
    assert f"{WORKFLOW}: older than" in told.output
    assert "-of an earlier program" in told.output
    assert "+name: policy" in told.output
    assert "mkdocs.yml" not in told.output
    renewed = founded(laid.root, "--renew")
    assert renewed.exit_code == 0, renewed.output
    assert f"{WORKFLOW}: renewed" in renewed.output
    assert (laid.root / WORKFLOW).read_bytes() == wanted
    assert founded(laid.root, "--check").exit_code == 0


def test_what_was_changed_here_is_never_written(laid: House) -> None:
    made_older(laid, WORKFLOW)
    (laid.root / WORKFLOW).write_text("changed by hand\n")
    (laid.root / "mkdocs.yml").write_text("changed by hand too\n")
    told = founded(laid.root, "--renew")
    assert told.exit_code == 1
    assert "changed here, and older" in told.output
    assert "mkdocs.yml" not in told.output  # the program has nothing newer
    assert (laid.root / WORKFLOW).read_text() == "changed by hand\n"
    settled = founded(laid.root, "--settled", WORKFLOW)
    assert settled.exit_code == 0, settled.output
    assert founded(laid.root, "--check").exit_code == 0
    assert (laid.root / WORKFLOW).read_text() == "changed by hand\n"


def test_what_is_new_in_the_program_is_laid_down_and_what_was_removed_is_not(laid: House) -> None:
    (laid.root / "systemd/policies.timer").unlink()
    assert founded(laid.root, "--check").exit_code == 0
    record = read_record((laid.root / RECORD_FILE).read_bytes())
    files = dict(record.files)
    del files["systemd/policies.timer"]
    (laid.root / RECORD_FILE).write_bytes(record_toml(type(record)("0.0.1", (), files)))
    told = founded(laid.root, "--check")
    assert "systemd/policies.timer: not there: new in this program" in told.output
    assert founded(laid.root, "--renew").exit_code == 0
    assert (laid.root / "systemd/policies.timer").exists()


def test_another_name_in_the_settings_makes_what_has_it_due(laid: House) -> None:
    settings = laid.root / "publisher.toml"
    settings.write_text(settings.read_text().replace("Example Hosting GmbH", "Other AG"))
    told = founded(laid.root, "--check")
    assert told.exit_code == 1
    assert "README.md" in told.output
    assert founded(laid.root, "--renew").exit_code == 0
    assert "Other AG" in (laid.root / "README.md").read_text()


def test_lines_of_ones_own_in_a_gathered_file_are_fine(laid: House) -> None:
    ignored = laid.root / ".gitignore"
    ignored.write_text("/own/\n" + ignored.read_text())
    assert founded(laid.root, "--check").exit_code == 0


def test_a_project_that_was_made_by_hand_gets_what_it_lacks(tmp_path: Path, house: House) -> None:
    (house.root / "mkdocs.yml").unlink()
    (house.root / "site").unlink()
    refused = house.run("build")
    assert refused.exit_code == 2
    assert "publisher init --renew" in refused.output
    (house.root / "README.md").write_text("Ours\n")
    told = founded(house.root, "--renew")
    assert told.exit_code == 0, told.output
    assert (house.root / "README.md").read_text() == "Ours\n"
    assert (house.root / ".gitignore").read_text() == "/.publisher/\n/build/\n/.venv/\n"
    assert house.run("build").exit_code == 0
    assert founded(house.root, "--check").exit_code == 0
    assert founded(tmp_path / "none", "--check").exit_code == 2


def test_options_that_contradict_are_refused(laid: House) -> None:
    assert founded(laid.root, "--check", *SAID).exit_code == 2
    unknown = founded(laid.root, "--settled", "no.md")
    assert unknown.exit_code == 2
    assert "no.md: is no file" in unknown.output


def test_the_record_names_each_file_and_is_committed(laid: House) -> None:
    record = read_record((laid.root / RECORD_FILE).read_bytes())
    assert record.files.keys() == PLACES.keys()
    assert RECORD_FILE in git(laid.root, "ls-files")
