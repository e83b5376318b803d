"""How many letters of a release are made in a second; see README.md.

python bench/letters/run.py [--letters N] [--rounds N]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from publisher.answers.release_letters import ReleaseLetters  # noqa: E402 - found by the line above
from publisher.letters.notice import Enclosed  # noqa: E402
from publisher.people.due import Addressee  # noqa: E402
from publisher.people.recipients import Recipient  # noqa: E402
from publisher.releases.number import Number  # noqa: E402
from publisher.releases.releases import Releases  # noqa: E402
from tests.fixtures.amendments import HOSTING, PUBLISHED  # noqa: E402
from tests.fixtures.template_letters import template_releases  # noqa: E402

WANTED = 400
FIRST = ["Anna", "Jean-Luc", "José", "Jürgen", "Maria", "Ngọc", "Peter", "Zoë"]
LAST = ["Smith", "Müller", "O'Neil", "García", "Nguyễn", "Okafor", "von Berg", "& Söhne GmbH"]
ARABIC = ["محمد", "فاطمة", "ليلى", "عمر", "بن علي", "الحسن"]
PLAIN = ["Anna", "Peter", "Maria", "Lucas", "Emma", "Jonas"], ["Smith", "Jones", "Brown", "Wilson"]
LISTS = {
    "en, ASCII names": ("en", PLAIN),
    "de, names as they are": ("de", (FIRST, LAST)),
    "ar, Arabic names": ("ar", (ARABIC, ARABIC)),
}


def letters(language: str) -> ReleaseLetters:
    """The letters of an amendment."""
    first, second = template_releases(language)["amendment"]
    second = replace(second, seal="5e" * 32)
    releases = Releases((first, second))
    return ReleaseLetters(second, releases, HOSTING, b"k" * 32, Enclosed())


def customers(names: tuple[list[str], list[str]], count: int) -> list[Addressee]:
    """Customers in the order of their numbers, whose names are drawn with a seed of their own."""
    draw = random.Random(1)
    return [
        Addressee(
            Recipient(
                n, f"c-{n}", f"customer-{n}@known.example", " ".join(map(draw.choice, names))
            ),
            Number(1, 0),
            None,
        )
        for n in range(0x10000, 0x10000 + count)
    ]


def seconds(make: Callable[[Addressee, dt.datetime], object], whom: list[Addressee]) -> float:
    """Seconds of the processor that a letter takes."""
    gc.collect()
    begun = time.process_time()
    for one in whom:
        make(one, PUBLISHED)
    return (time.process_time() - begun) / len(whom)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000, help="spliced in each round")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {given.rounds} rounds, medians\n")
    print("| list | a letter | composed, a second | spliced, a second | ratio | spliced |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, (language, names) in LISTS.items():
        made, whom = letters(language), customers(names, given.letters)
        some = whom[:: max(len(whom) // 40, 1)]
        assert all(made.to(one, PUBLISHED) == made.composed(one, PUBLISHED) for one in some)
        slow, fast = list[float](), list[float]()
        # In turns, so that what else the machine does is the same for both.
        for _ in range(given.rounds):
            slow.append(seconds(made.composed, some))
            fast.append(seconds(made.to, whom))
        ratio = statistics.median(a / b for a, b in zip(slow, fast, strict=True))
        size = len(made.to(whom[0], PUBLISHED).data)
        done = sum(1 for one in whom if made.in_a_stencil(one, PUBLISHED)) / len(whom)
        print(
            f"| {name} | {size:,} bytes | {1 / statistics.median(slow):,.0f} | "
            f"{1 / statistics.median(fast):,.0f} | {ratio:.0f} | {done:.1%} |"
        )
        if ratio < WANTED:
            print(f"(to reach: {WANTED})", file=sys.stderr)


if __name__ == "__main__":
    main()
