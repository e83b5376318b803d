"""The draft as pages, for a preview on the writer's own machine."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from publisher import apparatus, masthead
from publisher.address import Addresses
from publisher.amendment import amend
from publisher.finding import Finding
from publisher.html import Fragment, redline
from publisher.pages import Page
from publisher.policy import Policy
from publisher.release import Release


def draft_pages(
    policy: Policy | None,
    findings: list[Finding],
    last: Release | None,
    policy_id: str,
) -> Iterator[Page]:
    """The draft and its redline, for a preview that is never published.

    Args:
        policy: the draft; None where its files do not read.
        findings: what `check` says of it.
        last: the last release; None before the first.
        policy_id: the policy.
    """
    at = Addresses("../../", policy_id)
    title = f"{policy.facts.title}, draft" if policy else f"Draft of {policy_id}"
    top = masthead.head(title, "Preview; nobody else sees this") + _findings(findings)
    text = apparatus.text_of(policy) if policy else Fragment("")
    links = [("Changes since the last release", f"{at.current}draft/changes/")] if last else []
    links.append(("All versions", at.history))
    html = top + masthead.actions(links, "Draft")
    if policy:
        html += apparatus.remark(policy.facts) + apparatus.article(policy, text)
    yield Page(f"{policy_id}/draft/", title, html, text.headings, label="Draft", noindex=True)
    if policy and last:
        yield _draft_changes(policy, findings, last)


def _draft_changes(policy: Policy, findings: list[Finding], last: Release) -> Page:
    found = amend(last.policy.document, policy.document)
    marked = redline(found, fold=True)
    title = f"{policy.facts.title}: draft against version {last.number}"
    parts = [
        masthead.head(title, "Preview; nobody else sees this"),
        _findings(findings),
        apparatus.general_note(policy.notes),
        '<h2 id="pp-list">What changes, and why</h2>\n',
        apparatus.in_figures(found),
        apparatus.change_list(found, policy.notes),
        '<h2 id="pp-marked">The text with every change marked</h2>\n',
        apparatus.LEGEND,
        apparatus.article(policy, marked, "pp-text pp-redline"),
    ]
    path = f"{policy.id}/draft/changes/"
    return Page(path, title, "".join(parts), marked.headings, label="Draft changes", noindex=True)


def _findings(findings: list[Finding]) -> str:
    if not findings:
        return masthead.box("note", "publisher check finds nothing", "")
    items = "".join(
        f"<li><strong>{escape(f.severity.value)}</strong> <code>{escape(f.where)}</code> "
        f"{escape(f.what)}<br>Try: {escape(f.remedy)}</li>\n"
        for f in findings
    )
    title = f"publisher check finds {len(findings)} thing{'s' if len(findings) > 1 else ''}"
    return masthead.box("draft", title, f"<ul>\n{items}</ul>\n")
