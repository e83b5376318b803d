"""A project whose site has every kind of page: what CI's gates look at."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from publisher.compare.amendment import amend
from publisher.edges import archive
from publisher.edges.project import Project
from publisher.notices.notice import compose, compose_postponement
from publisher.notices.optout import wording
from publisher.policies.policy import Facts, Note, Policy
from publisher.policies.release import Line, Materiality, Number, Release, release_files
from tests.conftest import FACTS, ROOT, SECTIONS, House, git
from tests.test_import import KEYS, ONE, make_past
from tests.test_languages import DECLARED_HEBREW, HEBREW
from tests.test_translations import DECLARED, GERMAN

RULES = FACTS.replace("Privacy Policy", "Rules of Use")

DAY = dt.date(2026, 12, 24)
"""The day as of which the site is built: between the publication and the effect of amendments."""

PAGES = {
    "home": "",
    "in force": "privacy/",
    "announced": "cookies/",
    "history": "terms/history/",
    "history of imported texts": "past/history/",
    "day": "terms/on/",
    "compare": "terms/compare/",
    "sections": "terms/sections/",
    "sections of imported texts": "past/sections/",
    "version in force": "terms/3/",
    "version that is coming": "terms/4.1/",
    "version that never will be": "terms/4/",
    "version of the past": "terms/2/",
    "version, imported": "past/2/",
    "changes": "privacy/2/changes/",
    "changes of a table": "terms/4/changes/",
    "corrections": "privacy/2.1/changes/",
    "changes of an imported text": "past/2/changes/",
    "letter": "terms/4.1/notice/",
    "letter with another date": "terms/4/notice/",
    "opt out": "privacy/2/opt-out/",
    "opt out, too late": "terms/3/opt-out/",
    "translation in force": "rules/de/",
    "translation from right to left": "rules/1.1/he/",
    "translation that lags": "rules/2/de/",
    "changes of a translation": "rules/2/de/changes/",
    "two versions compared": "terms/compare/?from=1&to=4.1",
    "nothing there": "404.html",
}
"""The address of one page of each kind."""
DRAFTS = {
    "draft": "privacy/draft/",
    "draft changes": "privacy/draft/changes/",
    "draft of a translation": "rules/draft/de/",
}
"""The same of what only its writer sees."""

USE = """## Use {#use}

We use your data for your orders, see [who gets it](#recipients), and for *nothing* else.

1. We bill you for what you ordered.
2. We tell you about outages:
    - on [our pages](https://status.hosting.example/now?from=mail&to=page),
    - by e-mail.

> “Nothing else” means nothing else.

### Addresses {#addresses}

A server knows yours as `2001:db8::ff00:42:8329`.

```
$ whois hosting.example
```
"""
RECIPIENTS = """## Recipients {#recipients}

| Who | Why | How long | Where |
| --- | --- | ---: | :---: |
| Carrier | delivers parcels that were ordered | 30 days | Germany |
| Bank | books payments | 10 years | Germany |
| A very long name of a recipient indeed GmbH & Co. KG | helps | a day | Iceland |

---

Nobody else gets it.
"""
CONTACT = "## Contact {#contact}\n\nWrite to <privacy@hosting.example>.\n"


def make(root: Path) -> House:
    """The project, in a new folder: five policies, committed.

    `privacy` is this repository's own; `terms` has releases of every status; `cookies` is announced
    but not in force; `past` was imported; `rules` is translated.
    """
    root.mkdir()
    for name in ("policy", "versions", "site"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("mkdocs.yml", "publisher.toml", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, root / name)
    house = House(root)
    terms(house.project)
    only_announced(house.project)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Tests")
    git(root, "config", "user.email", "tests@hosting.example")
    house.commit("Start")
    past = make_past(root.parent / f"{root.name}-past")
    past.texts(ONE, ONE.replace("a week", "two weeks"), ONE.replace(KEYS, f"{KEYS} So we cannot."))
    words = ("--history", str(past.root), "terms.md", "--policy", "past", "--title", "Old terms")
    house.ok("import", *words)
    translated(house)
    edited = root / "policy/privacy/security.md"
    edited.write_text(edited.read_text().replace("256-bit", "512-bit"))
    return house


def translated(house: House) -> None:
    """Release 1 in English; 1.1, in force, in German and Hebrew too; 2, announced, in German, where
    a section lags.
    """

    def write(files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = house.root / "policy/rules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        house.commit("Rules")

    def freeze(day: str, *words: str) -> None:
        moment = dt.datetime.fromisoformat(f"{day}T09:00+00:00")
        house.ok("--policy", "rules", "freeze", *words, at=moment)

    write({"policy.toml": RULES, **SECTIONS})
    freeze("2026-01-01", "--effective", "2026-01-01")
    write({"policy.toml": RULES + DECLARED + DECLARED_HEBREW, **GERMAN, **HEBREW})
    freeze("2026-11-01", "--effective", "2026-11-01", "--correction")
    for name in HEBREW:
        (house.root / "policy/rules" / name).unlink()
    security = SECTIONS["security.md"].replace("128", "256")
    write({"policy.toml": RULES + DECLARED, "security.md": security,
           "notes/security.md": "Longer keys.\n"})  # fmt: skip
    freeze("2026-12-01", "--effective", "2027-02-01", "--lagging", "de")


def terms(project: Project) -> None:
    """Releases 1 to 4.1: superseded, corrected, in force, announced and postponed."""
    files = {"use.md": USE, "recipients.md": RECIPIENTS, "contact.md": CONTACT}
    line: Line = ()
    line = _frozen(project, "terms", line, "1", files, "", "2025-01-01")
    files = {**files, "use.md": USE.replace("outages:", "outages and repairs:")}
    line = _frozen(project, "terms", line, "2", files, "2025-11-01", "2026-01-01")
    files = {**files, "use.md": files["use.md"].replace("parcells", "parcels")}
    files["contact.md"] = CONTACT.replace("Write to", "Write  to")
    line = _frozen(project, "terms", line, "2.1", files, "2026-02-01", "2026-02-01")
    files["recipients.md"] = RECIPIENTS.replace("30 days", "60 days").replace("a day", "two days")
    line = _frozen(project, "terms", line, "3", files, "2026-09-01", "2026-11-01")
    table = files["recipients.md"].replace("| Bank | books payments | 10 years | Germany |\n", "")
    files = {"recipients.md": table, "use.md": files["use.md"], "contact.md": CONTACT}
    line = _frozen(project, "terms", line, "4", files, "2026-12-01", "2027-03-01")
    _frozen(project, "terms", line, "4.1", files, "2026-12-10", "2027-04-01")


def only_announced(project: Project) -> None:
    """One release, of which nothing is in force yet."""
    _frozen(project, "cookies", (), "1", {"use.md": USE, "recipients.md": RECIPIENTS,
            "contact.md": CONTACT}, "2026-12-01", "2027-01-31")  # fmt: skip


def _frozen(
    project: Project,
    policy_id: str,
    line: Line,
    number: str,
    files: dict[str, str],
    published: str,
    effective: str,
) -> Line:
    """The line with one more release, which is written to disk with its letter and its form."""
    parsed = Number.parse(number)
    assert parsed is not None
    facts = Facts(
        title="Terms of Service" if policy_id == "terms" else "Cookies",
        language="en",
        contact="privacy@hosting.example",
        remark="",
        sections=tuple(files),
        profile="promise",
        days=30,
        effect="If you opt out, the version before this one goes on applying to you.",
    )
    notes = (Note("use.md", "So that you know what we mend.\n"),) if number == "2" else ()
    begins, previous = dt.date.fromisoformat(effective), line[-1] if line else None
    made = Release(
        number=parsed,
        materiality=Materiality.EDITORIAL if parsed.minor else Materiality.MATERIAL,
        policy=Policy(policy_id, facts, files, notes),
        published=dt.datetime.fromisoformat(f"{published}T09:00+00:00") if published else None,
        effective=begins,
        previous=previous.number if previous else None,
        previous_seal=previous.seal if previous else "",
        closes=begins - dt.timedelta(days=1) if previous and number != "2.1" else None,
    )
    c = project.configuration
    told = (c.organisation, c.address, c.site)
    if previous and not parsed.minor:
        amendment = amend(previous.policy.document, made.policy.document)
        made = replace(made, notice=compose(made, previous, amendment, *told))
    elif number == "4.1":
        made = replace(made, notice=compose_postponement(made, line[-2], line[-1], *told))
    if made.notice:
        made = replace(made, opt_out=wording(made, c.organisation))
    archive.write(project, policy_id, parsed, release_files(made, {}))
    return (*line, archive.release(project, policy_id, parsed))
