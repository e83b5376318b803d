"""`publisher comment`: one comment below a pull request, kept up to date, against a forge that
stands in for GitHub and GitLab.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli import command_line
from publisher.reports.review_comment import NOTHING_TOLD
from tests.fixtures.forges import BOT, TOKEN, StandIn, forge

MARK = "<!-- policy-publisher: policies -->"


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A job of GitHub Actions for pull request 7."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    with forge() as state:
        for name, value in {
            "GITHUB_REPOSITORY": "legal/policies",
            "GITHUB_API_URL": state.url,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "GITHUB_TOKEN": TOKEN,
            "GH_TOKEN": "",
            "GITHUB_REF": "",
        }.items():
            monkeypatch.setenv(name, value)
        yield state


@pytest.fixture
def gitlab(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A job of GitLab CI for merge request 7."""
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    with forge(gitlab=True) as state:
        state.user = "41"
        for name, value in {
            "CI_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_API_V4_URL": state.url,
            "GITLAB_TOKEN": TOKEN,
        }.items():
            monkeypatch.setenv(name, value)
        yield state


def comment(folder: Path, body: str, *words: str) -> Result:
    file = folder / "report.md"
    file.write_text(body)
    return CliRunner().invoke(command_line, ["comment", str(file), *words], catch_exceptions=False)


def summary(folder: Path) -> str:
    file = folder / "summary.md"
    return file.read_text("utf-8") if file.exists() else ""


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_one_comment_is_kept_up_to_date(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    state: StandIn = request.getfixturevalue(name)
    own = state.user or BOT
    assert comment(tmp_path, f"{NOTHING_TOLD}\nNothing\n").exit_code == 0
    assert state.comments == []  # what says nothing is no comment
    for number in range(205):
        state.add("lawyer", f"Remark {number}")
    # Whoever copies the comment with its sign keeps their copy; so does another comment of ours.
    state.add("mallory", f"{MARK}\nI am the report")
    state.add(own, "<!-- policy-publisher: others -->\nAnother project")
    state.add(own, f"> {MARK}\nQuoted")
    assert "a new comment" in comment(tmp_path, "One\n").stdout
    state.add("lawyer", "Thank you")
    renewed = comment(tmp_path, "Two\n")
    assert "brought up to date" in renewed.stdout
    assert len([one for one in state.asked if one.startswith("GET") and "page=3" in one]) >= 2
    assert state.bodies(own)[2:] == [f"{MARK}\nTwo\n"]
    assert state.bodies("mallory") == [f"{MARK}\nI am the report"]
    assert len(state.bodies("lawyer")) == 206
    # Where the last change is taken back, the comment says so.
    comment(tmp_path, f"{NOTHING_TOLD}\nNothing changes\n")
    assert "Nothing changes" in state.bodies(own)[2]
    assert comment(tmp_path, "Three\n", "--name", "others").exit_code == 0
    assert state.bodies(own)[0].endswith("Three\n")
    assert TOKEN not in renewed.output


def test_lines_may_have_come_back_with_other_ends(github: StandIn, tmp_path: Path) -> None:
    github.add(BOT, f"{MARK}\r\nOne\r\n")
    comment(tmp_path, "Two\n")
    assert github.bodies(BOT) == [f"{MARK}\nTwo\n"]


def test_a_person_with_a_token_of_their_own_has_their_own_comment(
    github: StandIn, tmp_path: Path
) -> None:
    github.add(BOT, f"{MARK}\nThe bot's")
    github.user = "lawyer"
    comment(tmp_path, "Mine\n")
    assert github.bodies(BOT) == [f"{MARK}\nThe bot's"]
    assert github.bodies("lawyer") == [f"{MARK}\nMine\n"]


@pytest.mark.parametrize(("method", "status"), [("POST", 403), ("GET", 404), ("GET", 502)])
def test_for_a_fork_the_report_is_the_summary(
    method: str, status: int, github: StandIn, tmp_path: Path
) -> None:
    github.refuses[method] = status
    done = comment(tmp_path, "One\n")
    assert done.exit_code == 0
    assert "in the summary of this job" in done.stdout
    assert str(status) in done.stderr
    assert summary(tmp_path) == "One\n"
    assert github.comments == []


def test_a_comment_that_was_deleted_meanwhile_is_written_anew(
    github: StandIn, tmp_path: Path
) -> None:
    github.add(BOT, f"{MARK}\nOne")
    github.refuses["PATCH"] = 404
    assert "a new comment" in comment(tmp_path, "Two\n").stdout
    assert github.bodies(BOT)[-1] == f"{MARK}\nTwo\n"


def test_the_token_is_sent_nowhere_else(
    github: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.refuses["GET"] = 307
    assert "307" in comment(tmp_path, "One\n").stderr
    monkeypatch.setenv("GITHUB_API_URL", "http://forge.example")
    refused = comment(tmp_path, "One\n")
    assert refused.exit_code == 2
    assert "over https alone" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GITHUB_TOKEN", "", "has no token"),
        ("GITHUB_EVENT_PATH", "/dev/null", "for no pull request"),
        ("GITHUB_REPOSITORY", "", "no job of GitHub Actions or GitLab"),
    ],
)
def test_what_is_missing_is_said(
    name: str,
    value: str,
    said: str,
    github: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, value)
    refused = comment(tmp_path, "One\n")
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert "try:" in refused.stderr
    assert github.asked == []


def test_gitlab_has_no_summary_to_go_to(gitlab: StandIn, tmp_path: Path) -> None:
    gitlab.refuses["POST"] = 403
    refused = comment(tmp_path, "One\n")
    assert refused.exit_code == 2
    assert "403" in refused.stderr
