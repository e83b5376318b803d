"""The report on all drafts for programs: JSON, as `docs/report.schema.json` has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from publisher.compare.summary import summary_sentence
from publisher.policies.finding import Finding
from publisher.reports.changes import change_title, kind_in_words
from publisher.reports.draft_report import DraftReport, ReadText, RepositoryReport
from publisher.wording.words import ENGLISH

REPORT_FORM = "urn:policy-publisher:report:1"
"""The `$id` of its JSON Schema."""


def report_json(report: RepositoryReport) -> str:
    """The report as one document."""
    value = {
        "$schema": REPORT_FORM,
        "day": report.day.isoformat(),
        "changes": any(one.changes for one in report.drafts),
        "findings": _findings(report.findings),
        "policies": [_draft(one) for one in report.drafts],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _draft(one: DraftReport) -> dict[str, Any]:
    found, judgment, seen = one.comparison, one.judgment, one.prospect
    return {
        "policy": one.policy_id,
        "title": one.title,
        "changes": one.changes,
        "unreadable": one.unreadable,
        "compared_with": found.old.label if found else None,
        "why_compared": found.why if found else "",
        "summary": summary_sentence(found.amendment, ENGLISH) if found else None,
        "sections": [
            {
                "title": change_title(found.amendment, change, ENGLISH),
                "what": kind_in_words(found.amendment, change, ENGLISH),
                "added": change.inserted,
                "removed": change.deleted,
            }
            for change in found.amendment.changes
        ]
        if found
        else [],
        "beside": list(one.beside),
        "looks": judgment.materiality.value if judgment else None,
        "reasons": list(judgment.reasons) if judgment else [],
        "number": seen.number or None,
        "earliest": seen.earliest.isoformat() if seen.earliest else None,
        "why_earliest": seen.why,
        "refusal": seen.refusal,
        "remedy": seen.remedy,
        "duties": [{"text": duty.text, "source": duty.source} for duty in seen.duties],
        "letters": _texts(seen.letters),
        "forms": _texts(seen.forms),
        "findings": _findings(one.findings),
    }


def _texts(texts: Sequence[ReadText]) -> list[dict[str, str]]:
    return [
        {"language": one.language, "case": one.case, "text": one.text, "button": one.button}
        for one in texts
    ]


def _findings(findings: Sequence[Finding]) -> list[dict[str, object]]:
    return [dict(found.values()) for found in findings]
