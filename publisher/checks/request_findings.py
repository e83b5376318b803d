"""Sections that are to lead to pages for requests, and are not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Policy
from publisher.policies.settings import Settings


def check_sections(policy: Policy, settings: Settings, data: bytes, file: str) -> Iterator[Finding]:
    """Each section of a policy that `[requests.sections]` names, and that its draft has not.

    Args:
        policy: the draft.
        settings, data, file: what `publisher.toml` says, its bytes and its name.
    """
    anchors = {section.anchor for section in policy.document.sections if section.anchor}
    for named in _named(settings):
        policy_id, _, anchor = named.partition("/")
        if policy_id != policy.id or anchor in anchors:
            continue
        new = policy.facts.retired.get(anchor)
        remedy = f'write "{policy.id}/{new}"' if new else f"it has {', '.join(sorted(anchors))}"
        what = f"`requests.sections` names `{named}`, and there is no such section"
        yield Finding(Severity.ERROR, file, _line_of(data, named), what, remedy)


def check_section_policies(
    policies: Collection[str], settings: Settings, data: bytes, file: str
) -> Iterator[Finding]:
    """Each policy that `[requests.sections]` names, and that the project has not.

    Args:
        policies: the ids of all policies.
        settings, data, file: as for `check_sections`.
    """
    for named in _named(settings):
        policy_id = named.partition("/")[0]
        if policy_id not in policies:
            what = f"`requests.sections` names `{named}`, and there is no policy `{policy_id}`"
            remedy = f"the policies are {', '.join(sorted(policies))}"
            yield Finding(Severity.ERROR, file, _line_of(data, named), what, remedy)


def _named(settings: Settings) -> list[str]:
    ways = settings.organisation.requests
    return [section for section, _ in ways.sections] if ways else []


def _line_of(data: bytes, section: str) -> int:
    """The line where a section is named; 0: nobody can tell."""
    lines = data.decode("utf-8", "replace").splitlines()
    found = (number for number, line in enumerate(lines, 1) if section in line.partition("#")[0])
    return next(found, 0)
