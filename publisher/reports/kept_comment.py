"""The one comment below a pull request that is kept up to date, and how it is known again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from publisher.reports.review_comment import NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class ForgeComment:
    """A comment as a forge gives it."""

    id: int
    author: str
    """By which its forge knows whose it is."""
    body: str


def marked(body: str, name: str) -> str:
    """A comment with the sign by which it is known again, which no reader sees.

    Args:
        body: Markdown.
        name: which comment of the repository.
    """
    return f"{_marker(name)}\n{body}"


def kept_comment(comments: Iterable[ForgeComment], name: str, author: str) -> ForgeComment | None:
    """The comment that is to be brought up to date: the first with the sign, of the same author.
    Somebody else may copy it with its sign: that one is theirs, and stays.

    Args:
        comments: those of the pull request, the oldest first.
        name: which comment of the repository.
        author: who writes now.
    """
    return next((one for one in comments if one.author == author and _has(one.body, name)), None)


def is_worth_a_comment(body: str) -> bool:
    """Whether a report says anything, so that it is written even where none was before."""
    return bool(body.strip()) and not body.startswith(NOTHING_TOLD)


def _has(body: str, name: str) -> bool:
    # Some forges give lines back with the ends of another system.
    return body.replace("\r\n", "\n").partition("\n")[0].strip() == _marker(name)


def _marker(name: str) -> str:
    return f"<!-- policy-publisher: {name} -->"
