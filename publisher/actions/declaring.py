"""What the bearer of a personal link declares, and asking for that link to be mailed again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.actions.addressing import link_for, token_for
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, TokenError
from publisher.notices.forms import Declared, View
from publisher.notices.letter import Recipient, receipt_text
from publisher.notices.optout import Capability, RequestKind, Timing, masked, read_token, timing
from publisher.notices.record import Channel, Request, last_late, stands
from publisher.policies.release import Line, Number, Release

ASKS_APART = dt.timedelta(minutes=10)
"""A link that was asked for is not mailed again before this has passed."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a valid token, and what it is about."""

    capability: Capability
    release: Release
    """The release of the token."""
    window: Release
    """Whose dates hold now: the release, or the correction that moved its dates."""
    recipient: Recipient

    @property
    def name(self) -> str:
        """`privacy/2`: what the token is about."""
        return self.release.name


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a declaration is on record."""

    number: str
    kind: RequestKind
    timing: Timing
    received: dt.datetime
    """When it, or the first one that said the same, came in."""
    repeated: bool
    text: str
    """What the receipt says, Markdown; the link's field is `{{opt_out_link}}`."""
    link: str


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────


def bearer_of(project: Project, token: str) -> Bearer:
    """Who bears a token.

    A token stays valid for its release for ever; what comes late is marked so.

    Raises:
        TokenError: not a token of ours, or altered, or its recipient or release is not here.
    """
    capability = read_token(project.keys, token)
    line = archive.line(project, capability.policy)
    release = next((r for r in line if r.number == capability.number), None)
    recipient = ledger_of(project).recipient(capability.recipient)
    if release is None or recipient is None or not release.opt_out:
        raise TokenError("this link belongs to no customer and no release that we know")
    return Bearer(capability, release, window_of(release, line), recipient)


def window_of(release: Release, line: Line) -> Release:
    """The release whose dates hold for opting out: a correction may have postponed them."""
    major = release.number.major
    return [r for r in line if r.number.major == major and r.closes][-1]


# ── by form ──────────────────────────────────────────────────────────────────────────────────────


def form_view(project: Project, token: str, now: dt.datetime) -> tuple[Release, View]:
    """What the personal form shows now: the release whose dates hold, and the customer's state.

    Raises:
        TokenError: as for `bearer_of`.
        LedgerError: the ledger cannot be read.
    """
    bearer = bearer_of(project, token)
    requests = _declarations(project, bearer)
    found = stands(requests) or last_late(requests)
    declared = Declared(found.kind, found.timing, found.received, found.receipt) if found else None
    view = View(
        token.strip().lower(),
        masked(bearer.recipient.address),
        timing(bearer.window, now),
        declared,
    )
    return bearer.window, view


def _declarations(project: Project, bearer: Bearer) -> list[Request]:
    policy_id, major = bearer.release.policy.id, bearer.release.number.major
    return ledger_of(project).requests(policy_id, major, bearer.recipient.number)


def record(
    project: Project,
    token: str,
    kind: RequestKind,
    now: dt.datetime,
    evidence: Mapping[str, object],
    channel: Channel = Channel.FORM,
) -> Receipt:
    """Records what the bearer of a token declares; the same again gives the first receipt back.

    When this returns, it is on the disk. The receipt by mail is put down to be sent.

    Args:
        project: where.
        token: from a personal link or reply address.
        kind: opt out, or withdraw that.
        now: when it came in.
        evidence: what proves it, beside the seal of the release, which is added.
        channel: by form or by mail.

    Raises:
        TokenError: as for `bearer_of`; nothing was recorded.
        LedgerError: it could not be recorded.
    """
    request = declare(project, bearer_of(project, token), kind, now, evidence, channel)
    return receipt_for(project, request)


def declare(
    project: Project,
    bearer: Bearer,
    kind: RequestKind,
    received: dt.datetime,
    evidence: Mapping[str, object],
    channel: Channel,
) -> Request:
    """Records a declaration of somebody whose token was read; see `record`."""
    release = bearer.release
    proof = {"release": release.name, "seal": release.seal, **evidence}
    return ledger_of(project).record(
        kind,
        release.policy.id,
        release.number,
        bearer.recipient.number,
        received=received,
        timing=timing(bearer.window, received),
        channel=channel,
        evidence=json.dumps(proof, ensure_ascii=False, sort_keys=True),
    )


def receipt_for(project: Project, request: Request) -> Receipt:
    """The receipt for a request; for one that repeats another, that other's."""
    first = request
    if request.repeats is not None:
        first = ledger_of(project).request(request.repeats) or request
    release, recipient = whose(project, first)
    link = link_for(project, release, token_for(project, release, recipient))
    text = receipt_text(
        window_of(release, archive.line(project, release.policy.id)),
        project.configuration,
        first.kind,
        first.timing,
        first.receipt,
        first.received,
        link,
    )
    return Receipt(
        first.receipt, first.kind, first.timing, first.received, first is not request, text, link
    )


def whose(project: Project, request: Request) -> tuple[Release, Recipient]:
    """The release that a request is about, and who made it.

    Raises:
        NotFoundError: one of the two is not here.
    """
    number = Number.parse(request.release)
    recipient = ledger_of(project).recipient(request.recipient or 0)
    if number is None or recipient is None:
        raise NotFoundError(f"the request {request.receipt} is about nobody that we know")
    return archive.release(project, request.policy, number), recipient


def ask_for_link(
    project: Project, policy_id: str, number: Number, address: str, now: dt.datetime
) -> None:
    """Puts a letter with the personal link down to be sent, if the address is a customer's.

    Whether it is one cannot be told from outside: there is no answer, and one row is written in
    either case. Nothing is declared by asking.

    Raises:
        NotFoundError: no such release, or nobody may opt out of it.
        LedgerError: the ledger cannot be written.
    """
    release = archive.release(project, policy_id, number)
    if not release.opt_out:
        raise NotFoundError(f"release {number} has no opt-out", where=f"versions/{release.name}")
    ledger = ledger_of(project)
    whom: list[Recipient | None] = [*ledger.at_address(address)]
    for recipient in whom or [None]:
        ledger.record(
            RequestKind.ASK,
            policy_id,
            number,
            recipient.number if recipient else None,
            received=now,
            timing=timing(release, now),
            channel=Channel.FORM,
            evidence=json.dumps({"address": address}, ensure_ascii=False),
            answered=recipient is not None and not _asked_lately(project, release, recipient, now),
        )


def _asked_lately(
    project: Project, release: Release, recipient: Recipient, now: dt.datetime
) -> bool:
    asked = ledger_of(project).requests(release.policy.id, release.number.major, recipient.number)
    return any(r.kind is RequestKind.ASK and now - r.received < ASKS_APART for r in asked)
