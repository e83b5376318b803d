"""A run that is stopped, or whose disk is full, tells nobody twice and leaves nobody out."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from publisher.actions.send import send
from publisher.edges.project import Project
from publisher.errors import LedgerError
from tests.fixtures.houses import (
    TWO,
    import_customers,
    letter_states,
    make,
    send_letters,
    workplace,
)
from tests.fixtures.relays import Keeps, real

CUSTOMERS = b"customer,address,name\n" + b"".join(
    b"c-%d,person%d@customer.example,\n" % (number, number) for number in range(1, 41)
)
CONNECTIONS = "connections = 2\n"


@dataclass
class Acts(Keeps):
    """Does something once a letter has come in, before it answers."""

    after: int = 5
    act: Callable[[], None] = field(default=lambda: None)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if len(self.letters) == self.after:
            self.act()
        return await super().handle_DATA(server, session, envelope)


def project_at(folder: Path, port: int) -> Project:
    project = make(folder, port=port)
    settings = folder / "publisher.toml"
    settings.write_text(settings.read_text() + CONNECTIONS)
    import_customers(project, CUSTOMERS)
    return project


def nobody_is_told_twice_or_left_out(project: Project, relay: Keeps) -> None:
    """After another run: whoever is in doubt is named, and had at most one letter."""
    send_letters(project)
    told, states = Counter(relay.told), letter_states(project)
    assert set(told.values()) == {1}
    assert set(states.values()) <= {"accepted", "in doubt"}
    accepted = {whose for whose, state in states.items() if state == "accepted"}
    assert {f"person{whose[2:]}@customer.example" for whose in accepted} <= set(told)
    assert len(told) + sum(state == "in doubt" for state in states.values()) >= len(states)


def test_a_full_disk_stops_the_run_before_the_next_letter(disk: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    relay = Acts(act=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard)))
    with real(relay) as port:
        project = project_at(disk, port)
        try:
            with pytest.raises(LedgerError):
                send_letters(project)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        states = letter_states(project)
        marked = [whose for whose, state in states.items() if state != "to do"]
        assert set(relay.told) <= {f"person{whose[2:]}@customer.example" for whose in marked}
        assert len(relay.told) < len(states)
        nobody_is_told_twice_or_left_out(project, relay)


def test_who_is_stopped_by_hand_goes_on_where_it_was(tmp_path: Path) -> None:
    relay = Keeps()

    def stop(_: str, done: int, __: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    with real(relay) as port:
        project = project_at(tmp_path, port)
        with pytest.raises(KeyboardInterrupt):
            send(workplace(project), "privacy", TWO, stop)
        before = letter_states(project)
        assert "to do" in before.values()
        assert sum(state == "in doubt" for state in before.values()) < len(before) / 2
        nobody_is_told_twice_or_left_out(project, relay)
