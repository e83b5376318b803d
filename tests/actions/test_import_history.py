"""`publisher import`: the texts of a git history as releases, with anchors that stay."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.actions.import_history import ImportOrder, import_history
from publisher.actions.workplace import Workplace
from publisher.compare.amendment import amend
from publisher.compare.section_lineage import Lineage
from publisher.edges.foreign import ForeignHistory
from publisher.policies.anchoring import Anchored, anchor_for, anchored, source_text
from publisher.policies.policy import Facts, Policy
from publisher.releases.number import Number
from publisher.releases.releases import Releases, Status
from publisher.text.clauses import Document, Kind
from publisher.text.parsing import parse
from tests.fixtures.house import House, git
from tests.fixtures.some import some
from tests.fixtures.strategies import policies
from tests.fixtures.workplaces import archive_of

USE = "We use your data to send you what you ordered, and for nothing else."
KEYS = "Our servers encrypt every file with a key that only you hold, wherever you store it."
COOKIES = "A cookie tells us that you came back, and we delete it after thirty days at the latest."
CONTACT = "Write to the officer named at the foot of this page; an answer takes a week."
NO_FACTS = Facts("", "en", "", "", (), "promise", 30, "")
ONE = f"# Terms\n\nHello.\n\n## Use\n\n{USE}\n\n## Keys\n\n{KEYS}\n\n## Contact\n\n{CONTACT}\n"


@dataclass
class Past:
    """A git repository in which a file has a history; each commit is made on a later day."""

    root: Path
    day: dt.date = field(default_factory=lambda: dt.date(2021, 3, 1))

    def commit(self, files: dict[str, str | bytes | None] | None = None, message: str = "") -> str:
        """Writes files (None removes one), commits all, and returns the commit's id."""
        for name, text in (files or {}).items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_bytes(text if isinstance(text, bytes) else text.encode())
        git(self.root, "add", "-A")
        moment = f"{self.day}T12:00:00+02:00"
        subprocess.run(
            ["git", "commit", "-q", "--allow-empty", "-m", message or f"On {self.day}"],
            cwd=self.root,
            env={**os.environ, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment},
            check=True,
        )
        self.day += dt.timedelta(days=10)
        return git(self.root, "rev-parse", "HEAD").strip()

    def texts(self, *texts: str) -> list[str]:
        """Commits one text after the other as `terms.md`."""
        return [self.commit({"terms.md": text}) for text in texts]


def make_past(root: Path) -> Past:
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Archive")
    git(root, "config", "user.email", "archive@hosting.example")
    return Past(root)


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return make_past(tmp_path / "past")


def bring(house: House, past: Past, path: str = "terms.md", *more: str) -> str:
    return house.ok("import", "--history", str(past.root), path, *more)


def line(house: House, policy_id: str = "terms") -> Releases:
    return archive_of(house.project).releases(policy_id)


def sources(releases: Releases) -> list[str]:
    """The texts of the releases as they were before they had anchors."""
    return [
        Anchored(release.policy.files, release.imported.kept).source
        for release in releases
        if release.imported
    ]


def anchors(text: Anchored) -> dict[str, str]:
    """The anchor of each heading, by the heading."""
    clauses = [c for name, part in text.files.items() for c in parse(part, name)]
    return {c.text: c.anchor for c in clauses if c.kind is Kind.HEADING}


def followed(*texts: str) -> tuple[Lineage, list[dict[str, str]]]:
    lineage = Lineage()
    return lineage, [anchors(lineage.follow(text)) for text in texts]


def refused(house: House, *words: str) -> str:
    """Runs import, expects a refusal that changed nothing, returns the message."""
    before = git(house.root, "log", "--format=%H", "--all")
    result = house.run("import", *words)
    assert result.exit_code == 2, result.output
    assert git(house.root, "log", "--format=%H", "--all") == before
    assert git(house.root, "status", "--porcelain") == ""
    return result.output


# ── releases ─────────────────────────────────────────────────────────────────────────────────────


def test_each_text_is_a_release_with_its_commit_and_day(house: House, past: Past) -> None:
    two = ONE.replace("a week", "two weeks")
    commits = past.texts(ONE, ONE, two)
    past.commit({"other.md": "x\n"})
    commits += past.texts(ONE)
    output = bring(house, past)
    assert "3 new release(s), 3 in all, seen 2021-03-01 to 2021-04-10" in output
    assert "contact, opt_out.effect" in output
    found = line(house)
    assert sources(found) == [ONE, two, ONE]
    assert [r.imported and r.imported.commit for r in found] == [commits[n] for n in (0, 2, 3)]
    assert [r.imported and r.imported.seen.isoformat() for r in found] == [
        "2021-03-01T10:00:00+00:00", "2021-03-21T10:00:00+00:00", "2021-04-10T10:00:00+00:00",
    ]  # fmt: skip
    assert house.ok("verify", "--help")
    assert (
        house.ok("--policy", "terms", "verify") == "terms: 3 release(s) checked; none is signed\n"
    )
    assert git(house.root, "status", "--porcelain") == ""


def test_what_is_unknown_is_said_to_be_unknown(house: House, past: Past) -> None:
    past.texts(ONE)
    bring(house, past)
    record = (house.root / "versions/terms/1/release.toml").read_text()
    for fact in ("materiality", "published", "effective"):
        assert f'{fact} = "unknown"\n' in record
    assert "[notice]" not in record
    assert "revision" not in record
    release = line(house)[0]
    assert (release.published, release.effective, release.notice) == (None, None, "")
    assert {path.name for path in (house.root / "versions/terms/1").iterdir()} == {
        "SHA256SUMS", "release.toml", "sections",
    }  # fmt: skip


def test_the_day_a_text_was_seen_decides_what_was_in_force(house: House, past: Past) -> None:
    past.texts(ONE, ONE + "\nMore.\n", ONE)
    bring(house, past)
    found = line(house)

    def at(day: str) -> Number | None:
        release = found.in_force(dt.date.fromisoformat(day))
        return release.number if release else None

    # Since when the first text applied, nobody knows: it may have stood there long before.
    days = ("2011-01-01", "2021-03-10", "2021-03-11", "2021-03-20", "2021-03-21")
    assert [at(day) for day in days] == [Number(n) for n in (1, 1, 2, 2, 3)]
    ended = found.status(found[0], dt.date(2022, 1, 1))
    assert (ended.status, ended.since) == (Status.SUPERSEDED, dt.date(2021, 3, 11))
    assert found.status(found[2], dt.date(2022, 1, 1)).since is None


def test_a_file_is_followed_through_its_renames(house: House, past: Past) -> None:
    past.texts(ONE)
    past.commit({"terms.md": None, "legal/Terms of Use.md": ONE})
    past.commit({"legal/Terms of Use.md": ONE + "\nMore.\n"})
    output = bring(house, past, "legal/Terms of Use.md")
    assert "Imported terms-of-use: 2 new" in output
    paths = [r.imported and r.imported.path for r in line(house, "terms-of-use")]
    assert paths == ["terms.md", "legal/Terms of Use.md"]


def test_odd_names_are_recorded_on_one_line(house: House, past: Past) -> None:
    past.commit({" odd\tname.md": "# A\n\na\n"})
    bring(house, past, " odd\tname.md")
    (release,) = line(house, "odd-name")
    assert release.imported
    assert release.imported.path == "odd name.md"


def test_a_file_of_the_project_itself(house: House) -> None:
    for text in (ONE, ONE + "\nMore.\n"):
        (house.root / "terms.md").write_text(text)
        house.commit()
    house.ok("import", "--history", str(house.root), "terms.md")
    house.ok("import", "--history", str(house.root), "terms.md")
    assert sources(line(house)) == [ONE, ONE + "\nMore.\n"]
    assert (
        house.ok("--policy", "terms", "verify") == "terms: 2 release(s) checked; none is signed\n"
    )


def test_a_side_branch_counts_when_it_is_merged(house: House, past: Past) -> None:
    past.texts(ONE)
    git(past.root, "checkout", "-q", "-b", "side")
    past.texts(ONE + "\nAn idea.\n", ONE + "\nA better idea.\n")
    git(past.root, "checkout", "-q", "main")
    past.commit({"other.md": "x\n"})
    git(past.root, "merge", "-q", "--no-ff", "-m", "Merge", "side")
    bring(house, past)
    assert sources(line(house)) == [ONE, ONE + "\nA better idea.\n"]


def test_what_is_no_text_is_left_out_and_named(house: House, past: Past) -> None:
    past.texts(ONE)
    bad = past.commit({"terms.md": ONE.encode() + b"caf\xe9\n"})
    gone = past.commit({"terms.md": None})
    empty = past.commit({"terms.md": "\n"})
    zero = past.commit({"terms.md": b"# A\n\0\n"})
    past.texts(ONE, ONE + "\nMore.\n")
    output = bring(house, past)
    assert (
        f"left out: {bad[:10]} of 2021-03-11: `terms.md` is not UTF-8 text, see line 16" in output
    )
    assert f"{gone[:10]} of 2021-03-21: `terms.md` was removed" in output
    assert f"{empty[:10]} of 2021-03-31: `terms.md` is empty" in output
    assert f"{zero[:10]} of 2021-04-10: `terms.md` is no text" in output
    assert sources(line(house)) == [ONE, ONE + "\nMore.\n"]


def test_one_commit_and_one_tag_bear_witness_to_all(house: House, past: Past) -> None:
    past.texts(ONE, ONE + "\nMore.\n", ONE)
    before = git(house.root, "rev-list", "--count", "HEAD")
    bring(house, past)
    assert int(git(house.root, "rev-list", "--count", "HEAD")) == int(before) + 1
    assert git(house.root, "tag").split() == ["terms/3"]
    found = line(house)
    assert found[2].seal in git(house.root, "tag", "-n9", "-l", "terms/3")
    assert [r.previous_seal for r in found[1:]] == [r.seal for r in found[:2]]


def test_an_altered_text_of_the_past_is_found(house: House, past: Past) -> None:
    past.texts(ONE, ONE + "\nMore.\n")
    bring(house, past)
    folder = house.root / "versions/terms/1"
    path = next((folder / "sections").glob("keys.md"))
    path.write_text(path.read_text().replace("only you", "only we"))
    result = house.run("--policy", "terms", "verify")
    assert result.exit_code == 1
    assert "versions/terms/1/sections/keys.md" in result.output
    assert "versions/terms/1: error: is not the text of `terms.md` at commit" in result.output
    assert "was altered" in refused_dirty(house, past)


def refused_dirty(house: House, past: Past) -> str:
    result = house.run("import", "--history", str(past.root), "terms.md")
    assert result.exit_code == 2
    return result.output


# ── run again ────────────────────────────────────────────────────────────────────────────────────


def bytes_of(house: House) -> dict[str, bytes]:
    found = {}
    for folder in ("versions/terms", "policy/terms"):
        for path in sorted((house.root / folder).rglob("*")):
            if path.is_file():
                found[path.relative_to(house.root).as_posix()] = path.read_bytes()
    return dict(some(found.items()))


def test_run_again_it_finds_nothing_new(house: House, past: Past) -> None:
    past.texts(ONE, ONE + "\nMore.\n")
    bring(house, past)
    before, head = bytes_of(house), git(house.root, "rev-parse", "HEAD")
    assert "Nothing new: terms has 2 release(s)" in bring(house, past)
    assert (bytes_of(house), git(house.root, "rev-parse", "HEAD")) == (before, head)


def test_stopped_half_way_it_leaves_no_trace(house: House, past: Past) -> None:
    texts = [ONE.replace("a week", f"{n} weeks") for n in range(2, 8)]
    past.texts(*texts[:3])
    bring(house, past)
    before = bytes_of(house)
    past.texts(*texts[3:])

    def cut(what: str, done: int, _: int) -> None:
        if (what, done) == ("folders", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_history(Workplace(house.project), ImportOrder(past.root, "terms.md"), cut)
    assert bytes_of(house) == before
    assert git(house.root, "status", "--porcelain") == ""
    half = house.root / "versions/terms/.5.0123abcd.part"
    half.mkdir()
    (half / "release.toml").write_text("half")
    assert "3 new release(s), 6 in all" in bring(house, past)
    assert sources(line(house)) == texts
    assert not half.exists()
    assert (
        house.ok("--policy", "terms", "verify") == "terms: 6 release(s) checked; none is signed\n"
    )


def test_refused_by_a_hook_it_leaves_no_trace(house: House, past: Past) -> None:
    past.texts(ONE, ONE + "\nMore.\n")
    hook = house.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    output = refused(house, "--history", str(past.root), "terms.md")
    assert "git did not commit" in output
    assert not (house.root / "policy/terms").exists()
    hook.unlink()
    bring(house, past)
    assert git(house.root, "tag").split() == ["terms/2"]
    assert git(house.root, "status", "--porcelain") == ""


def test_a_later_run_adds_what_has_come_since(house: House, past: Past, tmp_path: Path) -> None:
    moved = f"# Terms\n\nHello.\n\n## Secrets\n\n{KEYS}\n\n## Use\n\n{USE}\n"
    past.texts(ONE, moved)
    bring(house, past)
    assert (house.root / "policy/terms/keys.md").read_text().startswith("## Secrets {#keys}\n")
    past.texts(ONE, ONE.replace("Keys", "Locks"))
    assert "2 new release(s), 4 in all" in bring(house, past)
    assert (
        house.ok("--policy", "terms", "verify") == "terms: 4 release(s) checked; none is signed\n"
    )
    assert (house.root / "policy/terms/keys.md").read_text().startswith("## Locks {#keys}\n")
    assert git(house.root, "status", "--porcelain") == ""
    at_once = tmp_path / "at-once"
    git(tmp_path, "clone", "-q", str(house.root), str(at_once))
    git(at_once, "config", "user.name", "Tests")
    git(at_once, "config", "user.email", "tests@hosting.example")
    other = House(at_once)
    git(at_once, "rm", "-rq", "versions/terms", "policy/terms")
    git(at_once, "tag", "-d", "terms/2", "terms/4")
    other.commit("Without")
    bring(other, past)
    assert bytes_of(other) == bytes_of(house)


def test_the_draft_is_the_last_release_and_work_goes_on(house: House, past: Past) -> None:
    past.texts(ONE)
    bring(house, past, "terms.md", "--title", "Terms of Service", "--language", "en")
    path = house.root / "policy/terms/policy.toml"
    facts = path.read_text()
    assert 'title = "Terms of Service"' in facts
    assert "# Imported." in facts
    assert "`opt_out.effect` is empty" in house.run("--policy", "terms", "check").output
    facts = facts.replace('contact = ""', 'contact = "a@b.example"')
    path.write_text(facts.replace('effect = ""', 'effect = "The old text goes on."'))
    first = house.root / "policy/terms/terms.md"
    first.write_text(first.read_text().replace("# Terms {", "## Terms {"))
    note = house.root / "policy/terms/notes/terms.md"
    note.parent.mkdir()
    note.write_text("A smaller heading.\n")
    house.commit("Fill in")
    day = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=60)).isoformat()
    house.ok("--policy", "terms", "freeze", "--effective", day)
    assert (
        house.ok("--policy", "terms", "verify") == "terms: 2 release(s) checked; none is signed\n"
    )
    output = refused(house, "--history", str(past.root), "terms.md")
    assert "release 2 was frozen from a draft" in output
    assert "--policy ID" in output


def test_a_draft_with_a_text_of_its_own_is_left_alone(house: House, past: Past) -> None:
    past.texts(ONE)
    before = (house.root / "policy/privacy/use.md").read_bytes()
    output = bring(house, past, "terms.md", "--policy", "privacy")
    assert "policy/privacy has a text of its own and was left alone" in output
    assert (house.root / "policy/privacy/use.md").read_bytes() == before
    assert line(house, "privacy")[0].policy.facts.title == "Privacy Policy"
    assert git(house.root, "status", "--porcelain") == ""


# ── anchors ──────────────────────────────────────────────────────────────────────────────────────


def test_a_section_keeps_its_anchor_wherever_it_goes() -> None:
    lineage, (first, then) = followed(
        ONE, f"# Terms\n\nHello.\n\n## Secrets\n\n{KEYS}\n\n### How We Use It\n\n{USE}\n"
    )
    assert first == {"Terms": "terms", "Use": "use", "Keys": "keys", "Contact": "contact"}
    assert then == {"Terms": "terms", "Secrets": "keys", "How We Use It": "use"}
    assert lineage.retired == {"contact": ""}
    assert lineage.carried == 3


def test_a_split_section_keeps_it_on_the_part_that_goes_on() -> None:
    both = f"## Data\n\n{USE}\n\n{KEYS}\n\n{CONTACT}\n"
    _, (first, then) = followed(both, f"## Data\n\n{USE}\n\n{CONTACT}\n\n## Encryption\n\n{KEYS}\n")
    assert first == {"Data": "data"}
    assert then == {"Data": "data", "Encryption": "encryption"}


def test_a_merged_section_is_retired_to_the_one_it_went_into() -> None:
    two = f"## Data\n\n{USE}\n\n{CONTACT}\n\n## Encryption\n\n{KEYS}\n"
    one = f"## Data\n\n{USE}\n\n{CONTACT}\n\n{KEYS}\n"
    lineage, found = followed(two, one)
    assert lineage.retired == {"encryption": "data"}
    assert anchors(lineage.follow(two)) == found[0]
    assert lineage.retired == {}


def test_an_anchor_is_never_given_again_but_to_its_own_section() -> None:
    cookies = f"## Use\n\n{USE}\n\n## Cookies\n\n{COOKIES}\n"
    without = f"## Use\n\n{USE}\n"
    other = f"## Use\n\n{USE}\n\n## Cookies\n\nBake them for ten minutes, then let them cool.\n"
    again = f"## Use\n\n{USE}\n\n## 7. Cookies\n\n{COOKIES} Or sooner.\n"
    lineage, found = followed(cookies, without, other, without, again)
    assert [f.get("Cookies", f.get("7. Cookies")) for f in found] == [
        "cookies", None, "cookies-2", None, "cookies",
    ]  # fmt: skip
    assert lineage.retired == {"cookies-2": ""}


def test_a_page_that_was_broken_for_a_day_costs_no_anchor() -> None:
    lineage, found = followed(ONE, "# Sorry\n\nWe are all mixed up.\n", ONE)
    assert found[2] == found[0]
    assert lineage.retired == {"sorry": ""}


def test_the_same_text_has_the_same_anchors() -> None:
    texts = [ONE, ONE.replace("Keys", "Secrets"), ONE.replace("## Use", "## Keys"), ONE]
    _, found = followed(*texts)
    assert found[0] == found[3]


def test_a_place_that_is_gone_too_is_none() -> None:
    two = f"## Data\n\n{USE}\n\n{CONTACT}\n\n## Encryption\n\n{KEYS}\n\n## Rest\n\n{COOKIES}\n"
    one = f"## Data\n\n{USE}\n\n{CONTACT}\n\n{KEYS}\n\n## Rest\n\n{COOKIES}\n"
    lineage, _ = followed(two, one, f"## Rest\n\n{COOKIES}\n")
    assert lineage.retired == {"data": "", "encryption": ""}


def test_anchors_that_a_text_has_itself_stay() -> None:
    text = (
        f"## Use {{#purpose}}\n\n{USE}\n\n## Keys {{#Keys!}}\n\n{KEYS}\n\n## B {{#purpose}}\n\nb\n"
    )
    lineage = Lineage()
    found = lineage.follow(text)
    assert found.kept == ("purpose",)
    assert anchors(found) == {"Use": "purpose", "Keys {#Keys!}": "keys", "B {#purpose}": "b"}
    assert found.source == text


def test_anchors_made_of_headings() -> None:
    assert anchor_for("1.2 What’s Über?", ()) == "whats-uber"
    assert anchor_for("A <b>bold</b> word", ()) == "a-bold-word"
    assert anchor_for("数据保留", ()) == "shu-ju-bao-liu"
    assert anchor_for("3. Оплата и возврат", ()) == "oplata-i-vozvrat"
    assert anchor_for("Straße, Größe & Ωράριο", ()) == "strasse-grosse-orario"
    assert anchor_for("§§ 1–2", ()) == "section"
    assert anchor_for("", {"section", "section-2"}) == "section-3"
    assert anchor_for("Beginning", ()) == "beginning-2"
    assert anchor_for("word " * 40, ()) == "word-word-word-word-word-word-word-word"


# ── texts ────────────────────────────────────────────────────────────────────────────────────────

ODD = {
    "no heading": "Only words.\n",
    "a beginning": "Hello.\n\n## A\n\na\n\n## B\n\nb\n",
    "underlined": "Hello\nthere\n=====\n\nText.\n\nTwo  \n---\n\nMore.",
    "closed": "# A #\n\n## B ##   \n\n## C \\##\n",
    "empty headings": "#\n\n ##\n\n## ##\n\n- ###\n\n- ### ###\n",
    "twice": "## A\n\none\n\n## A\n\ntwo\n\n## A\n\nthree\n",
    "in a list": "1. ## A\n\n   text\n2. B\n   ===\n\n> ### C\n> quoted\n",
    "html": "<div>\n\n## A <b>bold</b>\n\n<script>alert(1)</script>\n\n<br>\n",
    "references": "## A\n\nSee [b][1].\n\n## B\n\nb\n\n[1]: https://b.example\n",
    "code": "## A\n\n```\n## no heading {#no}\n```\n\n    # none {#none}\n\n## B\n\nb\n",
    "front matter": "---\ntitle: A\n---\n\n## A\n\na\n\n## B\n\nb\n",
    "marks": "## **A**\n\na\n\n## `b`\n\nb\n\n## [c](https://x.example)\n\nc\n\n## d \\\n\nd\n",
    "a table": "## A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nTitle | x\n---\n",
    "blanks": "\n\n\n## A\n\n\n\n## B\n",
}


def said(clauses: Iterable[object]) -> list[object]:
    return [(c.kind, c.level, c.cells, c.shape) for c in clauses]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts_lose_nothing(text: str) -> None:
    lineage = Lineage()
    found = lineage.follow(text)
    assert found.source == text
    assert found.stems_from(hashlib.sha256(text.encode()).hexdigest())
    clauses = [c for name, part in found.files.items() for c in parse(part, name)]
    assert said(clauses) == said(parse(text))
    headings = [c.anchor for c in clauses if c.kind is Kind.HEADING]
    assert len(set(headings)) == len(headings)
    assert all(headings)


def test_tables_in_two_files_are_two_tables() -> None:
    """Each file was read with table numbers of its own: a wide table met a narrow one."""
    wide = "| a | b | c |\n|---|---|---|\n" + "".join(f"| {n} | old | x |\n" for n in range(4))
    narrow = "| d | e |\n|---|---|\n" + "".join(f"| {n} | old |\n" for n in range(4))
    text = f"## Wide\n\n{wide}\n## Narrow\n\n{narrow}"
    lineage = Lineage()
    one, two = (
        Policy("terms", NO_FACTS, lineage.follow(each).files).document
        for each in (text, text.replace("old", "new"))
    )
    assert len({clause.table for clause in one.clauses if clause.table}) == 2
    assert len(amend(one, two).changes) == 2


def test_parts_are_cut_only_where_the_whole_allows() -> None:
    assert list(Lineage().follow(ODD["a beginning"]).files) == ["beginning.md", "a.md", "b.md"]
    assert list(Lineage().follow(ODD["references"]).files) == ["a.md"]
    assert list(Lineage().follow(ONE).files) == ["terms.md", "use.md", "keys.md", "contact.md"]


@given(st.one_of(policies(), policies(anchored=False), st.text(alphabet="#=-> *1.`[]{}ab\\\n")))
def test_a_text_with_anchors_is_the_text_without_them(text: str) -> None:
    text = source_text(text.encode())
    clauses = parse(text)
    headings = [c for c in clauses if c.kind is Kind.HEADING]
    names = [f"s-{n}" for n in range(len(headings))]
    found = anchored(clauses, names)
    assert found.source == text
    assert found.stems_from(hashlib.sha256(text.encode()).hexdigest())
    assert not found.stems_from(hashlib.sha256(f"{text}.".encode()).hexdigest())
    again = [c for part in found.files.values() for c in parse(part)]
    assert [c.anchor for c in again if c.kind is Kind.HEADING] == names


@given(st.lists(policies(anchored=False), min_size=1, max_size=5))
def test_every_form_of_a_text_is_followed(texts: list[str]) -> None:
    lineage, ever = Lineage(), set[str]()
    for text in texts:
        found = lineage.follow(text)
        assert found.source == text
        document = Document(tuple(c for part in found.files.values() for c in parse(part)))
        here = [s.anchor for s in document.sections if s.heading]
        assert len(set(here)) == len(here)
        assert not set(here) & set(lineage.retired)
        assert set(lineage.retired.values()) <= {*here, ""}
        assert ever <= {*here, *lineage.retired}
        ever |= {*here}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts_are_imported_and_verified(house: House, past: Past, text: str) -> None:
    past.texts(ONE, text.replace("\n", "\r\n"), ONE)
    bring(house, past)
    assert sources(line(house)) == [ONE, text, ONE]
    assert (
        house.ok("--policy", "terms", "verify") == "terms: 3 release(s) checked; none is signed\n"
    )


def test_line_ends_and_byte_order_marks_are_no_words(house: House, past: Past) -> None:
    past.texts(ONE, ONE.replace("\n", "\r\n"), "\ufeff" + ONE)
    bring(house, past)
    assert sources(line(house)) == [ONE]


def test_a_site_of_texts_of_the_past(house: House, past: Past) -> None:
    past.texts(ONE, ODD["html"])
    bring(house, past, "terms.md", "--title", "Terms")
    assert "PDFs" in house.ok("build")
    built = house.root / "build/site/terms"
    page = (built / "2/index.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'id="a-bold"' in page
    assert (built / "2/policy.pdf").read_bytes().startswith(b"%PDF")
    assert not (built / "1/policy.pdf").exists()


# ── wrong uses ───────────────────────────────────────────────────────────────────────────────────


def test_no_git_repository(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    assert "is not in a git repository" in refused(house, "--history", str(folder), "terms.md")
    assert "is not in a git repository" in refused(house, "--history", "nowhere", "terms.md")


def test_a_path_that_was_never_there(house: House, past: Past) -> None:
    past.texts(ONE)
    output = refused(house, "--history", str(past.root), "Terms.md")
    assert "no commit has it" in output
    assert "git log --name-only" in output
    assert "is no Markdown file" in refused(house, "--history", str(past.root), "terms")


def test_a_file_that_never_was_a_text(house: House, past: Past) -> None:
    past.commit({"terms.md": b"\xff\xfe\x00"})
    assert "is not UTF-8 text" in refused(house, "--history", str(past.root), "terms.md")


def test_a_shallow_clone(house: House, past: Past, tmp_path: Path) -> None:
    past.texts(ONE, ONE + "\nMore.\n")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{past.root}", "shallow")
    output = refused(house, "--history", str(tmp_path / "shallow"), "terms.md")
    assert "is a shallow clone" in output
    assert "fetch --unshallow" in output


def test_an_id_that_cannot_be_one(house: House, past: Past) -> None:
    past.texts(ONE)
    words = ("--history", str(past.root), "terms.md", "--policy", "Terms of Use")
    assert "cannot be a policy's id" in refused(house, *words)


def test_another_history(house: House, past: Past, tmp_path: Path) -> None:
    past.texts(ONE, ONE + "\nMore.\n")
    bring(house, past)
    other = make_past(tmp_path / "other")
    other.texts(ONE, ONE + "\nOther.\n", ONE)
    output = refused(house, "--history", str(other.root), "terms.md")
    assert "release 2 was made of `terms.md` at commit" in output


def test_a_repository_without_a_commit(house: House, past: Past) -> None:
    assert "no commit yet" in refused(house, "--history", str(past.root), "terms.md")


def test_a_record_holds_no_password_and_no_path_of_this_machine(past: Past) -> None:
    past.texts(ONE)
    assert ForeignHistory(past.root).address == "past"
    git(past.root, "remote", "add", "origin", "https://me:secret@git.example/legal.git")
    assert ForeignHistory(past.root).address == "https://git.example/legal.git"
    for url, name in (
        ("git@git.example:legal.git", "git.example:legal.git"),
        ("/home/me/legal.git", "legal.git"),
        ("ssh://me@git.example/legal", "ssh://git.example/legal"),
    ):
        git(past.root, "remote", "set-url", "origin", url)
        assert ForeignHistory(past.root).address == name


@pytest.mark.parametrize("heading", ["Terms \\<script\\>", "Terms <script>x</script>", "a \\> b"])
def test_a_heading_that_cannot_be_a_title_is_told_before_anything_is_written(
    house: House, past: Past, heading: str
) -> None:
    past.texts(ONE.replace("# Terms", f"# {heading}", 1))
    words = ("--history", str(past.root), "terms.md", "--policy", "past")
    result = house.run("import", *words)
    assert result.exit_code == 2, result.output
    assert "terms.md: the title" in result.output
    assert "--title" in result.output
    assert not (house.root / "versions").exists()
    assert not (house.root / "policy/past").exists()
    assert house.run("import", *words, "--title", "<b>").exit_code == 2
    house.ok("import", *words, "--title", "Terms")
    assert archive_of(house.project).releases("past")[0].policy.facts.title == "Terms"
