"""What the opt-out page says in place of its form: what happened, and what to do next."""

from __future__ import annotations

from enum import StrEnum

from markupsafe import Markup

from publisher.wording.words import Words, noop


class FormMessage(StrEnum):
    """What happened."""

    ASKED = "asked"
    BAD_LINK = "bad link"
    NOT_RECORDED = "not recorded"
    NOT_SHOWN = "not shown"
    NOT_UNDERSTOOD = "not understood"
    TOO_LARGE = "too large"
    TOO_OFTEN = "too often"
    CHANGED_TOO_OFTEN = "changed too often"


def form_message(message: FormMessage, contact: str, words: Words) -> Markup:
    """A message as HTML, in the language of the words.

    Args:
        message: which.
        contact: the e-mail address to write to.
        words: in the reader's language.
    """
    title, body = _SAYS[message]
    link = Markup('<a href="mailto:{}"><bdi dir="ltr">{}</bdi></a>').format(contact, contact)
    return Markup(
        '<section class="pp-optout" aria-labelledby="pp-form-title"{}>\n'
        '<h2 id="pp-form-title">{}</h2>\n<p role="status">{}</p>\n</section>\n'
    ).format(
        words.attributes,
        words.gettext(title),
        words.markup(body, contact=link, phrase=opt_out_phrase(words)),
    )


def opt_out_phrase(words: Words) -> str:
    """The words by which a mail opts out, in a language: one of the sentences that are understood
    (`assets/declarations`).
    """
    return words.pgettext("what a customer writes to opt out", "I opt out")


_SAYS = {
    FormMessage.ASKED: (
        noop("Check your mailbox"),
        noop(
            "If this address belongs to a customer we know, we send it a link to the form, once a "
            "day at most. Nothing is recorded before you open that link and confirm. If no mail "
            "comes within an hour, try the address that our letter went to, or write to {contact}."
        ),
    ),
    FormMessage.BAD_LINK: (
        noop("This link does not work"),
        noop(
            "It was cut off or altered, it belongs to another version, or we no longer have the "
            "data of its customer. Nothing was recorded. Copy the whole link from the letter, "
            "reply to the letter with the words “{phrase}”, or write to {contact}."
        ),
    ),
    FormMessage.NOT_RECORDED: (
        noop("Your declaration was not recorded"),
        noop(
            "Our records cannot be written at this moment. Nothing was recorded. Please try again "
            "in a few minutes, reply to the letter with the words “{phrase}”, or write to "
            "{contact}."
        ),
    ),
    FormMessage.NOT_SHOWN: (
        noop("Your form cannot be shown at this moment"),
        noop(
            "Our records cannot be read. What you declared before is kept, and your link stays "
            "valid. Please try again in a few minutes, reply to the letter with the words "
            "“{phrase}”, or write to {contact}."
        ),
    ),
    FormMessage.NOT_UNDERSTOOD: (
        noop("The form could not be read"),
        noop("Nothing was recorded. Please go back and try again, or write to {contact}."),
    ),
    FormMessage.TOO_LARGE: (
        noop("That was too much for this form"),
        noop("Nothing was recorded. Please go back and try again, or write to {contact}."),
    ),
    FormMessage.TOO_OFTEN: (
        noop("Too many attempts"),
        noop(
            "A link was asked for too often from your network. Nothing was recorded. Please try "
            "again in an hour, reply to the letter with the words “{phrase}”, or write to "
            "{contact}."
        ),
    ),
    FormMessage.CHANGED_TOO_OFTEN: (
        noop("Too many changes in one day"),
        noop(
            "You opted out and took it back so often today that this was not recorded. What you "
            "declared before it stands. Please come back tomorrow, or write to {contact}."
        ),
    ),
}
"""A heading and a sentence or two, by what happened."""
