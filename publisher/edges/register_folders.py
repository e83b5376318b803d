"""The registers on disk, `versions/POLICY/register/`: statements that never change.

None is given out but as it was sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from publisher.edges.file_state import Remembered, state_of_folder
from publisher.edges.folder_files import read_files
from publisher.edges.lasting import note_files
from publisher.edges.witness import Witness
from publisher.errors import SealError
from publisher.releases.act import Act
from publisher.releases.number import Number
from publisher.releases.register import Register, register_flaws
from publisher.releases.register_verification import NO_STATEMENT
from publisher.releases.release import Release
from publisher.releases.remedies import restore_path
from publisher.releases.seals import statement_flaw
from publisher.releases.statement import (
    REGISTER,
    STATEMENT_FILE,
    Statement,
    read_statement,
    statement_digest,
    statement_file,
    statement_name,
)

MOST_REGISTERS = 64
"""Registers kept in memory at a time."""
SEAL_REMEDY = (
    "restore it from git; `publisher verify` says how, `publisher verify --diff` what differs"
)


class RegisterFolders:
    """The registers of a project's policies. It may be used by several threads."""

    def __init__(
        self, versions: Path, witness: Witness, unfinished: Callable[[str], Act | None]
    ) -> None:
        """Opens nothing yet.

        Args:
            versions: the folder with a folder for each policy.
            witness: has the tags.
            unfinished: what is being made of a policy, and is not given out.
        """
        self._versions, self._witness, self._unfinished = versions, witness, unfinished
        self._held: Remembered[Mapping[int, Statement]] = Remembered(MOST_REGISTERS)

    def read(
        self, policy_id: str, numbers: Sequence[Number], known: Sequence[Release] = ()
    ) -> Register:
        """All statements about the releases of a policy, after a look at all that vouches for them:
        each other's digests, the releases, the tags.

        Args:
            policy_id: which policy.
            numbers: those of all its releases.
            known: those of them that were read.

        Raises:
            SealError: one of them was altered, or is missing.
            ConfigurationError: one does not read.
        """
        on_the_way = self._unfinished(policy_id)
        skipped = on_the_way.statement if on_the_way else 0
        statements = {n: one for n, one in self._here(policy_id).items() if n != skipped}
        seals = {one.number: one.seal for one in known}
        for number, what in register_flaws(policy_id, statements, statements, numbers, seals):
            raise _altered(self._place(policy_id, number), what)
        self._refuse_lost(policy_id, {*statements, skipped})
        self._refuse_untagged(policy_id, statements)
        for number, one in statements.items():
            message = self._witness.message(one.name)
            if message is not None and (what := statement_flaw(one.digest, one.name, message)):
                raise _altered(self._place(policy_id, number), what)
        return Register(statements[number] for number in sorted(statements))

    def file(self, statement: Statement) -> bytes:
        """The file of a statement that was read.

        Raises:
            SealError: it is not as it was read.
        """
        place = self._versions / statement.policy / REGISTER
        data = read_files(place, [statement.file]).get(statement.file, b"")
        if statement_digest(data) != statement.digest:
            raise _altered(self._place(statement.policy, statement.number), "was altered")
        return data

    def unsealed(self, policy_id: str) -> tuple[Mapping[str, bytes], list[str]]:
        """The files of a register by name, altered or not, and the names of what is no file: for
        `verify` alone. The statement that is being made is left out.
        """
        folder = self._versions / policy_id / REGISTER
        if folder.is_symlink():
            return {}, [""]
        _, names, odd = state_of_folder(folder)
        on_the_way = self._unfinished(policy_id)
        skipped = statement_file(on_the_way.statement) if on_the_way else ""
        return read_files(folder, [name for name in names if name != skipped]), list(odd)

    def _here(self, policy_id: str) -> Mapping[int, Statement]:
        """The statements on the disk, by the numbers in the names of their files."""
        folder, where = self._versions / policy_id / REGISTER, self._place(policy_id)
        note_files([folder], follow=False)
        if folder.is_symlink():
            raise _altered(where, "is a link, not the folder of the register")
        state, names, odd = state_of_folder(folder)
        held = self._held.get(policy_id, state)
        if held is not None:
            return held
        for name in [*odd, *(n for n in names if not STATEMENT_FILE.fullmatch(n))]:
            raise _altered(f"{where}/{name}", NO_STATEMENT)
        found = {
            int(name.removesuffix(".toml")): read_statement(data, f"{where}/{name}")
            for name, data in read_files(folder, names).items()
        }
        self._held.keep(policy_id, state, found)
        return found

    def _refuse_lost(self, policy_id: str, here: Collection[int]) -> None:
        """Refuses if a tag bears witness to a statement that is not there."""
        for number in sorted(self._witness.statements(policy_id).difference(here)):
            name = statement_name(policy_id, number)
            # Else it is a statement of another branch, and not here before that is merged.
            if self._witness.message(name) is not None and self._witness.had(name):
                tag, place = self._witness.name(name), self._place(policy_id, number)
                what = f"is missing; its tag {tag} bears witness to it"
                remedy = restore_path(place, f"refs/tags/{tag}")
                raise SealError(what, where=place, remedy=remedy)

    def _refuse_untagged(self, policy_id: str, statements: Mapping[int, Statement]) -> None:
        """Refuses a statement that no tag vouches for, where releases have theirs: whoever writes
        one by hand would take a release into force. The tag of a later one vouches for it too.
        """
        tagged = self._witness.statements(policy_id)
        for number in sorted(statements):
            later = any(other >= number for other in tagged)
            if not later and self._witness.numbers(policy_id):
                tag = self._witness.name(statement_name(policy_id, number))
                raise SealError(
                    f"has no tag {tag} here, though releases have theirs: nobody vouches for it",
                    where=self._place(policy_id, number),
                    remedy="git fetch --tags; `publisher verify` says more",
                )

    def _place(self, policy_id: str, number: int = 0) -> str:
        """The path of a statement, or of the folder, as messages have it."""
        folder = f"{self._versions.name}/{policy_id}/{REGISTER}"
        return f"{folder}/{statement_file(number)}" if number else folder


def _altered(where: str, what: str) -> SealError:
    return SealError(what, where=where, remedy=SEAL_REMEDY)
