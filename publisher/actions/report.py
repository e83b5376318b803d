"""What a pull request changes in every policy, before anything of it is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.actions.check import check
from publisher.actions.workplace import Workplace
from publisher.edges.draft_reports import DraftReports
from publisher.edges.preview_folder import PreviewFolder
from publisher.exchange.report_json import report_json
from publisher.policies.finding import Finding
from publisher.reports.draft_report import RepositoryReport
from publisher.reports.pull_request import LONGEST_COMMENT
from publisher.reports.review_comment import CommentForm, review_comment
from publisher.reports.workflow_commands import workflow_commands
from publisher.wording.dates import day_in


@dataclass(frozen=True)
class ReportOrder:
    """How the report is wanted."""

    form: str = "markdown"
    """`markdown`, `json`, or `names`: the ids of the policies that change, one a line."""
    longest: int = LONGEST_COMMENT
    """Letters that the Markdown may have."""
    preview: str = ""
    """Where the files below are to be had: a page, or a folder if it ends with `/`."""
    source: str = ""
    """The address of the repository's files at the commit; empty: places are no links."""
    folder: Path | None = None
    """Where previews and redline PDFs are written; None: none are made."""


@dataclass(frozen=True)
class ReportedChanges:
    """What was asked for."""

    text: str
    """The report in its form."""
    annotations: str
    """Workflow commands for a runner of GitHub Actions, a finding a line."""


def report(workplace: Workplace, policy_ids: Sequence[str], order: ReportOrder) -> ReportedChanges:
    """Reports on the drafts on disk, committed or not.

    Args:
        workplace: the project.
        policy_ids: which policies.
        order: how it is wanted.

    Raises:
        ConfigurationError: `publisher.toml` does not read.
        OutputError: the folder is no place for previews.
        HistoryError: two releases of one number are being merged.
    """
    folder = PreviewFolder.of(order.folder, workplace.project) if order.folder else None
    findings = check(workplace, policy_ids)
    now = workplace.clock()
    reports = DraftReports(workplace.archive, workplace.submissions, workplace.maker, now)
    own = {each: [one for one in findings if _is_about(one, each)] for each in policy_ids}
    told = RepositoryReport(
        day_in(now, workplace.settings.organisation.time_zone),
        tuple(reports.of(each, own[each]) for each in policy_ids),
        tuple(one for one in findings if not any(one in found for found in own.values())),
    )
    if folder:
        files = {
            f"{one.policy_id}/{name}": data
            for one in told.drafts
            for name, data in reports.files(one, workplace.press).items()
        }
        folder.write(files)
    prefix = workplace.history.prefix if workplace.in_repository else ""
    return ReportedChanges(_text(told, order, prefix), workflow_commands(told.all_findings, prefix))


def _is_about(found: Finding, policy_id: str) -> bool:
    places = (f"policy/{policy_id}", f"versions/{policy_id}")
    return any(found.place == place or found.place.startswith(f"{place}/") for place in places)


def _text(told: RepositoryReport, order: ReportOrder, prefix: str) -> str:
    if order.form == "json":
        return report_json(told)
    if order.form == "names":
        return "".join(f"{one.policy_id}\n" for one in told.drafts if one.changes)
    source = f"{order.source.rstrip('/')}/" if order.source else ""
    if source and prefix:
        source += f"{prefix}/"
    return review_comment(told, CommentForm(order.longest, order.preview, source))
