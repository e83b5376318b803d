"""A project on disk with two releases, without git: what sending and receiving need."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from publisher.actions.addressing import token_for
from publisher.actions.noticing import import_recipients
from publisher.compare.amendment import amend
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.notices.notice import compose, compose_postponement
from publisher.notices.optout import wording
from publisher.policies.policy import Facts, Note, Policy
from publisher.policies.release import (
    SUMS_FILE,
    Materiality,
    Number,
    Release,
    release_files,
    seal_of,
)

KEY = "only for tests: a key of more than thirty-two characters"
NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
"""When release 2 is published: in force from 1 March, one may opt out until 28 February."""
LATE = dt.datetime(2027, 3, 5, 12, 0, tzinfo=dt.UTC)
ONE, TWO = Number(1), Number(2)
CUSTOMERS = b"""customer,address,name
c-1,anna@customer.example,Anna Example
c-2,ben@customer.example,Ben <b>Example</b>
c-3,cleo@other.example,
"""

_CONFIGURATION = """
[organisation]
name = "Example Hosting"
address = "1 Example Street\\nReno, NV 89503"
site = "http://127.0.0.1:8000/"

[mail]
from = "notices@hosting.example"
opt_out = "opt-out@hosting.example"
carrier = "{carrier}"

[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""


def make(root: Path, *, profile: str = "promise", port: int = 0) -> Project:
    """A project with the releases 1 and 2 of a privacy policy, and no recipient.

    With a port, letters go to an SMTP server there; else into the spool.
    """
    carrier = "smtp" if port else "spool"
    text = _CONFIGURATION.format(carrier=carrier, port=port or 587)
    (root / "publisher.toml").write_text(text)
    project = Project(root)
    use = "## Use {#use}\n\nWe use what you tell us to serve you.\n"
    first = Release(
        number=ONE,
        materiality=Materiality.MATERIAL,
        policy=_policy({"use.md": use, "keys.md": "## Keys {#keys}\n\nKeys have 128 bits.\n"}),
        published=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        effective=dt.date(2026, 1, 1),
    )
    first = _write(project, first)
    note = Note("keys.md", "Longer keys protect you better.\n")
    policy = _policy({"use.md": use, "keys.md": "## Keys {#keys}\n\nKeys have 256 bits.\n"}, note)
    facts = replace(policy.facts, profile=profile)
    second = Release(
        number=TWO,
        materiality=Materiality.MATERIAL,
        policy=replace(policy, facts=facts),
        published=NOW,
        effective=dt.date(2027, 3, 1),
        previous=ONE,
        previous_seal=first.seal,
        closes=dt.date(2027, 2, 28),
    )
    configuration = project.configuration
    change = amend(first.policy.document, second.policy.document)
    letter = compose(
        second,
        first,
        change,
        configuration.organisation,
        configuration.address,
        configuration.site,
    )
    form = wording(second, configuration.organisation)
    _write(project, replace(second, notice=letter, opt_out=form))
    return project


def postpone(project: Project, effective: dt.date, published: dt.datetime = NOW) -> Release:
    """Freezes 2.1: release 2 at a later date, with a letter of its own."""
    first, second = (archive.release(project, "privacy", n) for n in (ONE, TWO))
    configuration = project.configuration
    third = replace(
        second,
        number=Number(2, 1),
        materiality=Materiality.EDITORIAL,
        published=published,
        effective=effective,
        closes=effective - dt.timedelta(days=1),
        previous=TWO,
        previous_seal=second.seal,
    )
    words = (configuration.organisation, configuration.address, configuration.site)
    letter = compose_postponement(third, first, second, *words)
    return _write(
        project,
        replace(third, notice=letter, opt_out=wording(third, configuration.organisation)),
    )


SPRING = dt.datetime(2027, 4, 1, 9, 0, tzinfo=dt.UTC)
"""When release 3 is published: in force from 1 June."""


def amend_again(project: Project) -> Release:
    """Freezes 3: longer keys once more, with a letter."""
    last = archive.line(project, "privacy")[-1]
    files = {**last.policy.files, "keys.md": "## Keys {#keys}\n\nKeys have 512 bits.\n"}
    third = replace(
        last,
        number=Number(3),
        materiality=Materiality.MATERIAL,
        policy=replace(last.policy, files=files),
        published=SPRING,
        effective=dt.date(2027, 6, 1),
        closes=dt.date(2027, 5, 31),
        previous=last.number,
        previous_seal=last.seal,
    )
    configuration = project.configuration
    words = (configuration.organisation, configuration.address, configuration.site)
    change = amend(last.policy.document, third.policy.document)
    letter = compose(third, last, change, *words)
    return _write(
        project,
        replace(third, notice=letter, opt_out=wording(third, configuration.organisation)),
    )


def correct(project: Project) -> None:
    """Freezes 2.1 as a mere correction that nobody is told of."""
    second = archive.release(project, "privacy", TWO)
    third = replace(
        second,
        number=Number(2, 1),
        materiality=Materiality.EDITORIAL,
        previous=TWO,
        previous_seal=second.seal,
        notice="",
        opt_out="",
        closes=None,
    )
    _write(project, third)


def told(root: Path, *, port: int = 0) -> Project:
    """A project with three recipients."""
    project = make(root, port=port)
    import_recipients(project, CUSTOMERS, "customers.csv", NOW)
    return project


def token(project: Project, customer: str, number: Number = TWO) -> str:
    """The token of a customer for a release."""
    recipient = ledger_of(project).customer(customer)
    assert recipient is not None
    return token_for(project, archive.release(project, "privacy", number), recipient)


def spooled(project: Project) -> list[bytes]:
    """The letters in the spool."""
    return [path.read_bytes() for path in sorted(project.spool.glob("*.eml"))]


def _policy(files: dict[str, str], *notes: Note) -> Policy:
    facts = Facts(
        title="Privacy Policy",
        language="en",
        contact="privacy@hosting.example",
        remark="",
        sections=tuple(files),
        profile="promise",
        days=30,
        effect="If you opt out, the version before this one goes on applying to you.",
    )
    return Policy("privacy", facts, files, notes)


def _write(project: Project, release: Release) -> Release:
    files = release_files(release, {"policy.pdf": b"%PDF-1.7 in place of a real one"})
    archive.write(project, "privacy", release.number, files)
    return replace(release, seal=seal_of(files[SUMS_FILE]))
