"""What disk and git know of the register of a policy, gathered for `verify`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from publisher.edges.archive import Archive
from publisher.edges.branches import rival_statements
from publisher.edges.history import History
from publisher.edges.signatures import Signatures
from publisher.edges.tagged import Tagged
from publisher.errors import ConfigurationError
from publisher.releases.known_seals import KnownPolicy
from publisher.releases.register_verification import NO_STATEMENT, RegisterEvidence, TaggedStatement
from publisher.releases.release import Release
from publisher.releases.revisions import Revision, TagObject
from publisher.releases.signers import Signature
from publisher.releases.statement import (
    REGISTER,
    STATEMENT_FILE,
    Statement,
    read_statement,
    statement_digest,
    statement_file,
)
from publisher.releases.vouching import Expected, signers_after


@dataclass(frozen=True)
class RegisterWitnesses:
    """Those that can say what a statement was when it was made."""

    archive: Archive
    history: History
    tagged: Tagged

    def evidence(
        self, policy_id: str, releases: Sequence[Release], known: KnownPolicy, outside: Expected
    ) -> RegisterEvidence:
        """All that is known of the register of a policy.

        Args:
            policy_id: which policy.
            releases: those of it that read.
            known: what was seen before.
            outside: who signs where no release says so.

        Raises:
            HistoryError: git does not answer.
        """
        folder = f"versions/{policy_id}/{REGISTER}"
        names = [PurePosixPath(path).name for path in self.tagged.modes(folder)]
        statements, flaws = self._read(policy_id, names)
        tags = self.tagged.statements(policy_id)
        touched = self.history.touched(folder)
        if not (statements or flaws or tags or touched or known.statements):
            return RegisterEvidence(policy_id)
        commits = {_number(name): found for name, found in touched.items() if _is_statement(name)}
        ids = {number: seen.tag for number, seen in known.statements.items() if seen.tag}
        here = self.tagged.kinds(ids.values())
        expected = dict(_expected(statements, releases, outside))
        return RegisterEvidence(
            policy_id,
            statements,
            flaws,
            commits,
            dict(self._altered(folder, statements, commits)),
            [_number(name) for name in names if _is_statement(name)],
            tags,
            self._tagged(folder, tags),
            expected,
            dict(self._signatures(statements, tags, expected)),
            {number: own for (number, own), found in zip(ids.items(), here, strict=True) if found},
            known.statements,
            rival_statements(self.history.root, policy_id, statements),
        )

    def alterations(self, policy_id: str) -> Iterator[str]:
        """For each statement that is not as it was committed first, what differs."""
        from publisher.reports.alteration import alteration  # few ask for it

        folder = f"versions/{policy_id}/{REGISTER}"
        files, _ = self.archive.registers.unsealed(policy_id)
        for name, touched in self.history.touched(folder).items():
            (first,) = self.tagged.files_at([(touched[-1].id, f"{folder}/{name}")])
            if name in files and first is not None and first != files[name]:
                yield alteration(f"{folder}/{name}", first, files[name])

    def _read(
        self, policy_id: str, committed: Collection[str]
    ) -> tuple[dict[int, Statement], list[tuple[str, str]]]:
        """The statements that read, and what is wrong with the other names in the folder."""
        files, odd = self.archive.registers.unsealed(policy_id)
        flaws = [(name, "is a link, or something else that is no file") for name in odd]
        found = {}
        for name, data in files.items():
            if not _is_statement(name):
                if name not in committed:  # which is told along with what else git has there
                    flaws.append((name, NO_STATEMENT))
                continue
            try:
                found[_number(name)] = read_statement(data, name)
            except ConfigurationError as error:
                flaws.append((name, f"does not read: {error.what}"))
        return found, flaws

    def _altered(
        self,
        folder: str,
        statements: Mapping[int, Statement],
        commits: Mapping[int, Sequence[Revision]],
    ) -> Iterator[tuple[int, Revision | None]]:
        """Statements that were others before, and the commit that altered each."""
        for number, one in statements.items():
            touched = commits.get(number, ())
            revisions = [self.history.head, *(each.id for each in touched)]
            here, *digests = self._digests(folder, number, revisions)
            same = [at for at, digest in enumerate(digests) if digest == one.digest]
            if touched and (not same or here not in ("", one.digest)):
                yield number, None
            elif len(touched) > 1:
                first = touched[same[-1]]  # the oldest commit that has it as it is
                before = [touched[at].id for at, d in enumerate(digests) if d and at > same[-1]]
                if any(self.tagged.is_before(commit, first.id) for commit in before):
                    yield number, first

    def _digests(self, folder: str, number: int, commits: Sequence[str]) -> list[str]:
        """The digest of a statement at each of some commits; empty: there was none."""
        path = f"{folder}/{statement_file(number)}"
        found = self.tagged.files_at((commit, path) for commit in commits)
        return [statement_digest(data) if data is not None else "" for data in found]

    def _tagged(self, folder: str, tags: Mapping[str, TagObject]) -> dict[str, TaggedStatement]:
        """What is known of the commits that tags name, by the names of the statements."""
        found = {}
        for name, tag in tags.items():
            if tag.target_kind != "commit":
                continue
            path = f"{folder}/{name.rpartition('/')[2]}.toml"
            data, before = self.tagged.files_at([(tag.target, path), (f"{tag.target}^", path)])
            (tree,) = self.tagged.kinds([f"{tag.target}^{{tree}}"])
            digest = statement_digest(data) if data is not None else "" if tree else None
            merged = self.history.contains(tag.target)
            found[name] = TaggedStatement(digest, before is not None, merged)
        return found

    def _signatures(
        self,
        statements: Mapping[int, Statement],
        tags: Mapping[str, TagObject],
        expected: Mapping[int, Expected],
    ) -> Iterator[tuple[int, Signature]]:
        signed = {
            number: tag
            for number, one in statements.items()
            if (tag := tags.get(one.name)) and tag.signed
        }
        asked = [(tag.id, expected[number].signers) for number, tag in signed.items()]
        checked = Signatures(self.history.root).of_all(asked)
        return zip(signed, checked, strict=True)


def _expected(
    statements: Mapping[int, Statement], releases: Sequence[Release], outside: Expected
) -> Iterator[tuple[int, Expected]]:
    """Who has to sign each statement: those that were sealed last when it was stated."""
    for number, one in statements.items():
        made = [r for r in releases if r.published is None or r.published <= one.stated]
        yield number, signers_after(made, outside)


def _is_statement(name: str) -> bool:
    return STATEMENT_FILE.fullmatch(name) is not None


def _number(name: str) -> int:
    return int(name.removesuffix(".toml"))
