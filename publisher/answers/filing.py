"""What a mail means, and how it is filed: an opt-out, a machine's, or for a person to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.answers.bearer import Bearer
from publisher.answers.correspondence import Correspondence
from publisher.answers.inboxes import Inbox
from publisher.answers.mail_meaning import Reading
from publisher.answers.returned_form import CUSTOMER_FIELD, ReturnedForm
from publisher.mail.mail import Mail
from publisher.people.messages import Filed, Filing, Message
from publisher.people.requests import Recorded, RequestKind
from publisher.releases.release import Release


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message that came in; it is kept in any case."""

    message: int
    filed: Filed | None
    """None: it could not be read now, and a later run reads it."""
    reason: str
    receipt: str = ""
    next_step: str = ""
    """What a person does then, as a command; empty: nothing."""

    def __str__(self) -> str:
        head = f"message {self.message} kept: {self.filed or 'not read yet'}"
        return ", ".join(part for part in (head, self.reason, self.receipt) if part)


@dataclass(frozen=True, slots=True)
class Senders:
    """Who a mail may be from."""

    bearers: tuple[Bearer, ...]
    """Those whose personal reply addresses are on it."""
    ours: bool
    """Whether a reply address like ours is on it at all, valid or not."""
    claims: tuple[str, ...] = ()
    """Ids of the customers with the address in From, which proves nothing."""
    inbox: Inbox | None = None
    """To which address of ours it came, where no personal one is on it."""

    @property
    def only(self) -> Bearer | None:
        """The one it is from; None: nobody is proven, or several are."""
        return self.bearers[0] if len(self.bearers) == 1 else None


@dataclass(frozen=True, slots=True)
class Attachments:
    """The forms that came with a mail."""

    forms: tuple[ReturnedForm, ...] = ()
    fault: str = ""
    """What is wrong with a file that is no form of ours."""
    release: Release | None = None
    """The release that the first form says it is of; None: there is none with that seal."""
    beyond_limits: str = ""
    """Why the files could not be read; empty: they were."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a mail is to be filed."""

    filed: Filed
    """`OPT_OUT`: an opt-out is to be recorded."""
    reason: str
    hint: str = ""
    """For the person who reads the message, and nobody else."""
    text: str = ""
    """What its writer wrote, if it opts out."""
    form: ReturnedForm | None = None
    """The form by which it opts out."""
    kind: RequestKind = RequestKind.OPT_OUT
    """What it declares or asks for, if it does."""
    likely: str = ""
    """What it is likely about, one of `Inbox`, or the kind of a request about personal data; empty:
    not known."""

    @property
    def requests(self) -> bool:
        """Whether something is to be recorded."""
        return self.filed in (Filed.OPT_OUT, Filed.REQUEST)


def decide_unread(mail: Mail, senders: Senders) -> Decision | None:
    """How a mail is filed that nobody has to read the words of; None: its words decide.

    Args:
        mail: what came in.
        senders: who it may be from.
    """
    if not senders.bearers:
        return _from_nobody_known(mail, senders)
    if senders.only is None:
        return _waits("it names several personal addresses")
    if mail.report:
        return _automatic(mail)
    return None


def decide(mail: Mail, letter: Correspondence, attachments: Attachments) -> Decision:
    """How a mail of one customer is filed, by its words and its forms.

    Args:
        mail: what came in.
        letter: what it answers.
        attachments: the forms that came with it.
    """
    read = letter.reading(mail)
    if mail.automatic:
        # A help desk or a list may have passed on what a customer wrote (RFC 3834 §2).
        if read.own.strip() or mail.files or mail.doubt:
            return _waits(f"a machine may have sent it: {mail.automatic}")
        return _automatic(mail)
    if not mail.pdfs:
        if mail.doubt or read.kind is None or not _is_taken(read.kind, letter.bearer.release):
            doubt, hint = _not_understood(read)
            return Decision(
                Filed.UNCLEAR,
                f"{mail.doubt or doubt}, about {letter.bearer.name}",
                "" if mail.doubt else hint,
                likely=letter.likely(read.own),
            )
        filed = Filed.OPT_OUT if read.declares else Filed.REQUEST
        return Decision(filed, letter.bearer.name, text=read.own, kind=read.kind)
    if doubt := _doubt_of_files(mail, letter, attachments):
        return _waits(doubt)
    by_form = f"{letter.bearer.name}, by its form"
    return Decision(Filed.OPT_OUT, by_form, text=read.own, form=attachments.forms[0])


def _is_taken(kind: RequestKind, release: Release) -> bool:
    """Whether something is taken by mail: opting out and taking that back always are, and what the
    form of the release offers beside.
    """
    always = kind in (RequestKind.OPT_OUT, RequestKind.WITHDRAW)
    return always or kind in release.policy.facts.choices


def _not_understood(read: Reading) -> tuple[str, str]:
    """Why a person has to read a mail, and what only that person is shown."""
    if read.kind is not None:
        return f"it says “{read.kind}”, which the form of its release does not offer", ""
    unread = f", from “{read.unread}”" if read.unread else ""
    return "not an opt-out beyond doubt", unread


def decide_for_mailings(mail: Mail, customers: int, kind: RequestKind | None) -> Decision:
    """How a mail to the address for mailings is filed.

    Leaving them acts at once, though anybody can write anybody's address into a From field: it does
    no harm, and its receipt says how to join again. Joining needs the link that is mailed.

    Args:
        mail: what came in.
        customers: how many customers have the address in From.
        kind: what its words ask for beyond doubt; None: a person has to read them.
    """
    if mail.report or (mail.automatic and not customers):
        return _automatic(mail)
    if doubt := _doubt_about_mailings(mail, customers, kind):
        filed = Filed.UNCLEAR if customers else Filed.UNKNOWN
        return Decision(filed, doubt, likely=Inbox.MAILINGS)
    assert kind is not None
    return Decision(Filed.REQUEST, f"{kind}, by the address that it is from", kind=kind)


def _doubt_about_mailings(mail: Mail, customers: int, kind: RequestKind | None) -> str:
    if not customers:
        return "its address belongs to no customer"
    if mail.automatic:
        return f"a machine may have sent it: {mail.automatic}"
    if mail.doubt:
        return mail.doubt
    if mail.files:
        return "a file is attached"
    return "" if kind else "neither leaving nor joining the mailings beyond doubt"


def _from_nobody_known(mail: Mail, senders: Senders) -> Decision:
    """What no personal address proves to be somebody's: a From field proves nothing."""
    likely = senders.inbox or ""
    machine = mail.report or (mail.automatic and not senders.claims)
    if machine and not senders.ours:
        return _automatic(mail)
    reason = "no personal reply address is on it"
    if senders.ours:
        reason = "its reply address was altered, or belongs to another ledger"
    claims = " or ".join(senders.claims)
    hint = f"; it claims to be from customer {claims}" if claims else ""
    return Decision(Filed.UNKNOWN, reason, hint, likely=likely)


def _doubt_of_files(mail: Mail, letter: Correspondence, attachments: Attachments) -> str:
    """Why a person has to look at a mail with PDFs; empty: nobody has to."""
    if attachments.beyond_limits:
        return f"of its attachment: {attachments.beyond_limits}"
    if not attachments.forms:
        fault = f"; {attachments.fault}" if attachments.fault else ""
        return f"a file is attached{fault}, about {letter.bearer.name}"
    form = attachments.forms[0]
    return (
        _doubt_of_forms(attachments.forms, len(mail.files))
        or _doubt_of_release(form, attachments.release, letter.bearer)
        or _doubt_of_words(form, mail, letter)
    )


def _doubt_of_forms(forms: Sequence[ReturnedForm], files: int) -> str:
    if len({(form.release, form.declared) for form in forms}) > 1:
        return "its forms do not say the same"
    if len(forms) < files:
        return f"other files are attached to its form of {forms[0].release}"
    return ""


def _doubt_of_release(form: ReturnedForm, release: Release | None, bearer: Bearer) -> str:
    if release is None:
        return f"its form says that it is of {form.release}, and was not made for that release"
    if not form.declared:
        return f"its form of {form.release} is not checked"
    whose = bearer.release.policy.id, bearer.release.number.major
    if whose != (release.policy.id, release.number.major):
        return f"its form is of {form.release}, its reply address of {bearer.name}"
    names = {"", bearer.recipient.customer.casefold(), bearer.recipient.address.casefold()}
    if form.fields.get(CUSTOMER_FIELD, "").strip().casefold() not in names:
        return f"its form of {form.release} names somebody else than its reply address"
    return ""


def _doubt_of_words(form: ReturnedForm, mail: Mail, letter: Correspondence) -> str:
    if mail.doubt:
        return f"{mail.doubt}, beside its form of {form.release}"
    if not letter.leaves_form_beyond_doubt(mail):
        return f"what is written beside its form of {form.release} has to be read"
    return ""


def _waits(why: str) -> Decision:
    return Decision(Filed.UNCLEAR, why)


def _automatic(mail: Mail) -> Decision:
    return Decision(Filed.AUTOMATIC, mail.automatic or "a report of a mail server")


# ── what is written down ─────────────────────────────────────────────────────────────────────────


def opt_out_evidence(message: int, mail: Mail, decision: Decision) -> dict[str, object]:
    """What proves an opt-out by mail.

    Args:
        message: the number of the message.
        mail: what came in.
        decision: that it opts out.
    """
    evidence: dict[str, object] = {
        "message": message,
        "message_id": mail.id,
        "subject": mail.subject,
        "text": decision.text,
    }
    if form := decision.form:
        evidence["form"] = {"release": form.release, "seal": form.seal, **form.fields}
    return evidence


def opt_out_reason(decision: Decision, recorded: Recorded) -> str:
    """What is said of an opt-out that was recorded: about what, and whether it came in time."""
    when = "said before" if recorded.first else str(recorded.request.timing)
    return f"{decision.reason}, {when}"


def filing_of(
    decision: Decision,
    bearer: Bearer | None,
    message: Message | None,
    recorded: Recorded | None = None,
) -> Filing:
    """What is written down of a message.

    Args:
        decision: how it is filed.
        bearer: whom it is from; None: nobody knows.
        message: what came in, if it is to be said whether that was in time.
        recorded: what it declared, if it did.
    """
    return Filing(
        decision.filed,
        decision.reason + decision.hint,
        likely=decision.likely,
        policy=bearer.release.policy.id if bearer else "",
        release=str(bearer.release.number) if bearer else "",
        recipient=bearer.recipient.number if bearer else None,
        timing=bearer.timing(message.received) if bearer and message else None,
        request=recorded.request.id if recorded else None,
    )
