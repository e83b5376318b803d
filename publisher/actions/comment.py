"""Putting a report below a pull request, as one comment that is kept up to date."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from publisher.actions import Teller, unheard
from publisher.edges.forge import Forge, forge_of
from publisher.errors import ForgeError, NotFoundError
from publisher.reports.kept_comment import is_worth_a_comment, kept_comment, marked


class Placed(StrEnum):
    """Where a report was put."""

    WRITTEN = "a new comment"
    RENEWED = "the comment that was there, brought up to date"
    SUMMARY = "the summary of this job"
    NOWHERE = "no comment: there is nothing to report, and there was nothing before"


def comment(file: Path, name: str, tell: Teller = unheard) -> Placed:
    """Puts a report below the pull request that this job is for.

    Where the forge refuses it, as it does for pull requests from forks, whose jobs may only read,
    the report goes into the summary of the job.

    Args:
        file: the report, Markdown.
        name: which comment of the repository, where it has several.
        tell: told why the forge refused it.

    Raises:
        NotFoundError: there is no such file.
        ForgeError: this job is for no pull request; or the forge refused the report and has no
            summaries.
    """
    try:
        body = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError("there is no report here", where=str(file)) from error
    forge = forge_of(os.environ)
    try:
        return _placed(forge, body, name)
    except ForgeError as error:
        if forge.summary is None:
            raise
        tell(f"{error.what}; so the report is in the summary of this job")
        if is_worth_a_comment(body):
            with forge.summary.open("a", encoding="utf-8") as summary:
                summary.write(body)
        return Placed.SUMMARY


def _placed(forge: Forge, body: str, name: str) -> Placed:
    kept = kept_comment(forge.comments(), name, forge.author())
    if kept is None and not is_worth_a_comment(body):
        return Placed.NOWHERE
    text = marked(body, name)
    if kept is None:
        forge.write(text, None)
        return Placed.WRITTEN
    try:
        forge.write(text, kept)
    except ForgeError as error:
        if error.status != 404:
            raise
        forge.write(text, None)  # somebody deleted it meanwhile
        return Placed.WRITTEN
    return Placed.RENEWED
