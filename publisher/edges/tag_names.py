"""What the tag of a release is called in git.

The tag of release 2 of the policy `privacy` is `privacy/2` where the project is at the root of its
repository, and `legal/privacy/2` where it is in its folder `legal`: two projects in one repository
may have policies of the same id. Programs before this one left the folder out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number
from publisher.releases.statement import REGISTER, STATEMENT_FILE


@dataclass(frozen=True, slots=True)
class TagNames:
    """The names of the tags of one project; everywhere else a tag is called by its release."""

    prefix: str
    """What stands before the name of a release; empty: the project is the whole repository."""

    @classmethod
    def of(cls, inside: str) -> TagNames:
        """The names for a project by the path of its folder from the repository's root."""
        parts = [part for part in inside.split("/") if part not in ("", ".")]
        return cls("".join(f"{_in_reference(part)}/" for part in parts))

    def real(self, release: str) -> str:
        """The name in git of the tag of `privacy/2`, say."""
        return self.prefix + release

    def statement(self, tag: str) -> str | None:
        """The statement whose tag has this name in git; None: it is no such tag of this project."""
        name = tag.removeprefix(self.prefix)
        return name if tag.startswith(self.prefix) and is_statement(name) else None

    def release(self, tag: str) -> str | None:
        """The release whose tag has this name in git; None: it is no tag of this project's."""
        name = tag.removeprefix(self.prefix)
        return name if tag.startswith(self.prefix) and is_release(name) else None


def is_release(name: str) -> bool:
    """Whether something is the name of a release, such as `privacy/2.1`."""
    policy_id, _, number = name.partition("/")
    return POLICY_ID.fullmatch(policy_id) is not None and Number.parse(number) is not None


def is_statement(name: str) -> bool:
    """Whether something is the name of a statement, such as `privacy.register/0001`."""
    folder, _, number = name.partition("/")
    policy_id, _, register = folder.partition(".")
    known = POLICY_ID.fullmatch(policy_id) is not None and register == REGISTER
    return known and STATEMENT_FILE.fullmatch(f"{number}.toml") is not None


def sealed_path(name: str) -> str:
    """Where what a tag is about lies, from the project's root.

    Args:
        name: of a release or a statement.
    """
    if not is_statement(name):
        return f"versions/{name}"
    folder, _, number = name.partition("/")
    return f"versions/{folder.partition('.')[0]}/{REGISTER}/{number}.toml"


def _in_reference(part: str) -> str:
    """The name of a folder as a part of a reference, which may hold less (git-check-ref-format(1)).

    What it may not hold, and what some file systems change in a name, is written as in an address.
    """
    data = part.encode("utf-8", "surrogateescape")
    text = re.sub(rb"[^A-Za-z0-9._+=,-]", lambda found: b"%%%02X" % found[0][0], data).decode()
    return re.sub(r"^[.-]|\.(?=\.|$|lock$)", lambda found: f"%{ord(found[0]):02X}", text)
