"""Findings at their lines in a pull request: workflow commands, which the runner of GitHub Actions
reads from what a step prints.

Source: "Workflow commands for GitHub Actions", setting an error message. The runner takes every
line for a command that begins with `::`, and so one command never is two lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.policies.finding import Finding, Severity
from publisher.reports.phrases import visible

_COMMANDS = {Severity.ERROR: "error", Severity.CUE: "warning"}
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def workflow_commands(findings: Iterable[Finding], folder: str = "") -> str:
    """Workflow commands, a finding a line.

    Args:
        findings: they.
        folder: the path of the project from the root of its repository; empty: it is the root.
    """
    return "".join(f"{_annotation(found, folder)}\n" for found in findings)


def _annotation(found: Finding, folder: str) -> str:
    properties = {"title": "publisher check"}
    if "/" in found.place or "." in found.place:  # else it is about no file
        properties["file"] = f"{folder}/{found.place}" if folder else found.place
        properties |= {"line": str(found.line)} if found.line else {}
    told = ",".join(f"{key}={_harmless(value, _IN_PROPERTY)}" for key, value in properties.items())
    words = f"{found.what}\nTry: {found.remedy}" if found.remedy else found.what
    return f"::{_COMMANDS[found.severity]} {told}::{_harmless(words, _IN_MESSAGE)}"


def _harmless(text: str, escapes: dict[int, str]) -> str:
    # An older form of commands, `##[error]`, is looked for anywhere in a line.
    lines = "\n".join(visible(line) for line in text.splitlines())
    return lines.replace("##[", "## [").translate(escapes)
