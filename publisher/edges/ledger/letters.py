"""Letters in the ledger as they went out: templates, and what each letter differs in from one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Connection, insert, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.schema import DELIVERIES, EVENTS, PRIVATE, SELDOM, TEMPLATES
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import KeptLetterError, NoLetterError
from publisher.letters.shards import Shard
from publisher.letters.splicing import Template, letter_of
from publisher.record.event import EventKind, Happening
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.remedies import shell_word


class LetterTable(LedgerPart):
    """Keeps letters, and gives them back to the byte."""

    def begin(
        self,
        policy: str,
        number: Number,
        now: dt.datetime,
        sample: bytes,
        count: int,
        *,
        means: str = "",
    ) -> Template:
        """Records that a run begins to send the notice of a release, and which template its letters
        are kept against: that of an earlier run as long as a new one would take more room.

        Args:
            policy, number: which release.
            now: the time.
            sample: the letter to the sample customer, as this run composes it.
            count: how many letters the run has to send.
            means: who carries them, where that is not the carrier of `send`: `mail merge`.
        """

        def begin(tx: Transaction) -> Template:
            new = Template(sample)
            template = _last_template(tx.db, policy, str(number)) or new
            more = len(template.keep(sample).body) - len(new.keep(sample).body)
            if more * count > len(new.body):
                template = new
            _store(tx, template)
            facts = {"template": template.digest.hex()} | ({"means": means} if means else {})
            tx.record(Happening(EventKind.BEGUN, now, policy, str(number), facts=facts))
            return template

        return self._write(begin)

    def begin_shards(
        self, release: Release, now: dt.datetime, sample: bytes, shards: Sequence[Shard]
    ) -> None:
        """Records that a run begins, and has its shards wait for workers, in one transaction.

        Args:
            release: whose notice is sent.
            now: the time.
            sample: the letter to the sample customer, as it is composed here.
            shards: which recipients each worker takes.

        Raises:
            LedgerError: shards cannot wait in this ledger; nothing was recorded.
        """
        queue = self._database.shard_queue()

        def begin(tx: Transaction) -> None:
            policy, number = release.policy.id, str(release.number)
            template = _last_template(tx.db, policy, number) or Template(sample)
            _store(tx, template)
            facts = {"template": template.digest.hex()}
            tx.record(Happening(EventKind.BEGUN, now, policy, number, facts=facts))
            queue.put(tx.db, shards)

        self._write(begin)

    def begun_template(self, policy: str, number: Number) -> Template | None:
        """What the letters of the last run are kept against; None: there is none that reads."""
        with self._reading() as db:
            return _last_template(db, policy, str(number))

    def store_template(self, sample: bytes) -> Template:
        """Stores the letter to the sample customer, if it is not there yet."""
        template = Template(sample)
        with self._reading() as db:
            known = _is_stored(db, template)
        if not known:
            self._write(lambda tx: _store(tx, template))
        return template

    def sent_letter(self, policy: str, number: Number, recipient: int, customer: str) -> bytes:
        """The notice of a release as it was handed to the carrier last.

        Args:
            policy, number: which release.
            recipient, customer: the recipient's number, and the customer's id for messages.

        Raises:
            NoLetterError: none was handed over or kept, or it was erased.
            KeptLetterError: what is on record is not what was stored.
        """
        same = (
            (DELIVERIES.c.policy == policy)
            & (DELIVERIES.c.release == str(number))
            & (DELIVERIES.c.recipient == recipient)
        )
        joined = DELIVERIES.outerjoin(PRIVATE, PRIVATE.c.event == DELIVERIES.c.told)
        found = select(DELIVERIES.c.told, PRIVATE.c.value, PRIVATE.c.body).select_from(joined)
        with self._reading() as db:
            row = db.execute(found.where(same)).one_or_none()
            which = f"the letter about version {number} to `{customer}`"
            composed = f"publisher notice {number} --as {shell_word(customer)}"
            today = f"{composed}  # as it is composed today"
            if row is None or row.told is None:
                what = f"{which} is not on record: it was not handed to a carrier from here"
                raise NoLetterError(what, remedy=today)
            if row.value is None:
                raise NoLetterError(f"{which} was erased")
            if row.body is None:
                what = f"{which} was not kept: version 0.1.0 of this program sent it"
                raise NoLetterError(what, remedy=today)
            digest = bytes.fromhex(json.loads(row.value)["sha256"])
            return letter_of(bytes(row.body), digest, lambda one: stored_template(db, one))


def _store(tx: Transaction, template: Template) -> None:
    if not _is_stored(tx.db, template):
        row = {"digest": template.digest, "body": template.body}
        tx.db.execute(insert(TEMPLATES).values(row))


def _is_stored(db: Connection, template: Template) -> bool:
    same = select(TEMPLATES.c.digest).where(TEMPLATES.c.digest == template.digest)
    return db.execute(same).first() is not None


def _last_template(db: Connection, policy: str, release: str) -> Template | None:
    """The template of the last run that sent the notice of a release; None: none that reads."""
    begun = SELDOM & (EVENTS.c.kind == EventKind.BEGUN) & (EVENTS.c.policy == policy)
    found = select(EVENTS.c.facts).where(begun & (EVENTS.c.release == release))
    facts = db.execute(found.order_by(EVENTS.c.id.desc()).limit(1)).scalar()
    digest = json.loads(facts).get("template", "") if facts else ""
    if not digest:
        return None
    with suppress(KeptLetterError):  # `verify --ledger` tells of it; letters go out all the same
        return stored_template(db, bytes.fromhex(digest))
    return None


def stored_template(db: Connection, digest: bytes) -> Template:
    """A template that is on record.

    Raises:
        KeptLetterError: it is gone, or not the one that was stored.
    """
    body = db.execute(select(TEMPLATES.c.body).where(TEMPLATES.c.digest == digest)).scalar()
    if body is None:
        what = f"the template {digest.hex()[:16]} of letters on record is gone"
        raise KeptLetterError(what, remedy="restore the ledger from a copy")
    return Template.stored(bytes(body), digest)
