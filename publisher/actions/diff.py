"""Comparing any two versions, in whatever form is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from publisher.actions import Teller, unheard
from publisher.actions.workplace import Workplace
from publisher.compare.amendment import amend
from publisher.edges.versions import (
    DRAFT,
    LAST,
    Versions,
    at_path,
    require_paths,
    with_short_labels,
)
from publisher.policies.policy import Policy
from publisher.reports.comparison import Comparison, Version


@dataclass(frozen=True)
class DiffOrder:
    """What is to be compared, and how it is to be told."""

    old: str | None = None
    """A release number, `draft`, `git:REV` or a path; None: the release that a freeze would compare
    the draft with, which is the last one as a rule."""
    new: str | None = None
    """The same; None: the draft."""
    language: str = ""
    """Compare the translations into this language; empty: the authoritative texts."""
    form: str = "text"
    """`text`, `mail`, `markdown`, `html`, `json` or `pdf`."""
    colour: bool = False
    """With text: mark it by colours, as a terminal shows them."""
    bare: bool = False
    """With html: blocks, `ins` and `del` alone, for machines."""
    spoken: bool = False
    """With pdf: say in visible words, too, what is added and what is removed."""
    anew: bool = False
    """Compare by the rules of this program, also where people were told by another comparison."""


def diff(
    workplace: Workplace | None, policy_id: str | None, order: DiffOrder, tell: Teller = unheard
) -> str | bytes:
    """The comparison of two versions, in the form that is asked for.

    Args:
        workplace: the project; None where both versions are paths outside any.
        policy_id: the policy; None: the only one.
        order: what is compared, and the form.
        tell: told why the draft is compared with another release than the last.

    Raises:
        NotFoundError: one of the versions does not exist.
        DraftError: one of them does not read.
        SealError: a release among them was altered.
        RenderError: a PDF could not be made.
    """
    if workplace is None:
        versions = None
        require_paths(order.old, order.new)
    else:
        versions = Versions(
            archive=lambda: workplace.archive,
            drafts=workplace.drafts,
            history=lambda: workplace.history,
            policy_id=lambda: workplace.policy_id(policy_id),
            clock=workplace.clock,
        )
    new = _find(versions, order.new or DRAFT)
    old = _find(versions, order.old or LAST, new.policy if order.new in (None, DRAFT) else None)
    if order.language:
        old, new = old.in_language(order.language), new.in_language(order.language)
    old, new = with_short_labels(old, new)
    start = time.perf_counter()
    known = versions.changes(old, new, order.language) if versions and not order.anew else None
    amendment = known or amend(old.document, new.document)
    found = Comparison(old, new, amendment, time.perf_counter() - start)
    if found.why:
        tell(found.why)
    return _told(found, order)


def _find(versions: Versions | None, name: str, other: Policy | None = None) -> Version:
    return versions.find(name, other) if versions else at_path(Path(name))


def _told(found: Comparison, order: DiffOrder) -> str | bytes:
    forms: dict[str, Callable[[], str | bytes]] = {
        "text": partial(_text, found, order),
        "mail": partial(_mail, found),
        "markdown": partial(_markdown, found),
        "json": partial(_json, found),
        "html": partial(_bare if order.bare else _page, found),
        "pdf": partial(_pdf, found, order),
    }
    return forms[order.form]()


# Each form loads what it needs and no more: a redline on a terminal is asked for often.


def _text(found: Comparison, order: DiffOrder) -> str:
    from publisher.reports.terminal import terminal_report

    beside = _beside(found) if order.new in (None, DRAFT) and not order.language else []
    return terminal_report(found.amendment, found.told, beside=beside, colour=order.colour)


def _beside(found: Comparison) -> list[str]:
    """What differs between a release and the draft beside the text."""
    release, draft = found.old.release, found.new.policy
    if release is None or draft is None:
        return []
    from publisher.releases.changed_facts import changed_facts

    signers, sealed = release.policy.signers, release.conditions.without_record
    return [str(fact) for fact in changed_facts(draft, release, signers, sealed)]


def _mail(found: Comparison) -> str:
    from publisher.reports.terminal import mail_report

    return mail_report(found.amendment)


def _markdown(found: Comparison) -> str:
    from publisher.reports.pull_request import markdown_report

    return markdown_report(found.amendment, found.told, found.new.notes, origin=found.why)


def _json(found: Comparison) -> str:
    from publisher.exchange.diff_json import diff_json

    return diff_json(found.amendment, found.old.label, found.new.label, seconds=found.seconds)


def _bare(found: Comparison) -> str:
    from publisher.markup.exact import exact

    return exact(found.amendment).html


def _page(found: Comparison) -> str:
    from publisher.edges.assets import asset_html
    from publisher.paper.comparison import comparison_file

    style = asset_html("marks.css") + asset_html("views.css") + asset_html("alone.css")
    return comparison_file(found, style, asset_html("steps.js"))


def _pdf(found: Comparison, order: DiffOrder) -> bytes:
    from publisher.edges.press import Press
    from publisher.paper.comparison import comparison_document

    return Press().pdf_of(comparison_document(found, spoken=order.spoken))
