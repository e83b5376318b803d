"""The settings in `publisher.toml`: the organisation, its mail, its ledger, its receiver."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from publisher.policies.organisation import Organisation
from publisher.policies.toml import Table, parse_toml


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The SMTP server that takes our mail (RFC 5321)."""

    host: str
    port: int
    security: str
    """`starttls`, `tls` or `none`."""
    user: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What `publisher.toml` says."""

    organisation: Organisation
    carrier: str
    """`spool` or `smtp`."""
    spool: str
    """Folder of the spool, relative to the project."""
    relay: RelaySettings
    ledger: str
    """SQLAlchemy URL; empty: a SQLite file in the project's private folder."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For the receiver reads."""


def read_settings(data: bytes, name: str = "publisher.toml") -> Settings:
    """The settings in a `publisher.toml`.

    Args:
        data: the file's bytes.
        name: its path, for messages.

    Raises:
        ConfigurationError: not TOML, or a key is missing, unknown or of the wrong kind.
    """
    root = Table(parse_toml(data, name), name)
    organisation, mail = root.table("organisation"), root.table("mail")
    ledger, receiver = root.table("ledger"), root.table("receiver")
    smtp = mail.table("smtp")
    site = organisation.text("site")
    # Characters that no address has (RFC 3986 §2), or that would end the attribute around it.
    if not re.fullmatch(r"https?://[^\s?#\"'<>\\^`{|}]+", site):
        raise organisation.error("site", f"is not an address: {site}", "write https://…/")
    relay = _relay(smtp)
    carrier = mail.text("carrier", "spool")
    if carrier not in ("spool", "smtp"):
        raise mail.error("carrier", f"is {carrier!r}", "use spool or smtp")
    settings = Settings(
        organisation=Organisation(
            name=organisation.text("name"),
            address=organisation.text("address"),
            site=site.rstrip("/") + "/",
            sender=_mail_address(mail, "from"),
            reply=_mail_address(mail, "opt_out"),
        ),
        carrier=carrier,
        spool=mail.text("spool", ".publisher/spool"),
        relay=relay,
        ledger=ledger.text("url", ""),
        trusted_proxies=_networks(receiver, "trusted_proxies"),
    )
    for table in (smtp, mail, organisation, ledger, receiver, root):
        table.done()
    return settings


def _relay(smtp: Table) -> RelaySettings:
    security = smtp.text("security", "starttls")
    if security not in ("starttls", "tls", "none"):
        raise smtp.error("security", f"is {security!r}", "use starttls, tls or none")
    return RelaySettings(
        host=smtp.text("host", "localhost"),
        port=smtp.whole("port", 587),
        security=security,
        user=smtp.text("user", ""),
    )


def _mail_address(table: Table, key: str) -> str:
    value = table.text(key)
    # A letter's own reply address puts "+" and at most 52 octets behind the local part, which may
    # have 64 in all (RFC 5321 §4.5.3.1.1).
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,12}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", value):
        raise table.error(
            key,
            f"is not an address we can use: {value}",
            "use 1 to 12 letters, digits, dots or hyphens before the @",
        )
    return value


def _networks(table: Table, key: str) -> tuple[str, ...]:
    names = table.texts(key, ())
    for name in names:
        try:
            network = ipaddress.ip_network(name)
        except ValueError:
            raise table.error(
                key,
                f"has {name!r}, which is no address and no network",
                'write "192.0.2.1", "192.0.2.0/24" or "2001:db8::/32", without bits after the mask',
            ) from None
        if not network.prefixlen:
            raise table.error(
                key, f"has {name!r}, which is everybody", "name the proxies, or their network"
            )
    return names
