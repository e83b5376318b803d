"""Looking, before a run, whether all is there that letters need."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.name_server import NameServer
from publisher.errors import ConfigurationError, LedgerError, SendError
from publisher.policies.ledger_url import sqlite_path
from publisher.policies.settings import Settings
from publisher.releases.chronology import behind_record
from publisher.releases.releases import Releases
from publisher.smtp.health import Checked, found, lacking, unknown
from publisher.smtp.sender_records import (
    alignment_checked,
    dkim_checked,
    dmarc_checked,
    dmarc_places,
    key_place,
    mailbox_checked,
    spf_checked,
)

_ROOM = 100_000_000
_ROOM_EACH = 2_000
"""Bytes that a ledger needs beside what it has, and for each letter."""


def doctor(workplace: Workplace, selector: str = "", server: str = "") -> list[Checked]:
    """Looks whether the relay, the domains of the senders, the keys, the disk and the clock are as
    letters need them. Nothing is sent, and nothing changed.

    Args:
        workplace: of which project.
        selector: by which the relay signs (DKIM); empty: nobody says.
        server: the address of a name server; empty: the machine's.

    Raises:
        ConfigurationError: `publisher.toml` does not read, or there is no such name server.
    """
    settings, names = workplace.settings, NameServer(server)
    url, clock = workplace.ledger_url, workplace.clock()
    try:
        ledger = workplace.ledger if workplace.has_ledger else None
        letters = ledger.count_recipients() if ledger else 0
        last = ledger.last_moment() if ledger else None
    except LedgerError as error:
        recorded = [lacking("ledger", error.what, error.remedy or "publisher status")]
    else:
        policies = [workplace.archive.releases(one) for one in workplace.policies]
        recorded = [_disk(url, letters), _time(policies, last, clock)]
    return [
        _relay(settings, workplace.spool, lambda: workplace.open_carrier()),
        *_domains(settings, names, selector),
        _keys(lambda: workplace.keys),
        *recorded,
    ]


def _relay(settings: Settings, spool: Path, open_: Callable[[], Carrier]) -> Checked:
    """Whether it takes letters: by a session as `send` begins it, which is ended at once."""
    relay, name = settings.relay, "relay"
    if settings.carrier == "spool":
        what = f"letters become files in {spool}, and nothing is sent"
        return unknown(name, what, 'set mail.carrier = "smtp" once they are to go out')
    ways = {"none": "unencrypted", "starttls": "STARTTLS", "tls": "TLS"}
    trusted = "" if relay.security == "none" else " with a certificate that is trusted"
    try:
        carrier = open_()
        try:
            carrier.reach()
        finally:
            carrier.close()
    except (SendError, ConfigurationError) as error:
        remedy = error.remedy or "see mail.smtp in publisher.toml, and PUBLISHER_SMTP_PASSWORD"
        return lacking(name, error.what, remedy)
    user = f", and takes the password of {relay.user}" if relay.user else ""
    how = f"{ways.get(relay.security, relay.security)}{trusted}"
    return found(name, f"{relay.host}:{relay.port} answers, {how}{user}")


def _domains(settings: Settings, names: NameServer, selector: str) -> Iterator[Checked]:
    """What the name service says of the senders, and of where answers go."""
    organisation = settings.organisation
    envelope = (organisation.bounces or organisation.sender).rpartition("@")[2]
    sender = organisation.sender.rpartition("@")[2]
    yield spf_checked(envelope, names.texts(envelope))
    key = names.texts(key_place(selector, sender)) if selector else None
    yield dkim_checked(selector, sender, key)
    policies = None
    for place in dmarc_places(sender):
        policies = names.texts(place)
        if policies is None or policies:
            break
    yield dmarc_checked(sender, policies)
    yield alignment_checked(sender, envelope)
    places = {"mail.opt_out": organisation.reply, "mail.bounces": organisation.bounces}
    for name, address in places.items():
        if address:
            yield mailbox_checked(name, address, names.receives(address.rpartition("@")[2]))
    if not organisation.bounces:
        what = "letters that come back go to From, where nobody reads what became of them"
        yield lacking("mail.bounces", what, "name an address for them in publisher.toml")


def _keys(keys: Callable[[], Sequence[bytes]]) -> Checked:
    name = "keys"
    try:
        count = len(keys())
    except ConfigurationError as error:
        new = "export PUBLISHER_TOKEN_KEY=$(openssl rand -hex 32), and keep that value"
        return lacking(name, error.what, f"{new}; if letters went out before, use theirs")
    more = f", and {count - 1} that signed before" if count > 1 else ""
    return found(name, f"there is a key for personal links{more}")


def _disk(url: str, letters: int) -> Checked:
    """Whether the disk of a ledger has room for so many letters."""
    name, path = "disk", sqlite_path(url)
    if not path:
        return unknown(name, "the ledger is a server's", "look at the disk of that machine")
    folder = next(one for one in Path(path).absolute().parents if one.is_dir())
    free, needed = shutil.disk_usage(folder).free, _ROOM + letters * _ROOM_EACH
    what = f"{free // 1_000_000:,} MB free for the ledger, {needed // 1_000_000:,} MB wanted"
    if free < needed:
        return lacking(name, what, f"make room at {folder}")
    return found(name, f"{what} for a letter to each of {letters:,}")


def _time(policies: Sequence[Releases], last: dt.datetime | None, now: dt.datetime) -> Checked:
    """Whether anything on record speaks against the clock; a relay says no time (RFC 5321)."""
    name = "clock"
    for releases in policies:
        if releases and (wrong := behind_record(releases, last, now)):
            return lacking(name, wrong, "set the clock: timedatectl set-ntp true")
    said = f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    what = f"{said}, not before anything on record; a relay does not say its time"
    return unknown(name, what, "compare it: timedatectl")
