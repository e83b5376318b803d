"""The comments below a pull request, by the interfaces of GitHub and GitLab.

Sources: "REST API endpoints for issue comments" (GitHub), "Notes API" (GitLab). Where a job runs is
read from its environment, as both describe it for their runners.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from publisher.errors import ForgeError
from publisher.reports.kept_comment import ForgeComment

_SECONDS = 30
_PAGES = 200
"""Limit on the pages of comments that are read, each of a hundred."""
_BOT = "github-actions[bot]"
"""Whom GitHub names as the author of what is written with a job's own token, which cannot ask."""
_LOCAL = ("127.0.0.1", "::1", "localhost")


class _NoRedirect(HTTPRedirectHandler):
    """Whoever answers sends the token nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Api:
    base: str
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, body: str | None = None) -> _Answer:
        """One request.

        Raises:
            ForgeError: it was refused, or there was no answer.
        """
        data = None if body is None else json.dumps({"body": body}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "policy-publisher"}
        url = f"{self.base}{path}"
        request = Request(url, data, {**headers, **self.headers}, method=method)  # noqa: S310 - `_base` looks at the scheme
        try:
            with build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
                return _Answer(json.loads(answer.read() or b"null"), dict(answer.headers.items()))
        except HTTPError as error:
            raise _refused(error, method, path) from None
        except (URLError, OSError, ValueError) as error:
            raise ForgeError(f"no answer to {method} {path}: {error}", where=self.base) from None

    def pages(self, path: str) -> Iterator[Any]:
        """What stands on all pages of a list."""
        for page in range(1, _PAGES + 1):
            found = self.ask("GET", f"{path}?per_page=100&page={page}").value
            yield from found
            if len(found) < 100:
                return


class Forge:
    """A pull request, as a job for it knows it."""

    summary: Path | None = None
    """The file of the job's summary; None: the forge has none."""

    def author(self) -> str:
        """Whose the comments are that are written here."""
        raise NotImplementedError

    def comments(self) -> Iterator[ForgeComment]:
        """Every comment below it, the oldest first."""
        raise NotImplementedError

    def write(self, body: str, over: ForgeComment | None) -> None:
        """Writes a comment, over an earlier one or as a new one."""
        raise NotImplementedError


@dataclass(frozen=True)
class _GitHub(Forge):
    api: _Api
    repository: str
    number: int
    summary: Path | None

    def author(self) -> str:
        try:
            return str(self.api.ask("GET", "/user").value["login"])
        except ForgeError as error:
            if error.status in (401, 403, 404):
                return _BOT
            raise

    def comments(self) -> Iterator[ForgeComment]:
        for one in self.api.pages(f"/repos/{self.repository}/issues/{self.number}/comments"):
            author = (one.get("user") or {}).get("login", "")
            yield ForgeComment(one["id"], author, one.get("body") or "")

    def write(self, body: str, over: ForgeComment | None) -> None:
        path = f"/repos/{self.repository}/issues"
        if over:
            self.api.ask("PATCH", f"{path}/comments/{over.id}", body)
        else:
            self.api.ask("POST", f"{path}/{self.number}/comments", body)


@dataclass(frozen=True)
class _GitLab(Forge):
    api: _Api
    notes: str
    summary: Path | None = None

    def author(self) -> str:
        return str(self.api.ask("GET", "/user").value["id"])

    def comments(self) -> Iterator[ForgeComment]:
        found = [one for one in self.api.pages(self.notes) if not one.get("system")]
        for one in sorted(found, key=lambda each: each["id"]):
            yield ForgeComment(one["id"], str(one["author"]["id"]), one.get("body") or "")

    def write(self, body: str, over: ForgeComment | None) -> None:
        if over:
            self.api.ask("PUT", f"{self.notes}/{over.id}", body)
        else:
            self.api.ask("POST", self.notes, body)


def forge_of(environment: Mapping[str, str]) -> Forge:
    """The pull request that a job is for.

    Args:
        environment: its variables.

    Raises:
        ForgeError: it is for none, or there is no token.
    """
    if environment.get("GITHUB_REPOSITORY"):
        return _github(environment)
    if environment.get("CI_PROJECT_ID"):
        return _gitlab(environment)
    raise ForgeError(
        "this is no job of GitHub Actions or GitLab CI",
        remedy="run it in a workflow for a pull request",
    )


def _github(environment: Mapping[str, str]) -> Forge:
    number = _number(environment)
    repository = quote(environment["GITHUB_REPOSITORY"])
    base = _base(environment.get("GITHUB_API_URL") or "https://api.github.com")
    token = _token(environment, "GITHUB_TOKEN", "GH_TOKEN")
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    summary = environment.get("GITHUB_STEP_SUMMARY")
    return _GitHub(_Api(base, headers), repository, number, Path(summary) if summary else None)


def _number(environment: Mapping[str, str]) -> int:
    """Of the pull request: as the event has it, or the reference that was checked out."""
    event = environment.get("GITHUB_EVENT_PATH")
    try:
        told = json.loads(Path(event).read_text("utf-8")) if event else {}
        number = (told.get("pull_request") or {}).get("number") or told.get("number")
    except (OSError, ValueError, AttributeError):
        number = None
    if isinstance(number, int):
        return number
    if found := re.fullmatch(r"refs/pull/(\d+)/\w+", environment.get("GITHUB_REF", "")):
        return int(found[1])
    raise ForgeError(
        "this job is for no pull request", remedy="run it on the event `pull_request` alone"
    )


def _gitlab(environment: Mapping[str, str]) -> Forge:
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    project = environment.get("CI_PROJECT_ID", "")
    if not (number.isdecimal() and project.isdecimal()):
        raise ForgeError(
            "this job is for no merge request",
            remedy='run it where `$CI_PIPELINE_SOURCE == "merge_request_event"`',
        )
    base = _base(environment.get("CI_API_V4_URL") or "https://gitlab.com/api/v4")
    headers = {"PRIVATE-TOKEN": _token(environment, "GITLAB_TOKEN")}
    return _GitLab(_Api(base, headers), f"/projects/{project}/merge_requests/{number}/notes")


def _token(environment: Mapping[str, str], *names: str) -> str:
    token = next((environment[name] for name in names if environment.get(name)), "")
    if not token or not token.isascii() or not token.isprintable():
        raise ForgeError(f"`{names[0]}` has no token", remedy=f"set {names[0]} for this step alone")
    return token


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL):
        return url.rstrip("/")
    raise ForgeError("a token is sent over https alone", where=url)


def _refused(error: HTTPError, method: str, path: str) -> ForgeError:
    try:
        told = json.loads(error.read(10_000))
        why = str(told.get("message") or told.get("error") or "")
    except (OSError, ValueError, AttributeError):
        why = ""
    words = f"{method} {path} was refused: {error.code} {why or error.reason}"
    return ForgeError(words, status=error.code)
