"""What a clone lacks of its repository, where that has to be known."""

from __future__ import annotations

from publisher.edges.history import History
from publisher.errors import HistoryError
from publisher.releases.releases import Releases
from publisher.releases.remedies import shell_word
from publisher.releases.signers import signers_of_next


def refuse_partial_clone(history: History, releases: Releases) -> None:
    """Nothing is frozen where earlier releases and their tags may be missing.

    A number could be given twice, and a release of another branch would not be noticed.

    Args:
        history: the project's repository.
        releases: those of the policy.

    Raises:
        HistoryError: the clone is shallow, fetches no tags, or lacks that of the newest release,
            though it has others. Where there is none at all, nobody has one to fetch.
    """
    where = str(history.root)
    if history.shallow:
        raise HistoryError(
            "this clone is shallow: whether earlier releases and their tags are whole cannot be "
            "told here",
            where=where,
            remedy="git fetch --unshallow --tags",
        )
    if remote := history.without_tags:
        raise HistoryError(
            f"this clone fetches no tags from `{remote}`: what was frozen elsewhere is not known",
            where=where,
            remedy=f"git config --unset-all {shell_word(f'remote.{remote}.tagOpt')} && "
            f"git fetch --tags {shell_word(remote)}",
        )
    if not releases:
        return
    last = releases[-1]
    tags = history.tags(last.policy.id)
    if tags and last.name not in tags:
        how = "-s" if signers_of_next([each.policy.signers for each in releases[:-1]]) else "-a"
        name = history.tag_name(last.name)
        made = history.revisions(f"versions/{last.name}")
        commit = made[-1].id if made else "COMMIT"
        raise HistoryError(
            f"release {last.number} has no tag in this clone",
            where=f"tag {name}",
            remedy=f"git fetch --tags; if nobody has it, make it anew: "
            f"git tag {how} {shell_word(name)} {commit} -m 'Seal: {last.seal}'",
        )
