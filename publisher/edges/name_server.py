"""The name service (DNS), asked about domains of ours."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.resolver

from publisher.errors import ConfigurationError

_PATIENCE = 5.0
"""Seconds that an answer may take."""


class NameServer:
    """Answers what a domain says."""

    def __init__(self, place: str = "") -> None:
        """Args:
            place: the address of a name server, perhaps with a port (`192.0.2.53:5353`); empty:
                the machine's.

        Raises:
            ConfigurationError: it is no such address, or the machine has none.
        """
        try:
            self._resolver = dns.resolver.Resolver(configure=not place)
            if place:
                host, _, port = place.partition(":") if place.count(":") == 1 else (place, "", "")
                self._resolver.port = int(port or 53)
                self._resolver.nameservers = [host]
        except (ValueError, dns.exception.DNSException) as error:
            what = f"`{place}` is no address of a name server" if place else str(error)
            raise ConfigurationError(what, remedy="--dns 192.0.2.53, or 192.0.2.53:5353") from None
        self._resolver.lifetime = _PATIENCE

    def texts(self, domain: str) -> list[str] | None:
        """The TXT records of a domain; None: there is no answer."""
        answer = self._ask(domain, "TXT")
        if answer is None:
            return None
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]

    def receives(self, domain: str) -> bool | None:
        """Whether a domain takes mail (RFC 5321 §5.1, RFC 7505); None: there is no answer."""
        answer = self._ask(domain, "MX")
        if answer is None:
            return None
        if answer:
            return any(str(one.exchange) != "." for one in answer)
        hosts = [self._ask(domain, kind) for kind in ("A", "AAAA")]
        return None if None in hosts else any(hosts)

    def _ask(self, domain: str, kind: str) -> list[Any] | None:
        try:
            return list(self._resolver.resolve(domain, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException:
            return None
