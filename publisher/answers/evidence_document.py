"""The evidence about one customer as a document: what a ledger has of them, and what proves it.

`docs/evidence.md` says what stands in it, `docs/evidence.schema.json` in which form.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import zstandard

from publisher.errors import KeptLetterError, NotFoundError
from publisher.letters.splicing import LARGEST_LETTER, Template, letter_of, template_digest
from publisher.record.batch import Batch, heads_text, read_heads
from publisher.record.dossier import Dossier, ProvenEvent
from publisher.record.event import Event, EventKind, microseconds, moment_of
from publisher.record.private import PrivateValue
from publisher.text.strict_json import strict_json

EVIDENCE_FORMAT = "policy-publisher evidence 1"


_SHOWN = ("notice", "opt-out", "release.toml")


def shown_files(names: Iterable[str]) -> list[str]:
    """Those files of a release that evidence has: its letters, its forms and `release.toml`."""
    return [name for name in names if name.startswith(_SHOWN)]


@dataclass(frozen=True)
class SealedFiles:
    """A release as far as evidence has it."""

    policy: str
    number: str
    seal: str
    """SHA-256 of its `SHA256SUMS`, hexadecimal."""
    sums: str
    """Its `SHA256SUMS`."""
    files: Mapping[str, str]
    """Those of `shown_files`, by name."""


@dataclass(frozen=True)
class StatedFile:
    """A statement of the register, as its file is."""

    policy: str
    number: int
    text: str


@dataclass(frozen=True)
class CustomerEvidence:
    """All that is said and proved of one customer."""

    customer: str
    """The organisation's own id."""
    made: dt.datetime
    """When it was gathered, with its offset."""
    dossier: Dossier
    release: str = ""
    """`privacy/2`: letters and mails about other releases are left out; empty: nothing is."""
    record: Sequence[Mapping[str, Any]] = ()
    """What the list of recipients has of the customer."""
    applies: Sequence[Mapping[str, Any]] = ()
    """Which version applies, and why: as `publisher applies --format json` says it."""
    margin_days: int = 0
    """Days that the operator allows a carrier to bring a letter."""
    releases: Sequence[SealedFiles] = ()
    statements: Sequence[StatedFile] = ()
    contents: Mapping[int, bytes] = field(default_factory=dict)
    """Mails and letters as they came and went, by the number of the event."""

    def leaves_out(self, event: Event) -> bool:
        """Whether the letter or mail of an event is about another release than is wanted."""
        about = f"{event.policy}/{event.release}"
        return bool(self.release and event.release and about != self.release)


# ── contents ─────────────────────────────────────────────────────────────────────────────────────


def contents_of(dossier: Dossier) -> dict[int, bytes]:
    """Mails as they came in and letters as they went out, by the number of the event.

    Raises:
        KeptLetterError: what is on record of a letter is not what was stored.
    """
    return {
        one.event.number: content_of(one, dossier.templates)
        for one in dossier.events
        if one.private and one.private.body is not None
    }


def content_of(one: ProvenEvent, templates: Mapping[bytes, bytes]) -> bytes:
    """What belongs to the private value of an event and is large: a mail, or a letter spliced.

    Raises:
        KeptLetterError: it is not what was stored.
    """
    value = one.private
    assert value is not None
    assert value.body is not None
    if one.event.kind == EventKind.RECEIVED:
        return unpacked_mail(value.body)
    digest = str(json.loads(value.text).get("sha256", ""))

    def template(name: bytes) -> Template:
        if name not in templates:
            what = f"the template {name.hex()[:16]} of the letter of event {one.event.number}"
            raise KeptLetterError(f"{what} is gone", remedy="restore the ledger from a copy")
        return Template(templates[name])

    return letter_of(value.body, bytes.fromhex(digest), template)


def unpacked_mail(body: bytes) -> bytes:
    """A mail as it came in.

    Raises:
        KeptLetterError: it does not read.
    """
    try:
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            return reader.read(LARGEST_LETTER)
    except zstandard.ZstdError as error:
        raise KeptLetterError(
            "a mail on record does not read",
            remedy="publisher verify --ledger says what was altered",
        ) from error


# ── written ──────────────────────────────────────────────────────────────────────────────────────


def evidence_json(evidence: CustomerEvidence) -> bytes:
    """The document, which ends with a digest of all else that it says."""
    dossier = evidence.dossier
    used: set[bytes] = set()
    events = []
    for one in dossier.events:
        events.append(_event(one, evidence))
        body = one.private.body if one.private else None
        letter = body is not None and one.event.kind != EventKind.RECEIVED
        if body is not None and letter and not evidence.leaves_out(one.event):
            used.add(template_digest(body))
    value = {
        "format": EVIDENCE_FORMAT,
        "made": evidence.made.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "ledger": dossier.ledger,
        "customer": evidence.customer,
        "numbers": list(dossier.numbers),
        "release": evidence.release,
        "record": list(evidence.record),
        "margin_days": evidence.margin_days,
        "applies": list(evidence.applies),
        "undecided": dossier.undecided,
        "shared_address": dossier.shared,
        "releases": [
            {
                "policy": one.policy,
                "number": one.number,
                "seal": one.seal,
                "sums": one.sums,
                "files": dict(one.files),
            }
            for one in evidence.releases
        ],
        "statements": [
            {"policy": one.policy, "number": one.number, "text": one.text}
            for one in evidence.statements
        ],
        "events": events,
        "templates": {
            name.hex(): _packed(data) for name, data in dossier.templates.items() if name in used
        },
        "batches": [_batch(one) for one in dossier.batches],
    }
    value["digest"] = document_digest(value)
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def document_digest(value: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, of a document without its digest, in canonical JSON."""
    said = {key: each for key, each in value.items() if key != "digest"}
    return hashlib.sha256(_canonical(said).encode("utf-8", "surrogatepass")).hexdigest()


def _event(one: ProvenEvent, evidence: CustomerEvidence) -> dict[str, Any]:
    event, private = one.event, one.private
    said: dict[str, Any] | None = None
    if private:
        said = {"salt": private.salt.hex(), "value": private.text}
        if private.body is not None:
            said["left_out"] = evidence.leaves_out(event)
        if private.body is not None and not evidence.leaves_out(event):
            said["content"] = _packed(evidence.contents[event.number])
            if event.kind != EventKind.RECEIVED:
                said["kept"] = _packed(private.body)
    return {
        "number": event.number,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "kind": event.kind,
        "policy": event.policy,
        "release": event.release,
        "recipient": event.recipient,
        "request": event.request,
        "message": event.message,
        "facts": event.facts,
        "digest": event.digest.hex(),
        "private": said,
        "proof": {
            "chain": one.chain,
            "batch": one.batch,
            "index": one.index,
            "path": [each.hex() for each in one.path],
        },
    }


def _batch(one: Batch) -> dict[str, Any]:
    return {
        "chain": one.chain,
        "number": one.number,
        "at": one.at,
        "count": one.count,
        "root": one.root.hex(),
        "previous": one.previous.hex(),
        "heads": heads_text(one.heads),
        "digest": one.digest().hex(),
    }


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


# ── read ─────────────────────────────────────────────────────────────────────────────────────────


def read_evidence(data: bytes, where: str) -> tuple[CustomerEvidence, Mapping[str, Any]]:
    """A document, and the JSON that it was read from. Whether it holds is another question.

    It says nothing that is not read: what is read, written again, is the same document but for
    spaces and the order of keys. The body of a letter's private value is what was kept of it; a
    mail's is the mail itself; what is left out is empty.

    Args:
        data: its bytes.
        where: its path, for messages.

    Raises:
        NotFoundError: it is no such document.
    """
    try:
        value = strict_json(data)
        if value["format"] != EVIDENCE_FORMAT:
            raise ValueError("another format")
        found = _read(value)
        if strange := _strange(value, json.loads(evidence_json(found))):
            raise ValueError(f"`{strange}` is not as it is written")
        return found, value
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        what = f"is no evidence that this program wrote: it does not read ({error})"
        remedy = "ask for the file again: publisher evidence CUSTOMER -o FILE.json"
        raise NotFoundError(what, where=where, remedy=remedy) from error


def _strange(said: Mapping[str, Any], written: Mapping[str, Any]) -> str:
    """The first key under which a document says something else than is written of what was read of
    it; empty: there is none.
    """
    for key in {**said, **written}:
        texts = [_canonical(each[key]) if key in each else None for each in (said, written)]
        if texts[0] != texts[1] and key != "digest":
            return f"{key:.40}"
    return ""


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _read(value: Mapping[str, Any]) -> CustomerEvidence:
    ledger, contents = _text(value["ledger"]), dict[int, bytes]()
    events = []
    for each in value["events"]:
        one = _read_event(each)
        events.append(one)
        said = each["private"] or {}
        if said.get("left_out", False) is not ("left_out" in said and "content" not in said):
            raise ValueError(f"event {one.event.number} has what it says is left out, or not")
        if "content" in said:
            contents[one.event.number] = _unpacked(said["content"])
    templates = {bytes.fromhex(k): _unpacked(v) for k, v in value["templates"].items()}
    batches = [_read_batch(each, ledger) for each in value["batches"]]
    numbers = [_number(one) for one in value["numbers"]]
    undecided, shared = _number(value["undecided"]), bool(value["shared_address"])
    dossier = Dossier(ledger, numbers, events, batches, templates, undecided, shared)
    releases = [
        SealedFiles(
            _text(r["policy"]),
            _text(r["number"]),
            _text(r["seal"]),
            _text(r["sums"]),
            {_text(name): _text(text) for name, text in r["files"].items()},
        )
        for r in value["releases"]
    ]
    stated = [
        StatedFile(_text(s["policy"]), _number(s["number"]), _text(s["text"]))
        for s in value["statements"]
    ]
    for each in value["applies"]:
        dt.date.fromisoformat(_text(each["on"]))
        _text(each["policy"])
    made = dt.datetime.fromisoformat(value["made"])
    return CustomerEvidence(
        _text(value["customer"]),
        made,
        dossier,
        _text(value["release"]),
        value["record"],
        value["applies"],
        _number(value["margin_days"]),
        releases,
        stated,
        contents,
    )


def _read_event(each: Mapping[str, Any]) -> ProvenEvent:
    at = moment_of(microseconds(dt.datetime.fromisoformat(each["at"])))
    event = Event(
        _number(each["number"]),
        at,
        _text(each["kind"]),
        _text(each["policy"]),
        _text(each["release"]),
        _number_or_none(each["recipient"]),
        _number_or_none(each["request"]),
        _number_or_none(each["message"]),
        _text(each["facts"]),
        bytes.fromhex(each["digest"]),
    )
    said, proof = each["private"], each["proof"]
    private = None
    if said is not None:
        # A letter that is left out has a body all the same, which is not given.
        body = b"" if "left_out" in said else None
        if large := said.get("kept", said.get("content")):
            body = _unpacked(large)
        private = PrivateValue(bytes.fromhex(said["salt"]), _text(said["value"]), body)
    path = [bytes.fromhex(one) for one in proof["path"]]
    chain, batch, index = (_number(proof[name]) for name in ("chain", "batch", "index"))
    return ProvenEvent(event, chain, batch, index, path, private)


def _read_batch(each: Mapping[str, Any], ledger: str) -> Batch:
    chain, number, at, count = (_number(each[k]) for k in ("chain", "number", "at", "count"))
    root, previous = bytes.fromhex(each["root"]), bytes.fromhex(each["previous"])
    batch = Batch(ledger, chain, number, at, count, root, previous, read_heads(each["heads"]))
    if batch.digest().hex() != each["digest"]:
        raise ValueError(f"batch {batch.number} of chain {batch.chain} has another digest")
    return batch


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} is no text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r:.40} is no number")
    return value


def _number_or_none(value: object) -> int | None:
    return None if value is None else _number(value)


def _unpacked(value: object) -> bytes:
    return base64.b64decode(_text(value), validate=True)
