"""The notice and the receipt as one recipient gets them: a message of several parts.

The text of a letter is Markdown; from the same text come its plain part and its HTML part, so the
two cannot disagree. The same release, recipient, time and keys give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markupsafe import Markup

from publisher.errors import RecipientsError, RenderError
from publisher.letters.notice import FIELDS, LINKS
from publisher.markup.html import fragment
from publisher.people.recipients import Recipient
from publisher.people.record import Delivery, DeliveryState, Request, RequestKind, Timing
from publisher.policies.dates import long_date
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.text.plaintext import as_text

_FIELD = re.compile(r"(\\*)(?:\{|%7B){2}(\w+)(?:\}|%7D){2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(frozen=True)
class Letter:
    """One message, ready for a carrier."""

    id: str
    """Its Message-ID, without brackets; the same for the same release and recipient."""
    sender: str
    """Of the envelope. Empty is the null reverse-path: whatever becomes of an answer by machine,
    no machine answers it (RFC 3834 §3.3, RFC 5321 §4.5.5)."""
    to: str
    data: bytes
    """RFC 5322, lines ended by CR LF."""

    def part(self, kind: str) -> str:
        """The text of its part of this kind: `text/plain` or `text/html`."""
        message = message_from_bytes(self.data, policy=SMTP)
        found = [p for p in message.walk() if p.get_content_type() == kind]
        return "".join(str(p.get_content()) for p in found).replace("\r\n", "\n")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts values into the fields of a Markdown text, so that none can act as Markdown.

    Raises:
        RecipientsError: a value has control characters.
    """
    for name, value in values.items():
        _require_printable(name, value)

    def value_of(found: re.Match[str]) -> str:
        before, name = found.groups()
        if name not in values:
            return found[0]
        # A backslash of the text's own would take away that of the value's first character.
        before += "\\" * (len(before) % 2)
        if name in LINKS:
            return f"{before}{values[name]}"
        # Every ASCII punctuation character may be escaped (CommonMark §2.4), so every one is.
        return before + re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", values[name])

    return _FIELD.sub(value_of, text)


def _require_printable(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise RecipientsError(
            f"the {name} has control characters: {value!r}", remedy="correct the recipient"
        )


def title_of(text: str) -> str:
    """The subject of a letter: its first heading."""
    return parse(text)[0].text


def field_values(name: str, form: str, reply: str, changes: str) -> dict[str, str]:
    """The fields of a letter.

    Args:
        name: who is addressed; empty: a customer.
        form, reply: where to opt out by form and by mail.
        changes: where to see what changed since the version they were last told of.
    """
    return dict(zip(FIELDS, (name or "customer", form, reply, changes), strict=True))


def page_values(at: Addresses, number: Number, reply: str) -> dict[str, str]:
    """The fields for the public page of a notice, which is addressed to no one in particular.

    Args:
        at: the policy's addresses; the comparison it leads to lets its reader choose a version.
        number: the release.
        reply: where opt-outs by e-mail go.
    """
    return field_values("", at.opt_out(number), reply, at.compare)


def compose_notice(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    *,
    link: str,
    reply: str,
    changes: str,
    date: dt.datetime,
    attachment: bytes = b"",
    test: bool = False,
) -> Letter:
    """The notice of a release to one recipient.

    Args:
        release: a release that has a notice.
        recipient: whom it is for.
        organisation: who writes.
        link, reply: the recipient's own form and reply address.
        changes: where to see what changed since the version the recipient was last told of.
        date: for the Date field.
        attachment: the release as PDF, where the profile wants it on a durable medium.
        test: mark its subject as that of a test, and give it a Message-ID of its own.
    """
    text = fill(release.notice, field_values(recipient.name, link, reply, changes))
    name = f"notice of {release.name} to {recipient.customer} at {recipient.address}"
    language = release.policy.facts.language
    if test:
        name = f"{name} test {date.isoformat()}"
    message = _message(text, organisation, recipient, name, date, language=language)
    if test:
        message.replace_header("Subject", f"[Test] {_one_line(title_of(text))}")
    message["Reply-To"] = reply
    if attachment:
        message.add_attachment(
            attachment,
            maintype="application",
            subtype="pdf",
            filename=f"{release.policy.id}-{release.number}.pdf",
        )
    return _letter(message, name, organisation.sender, recipient.address)


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
    text = fill(text, {"opt_out_link": link})
    name = f"{release.name} receipt {last.receipt} {recipient.address}"
    language = release.policy.facts.language
    message = _message(
        text, organisation, recipient, name, last.received, "auto-replied", language=language
    )
    return _letter(message, name, organisation.sender, recipient.address, answers=True)


def compose_link(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    *,
    link: str,
    date: dt.datetime,
) -> Letter:
    """The personal link of the form, for somebody who asked for it on the public page."""
    facts = release.policy.facts
    text = "\n\n".join(
        [
            f"# Your link to opt out of version {release.number.major} of the {facts.title}",
            "Somebody, probably you, asked for this link on our website. "
            "Nothing has been recorded yet.",
            "[Open your opt-out form]({{opt_out_link}})",
            "If it was not you, you need to do nothing.",
            "\\\n".join(organisation.letterhead),
        ]
    )
    text = fill(text, {"opt_out_link": link})
    name = f"{release.name} link {date.isoformat()} {recipient.address}"
    message = _message(
        text, organisation, recipient, name, date, "auto-replied", language=facts.language
    )
    return _letter(message, name, organisation.sender, recipient.address, answers=True)


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


def _message(
    text: str,
    organisation: Organisation,
    recipient: Recipient,
    name: str,
    date: dt.datetime,
    submitted: str = "auto-generated",
    *,
    language: str,
) -> EmailMessage:
    _require_printable("name", recipient.name)
    message = EmailMessage(policy=SMTP)
    local, _, domain = organisation.sender.partition("@")
    message["From"] = Address(_one_line(organisation.name), local, domain)
    message["To"] = Address(recipient.name, addr_spec=recipient.address)
    message["Subject"] = _one_line(title_of(text))
    message["Date"] = format_datetime(date)
    message["Message-ID"] = f"<{message_id(name, domain)}>"
    message["Auto-Submitted"] = submitted
    message.set_content(as_text(parse(text)), cte="quoted-printable")
    message.add_alternative(styled(text, language), subtype="html", cte="quoted-printable")
    return message


def _one_line(words: str) -> str:
    """Words for a header, in which a line end of any kind would begin another one."""
    return " ".join(words.split())


def message_id(name: str, domain: str) -> str:
    """A Message-ID that the same letter always has (RFC 5322 §3.6.4)."""
    return f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}"


def had_row_token(one: Delivery, customer: str) -> bool:
    """Whether a letter was made before the customer's id was part of what its token signs.

    It is known by its Message-ID, which was made in another way then.

    Args:
        one: the delivery of the letter.
        customer: the id of its recipient.
    """
    name = f"{one.policy}/{one.release} {customer} {one.address}"
    sent = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT, DeliveryState.BOUNCED)
    return one.state in sent and one.message_id == message_id(name, _domain(one.message_id))


def _domain(address: str) -> str:
    return address.partition("@")[2]


def _letter(
    message: EmailMessage, name: str, sender: str, to: str, *, answers: bool = False
) -> Letter:
    """Makes a message a letter; one that answers by machine has no sender to answer to."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"={number}={digest[:40]}")
    envelope = "" if answers else sender
    return Letter(message_id(name, _domain(sender)), envelope, to, message.as_bytes())


LARGEST_HTML = 90_000
"""Bytes of the HTML part; a widely used mail program cuts a letter off at about 102 kB."""

STYLE = Markup("""
body { margin: 0; padding: 0; background: #ffffff; color: #1d232b; }
main { max-width: 38em; margin: 0 auto; padding: 24px 16px; overflow-wrap: anywhere;
  font: 16px/1.55 'Source Sans 3', 'Segoe UI', Helvetica, Arial, sans-serif; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 20px; }
h2 { font-size: 19px; line-height: 1.3; margin: 28px 0 8px; }
p, ul { margin: 0 0 14px; }
ul { padding-left: 22px; }
li { margin: 0 0 6px; }
a { color: #1b4f9c; }
blockquote { margin: 0 0 14px; padding: 8px 14px; background: #fff4d6; color: #4a3800;
  border-left: 4px solid #b98900; }
blockquote p { margin: 0; }
@media (prefers-color-scheme: dark) {
  body { background: #14181d !important; color: #e6e9ed !important; }
  a { color: #9cc3ff !important; }
  blockquote { background: #3a2f10 !important; color: #ffe9b3 !important; }
}
""")
"""All but its last rule becomes inline styles, for most mail programs drop style sheets."""


def styled(text: str, language: str = "en") -> Markup:
    """The HTML part of a letter.

    Raises:
        RenderError: it is so large that mail programs would cut it off.
    """
    import css_inline

    document = Markup(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        "<title>{}</title><style>{}</style></head><body><main>{}</main></body></html>"
    ).format(language, title_of(text), STYLE, fragment(parse(text)))
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
    html = Markup(inliner.inline(document) + "\n")  # noqa: S704 - the same, with its styles
    if (size := len(html.encode())) > LARGEST_HTML:
        raise RenderError(
            f"the letter has {size:,} bytes of HTML; mail programs cut it off at about 102,000",
            remedy="shorten the notes; the site has every change word by word",
        )
    return html
