"""A project whose every text tries to be more than text.

Releases of the past may say anything: they were frozen by older programs, or imported. So these are
written as releases, past `check`, which refuses some of it today.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from publisher.compare.amendment import amend
from publisher.edges import archive
from publisher.edges.project import Project
from publisher.notices.notice import compose
from publisher.notices.optout import wording
from publisher.policies.policy import Facts, Note, Policy, Wording
from publisher.policies.release import (
    Imported,
    Lag,
    Line,
    Materiality,
    Number,
    Release,
    release_files,
)
from tests.conftest import ROOT, House, git

DAY = dt.date(2026, 12, 24)
"""As of which the site is built: release 2 is announced, release 1 in force."""

_TRICKS = (
    "<script>alert('{0}')</script>",
    '"><img src=x onerror=alert("{0}")>',
    "'><svg onload=alert(`{0}`)>",
    "</title></head></style></script><script>alert('{0}')</script>",
    "&lt;b&gt;{0}&lt;/b&gt; &amp; &#60;script&#62;",
    "]]>--></pre>",
    "{{{{ 7*7 }}}} {{% include 'main.html' %}} ${{7*7}} $1 $2 $&",
    "ppslothtmlppslot",
)


def wicked(where: str) -> str:
    """A text that would run, or end what it stands in, wherever nobody escaped it.

    Args:
        where: names the text in what it would say.
    """
    return f"{where} " + " ".join(trick.format(where) for trick in _TRICKS)


ANCHOR = 'a"><img/src=x/onerror=alert(1)>'
"""An anchor that a text of the past brought along."""


def plain(where: str) -> str:
    """The same as Markdown that means it literally."""
    return "".join(
        f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|&~\"'$:=/;^%@," else c for c in wicked(where)
    )


def sections(word: str) -> dict[str, str]:
    """The section files of a version; `word` is in all of them."""
    raw = wicked("raw")
    return {
        "use.md": f"## {plain('heading')} {{#use}}\n\nWe use {word} {plain('words')}.\n\n"
        f"- {plain('item')} {word}\n- {raw.replace('|', '')}\n\n> {plain('quotation')}\n\n"
        f"```\n{wicked('code')} {word}\n```\n\n`{wicked('span').replace('`', '')}` {word}\n\n"
        f"<div>{wicked('block')} {word}</div>\n",
        "table.md": f"## {raw} {{#table}}\n\n| {plain('column')} | Why |\n| --- | :---: |\n"
        f"| {plain('cell')} {word} | why |\n\n"
        f'[{plain("link")}](https://e.example/?"><img/src=x/onerror=alert(1)>{word} '
        f'"{wicked("tip").replace(chr(34), "")}")\n\n'
        f'[next](https://e.example/{word}?a="onmouseover="alert(1)) '
        f"<https://e.example/?'onclick='alert(1)> [no](javascript:alert(1)) "
        f'![{plain("picture")}](https://e.example/x"onerror="alert(1))\n\n'
        f"### {plain('below')} {{#{ANCHOR}}}\n\nBelow, {word}.\n",
    }


def _facts(files: dict[str, str], *, translated: bool) -> Facts:
    german = Wording(wicked("Titel"), wicked("precedence"), wicked("lagging"), wicked("Bemerkung"))
    return Facts(
        title=wicked("title"),
        language="en",
        contact=wicked("contact"),
        remark=wicked("remark") + "\n" + wicked("second line"),
        sections=tuple(files),
        profile="promise",
        days=30,
        effect=wicked("effect"),
        retired={wicked("anchor"): "use", wicked("gone"): ""},
        translations={"de": german} if translated else {},
    )


def make(root: Path) -> House:
    """The project, in a new folder: `privacy` with two releases, `past`, which was imported, and a
    draft of `privacy`.
    """
    root.mkdir()
    shutil.copytree(ROOT / "site", root / "site")
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = settings.replace("Policies of No-IP", """'AT&T''s "Terms" <draft>'""", 1)
    (root / "mkdocs.yml").write_text(named, "utf-8")
    (root / "publisher.toml").write_text(_CONFIGURATION, "utf-8")
    (root / ".gitignore").write_text("/.publisher/\n/build/\n")
    house = House(root)
    _privacy(house.project)
    _past(house.project)
    draft = root / "policy/privacy"
    draft.mkdir(parents=True)
    for name, text in sections("three").items():
        (draft / name).write_text(text, "utf-8")
    (draft / "policy.toml").write_text(_DRAFT, "utf-8")
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Tests")
    git(root, "config", "user.email", "tests@hosting.example")
    house.commit("Start")
    return house


_CONFIGURATION = f"""
[organisation]
name = '''{wicked("organisation")}'''
address = '''{wicked("street")}
{wicked("town")}'''
site = "http://127.0.0.1:8000/"

[mail]
from = "notices@hosting.example"
opt_out = "opt-out@hosting.example"
"""
_DRAFT = f"""
title = '''{wicked("draft")}'''
contact = '''{wicked("draft contact")}'''
remark = '''{wicked("draft remark")}'''
sections = ["use.md", "table.md"]

[opt_out]
effect = '''{wicked("draft effect")}'''
"""


def _privacy(project: Project) -> None:
    files = sections("one")
    first = Release(
        number=Number(1),
        materiality=Materiality.MATERIAL,
        policy=Policy("privacy", _facts(files, translated=True), files, (), {"de": files}),
        published=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        effective=dt.date(2026, 1, 1),
    )
    (first,) = _written(project, (), first)
    changed = sections("two")
    notes = (Note("_summary.md", wicked("summary")), Note("use.md", wicked("note")))
    facts = _facts(changed, translated=True)
    second = Release(
        number=Number(2),
        materiality=Materiality.MATERIAL,
        policy=Policy("privacy", facts, changed, notes, {"de": {"use.md": changed["use.md"]}}),
        published=dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
        effective=dt.date(2027, 3, 1),
        previous=Number(1),
        previous_seal=first.seal,
        closes=dt.date(2027, 2, 28),
        lags=(Lag("de", "table", None),),
    )
    own = project.configuration
    amendment = amend(first.policy.document, second.policy.document)
    letter = compose(second, first, amendment, own.organisation, own.address, own.site)
    letter = letter.replace("Dear ", f"{plain('letter')}\n\nDear ")
    form = f"{wording(second, own.organisation)}\n\n{wicked('wording')}\n"
    _written(project, (first,), replace(second, notice=letter, opt_out=form))


def _past(project: Project) -> None:
    line: Line = ()
    for number, word in enumerate(("old", "older"), 1):
        files = sections(word)
        release = Release(
            number=Number(number),
            materiality=Materiality.MATERIAL,
            policy=Policy("past", _facts(files, translated=False), files),
            published=None,
            effective=None,
            previous=line[-1].number if line else None,
            previous_seal=line[-1].seal if line else "",
            imported=Imported(
                source=wicked("source"),
                path=wicked("path"),
                commit="0" * 40,
                seen=dt.datetime(2025, number, 1, tzinfo=dt.UTC),
                digest=hashlib.sha256("".join(files.values()).encode()).hexdigest(),
                kept=("use", "table", ANCHOR),
            ),
        )
        line = _written(project, line, release)


def _written(project: Project, line: Line, release: Release) -> Line:
    archive.write(project, release.policy.id, release.number, release_files(release, {}))
    return (*line, archive.release(project, release.policy.id, release.number))
