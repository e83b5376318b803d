"""Statements of the register, made as freezes are: one at a time, all of one or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from shlex import quote

from publisher.edges.acts import Acts, Done
from publisher.edges.archive import Archive
from publisher.edges.branches import statements_elsewhere
from publisher.edges.git_locks import await_git
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.rehearsal import refuse_in_the_way, refuse_unfinished
from publisher.errors import FreezeError
from publisher.releases.act import Act
from publisher.releases.releases import Releases
from publisher.releases.signers import signers_of_next
from publisher.releases.statement import (
    REGISTER,
    Statement,
    StatementKind,
    statement_digest,
    statement_toml,
)

_VERBS = {StatementKind.NOTICE: "record", StatementKind.RETRACTION: "retraction"}
_SAID = {
    StatementKind.NOTICE: "Record the notice of {}",
    StatementKind.RETRACTION: "Retract {}",
}


@dataclass(frozen=True)
class Registrar:
    """Writes statements about releases: the file, its commit, its tag."""

    archive: Archive
    acts: Acts

    def recovered(self, policy_id: str, asked: str) -> Iterator[tuple[Done, bool]]:
        """Completes or takes back what was cut off.

        Args:
            policy_id: of which policy a statement is asked for.
            asked: the command that asks for it.

        Yields:
            What became of each, and whether it is the one that is asked for, and the last commit.
        """
        for done in self.acts.recovered(policy_id):
            same = (done.act.policy_id, done.act.asked) == (policy_id, asked)
            yield done, same and self.acts.at(done)

    def make(self, statement: Statement, releases: Releases, asked: str) -> tuple[Statement, Done]:
        """Writes a statement, commits and tags it.

        Args:
            statement: with neither its number nor any digest.
            releases: all of the policy, and what is stated of them so far.
            asked: the command that asks for it, without the name of the program.

        Returns:
            It, as it stands now.

        Raises:
            HistoryError: git cannot do its part; everything is as it was before.
            FreezeError: a tag is in the way, or the register changed meanwhile.
        """
        register = releases.register
        statement = replace(
            statement, number=register.next_number, previous_digest=register.last_digest
        )
        self._refuse_unfit(statement)
        data = statement_toml(statement)
        statement = replace(statement, digest=statement_digest(data))
        act = self.acts.rehearsed(_act(statement, data, releases, asked), {statement.file: data})
        return statement, self.acts.carry_out(act, [])

    def _refuse_unfit(self, statement: Statement) -> None:
        """A repository in which the next statement cannot be made.

        Raises:
            FreezeError: its number was given on another branch, or a tag is in the way.
            HistoryError: git is in the middle of something.
        """
        commits = self.acts.commits
        refuse_two_of_a_number(commits.root)
        refuse_unfinished(commits)
        refuse_in_the_way(commits, tag := commits.tag_name(statement.name))
        if commits.tagged(tag) or commits.line("rev-parse", "--verify", "--quiet", f"{tag}^0"):
            place = f"versions/{statement.policy}/{REGISTER}/{statement.file}"
            if commits.holds(f"refs/tags/{tag}", place):
                raise _elsewhere(statement, f"tag {tag}", f"git merge {quote(tag)}")
            raise FreezeError(
                "there is such a tag already, and its commit has no such statement",
                where=f"tag {tag}",
                remedy=f"see what it is: git show {tag}; if it is a mistake: git tag -d {tag}",
            )
        for branch, number in statements_elsewhere(commits.root, statement.policy):
            if number >= statement.number:
                raise _elsewhere(statement, f"branch {branch}", f"git merge {quote(branch)}")
        await_git(commits, tag)


def _elsewhere(statement: Statement, where: str, remedy: str) -> FreezeError:
    return FreezeError(
        f"statement {statement.number} about releases of {statement.policy} was made on another "
        "branch, which is not merged here",
        where=where,
        remedy=remedy,
    )


def _act(statement: Statement, data: bytes, releases: Releases, asked: str) -> Act:
    kind, about = statement.kind, f"{statement.policy}/{statement.release}"
    release = releases.find(statement.release)
    title = release.policy.facts.title if release else statement.policy
    said = f"Release: {about}\nSeal: {statement.seal}\nDigest: {statement.digest}\n"
    act = Act(
        verb=_VERBS[kind],
        policy_id=statement.policy,
        seals={},
        asked=asked,
        message=f"{_SAID[kind].format(about)}\n\nDigest: {statement.digest}\n",
        testimony=f"{title}, statement {statement.number} ({kind} of version "
        f"{statement.release})\n\n{said}",
        signers=signers_of_next([each.policy.signers for each in releases]),
        statement=statement.number,
        digest=statement.digest,
        about=about,
    )
    return replace(act, changes={act.place: data})
