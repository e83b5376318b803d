"""Whether the words of a mail are, as a whole, one declaration beyond doubt.

An opt-out is never invented, nor is its withdrawal: what we sent is taken away first (`quotation`),
and what is left declares only if all of it is a greeting, declarations of one kind, a closing, the
customer's name and the lines of a signature, each from a closed set of phrases (`phrases`). One
word more, or two kinds in one mail, and it waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import regex

from publisher.answers.grammar import MOST_CHARACTERS, USUAL, Grammar, Stage
from publisher.answers.mentions import About, Mentions
from publisher.answers.phrases import Phrases, read_phrases
from publisher.answers.quotation import without_quotation
from publisher.mail.original import Original, Sent
from publisher.mail.spelling import DASH, LINE, QUOTE, fold, items
from publisher.people.requests import RequestKind

__all__ = [
    "About",
    "Phrases",
    "Reading",
    "Sent",
    "beside_form",
    "read_phrases",
    "reading",
]

_SHOWN = 8
"""Words that a person is shown of those that were not understood."""
MOST_AROUND = 20_000
"""Characters of a mail beyond three times the letter: what quotations of it may need."""


ABOUT_A_RELEASE = {
    RequestKind.OPT_OUT: "declarations",
    RequestKind.WITHDRAW: "withdrawals",
    RequestKind.ACCEPT: "acceptances",
    RequestKind.END: "endings",
}
"""What an answer to a letter may declare or ask for, by the list of its phrases."""
ABOUT_MAILINGS = {RequestKind.LEAVE: "leavings", RequestKind.JOIN: "joinings"}
"""The same of a mail to the address for mailings."""
_ABOUT_PERSONAL_DATA = {
    RequestKind.CORRECT: "corrections",
    RequestKind.ACCESS: "accesses",
    RequestKind.ERASE: "erasures",
    RequestKind.OBJECT: "objections",
}
"""What a mail is likely to ask for about personal data; a person decides whether it does."""
_QUESTION_MARKS = str.maketrans({"?": ".", "؟": ".", "¿": " "})
_NOTHING_SENT = Sent("", "", "", ())
_PLAIN = frozenset(".!,;:") | {DASH, LINE, QUOTE}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail was found to say."""

    kind: RequestKind | None
    """What it declares or asks for, beyond doubt; None: a person has to read it."""
    own: str
    """What its writer wrote, as far as that can be told: the text without what we sent."""
    unread: str = ""
    """The first words that were not understood, where some were not."""

    @property
    def declares(self) -> bool:
        """Whether it is an opt-out, beyond doubt."""
        return self.kind is RequestKind.OPT_OUT


def reading(
    subject: str, texts: Sequence[str], sent: Sent, about: About, phrases: Phrases
) -> Reading:
    """Reads a mail that was sent to a personal reply address.

    Args:
        subject: its subject; that of a reply to our letter says nothing, for it is ours.
        texts: what it says, once for each way in which it says it (plain text, HTML as text).
        sent: the letter that it answers.
        about: what it may name.
        phrases: the closed sets.
    """
    mail = _Mail(sent, about, phrases)
    bodies = [mail.own(text) for text in texts]
    own = bodies[0][0] if bodies else ""
    for kind, declaring in ABOUT_A_RELEASE.items():
        if mail.declaring(declaring).declares_all(subject, bodies):
            return Reading(kind, own)
    return Reading(None, own, mail.declaring().unread(own))


def reading_for_mailings(
    subject: str, texts: Sequence[str], about: About, phrases: Phrases
) -> RequestKind | None:
    """What a mail to the address for mailings asks for beyond doubt; None: a person reads it.

    An empty one leaves them, as mail programs send it for their users (RFC 2369 §2).

    Args:
        subject, texts: what it says, as for `reading`.
        about: what it may name.
        phrases: the closed sets.
    """
    mail = _Mail(_NOTHING_SENT, about, phrases)
    bodies = [mail.own(text) for text in texts if text.strip()]
    if not bodies and not subject.strip():
        return RequestKind.LEAVE
    for kind, declaring in ABOUT_MAILINGS.items():
        if mail.declaring(declaring).declares_all(subject, bodies):
            return kind
    return None


def likely_request(
    subject: str, texts: Sequence[str], about: About, phrases: Phrases
) -> RequestKind | None:
    """What a mail is likely to ask for about personal data; None: nobody can tell.

    It only sorts what a person reads, so a question counts as what it asks for.

    Args:
        subject, texts: what it says, as for `reading`.
        about: what it may name.
        phrases: the closed sets.
    """
    mail = _Mail(_NOTHING_SENT, about, phrases)
    said = [text.translate(_QUESTION_MARKS) for text in texts if text.strip()]
    bodies, head = [mail.own(text) for text in said], subject.translate(_QUESTION_MARKS)
    for kind, declaring in _ABOUT_PERSONAL_DATA.items():
        asking = mail.declaring(declaring)
        # The words of a mail say more than its subject, which may be about anything.
        if asking.declares_all(head, bodies) or (bodies and asking.declares_all("", bodies)):
            return kind
    return None


def beside_form(
    subject: str, texts: Sequence[str], sent: Sent, about: About, phrases: Phrases
) -> bool:
    """Whether what is written beside a filled-in form leaves it beyond doubt.

    Everything that is said has to be a declaration, or that a form is attached, or nothing.

    Args:
        subject, texts, sent, about, phrases: as for `reading`.
    """
    mail = _Mail(sent, about, phrases, enclosing=True)
    bodies = [mail.own(text) for text in texts]
    agreed = all(clean and mail.agrees(text) for text, clean in bodies)
    return agreed and mail.subject(subject) is not _Subject.DOUBTFUL


class _Subject(IntEnum):
    """What a subject says."""

    NOTHING = 0
    DECLARES = 1
    DOUBTFUL = 2


class _Mail:
    """The reading of one mail."""

    def __init__(
        self, sent: Sent, about: About, phrases: Phrases, *, enclosing: bool = False
    ) -> None:
        people = (about.name, about.address, about.customer)
        self._original = Original(sent, people)
        self._longest = 3 * len(sent.text) + MOST_AROUND
        self._mentions = Mentions(about, phrases)
        self._grammar = Grammar(self._mentions, phrases)
        self._phrases = phrases
        self._lists = (*USUAL, "enclosures") if enclosing else USUAL

    def declaring(self, declaring: str = "declarations") -> _Mail:
        """The reading by which the phrases of a list declare."""
        self._grammar = Grammar(self._mentions, self._phrases, declaring)
        return self

    def declares_all(self, subject: str, bodies: Sequence[tuple[str, bool]]) -> bool:
        """Whether the subject and every text leave no doubt that they declare.

        Args:
            subject: of the mail.
            bodies: what is left of each text, and whether that leaves no doubt.
        """
        said = self.subject(subject)
        if said is _Subject.DOUBTFUL or not (bodies or said is _Subject.DECLARES):
            return False
        return all(clean and self.declares(text, said) for text, clean in bodies)

    def unread(self, text: str) -> str:
        """The first words of a text that are not understood as an opt-out."""
        self._grammar.stages(text)
        return " ".join(items(text)[self._grammar.reached :][:_SHOWN]).strip()

    def own(self, text: str) -> tuple[str, bool]:
        """What is left of a text without what we sent, and whether that leaves no doubt."""
        if len(text) > self._longest:
            return text[: self._longest], False
        left = without_quotation(text, self._original, self._phrases, self._is_signature)
        return left.text, left.clean

    def declares(self, text: str, subject: _Subject) -> bool:
        """Whether a text declares, or leaves to a subject that does what it says."""
        if subject is _Subject.DECLARES and self._grammar.stages(text, Stage.QUOTED, self._lists):
            return True
        return bool(self._grammar.stages(text) - {Stage.OPENING})

    def agrees(self, text: str) -> bool:
        """Whether a text says nothing but a declaration or that something is attached."""
        begins = (Stage.OPENING, Stage.DECLARED)
        return any(self._grammar.stages(text, begin, self._lists) for begin in begins)

    def subject(self, text: str) -> _Subject:
        """What a subject says."""
        rest = self._without_prefixes(text[:MOST_CHARACTERS])
        if len(text) > MOST_CHARACTERS:
            return _Subject.DOUBTFUL
        if not rest.strip() or _said(rest) == _said(self._original.sent.subject):
            return _Subject.NOTHING
        lists = (*self._lists, "topics")
        stages = self._grammar.stages(rest, lists=lists)
        if stages - {Stage.OPENING} and rest == fold(text):
            return _Subject.DECLARES
        known = stages or self._grammar.stages(rest, Stage.DECLARED, lists)
        return _Subject.NOTHING if known else _Subject.DOUBTFUL

    def _without_prefixes(self, subject: str) -> str:
        """A subject without `Re:` and the like."""
        prefixes = sorted({fold(text) for text in self._phrases.texts("prefixes")}, reverse=True)
        known = "|".join(regex.escape(text).replace(":", r"\s?:") for text in prefixes)
        found = regex.match(rf"(?:\s*(?:{known}))*", fold(subject)) if known else None
        return fold(subject)[found.end() :] if found else subject

    def _is_signature(self, text: str) -> bool:
        return bool(self._grammar.stages(text, Stage.SIGNED))


def _said(subject: str) -> list[str]:
    """The words of a subject, and its signs beyond plain punctuation."""
    return [item for item in items(subject) if item not in _PLAIN]
