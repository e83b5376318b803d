"""Customers at their forms: they post, read the answer, and try again if none came."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from urllib.parse import parse_qsl, urlencode

from bench.faults.deaths import Cues
from bench.faults.firms import Links

OUT, BACK = "opt out", "withdraw"
HABITS = ([OUT], [OUT, OUT], [OUT, BACK], [OUT, BACK, OUT])
"""What a customer presses, one after the other."""
CLICKS_TWICE = 0.15
"""How often a button is pressed twice at once."""
TOO_MANY = 429
"""The answer to somebody who posts too often, and gives up (RFC 6585 §4)."""
PATIENCE = 20.0
"""Seconds that a customer waits for an answer."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that was posted, and its answer."""

    customer: str
    action: str
    status: int
    """0: no answer came."""
    receipt: str
    """The number on the page; empty: none."""

    @property
    def acknowledged(self) -> bool:
        """Whether the customer was told that it is on record."""
        return self.status == 200 and bool(self.receipt)


@dataclass
class Customer:
    """Somebody with a link and something left to press."""

    links: Links
    left: list[str]


@dataclass
class Crowd:
    """Many customers, and everything they posted."""

    port: int
    random: Random
    posts: list[Posted] = field(default_factory=list)
    """By each customer in the order in which they were made."""
    _waiting: deque[Customer] = field(default_factory=deque)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, port: int, links: Sequence[Links], random: Random) -> Crowd:
        """A crowd of all who were told."""
        crowd = cls(port, random)
        for one in links:
            crowd._waiting.append(Customer(one, list(random.choice(HABITS))))
        return crowd

    @property
    def done(self) -> bool:
        """Whether nobody has anything left to press."""
        return not self._waiting

    @contextmanager
    def posting(self, cues: Cues, people: int) -> Iterator[None]:
        """A number of people post at once while the block runs."""
        end = threading.Event()
        threads = [threading.Thread(target=self._post, args=(cues, end)) for _ in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            end.set()
            for thread in threads:
                thread.join()

    def _post(self, cues: Cues, end: threading.Event) -> None:
        while not end.is_set():
            with self._turn:
                customer = self._waiting.popleft() if self._waiting else None
                twice = self.random.random() < CLICKS_TWICE
            if customer is None:
                cues.end()
                return
            answers = self._press(customer, cues, 2 if twice else 1)
            with self._turn:
                self.posts += answers
                if any(answer.acknowledged for answer in answers):
                    del customer.left[0]
                elif any(answer.status == TOO_MANY for answer in answers):
                    customer.left.clear()
                if customer.left:
                    self._waiting.append(customer)
            if not answers:
                time.sleep(0.01)

    def _press(self, customer: Customer, cues: Cues, times: int) -> list[Posted]:
        """Presses a button several times at once; posts that found no server are left out."""
        action = customer.left[0]
        page, _, query = customer.links.form.partition("?")
        body = urlencode({**dict(parse_qsl(query)), "action": action})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        under_way = []
        for _ in range(times):
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                line.connect()
            except OSError:
                continue
            under_way.append(line)
            try:
                line.request("POST", page, body, kind)
            except OSError:
                continue  # as if no answer came: something of it may have arrived
            cues.posted()
        return [self._answer(customer.links.customer, action, line) for line in under_way]

    def _answer(self, customer: str, action: str, line: http.client.HTTPConnection) -> Posted:
        try:
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return Posted(customer, action, 0, "")
        finally:
            line.close()
        found = re.search(r"\bR-\d{6,}", text)
        return Posted(customer, action, answer.status, found[0] if found else "")

    def statuses(self) -> Counter[int]:
        """How the posts were answered."""
        return Counter(one.status for one in self.posts)


def last_said(posts: Sequence[Posted]) -> dict[str, set[str]]:
    """What each customer may have said last: the last acknowledged post, and unanswered ones since.

    Customers none of whose posts was acknowledged are left out.
    """
    found: dict[str, set[str]] = {}
    for one in posts:
        if one.acknowledged:
            found[one.customer] = {one.action}
        elif one.customer in found:
            found[one.customer].add(one.action)
    return found
