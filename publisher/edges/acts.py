"""Freezes, imports and statements as one act: files, commit, tag, and a journal until all stand.

One at a time in a repository, whatever its working trees: the lock lies in git's common folder, and
what git starts holds it too. What cannot be made whole is taken back to the byte; what was killed
is completed or taken back by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from publisher.edges.act_files import bytes_at, prune_folders, put_files
from publisher.edges.archive import Archive
from publisher.edges.commits import Commits
from publisher.edges.git_locks import await_git, clear_git_locks
from publisher.edges.journals import Journals
from publisher.edges.locks import alone
from publisher.edges.merges import refuse_pushed, refuse_two_of_a_number
from publisher.edges.rehearsal import ATTRIBUTES_FILE, Rehearsal, refuse_taken, refuse_unfinished
from publisher.edges.signatures import Signatures
from publisher.edges.tags import common_folder
from publisher.errors import FreezeError, HistoryError, PublisherError
from publisher.releases.act import Act, flaws_of
from publisher.releases.folder import SUMS_FILE, seal_of
from publisher.releases.number import Number
from publisher.releases.signers import Standing, read_signers

PATIENCE = 3.0
"""Seconds to wait for another freeze or import."""


@dataclass(frozen=True)
class Done:
    """What became of an act."""

    act: Act
    commit: str = ""
    """Empty: it was taken back."""
    tag: str = ""
    """The name of the tag in git."""
    signature: str = ""
    """Whether the tag is signed, and by whom, in words."""

    @property
    def number(self) -> Number:
        """Of the last release that was made."""
        return max(self.act.seals)

    def line(self) -> str:
        """What became of what was cut off, in a line to read."""
        if not self.commit:
            return f"Taken back: {self.act.doing}, which was cut off before its commit"
        return f"Completed: {self.act.doing}, which was cut off; commit {self.commit[:10]}"


@dataclass(frozen=True)
class Acts:
    """Carries out what makes releases, and statements about them."""

    root: Path
    """The project's folder."""
    archive: Archive
    commits: Commits
    journals: Journals

    @contextmanager
    def one_at_a_time(self, doing: str) -> Iterator[None]:
        """Nobody else freezes or imports in this repository while the block runs.

        Args:
            doing: what is at work, in words.

        Raises:
            FreezeError: somebody does.
        """
        place = lock_of_acts(self.root)
        if place is None:  # which is refused by whoever asks git for anything
            yield
            return
        with alone(place, doing, PATIENCE) as held:
            self.commits.kept_open = (held,)
            try:
                yield
            finally:
                self.commits.kept_open = ()

    @property
    def detached(self) -> bool:
        """Whether no branch is checked out."""
        return not self.commits.branch

    # ── what was cut off ─────────────────────────────────────────────────────────────────────────

    def refuse_cut_off(self) -> None:
        """A dry run ends nothing that was cut off.

        Raises:
            FreezeError: something was.
        """
        for act in self.journals.all():
            raise FreezeError(
                f"{act.doing} is at work, or was cut off",
                where=f"versions/{act.name}",
                remedy=act.remedy,
            )

    def recovered(self, policy_id: str) -> Iterator[Done]:
        """Completes or takes back whatever was cut off in this project.

        Args:
            policy_id: of which unfinished folders are removed too.

        Yields:
            What became of each.

        Raises:
            HistoryError: neither can be done; says why.
        """
        self.archive.sweep(policy_id)
        for act in self.journals.all():
            refuse_pushed(self.journals.place(act.policy_id), self.root)
            clear_git_locks(self.commits, self.journals.begun(act.policy_id), self._tag(act))
            tag = self.commits.tagged(self._tag(act))
            commit = self.commits.commit_of(act)
            if tag and act.witnessed(tag.message):
                yield self._finish(act, tag.commit)
            elif tag is None and commit and not self._altered(act, commit):
                yield self._finish(act, commit)
            else:
                self._take_back(act, ours=False)
                yield Done(act)

    def at(self, done: Done) -> bool:
        """Whether it stands, and nothing was committed since."""
        return bool(done.commit) and self.commits.head == done.commit

    # ── what can be known before ─────────────────────────────────────────────────────────────────

    def refuse_unfit(self, policy_id: str, here: Sequence[Number], *new: Number) -> None:
        """A repository in which the next releases cannot be made.

        Args:
            policy_id: whose releases.
            here: the numbers of those that there are on this branch.
            new: the numbers of those that are to be made.

        Raises:
            FreezeError: a number or a tag is taken, or a folder is there that nobody committed.
            HistoryError: git is in the middle of something.
        """
        refuse_two_of_a_number(self.root)
        refuse_unfinished(self.commits)
        for number in here:
            folder = f"versions/{policy_id}/{number}"
            if not self.commits.holds("HEAD", folder):
                raise FreezeError(
                    "is not in the last commit, and no freeze or import that was cut off made it",
                    where=folder,
                    remedy=self._put_in_order(folder),
                )
        refuse_taken(self.commits, policy_id, here, new)
        await_git(self.commits, self.commits.tag_name(f"{policy_id}/{max(new)}"))

    def _put_in_order(self, folder: str) -> str:
        """What to do with the folder of a release that is not in the last commit."""
        if self.commits.line("ls-files", "--", folder):  # of a squashed merge, or brought back
            return f"commit what is staged: git commit -m 'Bring {folder}'"
        return _moved_away(self.root / folder)

    def rehearsed(self, act: Act, files: Mapping[str, bytes]) -> Act:
        """Tries what git will have to do, without a trace; gives the act with what protects it.

        Args:
            act: what is to be made.
            files: the files of its last release, or the statement, by name.

        Raises:
            HistoryError: git would alter a file, does not know who commits, or cannot sign, or
                whoever signs is no signer.
        """
        with Rehearsal.of(self.commits) as rehearsal:
            attributes = rehearsal.protection(act, files)
            if attributes is not None:
                act = replace(act, changes={**act.changes, ATTRIBUTES_FILE: attributes})
            commit = rehearsal.commit(act, files)
            if act.signers:
                self._signed(act, commit, Signatures(self.root, rehearsal.objects))
        return act

    def _signed(self, act: Act, object_id: str, signatures: Signatures) -> str:
        """Who signed a tag or a commit, in words.

        Raises:
            HistoryError: it is none of the signers of an act.
        """
        signers, _ = read_signers(act.signers, "signers")
        found = signatures.of(object_id, signers)
        if found.trusted or not act.signers:
            by = f" by {found.signer}" if found.signer else ""
            unsigned = found.standing is Standing.UNSIGNED
            return "not signed: git has no signing key" if unsigned else f"signed{by}"
        raise HistoryError(
            f"{act.name} has to be signed by one of those whom the release before names; "
            f"it would be {found}",
            where=f"versions/{act.policy_id}",
            remedy=found.remedy or "name the key of one of them: git config user.signingkey KEY",
        )

    # ── what is made now ─────────────────────────────────────────────────────────────────────────

    def carry_out(self, act: Act, folders: Iterable[tuple[Number, Mapping[str, bytes]]]) -> Done:
        """Makes all of it, or nothing.

        Args:
            act: what is to be made.
            folders: the files of each release, by rising number.

        Raises:
            HistoryError: git or a hook refused, or altered what was to be kept as it is.
            FreezeError: a folder is there already.
        """
        commits = self.commits
        before = {path: bytes_at(self.root / path) for path in act.changes}
        act = replace(act, head=commits.head, branch=commits.branch, before=before)
        self.journals.write(act)
        try:
            for number, files in folders:
                self.archive.write(act.policy_id, number, files)
            put_files(
                self.root, {path: data for path, data in act.changes.items() if data is not None}
            )
            commits.commit(act, self.journals.fresh_index(act))
            commit = commits.commit_of(act)
            if altered := self._altered(act, commit):
                raise self._rewritten(altered)
            return self._finish(act, commit)
        except BaseException as error:
            self._undo(act, error)
            raise

    def _finish(self, act: Act, commit: str) -> Done:
        """From the commit on: git's index, the tag, and the end of the journal."""
        commits, name = self.commits, self._tag(act)
        # Hooks look at the draft, which lacks its notes only once the release has them.
        gone = (path for path, data in act.changes.items() if data is None)
        put_files(
            self.root,
            {path: None for path in gone if bytes_at(self.root / path) == act.before[path]},
        )
        commits.settle(act.paths)
        if commits.tagged(name) is None:
            commits.tag(name, commit, act.testimony, sign=bool(act.signers) or commits.signs)
        tag = commits.tagged(name)
        if tag is None or tag.commit != commit or not act.witnessed(tag.message):
            raise HistoryError(
                "git has another tag than the one that was to be made",
                where=name,
                remedy=f"see what a hook makes of tags: git show {name}",
            )
        signature = self._signed(act, tag.object_id, Signatures(self.root))
        self.journals.remove(act)
        return Done(act, commit, name, signature)

    def _tag(self, act: Act) -> str:
        return self.commits.tag_name(act.name)

    # ── held against what was meant ──────────────────────────────────────────────────────────────

    def _altered(self, act: Act, commit: str) -> list[str]:
        """Paths at which a commit, or the disk, has something else than was to be kept."""
        commits, found = self.commits, dict[str, None]()
        for number, folder in act.folders.items():
            for files in (
                commits.files(commit, folder),
                self.archive.unsealed(act.policy_id, number),
            ):
                flaws = flaws_of(act.seals[number], files)
                found |= dict.fromkeys(f"{folder}/{name}" for name, _ in flaws)
        wrong = (path for path, data in act.changes.items() if commits.file(commit, path) != data)
        found |= dict.fromkeys(wrong)
        own = tuple(f"{folder}/" for folder in act.folders.values())
        for path in commits.changed(act.head, commit):
            held = path.startswith(("versions/", f"policy/{act.policy_id}/"))
            if held and path not in act.changes and not path.startswith(own):
                found[path] = None
        return list(found)

    def _rewritten(self, altered: list[str]) -> HistoryError:
        commits, path = self.commits, altered[0]
        more = f" (and {len(altered) - 1} more)" if len(altered) > 1 else ""
        hooks = ", ".join(commits.hooks)
        by = f"a hook of git ({hooks})" if hooks else commits.altering(path) or "git"
        return HistoryError(
            f"something else would be here than was to be frozen{more}: {by} altered it; "
            "everything was taken back",
            where=path,
            remedy="have it leave versions/ and policy/ as they are, for example by the list of "
            "files that it passes over, and run the command again",
        )

    # ── taken back ───────────────────────────────────────────────────────────────────────────────

    def _undo(self, act: Act, error: BaseException) -> None:
        """Takes back what was begun just now; what cannot be is left to the next run."""
        name = self._tag(act)
        try:
            tag, commit = self.commits.tagged(name), self.commits.commit_of(act)
            if tag and commit and tag.commit == commit:
                if act.witnessed(tag.message):
                    self._finish(act, commit)  # it stands: we were stopped a moment too late
                    return
                self.commits.untag(name, tag.object_id)
            self._take_back(act, ours=True)
        except PublisherError as stuck:
            if isinstance(error, PublisherError):
                error.what += f"; and it was not taken back: {stuck}"
        except OSError as stuck:
            if isinstance(error, PublisherError):
                error.what += f"; and it was not taken back, for {stuck}: the next run does that"

    def _take_back(self, act: Act, *, ours: bool) -> None:
        """Puts everything back as it was before an act.

        Args:
            act: which.
            ours: whether this very process began it, and so knows that all of it is its own.
        """
        commits, commit = self.commits, self.commits.commit_of(act)
        mended: list[str] = []
        if commit:
            mended = self._leave(act, commit)
        for number, folder in act.folders.items():
            if (self.root / folder).exists():
                sums = bytes_at(self.root / folder / SUMS_FILE) or b""
                if not ours and seal_of(sums) != act.seals[number]:
                    raise FreezeError(
                        f"{act.doing} was cut off, and this is not the folder that it was writing",
                        where=folder,
                        remedy=_moved_away(self.root / folder),
                    )
                self.archive.discard(act.policy_id, number)
                prune_folders(self.root, self.root / folder)
        self.archive.sweep(act.policy_id)
        commits.settle(act.paths)
        lost = {path: data for path, data in act.before.items() if self._lacks(act, path)}
        # On another branch, by now, a file that this one does not have was not lost.
        put_files(
            self.root, {p: d for p, d in lost.items() if ours or d is None or commits.tracked(p)}
        )
        commits.restore([path for path in mended if commits.tracked(path)])
        added = [path for path in mended if not commits.tracked(path)]
        put_files(self.root, dict.fromkeys(p for p in added if p.startswith("versions/")))
        self.journals.remove(act)

    def _leave(self, act: Act, commit: str) -> list[str]:
        """Moves the branch back from a commit.

        Returns:
            What a hook had altered besides, which that commit keeps.
        """
        commits = self.commits
        meant = act.changes.keys() - {act.place}  # of a statement that was altered, nothing stays
        other = [path for path in commits.changed(act.head, commit) if path not in meant]
        own = tuple(f"{folder}/" for folder in act.folders.values())
        other = [path for path in other if not path.startswith(own)]
        kept = {path: commits.file(commit, path) for path in other}
        if commits.branch != act.branch or not commits.move(act.head, commit):
            raise HistoryError(
                f"commit {commit[:10]} was to be {act.doing}, and has something else in it; there "
                "are others after it by now, or another branch is checked out",
                where=act.name,
                remedy=f"git rebase --onto {act.head} {commit}, then run this again",
            )
        return [path for path in other if bytes_at(self.root / path) == kept[path]]

    def _lacks(self, act: Act, path: str) -> bool:
        """Whether a file is as the act left it, and not as it was before."""
        now = bytes_at(self.root / path)
        return now == act.changes[path] and now != act.before[path]


def lock_of_acts(root: Path) -> Path | None:
    """The lock that is held while something is made in a repository; None: there is none."""
    git = common_folder(root)
    return git / "publisher.lock" if git else None


def _moved_away(folder: Path) -> str:
    other = folder.with_name(f"{folder.name}-moved-away")
    return f"see what it is, and move it away: mv {quote(str(folder))} {quote(str(other))}"
