"""What an action works with: the parts of a project, each opened when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.edges import clock as clocks
from publisher.edges.private import close_private, ledger_place, private_places, spool_folder
from publisher.edges.project import SETTINGS_FILE, Project
from publisher.errors import SealError

if TYPE_CHECKING:
    from publisher.answers.phrases import Phrases
    from publisher.edges.acts import Acts
    from publisher.edges.archive import Archive
    from publisher.edges.build_cache import BuildCache
    from publisher.edges.build_process import BuildProcess
    from publisher.edges.built_site import FormPages
    from publisher.edges.carriers.carrier import Carrier
    from publisher.edges.clock import Clock
    from publisher.edges.drafts import Drafts
    from publisher.edges.evidence import Witnesses
    from publisher.edges.history import History
    from publisher.edges.journals import Journals
    from publisher.edges.ledger import Ledger
    from publisher.edges.press import Press
    from publisher.edges.registrar import Registrar
    from publisher.edges.release_maker import ReleaseMaker
    from publisher.edges.sent_releases import SentReleases
    from publisher.edges.submissions import Submissions
    from publisher.letters.stationery import Stationery
    from publisher.policies.settings import Settings
    from publisher.wording.catalogs import Catalogs
    from publisher.wording.templates import TextTemplates


class Workplace:
    """A project as actions find it; what an action does not ask for is neither read nor loaded.

    Only the one public function of an action takes a workplace. It hands on the parts that are
    needed, so that a signature tells what a function reads and writes.
    """

    def __init__(self, project: Project, clock: Clock | None = None) -> None:
        """Opens nothing yet; the private folder, if there is one, is closed to others.

        Args:
            project: its folders.
            clock: gives the time of every act, with its offset; None: the machine's.
        """
        close_private(project.root)
        self.project = project
        self.clock = clock or clocks.now

    @classmethod
    def find(cls, start: Path, clock: Clock | None = None) -> Workplace:
        """The workplace of the project that a folder lies in.

        Raises:
            ConfigurationError: there is no `publisher.toml` in the folder or above it.
        """
        return cls(Project.find(start), clock)

    @cached_property
    def settings(self) -> Settings:
        """What `publisher.toml` says; raises `ConfigurationError` where it does not read."""
        from publisher.policies.settings import read_settings

        return read_settings((self.project.root / SETTINGS_FILE).read_bytes())

    @property
    def spool(self) -> Path:
        """Folder of letters that are spooled instead of sent.

        Raises:
            ConfigurationError: `publisher.toml` does not read, or names no folder of its own.
        """
        return spool_folder(self.project.root, self.settings.spool)

    @property
    def private_places(self) -> list[str]:
        """The paths in the project, from its root, at which customers' addresses lie.

        Raises:
            ConfigurationError: `publisher.toml` does not read.
        """
        return private_places(self.project.root, self.spool, self.ledger_url)

    @cached_property
    def drafts(self) -> Drafts:
        """What legal edits."""
        from publisher.edges.drafts import Drafts

        return Drafts(self.project.drafts)

    @cached_property
    def archive(self) -> Archive:
        """The releases, each as it was sealed."""
        from publisher.edges.archive import Archive
        from publisher.edges.tags import Tags

        return Archive(self.project.versions, Tags(self.project.root), self.journals)

    @cached_property
    def journals(self) -> Journals:
        """What freezes and imports are making, until it stands."""
        from publisher.edges.journals import Journals

        return Journals(self.project.private / "unfinished")

    @property
    def witnesses(self) -> Witnesses:
        """All that can say what a release was when it was frozen.

        Raises:
            HistoryError: there is no git, or no repository.
        """
        from publisher.edges.evidence import Witnesses

        return Witnesses(self.archive, self.history, self.drafts)

    @cached_property
    def submissions(self) -> Submissions:
        """The drafts, each with all that a review looks at.

        Raises:
            ConfigurationError: `publisher.toml` does not read.
        """
        from publisher.edges.submissions import Submissions

        return Submissions(self.project.root, self.drafts, self.settings, lambda: self.history)

    @property
    def in_repository(self) -> bool:
        """Whether there is a git repository here: a copy of the project's files is none."""
        from publisher.edges.tags import common_folder

        return common_folder(self.project.root) is not None

    @cached_property
    def history(self) -> History:
        """The project's git repository.

        Raises:
            HistoryError: there is no git, or no repository.
        """
        from publisher.edges.history import History

        return History(self.project.root)

    @cached_property
    def acts(self) -> Acts:
        """Carries out what makes releases: writes them, commits and tags them.

        Raises:
            HistoryError: there is no git.
        """
        from publisher.edges.acts import Acts
        from publisher.edges.commits import Commits

        root = self.project.root
        return Acts(root, self.archive, Commits(root), self.journals)

    @cached_property
    def registrar(self) -> Registrar:
        """Writes statements about releases.

        Raises:
            HistoryError: there is no git.
        """
        from publisher.edges.registrar import Registrar

        return Registrar(self.archive, self.acts)

    @cached_property
    def ledger(self) -> Ledger:
        """Recipients, deliveries, messages and requests.

        Raises:
            LedgerError: it cannot be opened, or releases of this project were sent with another, or
                with a newer copy of it.
        """
        from publisher.edges.ledger import is_begun

        if not is_begun(self.ledger_url):
            self.sent_releases.require(None, lambda *_: None, "ledger")
        ledger = self.any_ledger
        self.sent_releases.require(ledger.identity, ledger.batch_digest, ledger.where)
        return ledger

    @property
    def any_ledger(self) -> Ledger:
        """The ledger, whichever it is: for what puts right that it is another one.

        Raises:
            LedgerError: it cannot be opened.
        """
        from publisher.edges.ledger import open_ledger

        return open_ledger(self.ledger_url)

    @property
    def has_ledger(self) -> bool:
        """Whether a ledger was begun, or should be here; to ask for it begins one."""
        from publisher.edges.ledger import is_begun

        return is_begun(self.ledger_url) or bool(self.sent_releases.all())

    @property
    def sent_releases(self) -> SentReleases:
        """With which ledger each release was sent."""
        from publisher.edges.sent_releases import SentReleases

        return SentReleases(self.project.private / "sent")

    @property
    def ledger_url(self) -> str:
        """Where the ledger is, perhaps with a password: to be opened, never to be shown.

        Raises:
            ConfigurationError: `publisher.toml` does not read.
        """
        from publisher.edges.secrets import ledger_url
        from publisher.policies.ledger_url import sqlite_url

        url = ledger_url() or self.settings.ledger
        own = sqlite_url(str(self.project.private / "ledger.sqlite"))
        return ledger_place(self.project.root, url) if url else own

    @cached_property
    def build_cache(self) -> BuildCache:
        """What earlier builds of the site made."""
        from publisher.edges.build_cache import BuildCache

        return BuildCache(self.project.cache / "site")

    @cached_property
    def builds(self) -> BuildProcess:
        """Builds the site in a process of its own."""
        from publisher.edges.build_process import BuildProcess

        return BuildProcess(self.project.root)

    @cached_property
    def press(self) -> Press:
        """Sets PDFs."""
        from publisher.edges.press import Press

        return Press.of(self.project.root, self.project.cache / "pdf")

    @cached_property
    def maker(self) -> ReleaseMaker:
        """Makes the release that a draft becomes.

        Raises:
            ConfigurationError: `publisher.toml` does not read.
        """
        from publisher.edges.release_maker import ReleaseMaker

        return ReleaseMaker(
            self.drafts,
            self.submissions,
            self.press,
            self.settings.organisation,
            self.templates,
            self.catalogs,
        )

    @cached_property
    def keys(self) -> tuple[bytes, ...]:
        """The keys of personal links, the one that signs first.

        Raises:
            ConfigurationError: `PUBLISHER_TOKEN_KEY` is not set, or too short.
        """
        from publisher.edges.secrets import token_keys

        return token_keys()

    @cached_property
    def phrases(self) -> Phrases:
        """The sentences that opt out by mail: ours, and those of `wording/declarations`.

        Raises:
            ConfigurationError: one of the project's own files does not read.
        """
        from publisher.edges.phrases import read_project_phrases

        return read_project_phrases(self.project.root)

    @cached_property
    def catalogs(self) -> Catalogs:
        """The words around a text: ours, and before them those of `wording/LANG.po`."""
        from publisher.edges.catalogs import read_catalogs

        return read_catalogs(self.project.root)

    @cached_property
    def receiving_catalogs(self) -> Catalogs:
        """The same for whatever answers customers: an own one that does not read is passed over, so
        that nobody is kept from declaring something.
        """
        return self.catalogs.forgiven()

    @cached_property
    def form_pages(self) -> FormPages:
        """The opt-out pages of the releases."""
        from publisher.edges.built_site import FormPages

        return FormPages(self.archive, self.project.built, self.receiving_catalogs)

    @cached_property
    def request_languages(self) -> Sequence[str]:
        """The languages of the pages for requests, that of those without a tag first."""
        from publisher.answers.request_page import request_languages

        spoken = []
        for policy_id in self.policies:
            with suppress(SealError):
                if releases := self.archive.releases(policy_id):
                    own = releases[-1].policy
                    spoken.append((own.facts.language, *own.translations))
        return request_languages(self.settings.organisation, spoken)

    @cached_property
    def templates(self) -> TextTemplates:
        """The templates of letters: ours, and before them those of `wording/NAME.LANG.md`.

        Raises:
            TemplateError: one of the project's own is no text.
        """
        from publisher.edges.templates import read_templates

        return read_templates(self.project.root)

    @cached_property
    def stationery(self) -> Stationery:
        """What receipts and mailed links are written with.

        Raises:
            ConfigurationError: `publisher.toml` does not read.
            TemplateError: as for `templates`.
        """
        from publisher.letters.stationery import Stationery

        return Stationery(self.settings.organisation, self.templates, self.receiving_catalogs)

    @cached_property
    def stationery_without_own(self) -> Stationery:
        """The same where a template of the project breaks: with the program's.

        Raises:
            ConfigurationError: `publisher.toml` does not read.
        """
        from publisher.edges.templates import shipped_templates
        from publisher.letters.stationery import Stationery
        from publisher.wording.templates import TextTemplates

        templates = TextTemplates(shipped_templates())
        return Stationery(self.settings.organisation, templates, self.receiving_catalogs)

    @property
    def open_carrier(self) -> Callable[[], Carrier]:
        """Opens a connection to whatever takes letters: the relay, or the spool."""
        from publisher.edges.carriers import open_carrier
        from publisher.edges.secrets import relay_password

        return lambda: open_carrier(self.settings, self.spool, relay_password())

    @property
    def policy_ids(self) -> tuple[str, ...]:
        """Every policy that has a draft or a release, sorted.

        Raises:
            ConfigurationError: a folder is called what cannot be a policy's id.
        """
        return self.project.policy_ids

    @property
    def policies(self) -> tuple[str, ...]:
        """The same, for a command that is about each of them.

        Raises:
            NotFoundError: there is none, or one is a folder and no more.
        """
        return self.project.policies

    def policy_id(self, wanted: str | None) -> str:
        """The policy a command is about: the one named, or the only one.

        Raises:
            NotFoundError: no such policy, or several and none was named.
        """
        return self.project.policy_id(wanted)
