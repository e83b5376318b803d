"""The PDF of a release."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.edges import archive
from publisher.paper.documents import frozen_name, release_document
from publisher.releases.number import Number


def pdf(workplace: Workplace, policy_id: str, number: Number, language: str = "") -> bytes:
    """The PDF of a release as it was frozen; made only where that is missing.

    Args:
        workplace, policy_id, number: which release.
        language: of a translation; empty: the authoritative text.

    Raises:
        NotFoundError: there is no such release, or it has no such translation.
        RenderError: it had to be made, and could not.
    """
    release = archive.release(workplace.project, policy_id, number)
    frozen = archive.release_file(workplace.project, release, frozen_name(release, language))
    if frozen:
        return frozen
    return workplace.press.pdf_of(
        release_document(release, workplace.settings.organisation, language)
    )
