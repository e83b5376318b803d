"""The text of a receipt, that of a mailed link, and the letters that have them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from publisher.letters.fields import fill
from publisher.letters.message import Content, Letter, answer_message
from publisher.people.recipients import Recipient
from publisher.people.requests import Request, RequestKind, Timing
from publisher.policies.dates import long_date
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release


def compose_receipt(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    requests: Sequence[Request],
    *,
    stands: Request | None,
    link: str,
) -> Letter:
    """The receipt for requests, sent to the customer's own address (RFC 3834: auto-replied).

    Args:
        release: the release whose dates hold.
        recipient, organisation: to whom, from whom.
        requests: of this customer about this release, the last one last.
        stands: the one that stands of all that this customer declared.
        link: the customer's own form.
    """
    last = requests[-1]
    text = receipt_text(release, organisation, last, link, stands=stands, earlier=requests[:-1])
    content = Content(
        text=fill(text, {"opt_out_link": link}),
        language=release.policy.facts.language,
        organisation=organisation,
        recipient=recipient,
        date=last.received,
        name=f"{release.name} receipt {last.receipt} {recipient.address}",
    )
    return answer_message(content)


def compose_link(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    *,
    link: str,
    date: dt.datetime,
) -> Letter:
    """The personal link of the form, for somebody who asked for it on the public page.

    Args:
        release: the release whose form it is.
        recipient, organisation: to whom, from whom.
        link: the customer's own form.
        date: for the Date field.
    """
    content = Content(
        text=fill(_link_text(release, organisation), {"opt_out_link": link}),
        language=release.policy.facts.language,
        organisation=organisation,
        recipient=recipient,
        date=date,
        name=f"{release.name} link {date.isoformat()} {recipient.address}",
    )
    return answer_message(content)


def _link_text(release: Release, organisation: Organisation) -> str:
    version = f"version {release.number.major} of the {release.policy.facts.title}"
    return "\n\n".join(
        [
            f"# Your link to opt out of {version}",
            "Somebody, probably you, asked for this link on our website. "
            "Nothing has been recorded yet.",
            "[Open your opt-out form]({{opt_out_link}})",
            "If it was not you, you need to do nothing.",
            "\\\n".join(organisation.letterhead),
        ]
    )


def receipt_text(
    release: Release,
    organisation: Organisation,
    request: Request,
    link: str,
    *,
    stands: Request | None = None,
    earlier: Sequence[Request] = (),
) -> str:
    """What a receipt says, Markdown; the page after the form says the same.

    Args:
        release: the release whose dates hold.
        organisation: whose receipt it is.
        request: what was declared.
        link: the customer's own form; empty: it is not linked.
        stands: the declaration that stands, if it is another one.
        earlier: declarations whose receipt this is as well.
    """
    facts = release.policy.facts
    version = f"version {release.number.major} of the {facts.title}"
    out = request.kind is RequestKind.OPT_OUT
    if request.timing is Timing.LATE:
        what = "opt-out" if out else "withdrawal of your opt-out"
        heading = f"# Your {what} of {version} came late"
        follows = _late(release, organisation, stands)
    else:
        heading = f"# You have {'opted out' if out else 'withdrawn your opt-out'} of {version}"
        follows = _in_time(release, out, link)
    parts = [
        heading,
        f"{organisation.name} received this on **{_moment(request, facts.language)}** "
        f"and has recorded it. Receipt: **{request.receipt}**.",
        *follows,
    ]
    if earlier:
        listed = "\n".join(f"- {_named(one, facts.language)}" for one in earlier)
        parts.append(f"This is also the receipt for what you declared before:\n\n{listed}")
    parts.append("\\\n".join(organisation.letterhead))
    return "\n\n".join(parts) + "\n"


def _in_time(release: Release, out: bool, link: str) -> list[str]:
    """What follows from a declaration that came in time."""
    facts = release.policy.facts
    if not out:
        day = long_date(release.effective, facts.language)
        return [f"Version {release.number.major} applies to you from {day}."]
    closes = long_date(release.closes, facts.language)
    parts = [facts.effect, f"You can take it back until the end of {closes} (UTC)."]
    return [*parts, "[See or withdraw your opt-out]({{opt_out_link}})"] if link else parts


def _late(release: Release, organisation: Organisation, stands: Request | None) -> list[str]:
    """What follows from a declaration that came after the last day."""
    facts = release.policy.facts
    closes = long_date(release.closes, facts.language)
    parts = [
        f"It came after the last day to declare it, {closes}. It is kept and marked as late, "
        f"and {organisation.name} will tell you what follows from it. "
        f"Write to [{facts.contact}](mailto:{facts.contact}) if you have questions."
    ]
    if stands is None:
        return parts
    return [*parts, f"What you declared in time stands: {_named(stands, facts.language)}."]


def _moment(request: Request, language: str) -> str:
    moment = request.received.astimezone(dt.UTC)
    return f"{long_date(moment.date(), language)}, {moment:%H:%M} UTC"


def _named(request: Request, language: str) -> str:
    """A declaration in a line: what, when, its receipt."""
    what = "opted out" if request.kind is RequestKind.OPT_OUT else "withdrew your opt-out"
    late = ", late" if request.timing is Timing.LATE else ""
    return f"you {what} on {_moment(request, language)}{late} (receipt {request.receipt})"
