"""The draft as pages, for a preview on the writer's own machine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.compare.amendment import amend
from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment
from publisher.markup.redline import redline
from publisher.policies.finding import Finding
from publisher.policies.language import own_name
from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.site import page_head, page_parts, relations
from publisher.site.page import Body, Page
from publisher.site.version_pages import steps_script


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
    top = page_head.page_title(title, "Preview; nobody else sees this") + _findings(findings)
    text = page_parts.text_of(policy) if policy else Fragment(NOTHING)
    links = []
    if policy and last:
        links.append(("Changes since the last release", f"{at.current}draft/changes/"))
    links.append(("All versions", at.history))
    html = top + page_head.action_row(links, "Draft")
    if policy:
        html += page_parts.remark(policy.facts) + page_parts.text_article(policy, text)
    head = relations.head_html(relations.draft_links(last, at)) if last else NOTHING
    body = Body(html, text.headings, head=head)
    yield Page(f"{policy_id}/draft/", title, lambda: body, label="Draft", noindex=True)
    if policy:
        yield from _translations(policy, findings)
    if policy and last:
        yield _draft_changes(policy, findings, last)


def _translations(policy: Policy, findings: list[Finding]) -> Iterator[Page]:
    for language in policy.translations:
        own = policy.in_language(language)
        text, title = page_parts.text_of(own), f"{own.facts.title}, draft"
        head = page_head.page_title(title, "Preview; nobody else sees this")
        html = head + _findings(findings) + page_parts.text_article(own, text)
        body = Body(html, text.headings)
        label = f"Draft, {own_name(language)}"
        path = f"{policy.id}/draft/{language}/"
        yield Page(path, title, partial(_same, body), label=label, noindex=True)


def _same(body: Body) -> Body:
    return body


def _draft_changes(policy: Policy, findings: list[Finding], last: Release) -> Page:
    found = amend(last.policy.document, policy.document)
    marked = redline(found, views=True)
    at = Addresses("../../../", policy.id)
    tools = page_parts.redline_views(marked, f"version {last.number}", "draft")
    title = f"{policy.facts.title}: draft against version {last.number}"
    parts = [
        page_head.page_title(title, "Preview; nobody else sees this"),
        _findings(findings),
        page_parts.general_note(policy.notes),
        page_parts.changed_text(found, marked, policy.notes, policy.facts.language, tools),
        steps_script(at),
    ]
    body = Body(NOTHING.join(parts), (*page_parts.CHANGED_HEADINGS, *marked.headings))
    path = f"{policy.id}/draft/changes/"
    return Page(path, title, lambda: body, label="Draft changes", noindex=True)


def _findings(findings: list[Finding]) -> Markup:
    if not findings:
        return page_head.message_box("note", "publisher check finds nothing")
    items = NOTHING.join(
        Markup("<li><strong>{}</strong> <code>{}</code> {}<br>Try: {}</li>\n").format(
            f.severity.value, f.where, f.what, f.remedy
        )
        for f in findings
    )
    title = f"publisher check finds {len(findings)} thing{'s' if len(findings) > 1 else ''}"
    return page_head.message_box("draft", title, Markup("<ul>\n{}</ul>\n").format(items))
