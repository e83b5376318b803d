"""Who asks: a visitor's network as far as it is known, and how often one may ask for a link."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

ASKS = "10 per hour"
"""How often one visitor may ask for a link to be mailed."""
ASKS_OF_UNKNOWN = "600 per hour"
"""How often all those may together whose own address is not known."""
MOST_NETWORKS = 4_096
"""Networks that are counted one by one at a time."""
MAPPED = IPv6Network("::ffff:0:0/96")
TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a translator shows them to a host that has none (RFC 6052 §2.1)."""

_log = logging.getLogger("publisher.web.visitors")


class Visitors:
    """Counts by network how often visitors ask."""

    def __init__(
        self, trusted: Sequence[str] = (), asks: str = ASKS, of_unknown: str = ASKS_OF_UNKNOWN
    ) -> None:
        """Args:
        trusted: addresses and networks of proxies.
        asks: the limit for one visitor, as the `limits` library writes it.
        of_unknown: the limit for all together whose own address is not known.
        """
        self.trusted = tuple(ipaddress.ip_network(name) for name in trusted)
        self._asks, self._of_unknown = parse(asks), parse(of_unknown)
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)

    def may_ask(self, address: str) -> bool:
        """Counts a visitor's asking, and says whether it is within the limits.

        Args:
            address: of the visitor, as far as the server knows it; may be empty.
        """
        network = self.network(address)
        if network and not self._counted(network):
            # However many networks somebody has, so many are remembered.
            network = network if len(self._storage.storage) < MOST_NETWORKS else ""
        if network:
            return self._limiter.hit(self._asks, "ask", network)
        return self._limiter.hit(self._of_unknown, "ask of unknown")

    def _counted(self, network: str) -> bool:
        left = self._limiter.get_window_stats(self._asks, "ask", network).remaining
        return left < self._asks.amount

    def network(self, address: str) -> str:
        """What an address is counted as; empty where it is not the visitor's own.

        IPv4 addresses are counted one by one, IPv6 addresses by /64, which is what a household or
        a machine has (RFC 6177 §2).
        """
        found = _ip(address)
        if found is None or self.trusts(found) or (found.is_loopback and not self.trusted):
            return ""
        if isinstance(found, IPv6Address):
            return str(IPv6Network((found, 64), strict=False))
        return str(found)

    def trusts(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether it is one of the proxies."""
        return any(address in network for network in self.trusted)


def _ip(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and (found in MAPPED or found in TRANSLATED):
        return IPv4Address(int(found) & 0xFFFF_FFFF)
    return found


class Proxies:
    """Reads who a visitor is from X-Forwarded-For, where a trusted proxy wrote it.

    The last address counts that is not itself trusted: those before it anybody may have written.
    """

    def __init__(self, app: ASGIApp, visitors: Visitors) -> None:
        self._direct, self._visitors = app, visitors
        names = [str(name) for network in visitors.trusted for name in _spellings(network)]
        self._forwarded = ProxyHeadersMiddleware(app, trusted_hosts=names)  # type: ignore[arg-type]
        self._said = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] == "http" and not self._said:
            self._hint(scope)
        app = self._forwarded if self._visitors.trusted else self._direct
        await app(scope, receive, send)  # type: ignore[arg-type]

    def _hint(self, scope: Scope) -> None:
        """Says once what to set where a proxy on this machine is not trusted."""
        if all(name != b"x-forwarded-for" for name, _ in scope["headers"]):
            return
        peer = _ip((scope.get("client") or ("",))[0])
        if peer is not None and peer.is_loopback and not self._visitors.trusted:
            self._said = True
            _log.warning(
                "a proxy at %s says whom it asks for, and is not trusted: set trusted_proxies = "
                '["%s"] under [receiver] in publisher.toml, or visitors are counted together',
                peer,
                peer,
            )


def _spellings(network: IPv4Network | IPv6Network) -> list[IPv4Network | IPv6Network]:
    """The network, and for IPv4 also as a socket for both families shows it."""
    if isinstance(network, IPv6Network):
        return [network]
    mapped = int(MAPPED.network_address) | int(network.network_address)
    return [network, IPv6Network((mapped, 96 + network.prefixlen))]
