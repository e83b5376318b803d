"""What a freeze, an import or a statement makes: files, a commit and a tag, all of it or nothing.

A release, and a statement about one, counts from the moment its tag stands. What is on the way
until then is written down, so that a run that was cut off can be completed or taken back by the
next one.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from publisher.errors import ConfigurationError
from publisher.releases.folder import SUMS_FILE, broken, seal_of
from publisher.releases.number import Number
from publisher.releases.statement import REGISTER, statement_file, statement_name


@dataclass(frozen=True)
class Act:
    """What is being made, and where it began."""

    verb: str
    """`freeze`, `import`, `record` or `retraction`."""
    policy_id: str
    seals: Mapping[Number, str]
    """Of each release that is made, by rising number; none where a statement is made."""
    asked: str
    """The command that asked for it, on one line, without the name of the program."""
    message: str
    """Of the commit."""
    testimony: str
    """What the tag says."""
    changes: Mapping[str, bytes | None] = field(default_factory=dict)
    """Files beside the folders of the releases, by path from the project's root, as they are to
    be; None: it is removed."""
    before: Mapping[str, bytes | None] = field(default_factory=dict)
    """These files as they were; None: there was none."""
    signers: str = ""
    """Who may sign the tag, as the release before sealed it; empty: nobody is named."""
    head: str = ""
    """The commit that it began on."""
    branch: str = ""
    """The reference of the branch that it began on; empty: none."""
    statement: int = 0
    """The number of the statement that is made; 0: releases are."""
    digest: str = ""
    """SHA-256 of that statement's file."""
    about: str = ""
    """The release that the statement is about: `privacy/2`."""

    @property
    def name(self) -> str:
        """What the tag bears witness to: the last release, `privacy/2`, or the statement,
        `privacy.register/0001`.
        """
        if self.statement:
            return statement_name(self.policy_id, self.statement)
        return f"{self.policy_id}/{max(self.seals)}"

    @property
    def folder(self) -> str:
        """The path of the folder, from the project's root, in which lies what the tag is about."""
        if self.statement:
            return f"versions/{self.policy_id}/{REGISTER}"
        return f"versions/{self.name}"

    @property
    def place(self) -> str:
        """The path, from the project's root, of what the tag is about."""
        if self.statement:
            return f"{self.folder}/{statement_file(self.statement)}"
        return self.folder

    @property
    def testified(self) -> str:
        """The line of the tag that says what it is about."""
        if self.statement:
            return f"Digest: {self.digest}"
        return f"Seal: {self.seals[max(self.seals)]}"

    @property
    def folders(self) -> Mapping[Number, str]:
        """The path of each release's folder from the project's root."""
        return {number: f"versions/{self.policy_id}/{number}" for number in self.seals}

    @property
    def paths(self) -> tuple[str, ...]:
        """Everything that it writes or removes, by path from the project's root."""
        return (*self.folders.values(), *self.changes)

    @property
    def doing(self) -> str:
        """What it does, in words."""
        return f"the {self.verb} of {self.about or self.name}"

    @property
    def remedy(self) -> str:
        """What to run where it was cut off."""
        return f"publisher {self.asked}, which completes it or takes it back"

    def witnessed(self, message: str | None) -> bool:
        """Whether its tag stands.

        Args:
            message: what the tag of that name says; None: there is none.
        """
        return message is not None and self.testified in message


def flaws_of(seal: str, files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """What in a folder is not as the release was sealed: (file name, what is wrong).

    Args:
        seal: of the release that is meant.
        files: what is there, by name.
    """
    found = broken(files)
    if not found and seal_of(files[SUMS_FILE]) != seal:
        return [(SUMS_FILE, "is that of another release")]
    return found


# ── written down ─────────────────────────────────────────────────────────────────────────────────


def act_text(act: Act) -> bytes:
    """An act, to be kept until it is done."""
    data = {
        "verb": act.verb,
        "policy": act.policy_id,
        "seals": {str(number): seal for number, seal in act.seals.items()},
        "asked": act.asked,
        "message": act.message,
        "testimony": act.testimony,
        "changes": {path: _kept(data) for path, data in act.changes.items()},
        "before": {path: _kept(data) for path, data in act.before.items()},
        "signers": act.signers,
        "head": act.head,
        "branch": act.branch,
        "statement": act.statement,
        "digest": act.digest,
        "about": act.about,
    }
    return json.dumps(data, indent=1).encode()


def read_act(text: bytes, where: str) -> Act:
    """An act that was kept.

    Raises:
        ConfigurationError: it does not read.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        numbers = {Number.parse(number): seal for number, seal in data["seals"].items()}
        act = Act(
            verb=str(data["verb"]),
            policy_id=str(data["policy"]),
            seals={number: str(seal) for number, seal in numbers.items() if number},
            asked=str(data["asked"]),
            message=str(data["message"]),
            testimony=str(data["testimony"]),
            signers=str(data["signers"]),
            head=str(data["head"]),
            branch=str(data["branch"]),
            # Journals of programs before this one know no statements.
            statement=int(data.get("statement", 0)),
            digest=str(data.get("digest", "")),
            about=str(data.get("about", "")),
        )
        changes = {path: _was(kept) for path, kept in data["changes"].items()}
        before = {path: _was(kept) for path, kept in data["before"].items()}
        if not (act.seals or act.statement):
            raise ValueError("it names no release")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"does not say what was being made: {error}",
            where=where,
            remedy="move it away, and see with `git status` what is left of that",
        ) from None
    return replace(act, changes=changes, before=before)


def _kept(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()


def _was(kept: str | None) -> bytes | None:
    return None if kept is None else b64decode(kept)
