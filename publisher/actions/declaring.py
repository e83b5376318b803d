"""What the bearer of a personal link declares, and asking for that link to be mailed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.actions.addressing import link_for, token_for
from publisher.answers.declarations import last_late, stands, timing
from publisher.answers.opt_out_page import Declared, View, masked
from publisher.answers.token import Token, is_signed, is_signed_for_a_row, parse_token
from publisher.edges import archive
from publisher.edges.clock import Clock
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, TokenError
from publisher.letters.message import had_row_token
from publisher.letters.receipt import receipt_text
from publisher.people.recipients import Recipient
from publisher.people.requests import Channel, Recorded, Request, RequestKind, Timing, Wanted
from publisher.releases.number import Number
from publisher.releases.release import Release

ADDRESS = "address"
"""In the evidence of what somebody asked for: the address they asked with."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a valid token, and what it is about."""

    token: Token | None
    """None: a person says who it is."""
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
        TokenError: not a token of ours, or altered, or made for somebody who is not in this
            ledger, or its release is not here.
    """
    claimed = parse_token(token)
    capability = claimed.capability
    recipient = ledger_of(project).recipient(capability.recipient)
    signed = is_signed(project.keys, claimed, recipient.customer if recipient else "")
    if recipient is None or not (signed or _in_an_old_letter(project, claimed, recipient)):
        raise TokenError("this is not a link that we issued to a customer we know")
    amendment = archive.amendment(project, capability.policy, capability.number.major)
    release = amendment.find(capability.number)
    if release is None or not release.opt_out:
        raise TokenError("this link belongs to no release that we know")
    return Bearer(claimed, release, amendment.window(release), recipient)


def _in_an_old_letter(project: Project, claimed: Token, recipient: Recipient) -> bool:
    """Whether a token stands in a letter sent before tokens were bound to the customer's id."""
    if not is_signed_for_a_row(project.keys, claimed):
        return False
    policy, number = claimed.capability.policy, claimed.capability.number
    sent = ledger_of(project).delivery(policy, number, recipient.number)
    return sent is not None and had_row_token(sent, recipient.customer)


# ── by form ──────────────────────────────────────────────────────────────────────────────────────


def form_view(bearer: Bearer, project: Project, now: dt.datetime) -> View:
    """What the personal form of a customer shows now.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    requests = declarations(project, bearer.release, bearer.recipient)
    return View(
        bearer.token.text if bearer.token else "",
        masked(bearer.recipient.address),
        timing(bearer.window, now),
        _declared(stands(requests)),
        _declared(last_late(requests)),
    )


def _declared(request: Request | None) -> Declared | None:
    if request is None:
        return None
    return Declared(request.kind, request.timing, request.received, request.receipt)


def declarations(project: Project, release: Release, recipient: Recipient) -> list[Request]:
    """All that a customer declared about a release and its corrections, and asked for."""
    return ledger_of(project).requests(release.policy.id, release.number.major, recipient.number)


def record(
    project: Project,
    bearer: Bearer,
    kind: RequestKind,
    clock: Clock,
    evidence: Mapping[str, object],
    channel: Channel = Channel.FORM,
) -> Receipt:
    """Records what the bearer of a token declares; the same again gives the first receipt back.

    When this returns, it is on the disk. The receipt by mail is put down to be sent.

    Args:
        project: where.
        bearer: who declares it, and about which release.
        kind: opt out, or withdraw that.
        clock: the time.
        evidence: what proves it, beside the seal of the release, which is added.
        channel: by form or by mail.

    Raises:
        TooOftenError: this customer went to and fro too often today; nothing was recorded.
        LedgerError: it could not be recorded.
    """
    return receipt_for(project, bearer, declare(project, bearer, kind, clock, evidence, channel))


def declare(
    project: Project,
    bearer: Bearer,
    kind: RequestKind,
    clock: Clock,
    evidence: Mapping[str, object],
    channel: Channel,
    *,
    received: dt.datetime | None = None,
    answered: bool = True,
) -> Recorded:
    """Records a declaration of somebody who is known; see `record`.

    Args:
        project, bearer, kind, clock, evidence, channel: as for `record`.
        received: when it came in; None: now.
        answered: whether a receipt by mail is due.
    """
    release = bearer.release
    wanted = Wanted(
        kind,
        release.policy.id,
        release.number,
        bearer.recipient.number,
        channel,
        {"release": release.name, "seal": release.seal, **evidence},
        received=received,
        not_before=release.published,
        answered=answered,
    )
    return ledger_of(project).record(wanted, clock, lambda moment: timing(bearer.window, moment))


def receipt_for(project: Project, bearer: Bearer, recorded: Recorded) -> Receipt:
    """The receipt for a declaration; for one that repeats another, that other's."""
    first = recorded.first or recorded.request
    link = link_for(project, bearer.release, token_for(project, bearer.release, bearer.recipient))
    standing = stands(declarations(project, bearer.release, bearer.recipient))
    text = receipt_text(bearer.window, project.settings.organisation, first, link, stands=standing)
    repeated = recorded.first is not None
    return Receipt(first.receipt, first.kind, first.timing, first.received, repeated, text, link)


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
    project: Project, policy_id: str, number: Number, address: str, clock: Clock
) -> None:
    """Writes down that somebody asked for the link of an address to be mailed to it.

    Whose address it is, nobody looks up before `send_receipts` does: whether it is a customer's
    can be told neither from an answer nor from the time that it takes. Nothing is declared.

    Raises:
        NotFoundError: no such release, or nobody may opt out of it.
        LedgerError: the ledger cannot be written.
    """
    release = archive.release(project, policy_id, number)
    if not release.opt_out:
        raise NotFoundError(f"release {number} has no opt-out", where=f"versions/{release.name}")
    evidence = {ADDRESS: address}
    wanted = Wanted(RequestKind.ASK, policy_id, number, None, Channel.FORM, evidence)
    ledger_of(project).record(wanted, clock, lambda moment: timing(release, moment))
