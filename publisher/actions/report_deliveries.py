"""A page with charts of what became of the letters about a release."""

from __future__ import annotations

from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.assets import asset_html
from publisher.edges.outputs import write_named
from publisher.letters.sending import require_notice
from publisher.releases.number import Number
from publisher.reports.sending_report import sending_report


def report_deliveries(workplace: Workplace, policy_id: str, number: Number, place: Path) -> None:
    """Writes a page that says in charts and tables how a notice went out, and names nobody.

    Args:
        workplace, policy_id, number: about which release.
        place: the file to write.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        LedgerError: the ledger cannot be read.
        OutputError: the file cannot be written.
    """
    release = workplace.archive.release(policy_id, number)
    require_notice(release)
    figures = workplace.ledger.sending_figures(release, workplace.archive.releases(policy_id))
    page = sending_report(
        release,
        workplace.settings.organisation.name,
        figures,
        workplace.clock(),
        asset_html("report.css"),
    )
    write_named(place, page.encode())
