"""The draft as pages, for a preview on the writer's own machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from publisher.compare.amendment import amend
from publisher.compare.summary import summary_sentence
from publisher.errors import PublisherError
from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment
from publisher.policies.finding import Finding
from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.site import page_head, page_parts, relations
from publisher.site.marked_changes import marked_changes
from publisher.site.page import Body, Page
from publisher.site.version_pages import redline_style, steps_script
from publisher.wording.language import own_name
from publisher.wording.words import ENGLISH


@dataclass(frozen=True)
class Draft:
    """A draft, and what is known of it."""

    policy_id: str
    policy: Policy | None
    """None: its files do not read."""
    findings: list[Finding]
    """What `check` says of it."""
    last: Release | None
    """The release that it is compared with; None: there is none."""
    shown: frozenset[str] = frozenset()
    """The files of the preview of what a freeze would seal, by their names."""
    refused: PublisherError | None = None
    """Why there are none."""


def draft_pages(draft: Draft) -> Iterator[Page]:
    """The draft and its redline, for a preview that is never published."""
    policy, last, findings = draft.policy, draft.last, draft.findings
    at = Addresses("../../", draft.policy_id)
    title = f"{policy.facts.title}, draft" if policy else f"Draft of {draft.policy_id}"
    top = page_head.page_title(title, "Preview; nobody else sees this") + _findings(findings)
    text = page_parts.text_of(policy, ENGLISH) if policy else Fragment(NOTHING)
    links = []
    if policy and last:
        links.append((f"Changes since version {last.number}", f"{at.current}draft/changes/"))
    links += _sealed_links(draft, at)
    links.append(("All versions", at.history))
    html = top + _refused(draft.refused) + page_head.action_row(links, "Draft")
    if policy:
        html += page_parts.remark(policy.facts) + page_parts.text_article(policy, text)
    head = relations.head_html(relations.draft_links(last, at)) if last else NOTHING
    body = Body(html, text.headings, head=head)
    yield Page(f"{draft.policy_id}/draft/", title, lambda: body, label="Draft", noindex=True)
    if policy:
        yield from _translations(policy, findings)
    if policy and last:
        yield _draft_changes(policy, findings, last)


def _sealed_links(draft: Draft, at: Addresses) -> Iterator[page_head.TextLink]:
    """Links to what a freeze would seal."""
    folder = f"{at.current}draft/freeze/"
    if not draft.shown:
        return
    yield "What a freeze would seal", folder
    for words, name in (("Letter", "letter"), ("Opt-out form", "form"), ("Redline", "redline")):
        if f"{name}.html" in draft.shown:
            yield words, f"{folder}#{name}"


def _refused(error: PublisherError | None) -> Markup:
    """Why nothing can be shown of what a freeze would seal."""
    if error is None:
        return NOTHING
    title = "What a freeze would seal cannot be shown yet"
    return page_head.message_box(
        "draft", title, Markup("<p>{}</p>\n<p>Try: {}</p>\n").format(error.what, error.remedy)
    )


def _translations(policy: Policy, findings: list[Finding]) -> Iterator[Page]:
    for language in policy.translations:
        own = policy.in_language(language)
        text, title = page_parts.text_of(own, ENGLISH), f"{own.facts.title}, draft"
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
    at, versions = Addresses("../../../", policy.id), (f"version {last.number}", "draft")
    said = summary_sentence(found, ENGLISH)
    told = page_parts.Explained(said, policy.notes, policy.facts.language)
    changed = marked_changes(found, versions, told, ENGLISH)
    title = f"{policy.facts.title}: draft against version {last.number}"
    parts = [
        page_head.page_title(title, "Preview; nobody else sees this"),
        _findings(findings),
        page_parts.general_note(policy.notes, policy.facts.language, ENGLISH),
        changed.html,
        steps_script(at),
    ]
    body = Body(NOTHING.join(parts), changed.headings, head=redline_style(at))
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
