"""Who vouches for each release: the signers that are expected, and the signatures that are there.

The signers of a release are those that were sealed last before it; nobody can name them in the
release itself. Before any are sealed, they come from outside, or there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.policies.finding import Finding, Severity
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.remedies import restore_tag, show_tag
from publisher.releases.revisions import TagObject
from publisher.releases.signers import Signature, Signers, Standing, read_signers


@dataclass(frozen=True, slots=True)
class Expected:
    """Who has to sign a release."""

    signers: Signers
    """Nobody: the release may be unsigned."""
    named_by: str
    """What names them: a release, or a file from outside."""
    sealed: bool
    """Whether a release names them."""


@dataclass(frozen=True)
class Vouchers:
    """All that is known of the signatures of the releases of a policy."""

    expected: Mapping[Number, Expected] = field(default_factory=dict)
    signatures: Mapping[Number, Signature] = field(default_factory=dict)
    """Of those that have a tag in this clone."""


def expected_signers(
    releases: Sequence[Release], outside: Signers, source: str
) -> dict[Number, Expected]:
    """Who has to sign each of the releases of a policy.

    Args:
        releases: all of them, by rising number.
        outside: who signs the first ones; may be nobody.
        source: where these are named, for messages.
    """
    found = {}
    now = Expected(outside, source, sealed=False)
    for release in releases:
        found[release.number] = now
        now = signers_after([release], now)
    return found


def signers_after(releases: Sequence[Release], before: Expected) -> Expected:
    """Who has to sign what is made after some releases: those whom the last one names that names
    any.

    Args:
        releases: by rising number.
        before: who had to sign the first of them.
    """
    named = next((one for one in reversed(releases) if one.policy.signers), None)
    if named is None:
        return before
    signers, _ = read_signers(named.policy.signers, "")
    return Expected(signers, f"release {named.number}", sealed=True)


def is_chained(release: Release, after: Release | None) -> bool:
    """Whether a release needs no tag of its own.

    One tag bears witness to all that was imported before it: the seals are a chain.
    """
    return bool(release.imported and after and after.imported)


def signature_findings(
    releases: Sequence[Release],
    tags: Mapping[str, TagObject],
    vouchers: Vouchers,
    kept: Mapping[str, str],
) -> Iterator[Finding]:
    """Releases for which nobody vouches who had to.

    Args:
        releases: all of them, by rising number.
        tags: theirs.
        vouchers: their signatures, and who is expected.
        kept: the ids of their tags as they were seen before, of those that are in this clone.

    As long as the signers come from outside, one signature vouches for all releases before it as
    well, for each has the seal of the one before; so signing can begin with any release.
    """
    first = [r for r in releases if not vouchers.expected[r.number].sealed]
    trusted = [r.number for r in first if _of(vouchers, r).trusted]
    upto = max(trusted, default=None)
    for release, after in zip(releases, [*releases[1:], None], strict=False):
        expected, found = vouchers.expected[release.number], _of(vouchers, release)
        vouched = not expected.sealed and upto is not None and release.number <= upto
        needed = (bool(expected.signers) or expected.sealed) and not vouched
        tag = tags.get(release.name)
        if found.trusted or not (needed or found.standing is Standing.BAD):
            continue
        if tag is None and is_chained(release, after):
            continue
        yield _finding(release, tag, expected, found, kept.get(release.name, ""))


def _of(vouchers: Vouchers, release: Release) -> Signature:
    return vouchers.signatures.get(release.number, Signature(Standing.UNSIGNED))


_FETCH = "git fetch --tags  # if nobody has it: push it from the clone that froze the release"


def _finding(
    release: Release, tag: TagObject | None, expected: Expected, found: Signature, kept: str
) -> Finding:
    who = f"{expected.named_by} names who may sign it"
    if tag is None:
        what, remedy = f"has no tag here, so nobody vouches for it; {who}", _FETCH
    else:
        by = f"by {tag.by}, " if tag.by else ""
        made = f"its tag {tag.name} ({by}on commit {tag.target[:10]})"
        what = f"{made} is {found}; {who}" if who else f"{made} is {found}"
        look = f"git fetch --tags --force  # and if it stays: {show_tag(tag.name)}"
        again = restore_tag(tag.name, kept, here=True) if kept not in ("", tag.id) else look
        remedy = found.remedy or again
    return Finding(Severity.ERROR, f"versions/{release.name}", 0, what, remedy)


def signature_summary(releases: Sequence[Release], vouchers: Vouchers) -> str:
    """Who signed what, in words: `2 and 3 signed by legal@hosting.example (SHA256:…)`."""
    groups: dict[str, list[int]] = {}
    for place, release in enumerate(releases):
        groups.setdefault(_label(vouchers, release), []).append(place)
    if list(groups) == [_UNSIGNED]:
        return "none is signed" if len(releases) > 1 else "not signed"
    numbers = [str(release.number) for release in releases]
    return ", ".join(f"{_listed(places, numbers)} {label}" for label, places in groups.items())


_UNSIGNED = "not signed"


def _label(vouchers: Vouchers, release: Release) -> str:
    found = vouchers.signatures.get(release.number)
    if found is None or found.standing is Standing.UNSIGNED:
        return _UNSIGNED
    key = f" ({found.key})" if found.key else ""
    if found.trusted:
        return f"signed by {found.signer}{key}"
    if vouchers.expected[release.number].signers:
        return f"signed by nobody who may{key}"
    return f"signed by a key for which nobody here vouches{key}"


def _listed(places: Sequence[int], names: Sequence[str]) -> str:
    """Names of neighbours, shortened: `1 to 7 and 9`."""
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    parts: list[str] = []
    for run in runs:
        ends = [names[run[0]], names[run[-1]]]
        parts += [" to ".join(ends)] if len(run) > 2 else [names[place] for place in run]
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
