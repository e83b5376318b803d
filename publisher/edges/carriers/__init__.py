"""Carriers: an SMTP relay, or a folder of files.

What matters here is the stage at which something fails. Until the line with the single dot is
written, the relay may not deliver the letter (RFC 5321 §4.1.1.4), so a failure is harmless; after
it, and before the relay's reply, nobody can know (RFC 1047). So a letter is marked in the ledger
just before that line, and a marked one is never sent again by itself.
"""

from __future__ import annotations

from pathlib import Path

from publisher.edges.carriers.carrier import Carrier
from publisher.edges.carriers.smtp import Relay
from publisher.edges.carriers.spool import Spool
from publisher.policies.settings import Settings


def open_carrier(settings: Settings, folder: Path, password: str) -> Carrier:
    """Opens the carrier that the settings name.

    Args:
        settings: which carrier, and which relay.
        folder: where the spool writes letters.
        password: of the relay's user; empty: none.

    Raises:
        ConfigurationError: the password would cross the network unencrypted.
    """
    if settings.carrier == "spool":
        return Spool(folder)
    return Relay(settings.relay, password)
