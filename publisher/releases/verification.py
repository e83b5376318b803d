"""Whether releases are as they were frozen, judged by their bytes and by what git knows of them."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.errors import SealError
from publisher.policies.finding import Finding, Severity
from publisher.releases.act import Act
from publisher.releases.checkouts import AS_COMMITTED
from publisher.releases.coherence import incoherent
from publisher.releases.damage import Damage
from publisher.releases.known_seals import KnownPolicy, KnownRelease, contradictions
from publisher.releases.number import Number
from publisher.releases.register_verification import (
    Clone,
    RegisterEvidence,
    register_findings,
)
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.remedies import (
    AND_COMMIT,
    remove_path,
    remove_tag,
    restore_path,
    restore_tag,
    shell_word,
)
from publisher.releases.revisions import Revision, Rival, TagObject
from publisher.releases.seals import ADDED, stepped_over
from publisher.releases.signers import Signers
from publisher.releases.strays import Stray
from publisher.releases.vouching import Vouchers, signature_findings
from publisher.releases.witnessing import Witnessed, witness_findings


@dataclass(frozen=True)
class Outside:
    """What a checker knows from elsewhere than the repository; nothing by default."""

    signers: Signers = field(default_factory=Signers)
    """Who signs the first releases."""
    source: str = ""
    """What names them, for messages."""
    known: KnownPolicy = field(default_factory=KnownPolicy)
    """What was seen of the releases before."""


@dataclass(frozen=True)
class ReleaseEvidence:
    """What is known of the releases of a policy: from their folders, and from git."""

    policy_id: str
    numbers: Collection[Number]
    """Of the folders there are."""
    releases: Sequence[Release]
    """Those that read, by rising number, whether they are as they were sealed or not."""
    damage: Damage
    commits: Mapping[str, Sequence[Revision]]
    """The commits that touched each folder, by its name, the latest first."""
    resealed: Mapping[Number, Revision]
    """The commit that sealed a release anew after another had sealed it."""
    witnessed: Witnessed
    vouchers: Vouchers
    known: KnownPolicy
    unfinished: Act | None = None
    """What is being made of the policy, or was when it was cut off."""
    at_work: bool = False
    """Whether somebody is at work on it."""
    gone: Collection[str] = ()
    """Commits of known releases that are no longer in the history."""
    late: Collection[Number] = ()
    """Releases that were not yet in the history when the one was made that steps over them."""
    stated: RegisterEvidence = field(default_factory=RegisterEvidence)
    """What is known of their register."""
    tag_folder: str = ""
    """What the names of its tags begin with in git; empty: the policy's id."""
    rivals: Sequence[Rival] = ()
    """Releases of other branches under numbers of releases that are here."""

    @property
    def clone(self) -> Clone:
        """What of the clone decides about the register."""
        witnessed = self.witnessed
        return Clone(
            Releases(self.releases),
            self.numbers,
            has_tags=bool(witnessed.tags),
            shallow=witnessed.shallow,
            sparse=self.damage.sparse,
        )

    @property
    def seen(self) -> dict[Number, KnownRelease]:
        """The releases as they are now, to be known from now on."""
        found = {}
        for release in self.releases:
            tag = self.witnessed.tags.get(release.name)
            signature = self.vouchers.signatures.get(release.number)
            signer = f"{signature.signer} ({signature.key})" if signature else ""
            found[release.number] = KnownRelease(
                release.seal,
                tag.id if tag and tag.annotated else "",
                tag.target if tag and tag.annotated else "",
                signer if signature and signature.trusted else "",
            )
        return found


def verify_releases(known: ReleaseEvidence) -> list[Finding]:
    """Everything that is not as it was frozen, errors first.

    Held against one another are the bytes and the checksums, each release and the seal that the
    next one recorded, the tags and the seals, the sections and the revision they were frozen from
    or the text they were imported from, the folders and git's history of them, the signatures and
    those who may sign, the numbers and dates of neighbours, and all that with what was seen before.
    """
    found = [
        *_here(known),
        *(_altered(known, path, what) for path, what in known.damage.flaws),
        *_touched_again(known),
        *_lost(known),
        *_otherwise_than_known(known),
        *_among_known(known),
        *_rivals(known),
        *(
            finding
            for finding in witness_findings(known.releases, known.witnessed)
            if finding.place
            not in known.damage.files  # what was altered differs from the draft, too
        ),
        *signature_findings(
            known.releases, known.witnessed.tags, known.vouchers, known.witnessed.kept
        ),
        *register_findings(known.stated, known.clone),
        *incoherent(
            Releases(known.releases, known.stated.register),
            known.witnessed.tags,
            known.commits,
            {*known.damage.numbers, *known.resealed},
        ),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.rank)


def require_sound(findings: Sequence[Finding]) -> None:
    """Nothing is published from releases that were altered.

    Raises:
        SealError: there is an error among the findings; names a file, if one is known.
    """
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        exact = max(errors, key=lambda finding: finding.place.count("/"))
        raise SealError(exact.what, where=exact.where, remedy=exact.remedy)


def _here(known: ReleaseEvidence) -> Iterator[Finding]:
    if known.witnessed.shallow:
        what = "is shallow: who altered a release before its oldest commit cannot be told"
        yield Finding(Severity.CUE, "this clone", 0, what, "git fetch --unshallow --tags")
    if paths := known.damage.checked_out:
        what = f"git altered {len(paths)} file(s) of releases when it wrote them here, {paths[0]} "
        what += "say: by core.autocrlf, or by a filter; no commit did"
        yield Finding(Severity.ERROR, "this clone", 0, what, AS_COMMITTED)
    if act := known.unfinished:
        how, kind = "was cut off", Severity.ERROR
        if known.at_work:  # a hook of that very freeze may be who asks
            how, kind = "is at work", Severity.CUE
        what = f"{act.doing} {how}: until its tag stands, it counts for nothing"
        yield Finding(kind, act.place, 0, what, "" if known.at_work else act.remedy)
    for path in known.damage.litter:
        what = "lies beside what was sealed; no commit has it"
        yield Finding(Severity.CUE, path, 0, what, remove_path(path, tracked=False))


def stray_findings(strays: Sequence[Stray], by: Mapping[str, Sequence[Revision]]) -> list[Finding]:
    """What git has beside the folders of policies, and which commit brought it.

    Args:
        strays: what was found.
        by: the commits that touched each path, the latest first.
    """
    return [
        Finding(
            Severity.ERROR,
            stray.path,
            0,
            stray.what + (f", by commit {by[stray.path][0]}" if by[stray.path] else ""),
            stray.remedy,
        )
        for stray in strays
    ]


def _altered(known: ReleaseEvidence, path: str, what: str) -> Finding:
    inside = f"{path}/"
    uncommitted = any(name == path or name.startswith(inside) for name in known.damage.uncommitted)
    touched = known.damage.by[path]
    added = _is_added(known, path, what)
    foreign = added or _is_foreign(known, path, touched)
    if uncommitted:
        by = ", in the working tree (not committed)"
    else:
        by = f", by commit {touched[0]}" if len(touched) > 1 or (foreign and touched) else ""
    remedy = _remedy(path, touched, foreign, uncommitted)
    remedy = _with_tag(known, path, remedy) if added else remedy
    return Finding(Severity.ERROR, path, 0, what + by, remedy)


def _is_added(known: ReleaseEvidence, path: str, what: str) -> bool:
    """Whether a whole release came among others, and it is none of these that was altered."""
    number = Number.parse(path.rpartition("/")[2]) if path.count("/") == 2 else None
    if number is None or number in known.known.releases or not what.startswith(ADDED):
        return False
    return number in known.late or not known.commits.get(str(number))


def _with_tag(known: ReleaseEvidence, path: str, remedy: str) -> str:
    """The remedy for a release that was added takes its tag away too."""
    tag = known.witnessed.tags.get(path.removeprefix("versions/"))
    return f"{remove_tag(tag.name)} && {remedy}" if tag else remedy


def _is_foreign(known: ReleaseEvidence, path: str, touched: Sequence[Revision]) -> bool:
    """Whether something came among the releases, or into one after it was committed."""
    parts = path.split("/")
    if len(parts) > 2 and Number.parse(parts[2]) is None:
        return True
    sealed = known.commits.get(parts[2], []) if len(parts) > 3 else []
    return bool(sealed) and (not touched or touched[-1].id != sealed[-1].id)


def _remedy(path: str, touched: Sequence[Revision], foreign: bool, uncommitted: bool) -> str:
    if not path.startswith("versions"):
        return "git fsck"
    if foreign:
        return remove_path(path, tracked=bool(touched))
    if uncommitted:
        return restore_path(path, "")
    if touched:
        return restore_path(path, touched[-1].id) + AND_COMMIT
    return _FROM_A_CLONE


_FROM_A_CLONE = "restore it from a clone that has it"


def _touched_again(known: ReleaseEvidence) -> Iterator[Finding]:
    broken = {path.split("/")[2] for path, _ in known.damage.flaws if path.count("/") >= 2}
    for number in known.numbers:
        folder = f"versions/{known.policy_id}/{number}"
        touched = known.commits.get(str(number), [])
        if not touched:
            what = "was never committed, so nobody else has it"
            remedy = (
                f"git add --force -- {folder} && git commit  # or, if it does not belong here, "
            )
            remedy += "move it away"
            yield Finding(Severity.ERROR, folder, 0, what, remedy)
        elif by := known.resealed.get(number):
            what = f"was altered and sealed anew after it was frozen, by commit {by}"
            remedy = restore_path(folder, touched[-1].id) + AND_COMMIT
            yield Finding(Severity.ERROR, folder, 0, what, remedy)
        elif len(touched) > 1 and str(number) not in broken:
            later = "; ".join(map(str, touched[:-1]))
            what = f"is as it was sealed, but was touched again by commit {later}"
            yield Finding(Severity.CUE, folder, 0, what)


def _lost(known: ReleaseEvidence) -> Iterator[Finding]:
    tagged = {name.rpartition("/")[2]: tag for name, tag in known.witnessed.tags.items()}
    numbers = {number for name in [*known.commits, *tagged] if (number := Number.parse(name))}
    on_the_way = known.unfinished.seals if known.unfinished else ()
    for number in sorted(numbers - {*known.numbers, *on_the_way}):
        folder = f"versions/{known.policy_id}/{number}"
        touched = known.commits.get(str(number), [])
        tag = tagged.get(str(number))
        commit = known.witnessed.tagged.get(f"{known.policy_id}/{number}")
        if number in known.damage.left_out:
            what = "is in the last commit, and not on the disk"
            at_once = restore_path(folder, "")
            remedy = "git sparse-checkout disable" if known.damage.sparse else at_once
            yield Finding(Severity.ERROR, folder, 0, what, remedy)
            continue
        if not touched and tag and commit and not commit.merged:
            yield _elsewhere(folder, tag.name, known.witnessed.shallow)
            continue
        if not touched and tag and not (commit and commit.seal):
            what = f"never was in this history, though it has a tag {tag.name}"
            yield Finding(Severity.ERROR, folder, 0, what, remove_tag(tag.name))
            continue
        over = stepped_over(known.releases, number) if number in known.late else None
        if over and number not in known.known.releases:
            yield _taken_out(folder, over, tag, touched)
            continue
        by = f", by commit {touched[0]}" if len(touched) > 1 else ""
        at = tag.target if tag and commit and commit.seal else f"{touched[0].id}^"
        remedy = restore_path(folder, at)
        yield Finding(Severity.ERROR, folder, 0, f"was deleted{by}", remedy)


def _taken_out(
    folder: str, over: Release, tag: TagObject | None, touched: Sequence[Revision]
) -> Finding:
    what = f"was taken out{f', by commit {touched[0]}' if touched else ''}: release {over.number} "
    what += f"was made after {over.previous}, and knows nothing of it"
    if tag is None:
        return Finding(Severity.CUE, folder, 0, what)
    return Finding(
        Severity.ERROR, folder, 0, f"{what}; its tag {tag.name} is left", remove_tag(tag.name)
    )


def _elsewhere(folder: str, tag: str, shallow: bool) -> Finding:
    if shallow:
        what = f"is not here, and whether it was deleted this clone cannot tell; its tag is {tag}"
        return Finding(Severity.CUE, folder, 0, what, "git fetch --unshallow --tags")
    what = f"is a release of another branch, which is not merged into this one (tag {tag})"
    return Finding(Severity.CUE, folder, 0, what, f"git merge {shell_word(tag)}")


def _rivals(known: ReleaseEvidence) -> Iterator[Finding]:
    """Two of one number: where the branch has one that this one follows, others will read that."""
    for rival in known.rivals:
        what = f"is another release {rival.number} than that of {rival.branch}, not merged here"
        remedy = (
            f"git merge {shlex.quote(rival.branch)}, then verify again: it says how to keep one"
        )
        kind = Severity.ERROR if rival.upstream else Severity.CUE
        folder = f"versions/{known.policy_id}/{rival.number}"
        yield Finding(kind, folder, 0, what, remedy)


def _otherwise_than_known(known: ReleaseEvidence) -> Iterator[Finding]:
    unread = {*known.numbers} - {release.number for release in known.releases}
    for number, what in contradictions(known.known, known.seen):
        if number in unread:
            continue  # it is here, and told as what does not read
        folder = f"versions/{known.policy_id}/{number}"
        touched = known.commits.get(str(number), [])
        before = known.known.releases[number]
        tag = known.witnessed.tags.get(f"{known.policy_id}/{number}")
        told, remedy = [what], f"git fetch --tags  # or {_FROM_A_CLONE}"
        if "tag" in what.split(":")[0]:
            told += [f"made by {tag.by}"] if tag and tag.by else []
            kept = known.witnessed.kept.get(f"{known.policy_id}/{number}", "")
            name = tag.name if tag else f"{known.tag_folder or known.policy_id}/{number}"
            remedy = restore_tag(name, kept, here=tag is not None)
        else:
            told += [f"by commit {touched[0]}"] if touched else []
            if before.commit and before.commit not in known.gone:
                remedy = restore_path(folder, before.commit)
        if before.commit in known.gone:
            told += [f"its own commit {before.commit[:10]} is not in this history"]
            if number not in known.numbers:
                remedy = f"git pull  # and if it is not there either: {remedy}"
        if number not in known.numbers:
            remedy += "  # " if "#" not in remedy else "; "
            remedy += f'if it was rightly taken back: delete "{number}" of "{known.policy_id}" '
            remedy += "in the file of --known"
        yield Finding(Severity.ERROR, folder, 0, "; ".join(told), remedy)


def _among_known(known: ReleaseEvidence) -> Iterator[Finding]:
    """Releases between those that were seen before: a new one comes after all that there are."""
    flawed = {path for path, _ in known.damage.flaws}
    last = max(known.known.releases, default=None)
    for number in known.numbers:
        path = f"versions/{known.policy_id}/{number}"
        if number in known.known.releases or last is None or number > last or path in flawed:
            continue
        touched = known.commits.get(str(number), [])
        what = f"{ADDED} among releases that were seen before without it"
        by = f", by commit {touched[-1]}" if touched else ""
        remedy = _with_tag(known, path, remove_path(path, tracked=bool(touched)))
        yield Finding(Severity.ERROR, path, 0, what + by, remedy)
