"""What the pages of an evidence file say of each kind of event, and how they explain themselves."""

from __future__ import annotations

from collections.abc import Mapping

from publisher.people.requests import RequestKind
from publisher.record.event import EventKind

EVENT_WORDS: Mapping[str, str] = {
    EventKind.LISTED: "put on the list of recipients",
    EventKind.CHANGED: "what is known of the recipient was changed",
    EventKind.REMOVED: "taken off the list of recipients",
    EventKind.ERASED: "what was personal was erased",
    EventKind.PRUNED: "what was personal about a release was deleted, its time being over",
    EventKind.BEGUN: "a run began to send letters about the release",
    EventKind.TOLD: "a letter was handed over",
    EventKind.TAKEN: "the carrier accepted it",
    EventKind.REFUSED: "the carrier refused it",
    EventKind.PUT_OFF: "the carrier did not take it, and may later",
    EventKind.DOUBTED: "the connection was lost; whether the carrier took it is not known",
    EventKind.BOUNCED: "it came back",
    EventKind.RESOLVED: "a person found out what became of it",
    EventKind.DECLARED: "the customer declared",
    EventKind.ASKED: "somebody asked for a link, or wrote",
    EventKind.REQUESTED: "the customer asked for something",
    EventKind.CONFIRMED: "confirmed from the address on record",
    EventKind.HANDLED: "a person saw to it",
    EventKind.PASSED_ON: "it was looked up whose address that is",
    EventKind.RECEIVED: "a mail came in",
    EventKind.FILED: "the program read it",
    EventKind.DECIDED: "a person decided what it means",
    EventKind.RESTORED: "the ledger was put back from a copy",
    EventKind.REMINDED: "a reminder of the last day to opt out",
    EventKind.STATED: "it was counted what is to be stated of a notice",
    EventKind.ADOPTED: "a release that was sent with another ledger goes on with this one",
    EventKind.MIGRATED: "the ledger was brought over from an older schema",
}
"""Of a kind of a later program, its name is said."""

LETTER_OUTCOMES = frozenset(
    {
        EventKind.TAKEN,
        EventKind.REFUSED,
        EventKind.PUT_OFF,
        EventKind.DOUBTED,
        EventKind.BOUNCED,
        EventKind.RESOLVED,
    }
)
"""What may become of a letter."""

REQUEST_EVENTS = frozenset({EventKind.DECLARED, EventKind.ASKED, EventKind.REQUESTED})
"""With these a request begins."""

REQUEST_WORDS: Mapping[str, str] = {
    RequestKind.OPT_OUT: "opted out",
    RequestKind.WITHDRAW: "took an opt-out back",
    RequestKind.ACCEPT: "agreed",
    RequestKind.ASK: "asked for a personal link",
    RequestKind.LEAVE: "left the mailings",
    RequestKind.JOIN: "joined the mailings",
    RequestKind.WRITE: "wrote what a person has to read",
    RequestKind.END: "ended the contract",
    RequestKind.QUESTION: "asked a question",
    RequestKind.CORRECT: "asked that personal data be corrected",
    RequestKind.ACCESS: "asked which personal data are held",
    RequestKind.ERASE: "asked that personal data be erased",
    RequestKind.OBJECT: "objected to the use of personal data",
}
"""What a customer did."""

LABELS: Mapping[str, str] = {
    "id": "Number in the ledger",
    "address": "Address",
    "joined": "Customer since",
    "channel": "By",
    "text": "In these words",
    "words": "In these words",
    "reply": "The carrier said",
    "message_id": "Message-ID",
    "sha256": "SHA-256",
    "due": "To be answered by",
    "seal": "Seal of the release",
    "timing": "Came",
    "message": "In message",
}
"""What facts are called; others as the ledger calls them."""
UNSAID = frozenset({"owed", "requests", "repeats", "kind", "salt"})
"""Facts that say nothing to a reader of pages, or are said otherwise."""

PROOF = (
    "Whatever happens is recorded as an event in a ledger, which is only added to. Each event has "
    "a salted SHA-256 of what is personal about it. The events that were recorded together are a "
    "batch, whose root (a Merkle tree, RFC 9162) vouches for each of them; each batch has the "
    "SHA-256 of the one before it. To alter an event afterwards would alter every batch behind it.",
    "The heads of these chains stand in letters that customers received, in the public register, "
    "and in the files of whoever kept them. Any of these tells whether the ledger was altered.",
    "A letter has the seal of its release, the SHA-256 of the release's checksums; the text that "
    "the customer was told of can be held to it. A letter was kept as it went out, to the byte.",
    "What cannot be told from this document: whether an event was left out, and whether it was "
    "made on the day that it says. Whoever has the ledger can tell.",
)
"""A paragraph each."""

CHECKING = (
    "These pages were made of the file evidence.json, which is attached to this PDF; they say "
    "nothing that does not follow from it.",
    "With Policy Publisher, in a clone of the repository of the policies or anywhere else: "
    "publisher verify --evidence FILE.pdf. It takes evidence.json out, holds each event, letter "
    "and mail to what proves it, makes these pages again, and compares them to the byte. If they "
    "were altered, it says so. With --known-heads FILE it also holds the ledger to heads that "
    "somebody else has kept.",
    "Without it: the attached file is JSON; docs/evidence.md and docs/evidence.schema.json of "
    "Policy Publisher say what stands in it, so that another program can check the digests.",
)
"""A paragraph each."""
