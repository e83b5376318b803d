"""The PDF of a release."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.paper.documents import frozen_name, release_document
from publisher.releases.number import Number


def pdf(workplace: Workplace, policy_id: str, number: Number, language: str = "") -> bytes:
    """The PDF of a release as it was frozen; made only where that is missing.

    Args:
        workplace, policy_id, number: which release.
        language: of a translation; empty: the authoritative text.

    Raises:
        NotFoundError: there is no such release, or it has no such translation.
        SealError: `verify` finds that a release of the policy was altered.
        RenderError: it had to be made, and could not.
    """
    archive = workplace.archive
    release = archive.release(policy_id, number)
    if workplace.in_repository:
        workplace.witnesses.require_sound(policy_id)
    frozen = archive.file(release, frozen_name(release, language))
    if frozen:
        return frozen
    words = workplace.catalogs.words(language or release.policy.facts.language)
    document = release_document(release, workplace.settings.organisation, words, language)
    return workplace.press.pdf_of(document)
