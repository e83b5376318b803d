"""The `publisher.toml` of a new repository."""

from __future__ import annotations

import tomlkit

from publisher.founding.order import FoundingOrder

SETTINGS_SCHEMA = ".schemas/publisher.schema.json"

_TEXT = """\
#:schema {schema}
# The organisation that publishes. Secrets stand in the environment, never here:
# PUBLISHER_TOKEN_KEY (personal links) and PUBLISHER_SMTP_PASSWORD (the relay).

[organisation]
name = {name}
address = {address}
site = {site}
time_zone = {zone}

[mail]
from = {sender}
opt_out = {reply}
# bounces = "bounces@…"           # takes what comes back, and is read like the mailbox above
carrier = "spool"                 # "smtp" hands letters to the relay below

[mail.smtp]
host = "localhost"
port = 587
security = "starttls"             # or "tls", or "none"
"""
_REQUESTS = """\
# Mailboxes for what customers ask for; each has a page on the site, and they are told apart by
# where mail goes, so each is its own.
"""
_NO_REQUESTS = f"""
{_REQUESTS}\
# [requests]
# mailings = "remove@…"            # leaving and joining them
# personal_data = "data@…"         # correcting, asking for, erasing them, objecting
# questions = "info@…"
"""


def settings_toml(order: FoundingOrder) -> bytes:
    """What `publisher.toml` says in the beginning."""
    values = {
        "name": order.name,
        "site": order.site,
        "zone": order.time_zone,
        "sender": order.sender,
        "reply": order.reply,
    }
    quoted = {key: tomlkit.item(value).as_string() for key, value in values.items()}
    lines = [tomlkit.item(line).as_string()[1:-1] for line in order.address.splitlines()]
    address = '"""\n' + "\n".join(lines) + '"""'
    text = _TEXT.format(schema=SETTINGS_SCHEMA, address=address, **quoted)
    return (text + _requests(order)).encode()


def _requests(order: FoundingOrder) -> str:
    """Where requests go, or how that is said later."""
    if not order.mailboxes:
        return _NO_REQUESTS
    lines = (f"{key} = {tomlkit.item(each).as_string()}\n" for key, each in order.mailboxes.items())
    return f"\n{_REQUESTS}[requests]\n{''.join(lines)}"
