"""The settings in `publisher.toml`: the organisation, its mail, its ledger, its receiver."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from publisher.policies.addresses import unusable_host, unusable_mail_address, unusable_site
from publisher.policies.keeping import KEEPING_REMEDY, Keeping, read_keeping
from publisher.policies.ledger_url import passwords_in
from publisher.policies.organisation import REQUEST_PAGES, Organisation, RequestAddresses
from publisher.policies.settings_keys import SETTINGS_KEYS
from publisher.policies.toml import Table, parse_toml
from publisher.wording.dates import is_time_zone, nearest_zones
from publisher.wording.language import locale, usual_tag

_CONNECTIONS = 8
_SAMPLE_URL = "postgresql://user:password@host/name"


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The SMTP server that takes our mail (RFC 5321)."""

    host: str
    port: int
    security: str
    """`starttls`, `tls` or `none`."""
    user: str
    connections: int = _CONNECTIONS
    """At most so many at once."""
    rate: int = 0
    """Letters a minute; 0: as many as go."""
    domain_rate: int = 0
    """The same to one domain."""

    @property
    def exposed(self) -> bool:
        """Whether the user's password would cross the network in the open."""
        local = self.host in ("localhost", "127.0.0.1", "::1")
        return bool(self.user) and self.security == "none" and not local


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """The mailbox that mail is fetched from, over IMAP (RFC 9051)."""

    host: str
    port: int
    security: str
    """`tls` or `none`."""
    user: str
    folder: str


@dataclass(frozen=True, slots=True)
class WordingReview:
    """What the organisation says of the words that the program puts around its texts."""

    day: dt.date | None = None
    """When a lawyer read them; None: nobody says that one has."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Which words these were, by language; a language may be missing."""


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
    forms_only: bool = False
    """Whether the receiver answers the forms alone, and something else serves the built site."""
    mailbox: MailboxSettings | None = None
    """Where `receive --imap` fetches mail; None: nowhere."""
    keep: Keeping | None = None
    """How long what is personal is kept; None: until somebody erases it."""
    margin_days: int = 0
    """How many days a carrier is allowed to bring a letter: the period of notice of whoever it is
    for begins so many days after it took it."""
    wording: WordingReview = WordingReview()
    """Whether a lawyer has read the words around the texts."""


def read_settings(data: bytes, name: str = "publisher.toml") -> Settings:
    """The settings in a `publisher.toml`.

    Args:
        data: the file's bytes.
        name: its path, for messages.

    Raises:
        ConfigurationError: not TOML, or a key is missing, unknown or of the wrong kind.
    """
    root = Table(parse_toml(data, name), name, data=data, keys=SETTINGS_KEYS)
    organisation, mail = root.table("organisation"), root.table("mail")
    ledger, receiver, wording = root.table("ledger"), root.table("receiver"), root.table("wording")
    offered = root.has("requests")
    smtp, requests = mail.table("smtp"), root.table("requests")
    imap = mail.table("imap")
    reply = _usable(mail, "opt_out", unusable_mail_address)
    taken = {reply.lower(): "mail.opt_out"}
    bounces = ""
    if mail.has("bounces"):
        # Tokens stand behind its plus sign, so what stands there in another address is none.
        tagged = {_without_tag(reply): "mail.opt_out"}
        bounces = _own_mailbox(mail, "bounces", {**tagged, **taken})
        taken[bounces.lower()] = "mail.bounces"
    settings = Settings(
        organisation=Organisation(
            name=_words(organisation, "name", "say what the organisation is called"),
            address=_words(organisation, "address", "say where letters on paper reach it"),
            site=_usable(organisation, "site", unusable_site).rstrip("/") + "/",
            sender=_usable(mail, "from", unusable_mail_address),
            reply=reply,
            language=_language(organisation),
            time_zone=_time_zone(organisation),
            bounces=bounces,
            requests=_requests(requests, taken) if offered else None,
        ),
        carrier=mail.text("carrier", "spool"),
        spool=_words(mail, "spool", "name a folder", ".publisher/spool"),
        relay=_relay(smtp),
        ledger=_ledger(ledger),
        trusted_proxies=_networks(receiver, "trusted_proxies"),
        forms_only=receiver.text("serves", "site") == "forms",
        mailbox=_mailbox(imap),
        keep=_keeping(ledger),
        margin_days=mail.whole("margin_days", 0),
        wording=WordingReview(
            wording.day("reviewed") if wording.has("reviewed") else None,
            wording.mapping("digests"),
        ),
    )
    for table in (smtp, imap, mail, organisation, ledger, receiver, wording, requests, root):
        table.done()
    return settings


def _language(table: Table) -> str:
    tag = table.text("language", "")
    if not tag or locale(tag):
        return tag
    usual = usual_tag(tag)
    remedy = 'write "en", "de", "pt-BR" … (BCP 47), or leave it out'
    if usual:
        remedy = f'write it "{usual}"'
    raise table.error("language", f"is {tag!r}, which is no language that we know", remedy)


def _time_zone(table: Table) -> str:
    name = table.text("time_zone", "UTC")
    if is_time_zone(name):
        return name
    near = " or ".join(f'"{one}"' for one in nearest_zones(name)) or '"Europe/Berlin"'
    raise table.error(
        "time_zone",
        f"is {name!r}, which is no name of the IANA time zone database",
        f"write it like {near}, or leave it out for UTC",
    )


def _requests(table: Table, taken: dict[str, str]) -> RequestAddresses:
    """The addresses for requests; `taken` has those that are something's, and gets these."""
    found: dict[str, str] = {}
    for key in ("mailings", "personal_data", "questions"):
        if table.has(key):
            found[key] = _own_mailbox(table, key, taken)
            taken[found[key].lower()] = f"requests.{key}"
    return RequestAddresses(**found, sections=_sections(table, found))


def _sections(table: Table, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Which sections lead to which pages for requests, each of which there is."""
    named = table.mapping("sections")
    for section, page in named.items():
        if not re.fullmatch(r"[^/\s]+/[^/\s]+", section):
            remedy = 'name the policy and the anchor of its section: "privacy/contact"'
            raise table.error("sections", f"names `{section}`, which is no section", remedy)
        if page not in REQUEST_PAGES:
            remedy = f"choose {', '.join(REQUEST_PAGES)}"
            raise table.error("sections", f"leads to `{page}`, which is no page", remedy)
        if (key := REQUEST_PAGES[page]) and key not in known:
            what = f"leads from `{section}` to `{page}`, and there is no `requests.{key}`"
            raise table.error("sections", what, f"add `{key}`, the mailbox that the page is for")
    return tuple(named.items())


def _own_mailbox(table: Table, key: str, taken: Mapping[str, str]) -> str:
    """An address that is nothing else's, for mail is told apart by where it goes.

    Args:
        table, key: where it stands.
        taken: the addresses that are something's, with its name.
    """
    address = _usable(table, key, unusable_mail_address)
    other = taken.get(address.lower()) or taken.get(_without_tag(address))
    if other:
        remedy = "give it a mailbox of its own, or an alias: mail is told apart by where it goes"
        raise table.error(key, f"is the address of {other} too", remedy)
    return address


def _without_tag(address: str) -> str:
    """An address without what stands behind a plus sign (RFC 5233), where tokens stand."""
    local, _, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


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


def _mailbox(imap: Table) -> MailboxSettings | None:
    host, user = imap.text("host", ""), imap.text("user", "")
    security, port = imap.text("security", "tls"), imap.whole("port", 993)
    folder = imap.text("folder", "INBOX")
    if not host or not user:
        return None
    if security == "none" and host not in ("localhost", "127.0.0.1", "::1"):
        what = "would have the password and the mail cross the network in the open"
        raise imap.error("security", what, "use tls")
    return MailboxSettings(host, port, security, user, folder)


def _relay(smtp: Table) -> RelaySettings:
    security = smtp.text("security", "starttls")
    host, port = smtp.text("host", "localhost"), smtp.whole("port", 587)
    # A resolver of one's own may know names with an underscore, or that end with a dot.
    if not _is_address(host) and (wrong := unusable_host(host.removesuffix(".").replace("_", "-"))):
        raise smtp.error("host", f"is `{host}`, which {wrong[0]}", wrong[1])
    relay = RelaySettings(
        host,
        port,
        security,
        smtp.text("user", ""),
        connections=smtp.whole("connections", _CONNECTIONS),
        rate=smtp.whole("rate", 0),
        domain_rate=smtp.whole("domain_rate", 0),
    )
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
