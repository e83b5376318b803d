"""Keys by name: which letters they signed, and whether their links work after a rotation."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from publisher.actions.list_keys import list_keys
from publisher.actions.workplace import Workplace
from publisher.answers.key_use import FOR_MAILINGS, NO_KEY, NOT_COUNTED
from publisher.cli import command_line
from publisher.edges.project import SETTINGS_FILE
from publisher.people.messages import Filed
from publisher.web.app import application
from tests.fixtures.answers import at, reply, take
from tests.fixtures.house import KEY
from tests.fixtures.houses import send_letters, spooled, token, told
from tests.fixtures.request_pages import WAYS

PAGE = "/privacy/2/opt-out/"
NEW = "n" * 40


def uses(project_at: Workplace) -> list[tuple[str, bool, str, int | None, bool | None]]:
    return [(u.key, u.signs, u.release, u.letters, u.verifies) for u in list_keys(project_at)]


def test_a_rotation_breaks_no_letter_that_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = told(tmp_path)
    send_letters(project)
    count = len(spooled(project))
    assert count
    own = token(project, "c-1")
    assert uses(at(project)) == [("key 1", True, "privacy/2", count, True)]

    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", f"2027:{NEW},2026:{KEY}")
    assert uses(at(project)) == [
        ("2027", True, "", 0, True),
        ("2026", False, "privacy/2", count, True),
    ]
    client = TestClient(application(Workplace(project)))
    assert client.get(PAGE, params={"token": own}).status_code == 200
    assert take(project, reply(project, "I opt out.")).filed is Filed.OPT_OUT
    fresh = token(project, "c-2")
    assert client.get(PAGE, params={"token": fresh}).status_code == 200

    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", f"2027:{NEW}")
    assert uses(at(project)) == [
        ("2027", True, "", 0, True),
        (NO_KEY, False, "privacy/2", count, False),
    ]
    client = TestClient(application(Workplace(project)))
    assert client.get(PAGE, params={"token": own}).status_code == 404
    assert client.get(PAGE, params={"token": fresh}).status_code == 200
    run = CliRunner().invoke(command_line, ["--project", str(project.root), "keys"])
    assert run.exit_code == 1
    assert NO_KEY in run.output
    assert NEW not in run.output


def test_no_key_is_said_to_have_signed_nothing_where_mailings_have_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = told(tmp_path)
    settings = project.root / SETTINGS_FILE
    settings.write_text(settings.read_text() + WAYS)
    send_letters(project)
    count = len(spooled(project))
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", f"2027:{NEW},2026:{KEY}")
    assert uses(at(project)) == [
        ("2027", True, FOR_MAILINGS, None, True),
        ("2026", False, "privacy/2", count, True),
        ("2026", False, FOR_MAILINGS, None, True),
    ]
    run = CliRunner().invoke(command_line, ["--project", str(project.root), "keys"])
    assert run.exit_code == 0
    assert run.output.count(NOT_COUNTED) == 2
