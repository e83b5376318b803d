"""Whether each private value is the one whose digest its event has, and each letter comes back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import zstandard
from sqlalchemy import Connection, case, func, select

from publisher.edges.ledger.auditing.faults import Faults
from publisher.edges.ledger.auditing.replay import streamed
from publisher.edges.ledger.erasure.erasures import Erasures
from publisher.edges.ledger.schema import EVENTS, PRIVATE, TEMPLATES
from publisher.errors import KeptLetterError
from publisher.letters.splicing import Template, letter_of
from publisher.record.event import EventKind
from publisher.record.private import PrivateValue

_SMALL = 1 << 16
"""Bytes of a body that is read together with others."""
_CHUNK = 1 << 20
_MOST_TEMPLATES = 4
"""That are held in memory."""
_BODY = PRIVATE.c.body
VALUE_COLUMNS = (
    PRIVATE.c.event.label("kept"),
    PRIVATE.c.salt,
    PRIVATE.c.value,
    case((func.length(_BODY) <= _SMALL, _BODY)).label("body"),
    func.length(_BODY).label("size"),
)
"""What is read of a private value beside its event."""


class ValueAudit:
    """Holds private values to the digests in their events."""

    def __init__(self, db: Connection, faults: Faults) -> None:
        """Reads what was erased.

        Args:
            db: a transaction.
            faults: what is found is added to it.
        """
        self._db, self._faults = db, faults
        self._erasures = Erasures(db)
        self._templates: dict[bytes, Template] = {}

    def look(self, row: Any) -> None:
        """Looks at the private value of one event.

        Args:
            row: of the event, with `VALUE_COLUMNS`.
        """
        if row.kept is None:
            if row.digest and not self._erasures.cover(row):
                what = f"the value of event {row.id} is gone and no erasure says so"
                self._faults.add("private", row.id, what)
            return
        try:
            value = PrivateValue(bytes(row.salt), row.value)
            whole = value.digest() == row.digest
            said = json.loads(row.value) if whole else {}
        except (ValueError, TypeError, AttributeError):
            whole, said = False, {}
        if not row.digest:
            self._faults.add("private", row.id, "is there, and its event has none")
        elif not whole:
            self._faults.add("private", row.id, "was altered: its event has another digest of it")
        elif why := self._fault_of_body(row, said.get("sha256", "")):
            self._faults.add("private", row.id, why)

    def strays(self) -> None:
        """Looks for values that belong to no event."""
        joined = PRIVATE.outerjoin(EVENTS, EVENTS.c.id == PRIVATE.c.event)
        found = select(PRIVATE.c.event).select_from(joined).where(EVENTS.c.id.is_(None))
        for row in streamed(self._db, found):
            self._faults.add("private", row.event, "belongs to no event")

    def templates(self) -> None:
        """Looks at every template of letters."""
        for digest in self._db.execute(select(TEMPLATES.c.digest)).scalars().all():
            if not isinstance(digest, bytes):
                self._faults.add("template", str(digest)[:16], "does not read")
                continue
            try:
                self._template(digest)
            except KeptLetterError as error:
                self._faults.add("template", digest.hex()[:16], error.what)
            except TypeError:
                self._faults.add("template", digest.hex()[:16], "does not read")

    def _fault_of_body(self, row: Any, digest: str) -> str:
        """What is wrong with what belongs to a value and is large; empty: nothing."""
        if row.size is None:
            return "its body is gone" if digest else ""
        if not digest:
            return "has a body that its event knows nothing of"
        body = row.body
        if body is None:
            found = select(_BODY).where(PRIVATE.c.event == row.id)
            body = self._db.execute(found).scalar_one()
        try:
            if row.kind == EventKind.RECEIVED:
                return "" if _digest_of(bytes(body)) == digest else "its body was altered"
            letter_of(bytes(body), bytes.fromhex(digest), self._template)
        except KeptLetterError as error:
            return error.what
        except (zstandard.ZstdError, ValueError, TypeError):
            return "its body does not read"
        return ""

    def _template(self, digest: bytes) -> Template:
        if digest not in self._templates:
            if len(self._templates) == _MOST_TEMPLATES:
                self._templates.pop(next(iter(self._templates)))
            found = select(TEMPLATES.c.body).where(TEMPLATES.c.digest == digest)
            body = self._db.execute(found).scalar()
            if body is None:
                raise KeptLetterError(f"its template {digest.hex()[:16]} is gone")
            self._templates[digest] = Template.stored(bytes(body), digest)
        return self._templates[digest]


def _digest_of(compressed: bytes) -> str:
    digest = hashlib.sha256()
    with zstandard.ZstdDecompressor().stream_reader(compressed) as reader:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
