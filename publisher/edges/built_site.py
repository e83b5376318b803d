"""The site as it was built, read back."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from publisher.answers.opt_out_page import FormAddress, OptOutPage, opt_out_page
from publisher.edges.archive import Archive
from publisher.markup.elements import NOTHING


def read_opt_out_page(archive: Archive, built: Path, at: FormAddress) -> OptOutPage:
    """The opt-out page of a release. What it costs does not depend on how many releases there are.

    Args:
        archive: has the release.
        built: the folder of the built site; the page need not be there.
        at: which page.

    Raises:
        NotFoundError: there is no such release, or nobody may opt out of it.
        SealError: the release was altered.
    """
    release = archive.release(at.policy_id, at.number)
    return opt_out_page(release, _built(built / at.policy_id / str(at.number) / "opt-out"))


def _built(folder: Path) -> Markup:
    try:
        return Markup((folder / "index.html").read_text("utf-8"))  # noqa: S704 - we built it
    except FileNotFoundError:
        return NOTHING
