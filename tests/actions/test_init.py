"""`publisher init`: from an empty folder to a first version, by what it is told alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from publisher.founding.laid_files import PLACES, RECORD_FILE
from publisher.policies.settings import read_settings
from publisher.text.parsing import parse
from tests import ROOT
from tests.cli.test_first_release import typed
from tests.fixtures.founding import SAID, found, founded, known_to_git
from tests.fixtures.house import House, git
from tests.fixtures.some import some

ENGLISH = """# Privacy Policy

We keep what we promise.

## Use of Data

We use your data for your orders, see [security](#security).

### Orders

Only for them.

## Security {#security}

We encrypt it.
"""
GERMAN = """# Datenschutz

Wir halten, was wir versprechen.

## Verwendung

Wir verwenden Ihre Daten für Ihre Bestellungen.

### Bestellungen

Nur dafür.

## Sicherheit

Wir verschlüsseln sie.
"""


@pytest.fixture(autouse=True)
def _committer(monkeypatch: pytest.MonkeyPatch) -> None:
    known_to_git(monkeypatch)


def everything(root: Path) -> dict[str, bytes]:
    """Every file below a folder but git's own."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git/" not in f"{path.relative_to(root)}/"
    }


# ── what comes of it ─────────────────────────────────────────────────────────────────────────────


def test_two_policies_in_two_languages_are_frozen_and_built_at_the_first_try(
    tmp_path: Path,
) -> None:
    for name, text in (("en.md", ENGLISH), ("de.md", GERMAN)):
        (tmp_path / name).write_text(text)
    languages = ("--language", "en", "--language", "de")
    texts = [
        word
        for each in ("privacy", "terms")
        for tag in ("en", "de")
        for word in ("--text", f"{each}:{tag}", str(tmp_path / f"{tag}.md"))
    ]
    root = tmp_path / "legal"
    house = found(root, *languages, *texts, "--title", "terms:de", "Bedingungen")
    assert "0 error(s)" in house.ok("check")
    for each in ("privacy", "terms"):
        house.ok("--policy", each, "freeze", "--effective", "2026-01-01")
    house.ok("build")
    german = (root / "build/site/terms/de/index.html").read_text()
    assert "Bedingungen" in german
    assert "Richtlinien und Bedingungen von Example Hosting GmbH" in german
    pages = some(sorted((root / "build/site").rglob("*.html")))
    for path in (*pages, *(root / name for name in everything(root) if "build/" not in name)):
        assert b"No-IP" not in path.read_bytes(), path
    assert "Policies of Example Hosting GmbH" in pages[0].read_text() + str(pages)
    assert git(root, "status", "--porcelain") == ""


def test_a_template_has_gaps_which_check_names_and_no_release_has(tmp_path: Path) -> None:
    house = found(tmp_path / "legal")
    said = house.run("check")
    assert said.exit_code == 1
    assert "policy/privacy/collection.md:3: error: a gap is left: [[Which personal data" in (
        said.output
    )
    refused = house.run("freeze", "--effective", "2026-01-01")
    assert refused.exit_code == 2
    assert "a gap is left" in refused.output
    for path in some(sorted((house.root / "policy/privacy").glob("*.md"))):
        path.write_text(re.sub(r"\[\[.*?\]\]", "We say it.", path.read_text()))
    house.commit()
    assert "Frozen: privacy/1" in house.ok("freeze", "--effective", "2026-01-01")


@pytest.mark.parametrize("language", ["ar", "de", "es", "fr", "nl"])
def test_templates_are_there_in_each_language_and_leave_nothing_but_gaps(
    tmp_path: Path, language: str
) -> None:
    policies = ("--policy", "privacy", "--policy", "terms", "--policy", "use")
    titles = [w for tag in (language, "en") for w in ("--title", f"use:{tag}", "Use")]
    if language == "nl":
        titles += ["--title", "privacy:nl", "Privacy", "--title", "terms:nl", "Voorwaarden"]
    house = found(
        tmp_path / "legal", "--language", language, "--language", "en", *policies, *titles
    )
    errors = [line for line in house.run("check").output.splitlines() if ": error: " in line]
    assert [line for line in some(errors) if "a gap is left" not in line] == []
    assert "{" not in (house.root / "policy/terms/changes.md").read_text().partition("}")[2]


def test_everything_that_a_repository_needs_is_there(tmp_path: Path) -> None:
    house = found(tmp_path / "legal", "--time-zone", "Asia/Kolkata", "--owner", "@example/legal")
    there = everything(house.root)
    assert there.keys() >= {*PLACES, RECORD_FILE, "publisher.toml", "policy/privacy/policy.toml"}
    assert b"/policy/ @example/legal" in there[".github/CODEOWNERS"]
    assert b'cron: "35 18 * * *"' in there[".github/workflows/publish.yml"]
    assert b"Asia/Kolkata" in there["systemd/policies.timer"]
    unfilled = {n for n, data in there.items() if re.search(rb"(?<![%\w])%[a-z]+%", data)}
    assert unfilled == set()


NASTY = 'O\'Neil & "Söhne" {name} %zone% \\ #1 * [x] GmbH'


def test_a_name_stands_everywhere_as_it_is(tmp_path: Path) -> None:
    words = list(SAID)
    words[1] = NASTY
    words[3] = '1 "Main" \\ Street; Reno'
    done = founded(tmp_path / "legal", *words, "--time-zone", "Europe/Berlin")
    assert done.exit_code == 0, done.output
    root = tmp_path / "legal"
    organisation = read_settings((root / "publisher.toml").read_bytes()).organisation
    assert organisation.letterhead == (NASTY, '1 "Main" \\ Street', "Reno")
    read = " ".join(c.text for c in parse((root / "policy/privacy/who-we-are.md").read_text()))
    assert f"{NASTY} decides" in read
    assert '1 "Main" \\ Street\nReno' in read
    assert f"# Policies of {NASTY}\n" in (root / "README.md").read_text()
    assert founded(root, "--check").exit_code == 0


def test_line_ends_and_marks_of_other_systems_are_no_matter(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf# Terms\r\n\r\n## Use\r\n\r\nWe use it.\r\n\r\n## End\r\n\r\nBye.\r\n"
    (tmp_path / "t.MD").write_bytes(text)
    house = found(tmp_path / "legal", "--text", "terms", str(tmp_path / "t.MD"))
    assert "0 error(s)" in house.ok("check")
    assert (house.root / "policy/terms/end.md").read_bytes() == b"## End {#end}\n\nBye.\n"


def test_what_the_program_lays_down_is_what_this_repository_has() -> None:
    own = ROOT / "publisher/assets/founding/files"
    for place in ("mkdocs.yml", "site/assets/favicon.svg"):
        assert (own / PLACES[place]).read_bytes() == (ROOT / place).read_bytes(), place


# ── what is in the way ───────────────────────────────────────────────────────────────────────────


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    root = tmp_path / "legal"
    root.mkdir()
    mine = {"README.md": b"Ours\n", ".gitignore": b"/node_modules", "mkdocs.yml": b"site_name: x\n"}
    for name, data in mine.items():
        (root / name).write_bytes(data)
    refused = founded(root, *SAID)
    assert refused.exit_code == 2
    assert "does not overwrite: mkdocs.yml\n" in refused.output
    assert everything(root) == mine
    (root / "mkdocs.yml").unlink()
    (root / "other.txt").write_text("stays")
    done = founded(root, *SAID)
    assert "kept as it was: README.md" in done.output
    there = everything(root)
    assert there["README.md"] == b"Ours\n"
    assert there[".gitignore"] == b"/node_modules\n/.publisher/\n/.venv/\n/build/\n"
    assert git(root, "status", "--porcelain") == "?? README.md\n?? other.txt\n"


@pytest.mark.parametrize("state", ["some files", "no record", "no commit", "all"])
def test_what_was_cut_off_is_run_again(tmp_path: Path, state: str) -> None:
    house = found(tmp_path / "legal")
    whole = everything(house.root)
    if state != "all":
        git(house.root, "update-ref", "-d", "HEAD")
        git(house.root, "rm", "-rq", "--cached", ".")
    if state in ("some files", "no record"):
        (house.root / RECORD_FILE).unlink()
    if state == "some files":
        (house.root / "publisher.toml").unlink()
        (house.root / "policy/privacy/use.md").unlink()
    again = founded(house.root, *SAID)
    assert again.exit_code == 0, again.output
    assert everything(house.root) == whole
    assert git(house.root, "status", "--porcelain") == ""
    assert git(house.root, "rev-list", "--count", "HEAD") == "1\n"
    assert ("Everything is there already" in again.output) is (state == "all")


def test_a_repository_that_was_worked_in_is_left_alone(tmp_path: Path) -> None:
    house = found(tmp_path / "legal")
    house.write({"use.md": "## Use {#use}\n\nOurs.\n"})
    refused = founded(house.root, *SAID)
    assert refused.exit_code == 2
    assert "is a policy repository already: policy/privacy/use.md" in refused.output


def test_whoever_git_does_not_know_is_told_how_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER")):
            monkeypatch.delenv(name)
    (tmp_path / "config").write_text("[user]\n\tuseConfigOnly = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    refused = founded(tmp_path / "legal", *SAID)
    assert refused.exit_code == 2
    assert 'git config --global user.name "Your Name" && git config --global user.email' in (
        refused.output
    )
    assert not (tmp_path / "legal").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "legal").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "legal/policy").symlink_to(tmp_path / "elsewhere")
    refused = founded(tmp_path / "legal", *SAID)
    assert "policy: is a link" in refused.output
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_of_a_larger_repository_gets_a_commit_of_its_own_files(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "staged.txt").write_text("of somebody else")
    git(tmp_path, "add", "staged.txt")
    house = found(tmp_path / "legal")
    assert not (house.root / ".git").exists()
    assert git(tmp_path, "status", "--porcelain") == "A  staged.txt\n"
    assert "error" not in house.run("status").output


# ── what is said ─────────────────────────────────────────────────────────────────────────────────


def test_without_a_terminal_nothing_is_asked_and_everything_missing_is_named(
    tmp_path: Path,
) -> None:
    refused = founded(tmp_path / "legal", *SAID[:2])
    assert refused.exit_code == 2
    assert "nobody says --address, --site, --from, --opt-out" in refused.output
    assert not (tmp_path / "legal").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--site", "policies.example"), "--site: "),
        (("--from", "nobody"), "--from: "),
        (("--time-zone", "Berlin"), "write it like Europe/Berlin"),
        (("--language", "DE"), "write it de"),
        (("--policy", "Privacy Policy"), "small letters"),
        (("--profile", "best"), "use promise, gdpr"),
        (("--policy", "acceptable-use"), '--title acceptable-use:en "'),
        (("--text", "privacy", "{}/none.md"), "none.md"),
        (("--text", "privacy", "{}/text.docx"), "neither Markdown nor HTML nor plain text"),
        (("--text", "privacy", "{}/latin.txt"), "latin.txt:2: is not UTF-8"),
        (("--text", "privacy", "{}/blank.md"), "there is no text in it"),
        (
            ("--language", "en", "--language", "de", "--text", "privacy", "{}/en.md"),
            "--text privacy:de FILE",
        ),
        (
            ("--language", "en", "--language", "de", "--text", "privacy", "{}/en.md",
             "--text", "privacy:de", "{}/other.md"),
            "has 2 headings (levels 2 2), and the text that it translates 4",
        ),
        (("--language", "en", "--text", "privacy:fr", "{}/en.md"), "add --language fr"),
        (("--history", "privacy", "{}", "text.md"), "git"),
        (("--policy", "privacy", "--policy", "privacy"), ""),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_before_anything_is_written(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "text.docx").write_bytes(b"PK")
    (tmp_path / "latin.txt").write_bytes("One\nzwölf\n".encode("latin-1"))
    (tmp_path / "blank.md").write_text("\n\n")
    (tmp_path / "en.md").write_text(ENGLISH)
    (tmp_path / "other.md").write_text("# A\n\n## B\n\nb\n\n## C\n\nc\n")
    result = founded(tmp_path / "legal", *SAID, *[w.format(tmp_path) for w in words])
    if not said:
        assert result.exit_code == 0  # the same, said twice
        return
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "legal").exists()


def test_at_a_terminal_it_asks_and_asks_again(tmp_path: Path) -> None:
    answers = ["Example Hosting", "1 Main Street; Reno", "nowhere", "https://p.example/",
               "n@p.example", "o@p.example", "en de", "terms", "", "Europe/Berlin"]  # fmt: skip
    code, said = typed(tmp_path, "\n".join(answers), "init", "legal")
    assert code == 0, said
    assert "Name of the organisation" in said
    assert "is not an address" in said
    facts = (tmp_path / "legal/policy/terms/policy.toml").read_text()
    assert "[translations.de]" in facts
    assert (
        'address = """\n1 Main Street\nReno"""' in (tmp_path / "legal/publisher.toml").read_text()
    )


def test_a_policy_is_added_to_a_project_that_is_there(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(house.root)
    refused = founded(house.root)
    assert refused.exit_code == 2
    assert "publisher init --policy terms adds a policy" in refused.output
    done = founded(house.root, "--policy", "terms", "--language", "de")
    assert done.exit_code == 0, done.output
    there = everything(house.root)
    assert {name: there[name] for name in before} == before
    assert "Example Hosting GmbH" in there["policy/terms/parties.md"].decode()
    assert git(house.root, "log", "-1", "--format=%s") == "Begin terms\n"
    again = founded(house.root, "--policy", "privacy")
    assert "does not overwrite: policy/privacy/policy.toml" in again.output
    monkeypatch.chdir(house.root)
    assert founded(Path(), "--policy", "cookies").output.endswith("\nNext: publisher check\n")


def test_a_project_without_a_policy_is_told_the_command_that_begins_one(
    tmp_path: Path,
) -> None:
    house = found(tmp_path / "legal")
    git(house.root, "rm", "-rq", "policy")
    for command in (("check",), ("status",), ("build",)):
        told = house.run(*command)
        assert told.exit_code in (1, 2)
        assert "there is no policy yet\n  try: publisher init --policy privacy\n" in told.output
    assert founded(house.root, "--policy", "privacy").exit_code == 0
    assert (house.root / "policy/privacy/policy.toml").exists()


# ── a past ───────────────────────────────────────────────────────────────────────────────────────


def test_a_policy_with_a_past_has_it_and_can_be_run_again(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    git(old, "init", "-q")
    own = ENGLISH.partition("promise.\n\n")[2]  # what is imported is not altered
    for text in (own.replace("encrypt", "hide"), own):
        (old / "privacy.md").write_text(text)
        git(old, "add", ".")
        git(old, "commit", "-qm", "Text")
    root = tmp_path / "legal"
    words = ("--history", "privacy", str(old), "privacy.md", "--profile", "gdpr")
    house = found(root, *words)
    assert sorted(path.name for path in (root / "versions/privacy").iterdir()) == ["1", "2"]
    assert (
        'contact = "notices@hosting.example"' in (root / "policy/privacy/policy.toml").read_text()
    )
    assert "0 error(s)" in house.ok("check")
    house.ok("verify")
    missing = founded(tmp_path / "other", *SAID, "--history", "privacy", str(old), "gone.md")
    assert "gone.md: no commit has it" in missing.output
    assert not (tmp_path / "other").exists()
    head = git(root, "rev-parse", "HEAD")
    again = founded(root, *SAID, *words)
    assert again.exit_code == 0, again.output
    assert git(root, "rev-parse", "HEAD") == head


@pytest.mark.parametrize("ids", [("privacy",), ("privacy", "terms")])
def test_what_is_told_next_works_as_it_is_printed(tmp_path: Path, ids: tuple[str, ...]) -> None:
    (tmp_path / "p.txt").write_text("PRIVACY\n\n1. Use\n\nWe use it.\n\n2. End\n\nIt ends.\n")
    texts = [word for each in ids for word in ("--text", each, str(tmp_path / "p.txt"))]
    done = founded(tmp_path / "legal", *SAID, *texts)
    told = re.search("Next: (.*)", done.output)
    assert told
    go, *freezes, build = told[1].split(" && ")
    assert (go, build) == (f"cd {tmp_path / 'legal'}", "publisher build")
    assert len(freezes) == len(ids)
    for command in freezes:
        words = command.replace("DATE", "2026-01-01").split()[1:]
        assert "Frozen" in House(tmp_path / "legal").ok(*words)
