"""A draft read from disk and git as it is handed in for review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.answers.token import longest_token
from publisher.checks.draft_findings import SettingsFile, Submission, retranslated
from publisher.checks.translation_findings import SeenText
from publisher.edges.catalogs import check_own_catalogs
from publisher.edges.drafts import Drafts
from publisher.edges.font_findings import check_fonts
from publisher.edges.fonts import own_fonts
from publisher.edges.phrases import check_own_phrases
from publisher.edges.project import SETTINGS_FILE
from publisher.edges.templates import check_own_templates
from publisher.errors import HistoryError
from publisher.policies.draft import FACTS_FILE
from publisher.policies.file_names import unix_lines
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Policy
from publisher.policies.settings import Settings
from publisher.policies.toml import line_of
from publisher.releases.compared import compared_finding
from publisher.releases.number import Materiality, Number
from publisher.releases.releases import Releases
from publisher.releases.retraction import lost_notes

if TYPE_CHECKING:
    from publisher.edges.history import History  # looks for git, which a check can do without


class Submissions:
    """The drafts of a project, each with all that a review looks at."""

    def __init__(
        self, root: Path, drafts: Drafts, settings: Settings, history: Callable[[], History]
    ) -> None:
        """Reads nothing yet.

        Args:
            root: the project's folder.
            drafts: its drafts.
            settings: what its `publisher.toml` says.
            history: opens its git repository; only a draft with translations asks for it.
        """
        self._root, self._drafts = root, drafts
        self._settings, self._history = settings, history

    def reviewed(
        self, policy_id: str, releases: Releases, today: dt.date
    ) -> tuple[Submission, Releases]:
        """A draft as it is looked at before anybody freezes it, and the releases that it is held
        against: the last of them is what a freeze would compare it with.

        Args:
            policy_id: which draft.
            releases: all releases of the policy so far.
            today: the day for all of them.
        """
        before = releases.followed(today)
        found = self.read(policy_id, releases, before)
        if found.policy and releases.held(today):
            before = releases.reviewed(today, found.policy)
            found = self.read(policy_id, releases, before)
        if found.policy is None:
            return found, before
        cues = compared_finding(found.policy, releases, before, today, found.folder)
        return replace(found, findings=[*found.findings, *cues]), before

    def read(self, policy_id: str, releases: Releases, before: Releases) -> Submission:
        """A draft, what is wrong with its files, and what its translators could see.

        Args:
            policy_id: which draft.
            releases: all releases of the policy so far.
            before: those of them that its release would follow.
        """
        policy, findings = self._drafts.read(policy_id)
        own = (self._root / SETTINGS_FILE).read_bytes()
        return Submission(
            policy=policy,
            findings=[
                *findings,
                *self._drafts.names(policy_id),
                *check_own_phrases(self._root),
                *check_own_catalogs(self._root),
                *check_own_templates(
                    self._root, _languages(policy), policy, self._settings.organisation
                ),
                *self._ledger(own),
                *self._fonts(policy),
            ],
            folder=self._drafts.name(policy_id),
            facts=self._drafts.files(policy_id).get(FACTS_FILE, b""),
            settings=SettingsFile(SETTINGS_FILE, own, self._settings),
            seen=tuple(self._seen(policy, before)) if policy else (),
            retracted=lost_notes(releases),
            token=longest_token(policy_id, _numbers(releases)),
        )

    def _fonts(self, policy: Policy | None) -> list[Finding]:
        """Whether its PDFs can have every character."""
        if policy is None:
            return []
        return check_fonts(policy, self._drafts.name(policy.id), own_fonts(self._root))

    def _ledger(self, own: bytes) -> Iterator[Finding]:
        """Whether the ledger's address can be one; it is not opened."""
        url = self._settings.ledger
        if not url:
            return
        from publisher.edges.ledger.urls import no_ledger_at  # takes a while

        why, remedy = no_ledger_at(url)
        if why:
            yield Finding(Severity.ERROR, SETTINGS_FILE, line_of(own, "ledger.url"), why, remedy)

    def _seen(self, policy: Policy, releases: Releases) -> Iterator[SeenText]:
        changed = retranslated(policy, releases)
        if not changed:
            return
        folder = self._drafts.name(policy.id)
        with suppress(HistoryError):  # what translators saw is a help, and no condition
            history = self._history()
            for language, name in changed:
                revision = history.last(f"{folder}/{language}/{name}")
                text = history.file_at(revision.id, f"{folder}/{name}") if revision else None
                if revision and text is not None:
                    seen = unix_lines(text).decode("utf-8", "replace")
                    yield SeenText(language, name, str(revision), seen)


def _languages(policy: Policy | None) -> tuple[str, ...]:
    return (policy.facts.language, *policy.translations) if policy else ()


def _numbers(releases: Releases) -> tuple[Number, Number]:
    """The next release, with the room that its corrections may need; and the next correction."""
    following = releases.next_number(Materiality.MATERIAL)
    return Number(following.major, 99), releases.next_number(Materiality.EDITORIAL)
