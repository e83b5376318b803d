"""How a mail is filed that came to the address for what comes back.

Such a mail is never read for what it declares: the letter that comes back is in it, and whatever
else somebody wrote.
"""

from __future__ import annotations

from collections.abc import Sequence

from publisher.answers.reply_address import token_in, tokens_in
from publisher.mail.delivery_report import DeliveryReport, ReportKind
from publisher.mail.mail import Mail
from publisher.people.messages import Filed, Filing
from publisher.people.returning import ReturnedLetter
from publisher.policies.organisation import Organisation


def is_about_a_letter(mail: Mail, organisation: Organisation) -> bool:
    """Whether a mail came to the address for what comes back, and is read as such.

    Args:
        mail: what came in.
        organisation: whose address.
    """
    base = organisation.bounces
    if not base:
        return False
    came = any(one.lower() == base.lower() or token_in(one, base) for one in mail.addresses)
    # Somebody may have answered to all addresses there are: that counts as it does elsewhere.
    return came and (mail.report or not tokens_in(mail.addresses, organisation.reply))


def bounce_tokens(mail: Mail, report: DeliveryReport, organisation: Organisation) -> list[str]:
    """The tokens of the letters that a mail may be about.

    Args:
        mail: what came in.
        report: it as a report.
        organisation: from whose address the senders on envelopes are made.
    """
    return tokens_in([*mail.addresses, *report.envelopes], organisation.bounces)


def file_report(
    mail: Mail, report: DeliveryReport, letters: Sequence[ReturnedLetter]
) -> tuple[Filing, ReturnedLetter | None]:
    """How a mail is filed, and the letter that came back by it; None: none did.

    Args:
        mail: what came in.
        report: it as a report.
        letters: those that it is proven to be about.
    """
    if not letters:
        return _of_no_letter(mail, report), None
    if len(letters) > 1:
        return Filing(Filed.UNCLEAR, "it is about several letters"), None
    letter = letters[0]
    filed, what = _said(mail, report, letter)
    about = letter.delivery.policy, letter.delivery.release, letter.delivery.recipient
    filing = Filing(filed, f"{letter.name}: {what}", *about)
    back = report.said is ReportKind.FAILED and letter.may_come_back
    return filing, letter if back else None


def _of_no_letter(mail: Mail, report: DeliveryReport) -> Filing:
    machine = mail.report or mail.automatic or report.said is not ReportKind.NOTHING
    if machine:
        what = mail.automatic or "a report of a mail server"
        return Filing(Filed.AUTOMATIC, f"{what}; nothing on it proves that it is about a letter")
    return Filing(Filed.UNKNOWN, "it came to the address for what comes back")


def _said(mail: Mail, report: DeliveryReport, letter: ReturnedLetter) -> tuple[Filed, str]:
    """How a mail about a letter is filed, and why."""
    if report.said is ReportKind.FAILED:
        code = f" ({report.status})" if report.status else ""
        if letter.may_come_back:
            return Filed.AUTOMATIC, f"the letter came back{code}"
        state = letter.delivery.state
        return Filed.AUTOMATIC, f"the letter came back{code}; it was {state}, which stays"
    if report.said is ReportKind.UNREAD:
        return Filed.UNCLEAR, "a report of a mail server that is not understood"
    if report.said is ReportKind.NOTHING:
        if mail.automatic:
            return Filed.AUTOMATIC, mail.automatic
        return Filed.UNCLEAR, "it came to the address for what comes back"
    return Filed.AUTOMATIC, _NOTHING_FOLLOWS[report.said]


_NOTHING_FOLLOWS = {
    ReportKind.DELAYED: "the letter is delayed, which changes nothing",
    ReportKind.DELIVERED: "the letter was delivered, which changes nothing",
    ReportKind.COMPLAINT: "a complaint about the letter, which arrived: nothing follows for it",
}
