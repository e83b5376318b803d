"""What was told is what stands: a release that another program compared says everywhere what it
said when it was frozen.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from publisher.wording.words import ENGLISH
from tests import ROOT
from tests.fixtures import browsers, trilingual
from tests.fixtures.forging import Forger
from tests.fixtures.house import House, copied_house, later, make_house

OTHER_ENGINE = '''

def compare_words(old, new, terms):
    """Each amended text is struck as a whole, and written again."""
    if old == new:
        return tuple(Span(SpanKind.KEEP, run.text, run.marks) for run in new)
    gone = tuple(Span(SpanKind.DELETE, run.text, run.marks) for run in old)
    return gone + tuple(Span(SpanKind.INSERT, run.text, run.marks) for run in new)
'''
"""What the program of before is made of this one with."""
ADDED = {
    "en": r"(\d+) words? added, (\d+) removed",
    "fr": r"(\d+) mots? ajoutés?, (\d+) supprimés?",
    "de": r"(\d+) W(?:o|ö)rt(?:er)? hinzugefügt, (\d+) entfernt",
}
TOLD = {"en": ("7", "7"), "fr": ("8", "8"), "de": ("4", "4")}
"""How many words the program of before added and removed, by language."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Release 2, as the program of before compared it; 2.1, by this one, puts it off."""
    folder = tmp_path_factory.mktemp("told")
    shutil.copytree(ROOT / "publisher", folder / "before/publisher")
    with (folder / "before/publisher/compare/words.py").open("a") as file:
        file.write(OTHER_ENGINE)
    house = make_house(folder / "house")
    trilingual.ready_for_two(house)
    words = ["--project", str(house.root), "freeze", "--effective", later(60)]
    subprocess.run(
        [sys.executable, "-P", "-m", "publisher", *words],
        env={**os.environ, "PYTHONPATH": str(folder / "before")},
        check=True,
        capture_output=True,
    )
    house.ok("freeze", "--effective", later(70), "--correction")
    house.ok("build")
    return house


def told_day() -> str:
    return ENGLISH.day(dt.date.fromisoformat(later(0)))


def figures(text: str, language: str = "en") -> set[tuple[str, str]]:
    """All that a text states of how many words were added and removed."""
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))
    return set(re.findall(ADDED[language], plain))


def pdf(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def test_all_that_states_a_number_states_what_was_told(told: House) -> None:
    site, sealed = told.root / "build/site/privacy", told.root / "versions/privacy"
    for language, due in TOLD.items():
        own = "" if language == "en" else f"{language}/"
        tag = "" if language == "en" else f".{language}"
        for number in ("2", "2.1"):
            stated = {
                name: figures(text, language)
                for name, text in {
                    "sealed letter": (sealed / number / f"notice{tag}.md").read_text(),
                    "letter": (site / number / f"notice/{own}index.html").read_text(),
                    "letter as PDF": pdf((site / number / f"notice{tag}.pdf").read_bytes()),
                    "mail": told.ok("notice", number, "--language", language),
                }.items()
            }
            assert stated == {key: {due} for key in stated}, (number, language)
        stated = {
            name: figures(text, language)
            for name, text in {
                "page": (site / f"2/{own}changes/index.html").read_text(),
                "whole": (site / f"2.1/{own}changes/whole/index.html").read_text(),
                "feed": (site / f"feed{tag}.atom").read_text(),
                "JSON feed": (site / f"feed{tag}.json").read_text(),
            }.items()
        }
        assert stated == {key: {due} for key in stated}, language
        kept = json.loads((sealed / f"2/changes{tag}.json").read_text())
        assert (str(kept["words"]["inserted"]), str(kept["words"]["deleted"])) == due
        assert figures(kept["summary"], language) == {due}


def test_what_has_the_authoritative_text_alone_states_it_too(told: House) -> None:
    site = told.root / "build/site/privacy"
    due = TOLD["en"]
    published = json.loads((site / "2/changes.json").read_text())
    kept = json.loads((told.root / "versions/privacy/2/changes.json").read_text())
    for key in ("words", "summary", "engine"):
        assert published[key] == kept[key]
    (two,) = (v for v in json.loads((site / "versions.json").read_text())["versions"]
              if v["number"] == "2")  # fmt: skip
    assert {key: two["changes"][key] for key in kept["words"]} == kept["words"]
    assert two["changes"]["told"] == published["told"] == later(0)
    for name, text in {
        "PDF": pdf((site / "2/changes.pdf").read_bytes()),
        "Markdown": (site / "2/changes.md").read_text(),
        "terminal": told.ok("diff", "1", "2"),
        "report": told.ok("diff", "1", "2", "--format", "markdown"),
        "page of its own": told.ok("diff", "1", "2", "--format", "html"),
        "postponed": told.ok("diff", "1", "2.1"),
    }.items():
        assert figures(text) == {due}, name
        assert "s told on" in text, name
    history = re.sub(r"<[^>]+>", " ", (site / "history/index.html").read_text())
    assert re.search(rf"7 words added\s+7 words removed\s+As told on {told_day()}\.", history)


def test_what_this_program_finds_is_a_page_beside_it(told: House) -> None:
    site = told.root / "build/site/privacy"
    for own in ("", "fr/", "de/"):
        page = (site / f"2/{own}changes/index.html").read_text()
        assert 'href="anew/"' in page
        other = (site / f"2/{own}changes/anew/index.html").read_text()
        found = figures(other, own.strip("/") or "en")
        assert found
        assert found != {TOLD[own.strip("/") or "en"]}
        assert 'href="../"' in other
    assert "As told on " in (site / "2/changes/index.html").read_text()
    assert not (site / "2.1/changes/anew").exists()
    assert figures(told.ok("diff", "1", "2", "--anew")) == {("1", "1")}


def test_a_browser_that_compares_states_it(told: House, browser: Browser) -> None:
    with browsers.serving(told) as address:
        page = browser.new_page()
        page.goto(f"{address}privacy/compare/?from=1&to=2.1")
        summary = page.locator(".pp-summary")
        expect(summary).to_contain_text("7 words added, 7 removed, as told on")
        # The sections, as the browser finds them, state no figures that nobody was told.
        items = page.locator(".pp-result li .pp-kind")
        assert items.count()
        assert not [said for said in items.all_inner_texts() if "word" in said]
        summary.locator("a").click()
        page.wait_for_url("**/privacy/2.1/changes/whole/")
        assert figures(page.content()) == {TOLD["en"]}
        page.goto(f"{address}privacy/compare/?from=1&to=2")
        page.wait_for_url("**/privacy/2/changes/")
        page.close()


# ── a program that cuts texts otherwise ──────────────────────────────────────────────────────────

OTHER_CUT = '''

_parse = parse


def parse(text, file="", numbers=None):
    """Each line of a paragraph is a clause, and its emphasis is left as it is written."""
    from dataclasses import replace

    found = []
    for clause in _parse(text, file, numbers):
        lines = source_lines(clause.raw)
        if clause.kind is not Kind.PARAGRAPH or not file.endswith("security.md"):
            found.append(clause)
            continue
        for n, line in enumerate(lines):
            words = line.strip()
            if not words:
                found[-1] = replace(found[-1], raw=found[-1].raw + line)
                continue
            found.append(
                replace(clause, raw=line, cells=((Run(words),),), line=clause.line + n, text=words,
                        words=len(words.split()), key="line " + words)
            )
    return tuple(found)
'''
SECURITY = "## Security {#security}\n\nWe encrypt *everything*\nwith 128 bit keys.\n\nAlways so.\n"


def as_program(folder: Path, house: House, *words: str) -> str:
    """What the other program says, which has to succeed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "publisher", "--project", str(house.root), *words],
        env={**os.environ, "PYTHONPATH": str(folder)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that cuts texts otherwise."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copytree(ROOT / "publisher", folder / "publisher")
    with (folder / "publisher/text/parsing.py").open("a") as file:
        file.write(OTHER_CUT)
    return folder


@pytest.mark.parametrize("earlier", [True, False], ids=["frozen by it", "read by it"])
def test_a_release_of_a_program_that_cuts_otherwise(
    earlier: bool, other: Path, tmp_path: Path
) -> None:
    house = make_house(tmp_path / "house")
    house.write({"security.md": SECURITY})
    house.commit("In two lines")
    house.ok("freeze", "--effective", "unknown")
    new = (
        SECURITY.replace("everything*\nwith 128", "all*\nof it with 256") + "\nAnd *more*\nof it.\n"
    )
    house.write({"security.md": new, "notes/security.md": "Better.\n"})
    house.commit("Amended")

    def before(*words: str) -> str:
        return as_program(other, house, *words) if earlier else house.ok(*words)

    def later_on(*words: str) -> str:
        return house.ok(*words) if earlier else as_program(other, house, *words)

    before("freeze", "--effective", later(60))
    kept = json.loads((house.root / "versions/privacy/2/changes.json").read_text())
    due = {(str(kept["words"]["inserted"]), str(kept["words"]["deleted"]))}
    # Where emphasis is written in the words, they are not the words that this program reads.
    said = later_on("verify")
    assert "versions/privacy/2/changes.json" in said
    assert "reads the two texts otherwise" in said
    assert "publisher diff 1 2 --anew" in said
    later_on("build")
    site = house.root / "build/site/privacy"
    for name, text in {
        "page": (site / "2/changes/index.html").read_text(),
        "letter": (site / "2/notice/index.html").read_text(),
        "letter as PDF": pdf((site / "2/notice.pdf").read_bytes()),
        "PDF": pdf((site / "2/changes.pdf").read_bytes()),
        "Markdown": (site / "2/changes.md").read_text(),
        "feed": (site / "feed.atom").read_text(),
        "JSON feed": (site / "feed.json").read_text(),
        "terminal": later_on("diff", "1", "2"),
        "mail": later_on("notice", "2"),
        "home": (house.root / "build/site/index.html").read_text(),
    }.items():
        assert figures(text) == due, name
        if name == "home":
            assert f"removed. As told on {told_day()}." in text
    published = json.loads((site / "2/changes.json").read_text())
    assert published["words"] == kept["words"]
    assert published["summary"] == kept["summary"]
    assert [change["id"] for change in published["changes"]] == [
        change["id"] for change in kept["changes"]
    ]
    sealed_words = [op["cells"] for op in kept["operations"] if "cells" in op]
    assert [op["cells"] for op in published["operations"] if "cells" in op] == sealed_words
    later_on("diff", "1", "2", "--anew")


# ── sealed by hand ───────────────────────────────────────────────────────────────────────────────


def two(house: House) -> None:
    house.freeze_two()


FORGED: dict[str, tuple[str, str, str, str]] = {
    "figures": ("changes.json", '"words": {"inserted": 1', '"words": {"inserted": 9',
                "`words` are 9 inserted"),
    "figures of a change": ("changes.json", '"deleted": 1, "moved": 0, "old"',
                            '"deleted": 1, "moved": 4, "old"', r"`changes\[0\].moved` is 4"),
    "a sentence": ("changes.json", "1 word added", "7 words added", "`summary` says 7"),
    "nothing changed": ("changes.json", '"clauses": 4}', '"clauses": 5}',
                        "contradicts|keeps|tells"),
    "a word of an amended clause": ("changes.json", '"text": "256"', '"text": "512"',
                                    "tells of words that do not stand in its text"),
    "another cut": ("changes.json", r'"cuts": {"old": "h2:2', '"cuts": {"old": "h2:1',
                    "cuts|where its text has none"),
    "another text": ("changes.json", '"texts": {"old": "', '"texts": {"old": "0', "texts.old"),
    "another text before": ("changes.json", r'"old": "[0-9a-f]{64}"', '"old": "' + "0" * 64 + '"',
                            "compares other texts"),
    "the letter": ("notice.md", "1 word added, 1 removed", "2 words added, 1 removed",
                   "says “1 section amended; 2 words? added, 1 removed”, and the comparison"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_what_contradicts_what_was_told_is_an_error(case: str, tmp_path: Path) -> None:
    """Sealed anew as a freeze would have, by somebody who can push."""
    name, was, now, said = FORGED[case]
    forger = Forger(copied_house(tmp_path / "house", two))
    message, kept = forger.message("2"), tmp_path / "kept"
    shutil.copytree(forger.folder("2"), kept)
    forger.git("reset", "-q", "--hard", "privacy/2^")
    forger.git("tag", "-d", "privacy/2")
    shutil.copytree(kept, forger.folder("2"))
    shutil.rmtree(forger.root / "policy/privacy/notes")
    text = (forger.folder("2") / name).read_text()
    altered = re.sub(was, now, text, count=1) if "[" in was else text.replace(was, now, 1)
    assert altered != text
    (forger.folder("2") / name).write_text(altered)
    forger.reseal("2")
    forger.commit("Freeze privacy/2")
    forger.tag("2", message)
    forger.retag("2", message)
    result = forger.house.run("verify")
    assert result.exit_code == 1, result.output
    assert f"versions/privacy/2/{name}" in result.output
    assert re.search(said, result.output), result.output
    assert forger.house.run("build").exit_code


def test_of_what_was_retracted_nobody_is_said_to_have_been_told(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", two)
    house.ok("build")
    site = house.root / "build/site/privacy"
    assert "As told on" in (site / "2/changes/index.html").read_text()
    house.ok("retract", "2", "--why", "a slip", "--as", "legal", "--confirm")
    house.ok("build")
    said = f"As sealed on {told_day()}; nobody was told of it."
    for name, text in {
        "page": (site / "2/changes/index.html").read_text(),
        "history": (site / "history/index.html").read_text(),
        "PDF": " ".join(pdf((site / "2/changes.pdf").read_bytes()).split()),
        "feed": (site / "feed.atom").read_text(),
    }.items():
        assert "s told on" not in text, name
        assert said in text or name == "feed", name
    for listed in ("2/changes.json", "versions.json"):
        assert '"told"' not in (site / listed).read_text()
    assert "s told on" not in house.ok("diff", "1", "2")
