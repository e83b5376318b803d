"""All that is on record of one customer, with what proves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_report import applies_values
from publisher.answers.evidence_document import (
    CustomerEvidence,
    SealedFiles,
    StatedFile,
    contents_of,
    evidence_json,
    shown_files,
)
from publisher.edges.archive import Archive
from publisher.edges.evidence_files import require_nothing_there
from publisher.edges.ledger import Ledger
from publisher.edges.ledger.causes import require_begun
from publisher.edges.ledger.retelling import retold
from publisher.edges.outputs import OWNER_ONLY, write_named
from publisher.edges.private import refuse_public_place
from publisher.errors import OutputError
from publisher.people.recipients import whoever_is_meant
from publisher.record.dossier import Dossier
from publisher.releases.folder import SUMS_FILE, read_sums
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.statement import REGISTER


def evidence(
    workplace: Workplace, policy_id: str, customer: str, number: Number | None, place: Path
) -> CustomerEvidence:
    """Writes all that the ledger has of a customer, with what proves it, for its owner alone.

    Args:
        workplace: the project.
        policy_id, number: the release whose letters and mails are wanted; no number: of all.
        customer: the organisation's own id, or an address that one customer alone has.
        place: the file to write, outside git; nothing is there yet. One that ends in `.pdf` is a
            document for people, with the JSON inside; any other is the JSON.

    Raises:
        NotFoundError: there is nobody of that id or address, or no such release.
        OutputError: there is something already, or it cannot be written, or it is too much for
            pages.
        ConfigurationError: it would lie where git finds it.
        KeptLetterError: what is on record of a letter is not what was stored.
        RenderError: a library that sets pages is missing.
        LedgerError: there is no ledger here, or it cannot be read.
    """
    refuse_public_place(workplace.project.root, place)
    require_nothing_there(place)
    require_begun(workplace.has_ledger)
    ledger, archive = workplace.ledger, workplace.archive
    if number is not None:
        archive.release(policy_id, number)
    customer, numbers = _whose(ledger, customer)
    dossier = ledger.dossier(numbers)
    policies = sorted({*workplace.policy_ids} & {*_policies(dossier), policy_id})
    story = retold(dossier.events, numbers, policies)
    margin, now = workplace.settings.margin_days, workplace.clock()
    said = []
    for each in policies:
        releases = archive.releases(each)
        appliance = Appliance(releases, releases.today(now), margin)
        said += applies_values(appliance, each, story.known[each])
    made = CustomerEvidence(
        customer,
        now,
        dossier,
        f"{policy_id}/{number}" if number is not None else "",
        story.record,
        said,
        margin,
        tuple(_releases(archive, dossier, policies)),
        tuple(_statements(archive, workplace.project.versions, policies)),
        contents_of(dossier),
    )
    data = evidence_json(made)
    if place.suffix.lower() == ".pdf":
        # What is below a PDF takes long to load.
        from publisher.edges.evidence_pages import evidence_pages

        data = evidence_pages(workplace.press, data, str(place))
    write_named(place, data, mode=OWNER_ONLY)
    return made


def _whose(ledger: Ledger, customer: str) -> tuple[str, list[int]]:
    """The customer id that is meant, and the numbers of the recipients under it."""
    if numbers := [one for one, _ in ledger.numbers_of([customer], ())]:
        return customer, numbers
    found = whoever_is_meant(ledger.at_address(customer), customer)
    if len(found) > 1:
        several = ", ".join(f"`{one.customer}`" for one in found)
        what = f"{several} have the address `{customer}`"
        raise OutputError(what, remedy="name one of these ids: each has evidence of its own")
    return found[0].customer, [one for one, _ in ledger.numbers_of([found[0].customer], ())]


def _policies(dossier: Dossier) -> Iterable[str]:
    return {one.event.policy for one in dossier.events}


def _releases(archive: Archive, dossier: Dossier, policies: Sequence[str]) -> Iterator[SealedFiles]:
    """The releases that events are about, as far as they are here and as they were sealed."""
    named = {(e.event.policy, e.event.release) for e in dossier.events if e.event.release}
    for policy_id, release in sorted(named):
        number = Number.parse(release)
        if policy_id in policies and number in archive.numbers(policy_id):
            assert number is not None
            yield _sealed(archive, archive.release(policy_id, number))


def _sealed(archive: Archive, release: Release) -> SealedFiles:
    sums = archive.file(release, SUMS_FILE)
    files = {n: archive.file(release, n).decode() for n in shown_files(read_sums(sums))}
    return SealedFiles(release.policy.id, str(release.number), release.seal, sums.decode(), files)


def _statements(archive: Archive, versions: Path, policies: Sequence[str]) -> Iterator[StatedFile]:
    for each in policies:
        for one in archive.register(each):
            data = (versions / each / REGISTER / one.file).read_bytes()
            yield StatedFile(each, one.number, data.decode())
