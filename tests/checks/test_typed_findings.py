"""What no reader sees, and what all see as it is typed."""

from __future__ import annotations

from dataclasses import replace

from publisher.checks.text_findings import check_text
from publisher.checks.typed_findings import typed_signs
from publisher.policies.finding import Severity
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.text.parsing import parse


def test_what_is_shown_as_it_is_typed() -> None:
    text = """We do this:
(a) we keep it;

- (b) we sell it[^1].

1.1 The rest, ~~not~~ `~~code~~`.

Version 1.5
2.5 million of {{ company }}.

Term
: what it means

!!! note
    Read this.

[TOC]

e.g. (i) this, and A) that: {no} variable.
"""
    found = [(one.line, one.sign, one.name, one.times) for one in typed_signs(parse(text))]
    assert found == [
        (1, "(a)", "lettered list", 1),
        (4, "[^1]", "footnote", 1),
        (6, "~~not~~", "strike-through", 1),
        (8, "{{ company }}", "variable", 1),
        (11, ":", "list of definitions", 1),
        (14, "!!!", "box", 1),
        (17, "[TOC]", "table of contents", 1),
    ]


def test_a_draft_is_refused_for_a_definition_that_its_last_release_has_not(
    sample_releases: Releases,
) -> None:
    last = sample_releases[-1]
    name, text = next(iter(last.policy.files.items()))
    files = {**last.policy.files, name: f"{text}\n[Retention]: 30-days\n\n~~a~~ {{{{ x }}}}\n"}
    policy = replace(last.policy, files=files)

    def ranks(before: Release) -> list[tuple[Severity, str]]:
        found = check_text(policy, before, "policy/privacy", None)
        line = text.count("\n") + 2
        assert {one.line for one in found if one.place.endswith(name)} == {line, line + 2}
        return [(one.severity, one.what[:20]) for one in found if one.place.endswith(name)]

    cues = [(Severity.CUE, "`~~a~~` is shown as "), (Severity.CUE, "`{{ x }}` is shown a")]
    unread = "no link uses the def"
    assert ranks(last) == [(Severity.ERROR, unread), *cues]
    assert ranks(replace(last, policy=policy)) == [(Severity.CUE, unread), *cues]
