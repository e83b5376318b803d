"""Whether the register of a policy is as it was stated, judged by its bytes, its releases, and what
git knows of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.policies.finding import Finding, Severity
from publisher.releases.known_seals import KnownStatement, altered_statements
from publisher.releases.number import Number
from publisher.releases.register import Register, register_flaws
from publisher.releases.releases import Releases
from publisher.releases.remedies import (
    AND_COMMIT,
    remove_path,
    remove_tag,
    restore_path,
    restore_tag,
    shell_word,
    show_tag,
)
from publisher.releases.revisions import Revision, Rival, TagObject
from publisher.releases.seals import statement_flaw
from publisher.releases.signers import Signature, Standing
from publisher.releases.statement import REGISTER, Statement, statement_file, statement_name
from publisher.releases.statement_rules import doubtful, untenable
from publisher.releases.vouching import Expected

NO_STATEMENT = "is no statement of the register"
"""What is wrong with any other file in its folder."""
_ELSEWHERE = "git fetch --tags  # if nobody has it: push it from the clone that made the statement"


@dataclass(frozen=True, slots=True)
class TaggedStatement:
    """What git knows of the commit that the tag of a statement names."""

    digest: str | None
    """Of the statement as that commit has it; empty: it has none. None: that cannot be told."""
    was_there: bool
    """Whether the commit before it had a file of that name already."""
    merged: bool
    """Whether it is in the history of the current branch."""


@dataclass(frozen=True)
class RegisterEvidence:
    """What is known of the register of a policy: from its folder, and from git."""

    policy_id: str = ""
    statements: Mapping[int, Statement] = field(default_factory=dict)
    """Those that read, by the number in the name of their file."""
    flaws: Sequence[tuple[str, str]] = ()
    """Names in its folder, and what is wrong with each: it is no statement, or does not read."""
    commits: Mapping[int, Sequence[Revision]] = field(default_factory=dict)
    """The commits that touched each file, the latest first."""
    altered: Mapping[int, Revision | None] = field(default_factory=dict)
    """Statements that once were others, and the commit that altered each; None: none did, it
    differs from the last commit."""
    committed: Collection[int] = ()
    """Those that the last commit has."""
    tags: Mapping[str, TagObject] = field(default_factory=dict)
    """By the names of the statements."""
    tagged: Mapping[str, TaggedStatement] = field(default_factory=dict)
    """The commits that these name, the same way."""
    expected: Mapping[int, Expected] = field(default_factory=dict)
    """Who has to sign each."""
    signatures: Mapping[int, Signature] = field(default_factory=dict)
    """Of those whose tag is signed."""
    kept: Mapping[int, str] = field(default_factory=dict)
    """The ids of tags as they were seen before, of those that are in this clone."""
    known: Mapping[int, KnownStatement] = field(default_factory=dict)
    """What was seen of the statements before."""
    rivals: Sequence[Rival] = ()
    """Statements of other branches under numbers of those that are here; their number is that of a
    release with the statement as its major part."""

    @property
    def register(self) -> Register:
        """The statements, as far as they read."""
        return Register(self.statements[number] for number in sorted(self.statements))

    @property
    def seen(self) -> dict[int, KnownStatement]:
        """The statements as they are now, to be known from now on."""
        found = {}
        for number, one in self.statements.items():
            tag = self.tags.get(one.name)
            found[number] = KnownStatement(one.digest, tag.id if tag and tag.annotated else "")
        return found

    def place(self, number: int) -> str:
        """The path of a statement."""
        return f"versions/{self.policy_id}/{REGISTER}/{statement_file(number)}"


@dataclass(frozen=True)
class Clone:
    """What of the clone decides about its register."""

    releases: Releases
    """Those that read."""
    numbers: Collection[Number]
    """Of all folders of releases."""
    has_tags: bool
    """Whether it has the tag of any release."""
    shallow: bool
    sparse: bool


def register_findings(known: RegisterEvidence, clone: Clone) -> Iterator[Finding]:
    """Everything in a register that is not as it was stated.

    Held against one another are the numbers, the digests, the seals of the releases, the dates and
    periods of these, the tags and their commits, the signatures and those who may sign, git's
    history of the folder, and all that with what was seen before.
    """
    folder = f"versions/{known.policy_id}/{REGISTER}"
    for name, what in known.flaws:
        path = f"{folder}/{name}".rstrip("/")
        look = f"git log -p -- {shell_word(path)}"
        remedy = remove_path(path, tracked=False) if what == NO_STATEMENT else look
        yield Finding(Severity.ERROR, path, 0, what, remedy)
    seals = {one.number: one.seal for one in clone.releases}
    lost = dict(_lost(known, clone))
    here, statements = {*known.statements, *_numbered(known)}, known.statements
    flaws = register_flaws(known.policy_id, statements, here, clone.numbers, seals)
    told = {*lost, *known.altered}
    yield from (_error(known, number, what) for number, what in flaws if number not in told)
    yield from lost.values()
    for number, one in sorted(known.statements.items()):
        yield from _of_history(known, number)
        if number in known.altered:  # by which all else follows
            continue
        yield from _of_tag(known, number, one, clone)
        yield from _of_signature(known, number, one)
        releases = Releases(clone.releases, Register(known.register[: _before(known, number)]))
        for what in untenable(one, releases):
            yield _error(known, number, what)
        for what in doubtful(one, releases):
            yield Finding(Severity.CUE, known.place(number), 0, what)
    yield from _otherwise_than_known(known)
    yield from _rivals(known)


def _numbered(known: RegisterEvidence) -> Iterator[int]:
    """The numbers of files that do not read."""
    for name, _ in known.flaws:
        stem = name.removesuffix(".toml")
        if stem.isdecimal():
            yield int(stem)


def _before(known: RegisterEvidence, number: int) -> int:
    return sum(1 for each in known.statements if each < number)


def _error(known: RegisterEvidence, number: int, what: str) -> Finding:
    touched = known.commits.get(number, ())
    by = f", by commit {touched[0]}" if touched else ""
    remedy = f"git log -p -- {shell_word(known.place(number))}"
    return Finding(Severity.ERROR, known.place(number), 0, what + by, remedy)


# ── history ──────────────────────────────────────────────────────────────────────────────────────


def _of_history(known: RegisterEvidence, number: int) -> Iterator[Finding]:
    place, touched = known.place(number), known.commits.get(number, ())
    if not touched:
        what = "was never committed, so nobody else has it, and no tag bears witness to it"
        yield Finding(Severity.ERROR, place, 0, what, remove_path(place, tracked=False))
    elif number in known.altered:
        by = known.altered[number]
        how = f"by commit {by}" if by else "in the working tree (not committed)"
        remedy = restore_path(place, touched[-1].id) + AND_COMMIT if by else restore_path(place, "")
        yield Finding(Severity.ERROR, place, 0, f"was altered after it was stated, {how}", remedy)
    elif len(touched) > 1:
        later = "; ".join(map(str, touched[:-1]))
        what = f"is as it was stated, but was touched again by commit {later}"
        yield Finding(Severity.CUE, place, 0, what)


def _lost(known: RegisterEvidence, clone: Clone) -> Iterator[tuple[int, Finding]]:
    """Statements that are not here: the number of each, and what is the matter."""
    before = f"{known.policy_id}.{REGISTER}/"
    tagged = {int(name.removeprefix(before)): tag for name, tag in known.tags.items()}
    unread = set(_numbered(known))
    for number in sorted({*known.commits, *tagged} - {*known.statements, *unread}):
        place, touched, tag = known.place(number), known.commits.get(number, ()), tagged.get(number)
        at = known.tagged.get(statement_name(known.policy_id, number))
        kind = Severity.ERROR
        if number in known.committed:
            what = "is in the last commit, and not on the disk"
            remedy = "git sparse-checkout disable" if clone.sparse else restore_path(place, "")
        elif not touched and tag and at and not at.merged and at.digest:
            kind = Severity.CUE
            what = f"is a statement of another branch, which is not merged here (tag {tag.name})"
            remedy = f"git merge {shell_word(tag.name)}"
            if clone.shallow:
                what = "is not here, and whether it was deleted this clone cannot tell"
                remedy = "git fetch --unshallow --tags"
        elif not touched and tag:
            what = f"never was in this history, though it has a tag {tag.name}"
            remedy = remove_tag(tag.name)
        else:
            by = f", by commit {touched[0]}" if len(touched) > 1 else ""
            own = tag.target if tag and at and at.digest else f"{touched[0].id}^"
            what, remedy = f"was deleted{by}", restore_path(place, own) + AND_COMMIT
        yield number, Finding(kind, place, 0, what, remedy)


# ── tags and signatures ──────────────────────────────────────────────────────────────────────────


def _of_tag(
    known: RegisterEvidence, number: int, one: Statement, clone: Clone
) -> Iterator[Finding]:
    place, tag = known.place(number), known.tags.get(statement_name(known.policy_id, number))
    if tag is None:
        kind = Severity.ERROR if clone.has_tags else Severity.CUE
        what = "has no tag here, as every statement has that this program made"
        yield Finding(kind, place, 0, what, _ELSEWHERE)
        return
    again = restore_tag(tag.name, known.kept.get(number, ""), here=True)
    made = f" (made by {tag.by})" if tag.by else ""
    found: list[tuple[str, str]] = []
    if not tag.annotated:
        what = f"has a tag {tag.name} that only names {tag.target_kind} {tag.target[:10]}"
        found.append((f"{what}: the one with its digest was taken away", again))
    else:
        if tag.named != tag.name:
            found.append((f"its tag {tag.name} is that of {tag.named}, put in its place", again))
        if flaw := statement_flaw(one.digest, tag.name, tag.message):
            found.append((flaw + made, show_tag(tag.name)))
        if tag.target_kind != "commit":
            found.append((f"its tag {tag.name} names a {tag.target_kind}, not a commit", again))
        else:
            found += _of_commit(known, number, one, tag)
    for what, remedy in found:
        yield Finding(Severity.ERROR, place, 0, what, remedy)


def _of_commit(
    known: RegisterEvidence, number: int, one: Statement, tag: TagObject
) -> Iterator[tuple[str, str]]:
    at = known.tagged.get(statement_name(known.policy_id, number))
    if at is None or at.digest is None:
        return
    named = f"its tag {tag.name} names commit {tag.target[:10]},"
    if at.digest != one.digest:
        how = "in which it says something else" if at.digest else "which does not have it"
        yield f"{named} {how}", show_tag(tag.name)
    elif at.was_there:
        yield f"{named} which did not add it", show_tag(tag.name)


def _of_signature(known: RegisterEvidence, number: int, one: Statement) -> Iterator[Finding]:
    expected, tag = known.expected.get(number), known.tags.get(one.name)
    found = known.signatures.get(number, Signature(Standing.UNSIGNED))
    if expected is None or found.trusted:
        return
    # As long as the signers come from outside, a later signature vouches for what it is made of.
    later = (n for n, each in known.signatures.items() if n > number and each.trusted)
    vouched = not expected.sealed and any(later)
    needed = (bool(expected.signers) or expected.sealed) and not vouched
    if not (needed or found.standing is Standing.BAD):
        return
    who = f"{expected.named_by} names who may sign it"
    if tag is None:
        what, remedy = f"has no tag here, so nobody vouches for it; {who}", _ELSEWHERE
    else:
        by = f" (by {tag.by})" if tag.by else ""
        what = f"its tag {tag.name}{by} is {found}; {who}"
        remedy = (
            found.remedy or f"git fetch --tags --force  # and if it stays: {show_tag(tag.name)}"
        )
    yield Finding(Severity.ERROR, known.place(number), 0, what, remedy)


# ── what was seen before, and elsewhere ──────────────────────────────────────────────────────────


def _otherwise_than_known(known: RegisterEvidence) -> Iterator[Finding]:
    unread = set(_numbered(known))
    for number, what in altered_statements(known.known, known.seen):
        if number in unread:
            continue
        place, touched = known.place(number), known.commits.get(number, ())
        told = f"{what}; by commit {touched[0]}" if touched else what
        remedy = "git fetch --tags  # or restore it from a clone that has it"
        if "tag" in what:
            tag = known.tags.get(statement_name(known.policy_id, number))
            name = tag.name if tag else statement_name(known.policy_id, number)
            remedy = restore_tag(name, known.kept.get(number, ""), here=tag is not None)
        yield Finding(Severity.ERROR, place, 0, told, remedy)


def _rivals(known: RegisterEvidence) -> Iterator[Finding]:
    for rival in known.rivals:
        number = rival.number.major
        what = f"is another statement {number} than that of {rival.branch}, not merged here"
        merge = f"git merge {shell_word(rival.branch)}, then verify again: it says how to keep one"
        kind = Severity.ERROR if rival.upstream else Severity.CUE
        yield Finding(kind, known.place(number), 0, what, merge)
