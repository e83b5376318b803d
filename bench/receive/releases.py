"""Whether a form's price depends on how many releases there are; see README.md.

python bench/receive/releases.py [--few N] [--many N] [--times N]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from publisher.edges.ledger import close_ledgers  # noqa: E402 - found by the line above
from publisher.edges.project import Project  # noqa: E402
from tests.fixtures.house import KEY  # noqa: E402
from tests.fixtures.houses import import_customers, make, prolong, token, under_git  # noqa: E402
from tests.fixtures.receivers import PAGE, Receiver, receiving  # noqa: E402

WORDS = 2_000
"""Words of each release: a usual policy."""
WANTED = 1.5
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class House:
    """A project that is asked, and its customers' tokens."""

    project: Project
    tokens: list[str]


def house(root: Path, releases: int, customers: int) -> House:
    """A project with releases under git and their tags, and customers who may opt out of 2."""
    root.mkdir()
    project = make(root)
    prolong(project, releases, words=WORDS)
    under_git(project, packed=releases)
    rows = (f"c-{n},customer-{n:04}@known.example,Customer {n}\n" for n in range(customers))
    import_customers(project, ("customer,address,name\n" + "".join(rows)).encode())
    return House(project, [token(project, f"c-{n}") for n in range(customers)])


def requests(own: str) -> Iterator[tuple[str, str, str, str | None]]:
    """What a customer does, one after the other: name, method, address, body."""
    yield "page", "GET", PAGE, None
    yield "form", "GET", f"{PAGE}?token={own}", None
    yield "declaration", "POST", PAGE, urlencode({"token": own, "action": "opt out"})
    yield "link", "POST", PAGE, urlencode({"address": "customer-0000@known.example"})


def timed(client: HTTPConnection, method: str, address: str, body: str | None) -> float:
    """Seconds from asking to the last byte of the answer."""
    start = time.perf_counter()
    client.request(method, address, body, FORM if body else {})
    answer = client.getresponse()
    answer.read()
    took = time.perf_counter() - start
    if answer.status != 200:
        raise SystemExit(f"{method} {address.partition('?')[0]}: {answer.status}")
    return took


def measure(
    houses: list[House], receivers: list[Receiver], times: int
) -> dict[str, list[list[float]]]:
    """Asks each in turn, so that whatever slows the machine slows all of them.

    Returns:
        By request, the seconds that it took in each house.
    """
    clients = [HTTPConnection(one.host, one.port, timeout=60) for one in receivers]
    found: dict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in houses])
    for turn in range(times):
        for place, (client, one) in enumerate(zip(clients, houses, strict=True)):
            for name, method, address, body in requests(one.tokens[turn]):
                found[name][place].append(timed(client, method, address, body))
    return found


def main() -> int:
    """Measures; 1 where the price depends on the number of releases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--few", type=int, default=3, help="releases of the one project")
    parser.add_argument("--many", type=int, default=300, help="of the other")
    parser.add_argument("--times", type=int, default=200, help="how often each is asked")
    options = parser.parse_args()
    os.environ["PUBLISHER_TOKEN_KEY"] = KEY
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        counts = (options.few, options.many)
        houses = [house(Path(folder, str(n)), n, options.times) for n in counts]
        close_ledgers()
        lifted = "asks_of_unknown='1000000 per hour'"
        receivers = [stack.enter_context(receiving(h.project, options=lifted)) for h in houses]
        found = measure(houses, receivers, options.times)
    print(f"{options.times} of each, {platform.python_version()}, {platform.machine()}")
    print(f"{'median ms':12} {options.few:>8} {options.many:>8}   ratio")
    worst = 0.0
    for name, times in found.items():
        few, many = (statistics.median(one) * 1e3 for one in times)
        worst = max(worst, many / few)
        print(f"{name:12} {few:8.2f} {many:8.2f}   {many / few:.2f}")
    print(f"worst {worst:.2f}, wanted at most {WANTED}")
    return int(worst > WANTED)


if __name__ == "__main__":
    sys.exit(main())
