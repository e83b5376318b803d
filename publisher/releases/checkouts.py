"""What a checkout of git makes of the files of releases where nothing protects them."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.errors import SealError
from publisher.policies.file_names import unix_lines
from publisher.releases.folder import broken

AS_COMMITTED = (
    'mkdir -p "$(git rev-parse --git-path info)" && '
    """printf '"%sversions/**" -text -filter -ident -working-tree-encoding\\n' """
    '"$(git rev-parse --show-prefix)" >>"$(git rev-parse --git-path info/attributes)" && '
    "git ls-files -z versions | xargs -0 touch && git checkout HEAD -- versions"
)
"""Has git write the files of releases again as it has them, whatever is set up; to be run in the
project's folder."""


def refuse_checkout(where: str, files: Mapping[str, bytes]) -> None:
    """Tells a release whose line ends a checkout made others from one that somebody altered.

    Args:
        where: a file that is not as it was sealed, for the message.
        files: those of the release's folder.

    Raises:
        SealError: all of it is as it was sealed but for line ends.
    """
    kept = {name: data if b"\0" in data else unix_lines(data) for name, data in files.items()}
    if not broken(kept):
        what = "the checkout altered its line ends, by core.autocrlf or attributes; no commit did"
        raise SealError(what, where=where, remedy=AS_COMMITTED)
