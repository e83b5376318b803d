"""A release that was made of a draft: sealed, with the files of its folder, and not yet frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.releases.freezing import FreezePlan
from publisher.releases.release import Release

UNCOMMITTED = "0" * 40
"""The revision of what is only looked at: the draft may not be committed yet."""


@dataclass(frozen=True)
class MadeRelease:
    """What a freeze writes, and what a preview shows."""

    plan: FreezePlan
    release: Release
    """With its letters, its forms and its seal."""
    files: Mapping[str, bytes]
    """Those of its folder, by their path in it."""
