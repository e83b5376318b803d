"""Letters about a release in figures, counted by the database."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from typing import Any

from sqlalchemy import Connection, select

from publisher.edges.ledger.auditing.replay import streamed
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.dues import counted_due
from publisher.edges.ledger.rows import fetch
from publisher.edges.ledger.schema import DELIVERIES, EVENTS, PRIVATE
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import RequestKind
from publisher.people.sending_figures import (
    LEAST_AT_A_DOMAIN,
    MOST_DOMAINS,
    NO_CODE,
    DomainFigures,
    SendingFigures,
)
from publisher.record.event import moment_of
from publisher.releases.release import Release
from publisher.releases.releases import Releases

_MINUTE = 60_000_000
"""Microseconds."""
_OWN = "policy = :policy AND major = :major AND release = :release"
_ACCEPTED = f"""
    SELECT at / {_MINUTE}, count(*) FROM delivery WHERE {_OWN} AND state = 'accepted'
    GROUP BY at / {_MINUTE}"""  # noqa: S608 - words of ours
_DECLARED = f"""
    SELECT kind, received_at / {_MINUTE}, count(*) FROM request
    WHERE policy = :policy AND major = :major AND kind IN ('opt out', 'withdraw')
      AND repeats IS NULL AND recipient IS NOT NULL
    GROUP BY kind, received_at / {_MINUTE}"""  # noqa: S608 - words of ours
_DOMAIN = {
    "sqlite": "lower(substr(r.address, instr(r.address, '@') + 1))",
    "postgresql": "lower(substr(r.address, strpos(r.address, '@') + 1))",
}
_SUMS = ", ".join(
    f"sum(CASE WHEN state = '{state}' THEN 1 ELSE 0 END)"
    for state in ("accepted", "refused", "bounced")
)
_BY_DOMAIN = """
    SELECT domain, count(*) AS letters, {sums} FROM (
      SELECT CASE WHEN r.address = '' THEN '' ELSE {domain} END AS domain, d.state AS state
      FROM delivery d JOIN recipient r ON r.id = d.recipient
      WHERE d.policy = :policy AND d.major = :major AND d.release = :release) AS found
    GROUP BY domain HAVING domain <> '' AND count(*) >= :least
    ORDER BY letters DESC, domain LIMIT :most"""
_ALTOGETHER = f"SELECT count(*), {_SUMS} FROM delivery WHERE {_OWN}"  # noqa: S608 - words of ours
_CODE = re.compile(r"([45]\d\d)(?:[ -]([45]\.\d{1,3}\.\d{1,3})\b)?|([45]\.\d{1,3}\.\d{1,3})\b")


class FigurePart(LedgerPart):
    """Counts letters."""

    def sending_figures(self, release: Release, releases: Releases) -> SendingFigures:
        """What became of the letters about a release; read in one transaction, as sums.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
        """
        about = {
            "policy": release.policy.id,
            "major": release.number.major,
            "release": str(release.number),
        }
        with self._reading() as db:
            minutes = fetch(db, _ACCEPTED, **about)
            accepted = {moment_of(minute * _MINUTE): count for minute, count in minutes}
            days: dict[str, Counter[dt.date]] = {str(one): Counter() for one in RequestKind}
            of_all = {key: about[key] for key in ("policy", "major")}
            for kind, minute, count in fetch(db, _DECLARED, **of_all):
                days[kind][release.day_of(moment_of(minute * _MINUTE))] += count
            return SendingFigures(
                due=counted_due(db, release, releases),
                accepted=accepted,
                domains=_domains(db, about),
                refused=_codes(db, release, DeliveryState.REFUSED),
                bounced=_codes(db, release, DeliveryState.BOUNCED),
                opted_out=days[RequestKind.OPT_OUT],
                withdrawn=days[RequestKind.WITHDRAW],
            )


def _domains(db: Connection, about: dict[str, Any]) -> tuple[DomainFigures, ...]:
    statement = _BY_DOMAIN.format(sums=_SUMS, domain=_DOMAIN[db.dialect.name])
    limits = {"least": LEAST_AT_A_DOMAIN, "most": MOST_DOMAINS}
    named = [DomainFigures(*row) for row in fetch(db, statement, **about, **limits)]
    ((letters, *counts),) = fetch(db, _ALTOGETHER, **about)
    others = DomainFigures(
        "",
        letters - sum(one.letters for one in named),
        (counts[0] or 0) - sum(one.accepted for one in named),
        (counts[1] or 0) - sum(one.refused for one in named),
        (counts[2] or 0) - sum(one.bounced for one in named),
    )
    return (*named, *([others] if others.letters else []))


def _codes(db: Connection, release: Release, state: DeliveryState) -> dict[str, int]:
    """Letters in a state by the code of what was said of them; few rows in memory at a time."""
    joined = DELIVERIES.outerjoin(PRIVATE, PRIVATE.c.event == DELIVERIES.c.event).outerjoin(
        EVENTS, EVENTS.c.id == DELIVERIES.c.event
    )
    own = (
        (DELIVERIES.c.policy == release.policy.id)
        & (DELIVERIES.c.major == release.number.major)
        & (DELIVERIES.c.release == str(release.number))
        & (DELIVERIES.c.state == state)
    )
    found: Counter[str] = Counter()
    for row in streamed(db, select(EVENTS.c.facts, PRIVATE.c.value).select_from(joined).where(own)):
        status = json.loads(row.facts or "{}").get("status", "")
        found[status or _code_in(json.loads(row.value or "{}").get("reply", ""))] += 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _code_in(reply: str) -> str:
    """The code that a refusal begins with; the refined one (RFC 3463) behind it, if it has one."""
    found = _CODE.match(reply)
    return " ".join(filter(None, found.groups())) if found else NO_CODE
