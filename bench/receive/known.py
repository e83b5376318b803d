"""Whether known and unknown addresses can be told apart by time; see README.md.

python bench/receive/known.py [--asks N] [--seed N]
"""

from __future__ import annotations

import argparse
import bisect
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from publisher.edges.project import Project  # noqa: E402 - found by the line above
from tests.fixtures.house import KEY  # noqa: E402
from tests.fixtures.houses import import_customers, make  # noqa: E402
from tests.fixtures.receivers import PAGE, Receiver, receiving  # noqa: E402

CUSTOMERS = 1_000
WANTED = 0.55
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Ask:
    """One asking, and how long it took, in seconds."""

    known: bool
    answer: float
    next: float
    """Of the next page that the same client gets."""


def house(root: Path) -> Project:
    """A project with its customers."""
    project = make(root)
    rows = (f"c-{n},customer-{n:04}@known.example,Customer {n}\n" for n in range(CUSTOMERS))
    csv = "customer,address,name\n" + "".join(rows)
    import_customers(project, csv.encode())
    return project


def addresses(asks: int) -> list[tuple[bool, str]]:
    """So many known and as many unknown addresses, of the same length."""
    known = [(True, f"customer-{n % CUSTOMERS:04}@known.example") for n in range(asks)]
    return known + [(False, f"stranger-{n % 10_000:04}@known.example") for n in range(asks)]


def ask(receiver: Receiver, asks: Sequence[tuple[bool, str]]) -> list[Ask]:
    """Asks one after the other."""
    client = HTTPConnection(receiver.host, receiver.port, timeout=60)
    found = []
    for known, address in asks:
        posted = timed(client, "POST", urlencode({"address": address}))
        found.append(Ask(known, posted, timed(client, "GET")))
    return found


def timed(client: HTTPConnection, method: str, body: str | None = None) -> float:
    """Seconds from asking to the last byte of the answer."""
    start = time.perf_counter()
    client.request(method, PAGE, body, FORM if body else {})
    answer = client.getresponse()
    answer.read()
    took = time.perf_counter() - start
    if answer.status != 200:
        raise SystemExit(f"{method}: {answer.status}")
    return took


def auc(low: Sequence[float], high: Sequence[float]) -> float:
    """How likely one of `high` is above one of `low`; 0.5: nobody can tell them apart."""
    ordered = sorted(low)
    below = (bisect.bisect_left(ordered, x) + bisect.bisect_right(ordered, x) for x in high)
    return sum(below) / 2 / (len(low) * len(high))


def report(name: str, unknown: Sequence[float], known: Sequence[float]) -> float:
    """Prints an AUC; gives it, or what it is with the two exchanged where that is more."""
    found = auc(unknown, known)
    error = ((len(known) + len(unknown) + 1) / (12 * len(known) * len(unknown))) ** 0.5
    usual = [f"{statistics.median(times) * 1e3:.2f} ms" for times in (known, unknown)]
    print(
        f"{name:8} AUC {found:.3f} ± {2 * error:.3f}   median known {usual[0]}, unknown {usual[1]}"
    )
    return 0.5 + abs(found - 0.5)


def main() -> int:
    """Measures; 1 where they can be told apart."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--asks", type=int, default=2_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1, help="of their order")
    options = parser.parse_args()
    os.environ["PUBLISHER_TOKEN_KEY"] = KEY
    asks = addresses(options.asks)
    random.Random(options.seed).shuffle(asks)
    with (
        tempfile.TemporaryDirectory() as folder,
        receiving(house(Path(folder)), options="asks_of_unknown='1000000 per hour'") as receiver,
    ):
        ask(receiver, addresses(20))
        found = ask(receiver, asks)
    print(f"{options.asks} of each, {platform.python_version()}, {platform.machine()}")
    known, unknown = ([one for one in found if one.known is it] for it in (True, False))
    worst = max(
        report("answer", [one.answer for one in unknown], [one.answer for one in known]),
        report("next", [one.next for one in unknown], [one.next for one in known]),
    )
    print(f"worst {worst:.3f}, wanted at most {WANTED}")
    return int(worst > WANTED)


if __name__ == "__main__":
    sys.exit(main())
