"""The settings in `publisher.toml`: the organisation, its mail, its ledger, its receiver."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from publisher.policies.addresses import unusable_host, unusable_mail_address, unusable_site
from publisher.policies.keeping import KEEPING_REMEDY, Keeping, read_keeping
from publisher.policies.ledger_url import passwords_in
from publisher.policies.organisation import Organisation
from publisher.policies.toml import Table, parse_toml

_SAMPLE_URL = "postgresql://user:password@host/name"


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The SMTP server that takes our mail (RFC 5321)."""

    host: str
    port: int
    security: str
    """`starttls`, `tls` or `none`."""
    user: str

    @property
    def exposed(self) -> bool:
        """Whether the user's password would cross the network in the open."""
        local = self.host in ("localhost", "127.0.0.1", "::1")
        return bool(self.user) and self.security == "none" and not local


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
    keep: Keeping | None = None
    """How long what is personal is kept; None: until somebody erases it."""


def read_settings(data: bytes, name: str = "publisher.toml") -> Settings:
    """The settings in a `publisher.toml`.

    Args:
        data: the file's bytes.
        name: its path, for messages.

    Raises:
        ConfigurationError: not TOML, or a key is missing, unknown or of the wrong kind.
    """
    root = Table(parse_toml(data, name), name, data=data)
    organisation, mail = root.table("organisation"), root.table("mail")
    ledger, receiver = root.table("ledger"), root.table("receiver")
    smtp = mail.table("smtp")
    carrier = mail.text("carrier", "spool")
    if carrier not in ("spool", "smtp"):
        raise mail.error("carrier", f"is {carrier!r}", "use spool or smtp")
    settings = Settings(
        organisation=Organisation(
            name=_words(organisation, "name", "say what the organisation is called"),
            address=_words(organisation, "address", "say where letters on paper reach it"),
            site=_usable(organisation, "site", unusable_site).rstrip("/") + "/",
            sender=_usable(mail, "from", unusable_mail_address),
            reply=_usable(mail, "opt_out", unusable_mail_address),
        ),
        carrier=carrier,
        spool=_words(mail, "spool", "name a folder", ".publisher/spool"),
        relay=_relay(smtp),
        ledger=_ledger(ledger),
        trusted_proxies=_networks(receiver, "trusted_proxies"),
        keep=_keeping(ledger),
    )
    for table in (smtp, mail, organisation, ledger, receiver, root):
        table.done()
    return settings


def _ledger(table: Table) -> str:
    url = table.text("url", "")
    if passwords_in(url):
        where = "whoever has the repository has it; change it"
        raise table.error(
            "url",
            f"holds a password, and git keeps this file: {where}",
            f'take it out, and set it outside: export PUBLISHER_LEDGER_URL="{_SAMPLE_URL}"',
        )
    return url


def _relay(smtp: Table) -> RelaySettings:
    security = smtp.text("security", "starttls")
    if security not in ("starttls", "tls", "none"):
        raise smtp.error("security", f"is {security!r}", "use starttls, tls or none")
    host, port = smtp.text("host", "localhost"), smtp.whole("port", 587)
    # A resolver of one's own may know names with an underscore, or that end with a dot.
    if not _is_address(host) and (wrong := unusable_host(host.removesuffix(".").replace("_", "-"))):
        raise smtp.error("host", f"is `{host}`, which {wrong[0]}", wrong[1])
    if not 0 < port < 1 << 16:
        raise smtp.error("port", f"is {port}", "use a number from 1 to 65535, such as 587")
    relay = RelaySettings(host, port, security, smtp.text("user", ""))
    if relay.exposed:
        what = "would have the password cross the network in the open"
        raise smtp.error("security", what, "use starttls or tls")
    return relay


def _keeping(ledger: Table) -> Keeping | None:
    if not ledger.has("keep"):
        return None
    text = ledger.text("keep")
    if keep := read_keeping(text):
        return keep
    raise ledger.error("keep", f"is {text!r}, which is not a span of time", KEEPING_REMEDY)


def _usable(table: Table, key: str, unusable: Callable[[str], tuple[str, str] | None]) -> str:
    """An address, once it is known that it can be used."""
    value = table.text(key)
    if wrong := unusable(value):
        raise table.error(key, *wrong)
    return value


def _words(table: Table, key: str, remedy: str, *default: str) -> str:
    value = table.text(key, *default)
    if not value:
        raise table.error(key, "is empty", remedy)
    return value


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _networks(table: Table, key: str) -> tuple[str, ...]:
    names = table.texts(key, ())
    for name in names:
        try:
            network = ipaddress.ip_network(name)
        except ValueError:
            raise table.error(
                key,
                f"has {name!r}, which is neither an address nor a network",
                'write "192.0.2.1", "192.0.2.0/24" or "2001:db8::/32", without bits after the mask',
            ) from None
        if not network.prefixlen:
            raise table.error(
                key, f"has {name!r}, which is everybody", "name the proxies, or their network"
            )
    return names
