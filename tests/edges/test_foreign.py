"""An import runs nothing of what a stranger's repository names, and fetches nothing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from publisher.edges.foreign import ForeignHistory
from publisher.errors import HistoryError, NotFoundError
from tests.actions.test_import_history import ONE, Past, bring, line, make_past, refused, sources
from tests.fixtures.house import House, git


@pytest.fixture
def past(tmp_path: Path) -> Past:
    made = make_past(tmp_path / "past")
    made.texts(ONE, ONE + "\nMore.\n")
    return made


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a trace: the file `ran` beside it."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\necho \"$0 $*\" >>'{tmp_path}/ran'\nexit 1\n")
    program.chmod(0o755)
    return program


def ran(trap: Path) -> bool:
    return trap.with_name("ran").exists()


def lose(past: Past, name: str) -> None:
    """Takes an object out of the repository, as a partial clone lacks it."""
    digest = git(past.root, "rev-parse", name).strip()
    (past.root / ".git/objects" / digest[:2] / digest[2:]).unlink()


def promised(past: Past, **settings: str) -> None:
    """Lets git believe that what is missing can be fetched from `origin`."""
    values = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
        "remote.origin.url": str(past.root),
        **{name.replace("_", "."): value for name, value in settings.items()},
    }
    for name, value in values.items():
        git(past.root, "config", name, value)


# ── what is missing is not fetched ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("missing", ["HEAD~1:terms.md", "HEAD~1^{tree}", "HEAD:terms.md", "HEAD~1"])
@pytest.mark.parametrize("way", ["uploadpack", "ext", "ssh", "helper", "vcs", "git", "bundle"])
def test_a_clone_that_lacks_objects_is_told_and_nothing_is_fetched(
    house: House, past: Past, trap: Path, missing: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(past, missing)
    ways = {
        "uploadpack": {"remote_origin_uploadpack": f"{trap} upload-pack"},
        "ext": {"remote_origin_url": f"ext::{trap} %S x", "protocol_ext_allow": "always"},
        "ssh": {"remote_origin_url": "ssh://host/x", "core_sshCommand": str(trap)},
        "helper": {"remote_origin_url": "trap::x", "protocol_allow": "always"},
        "vcs": {"remote_origin_vcs": "trap", "protocol_allow": "always"},
        "git": {"remote_origin_url": "git://host/x", "core_gitProxy": str(trap)},
        "bundle": {"remote_origin_url": "https://127.0.0.1:1/x", "credential_helper": f"!{trap}"},
    }
    promised(past, **ways[way])
    # What a transport helper of this name would be.
    trap.with_name("git-remote-trap").symlink_to(trap)
    monkeypatch.setenv("PATH", f"{trap.parent}:{os.environ['PATH']}")
    told = refused(house, "--history", str(past.root), "terms.md")
    assert "does not have all of its history" in told
    assert "fetch --refetch" in told
    assert not ran(trap)


def test_the_remedy_for_a_partial_clone_works(house: House, past: Past, tmp_path: Path) -> None:
    git(past.root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{past.root}", "partial")
    told = refused(house, "--history", str(tmp_path / "partial"), "terms.md")
    remedy = re.search("git -C (.*?) (fetch .*?);", told)
    assert remedy
    git(Path(remedy[1]), *remedy[2].split())
    assert "2 new" in house.ok("import", "--history", str(tmp_path / "partial"), "terms.md")


def test_a_lost_object_is_told_where_nobody_promised_it(house: House, past: Past) -> None:
    lose(past, "HEAD~1:terms.md")
    assert "does not have all of its history" in refused(
        house, "--history", str(past.root), "terms.md"
    )


# ── what its configuration names is not run ──────────────────────────────────────────────────────


CONFIGURATIONS = {
    "fsmonitor": ("[core]\nfsmonitor = {trap}\n", "status"),
    "hooks": ("[core]\nhooksPath = {hooks}\n", "commit -q --allow-empty -m x"),
    "editor": ("[core]\neditor = {trap}\n", "commit -q --allow-empty"),
    "ssh": ("[core]\nsshCommand = {trap}\n", "ls-remote ssh://host/x"),
    "credentials": ("[credential]\nhelper = !{trap}\n", "credential fill"),
    "external difference": ("[diff]\nexternal = {trap}\n", "diff HEAD~1"),
    "text of a file": ('[diff "evil"]\ntextconv = {trap}\nbinary = true\n', "diff HEAD~1"),
    "filters": ('[filter "evil"]\nsmudge = {trap}\n', "cat-file --filters HEAD:terms.md"),
    "signatures": ("[gpg]\nprogram = {trap}\n[log]\nshowSignature = true\n", "log -1"),
    "included": ("[include]\npath = {included}\n", "diff HEAD~1"),
    "included on a condition": ('[includeIf "gitdir:**"]\npath = {included}\n', "diff HEAD~1"),
}
"""What a configuration names, and a command of git that runs it."""


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_no_program_is_run_that_a_repository_names(
    house: House, past: Past, trap: Path, tmp_path: Path, name: str
) -> None:
    hooks, included = tmp_path / "hooks", tmp_path / "included"
    hooks.mkdir()
    (hooks / "reference-transaction").symlink_to(trap)
    included.write_text(f"[diff]\nexternal = {trap}\n")
    signed(past)
    configuration, command = CONFIGURATIONS[name]
    with (past.root / ".git/config").open("a") as file:
        file.write(configuration.format(trap=trap, hooks=hooks, included=included))
    (past.root / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    assert "2 new release(s)" in bring(house, past)
    assert not ran(trap)
    words = ["git", *command.split()]
    asked = b"url=https://host.example\n\n"
    subprocess.run(words, cwd=past.root, input=asked, capture_output=True, check=False)
    assert ran(trap), "the trap is none: this test could not fail"


def signed(past: Past) -> None:
    """Puts a signature on the last commit, which a log may be told to check."""
    commit = git(past.root, "cat-file", "commit", "HEAD")
    head, _, message = commit.partition("\n\n")
    mark = "-----BEGIN PGP SIGNATURE-----\n \n aGk=\n -----END PGP SIGNATURE-----"
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=past.root,
        input=f"{head}\ngpgsig {mark}\n\n{message}".encode(),
        capture_output=True,
        check=True,
    )
    git(past.root, "update-ref", "HEAD", done.stdout.decode().strip())


# ── what counts is the history itself ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "setting",
    ["log.showRoot=false", "diff.relative=true", "diff.renames=false", "color.ui=always",
     "log.diffMerges=combined", "log.mailmap=true", "diff.noprefix=true", "log.follow=true",
     "format.pretty=oneline", "i18n.logOutputEncoding=utf-16"],
)  # fmt: skip
def test_settings_change_nothing_of_what_is_found(house: House, past: Past, setting: str) -> None:
    past.commit({"terms.md": None, "legal/terms.md": ONE + "\nEven more.\n"})
    git(past.root, "config", *setting.split("="))
    assert "3 new release(s)" in house.ok(
        "import", "--history", str(past.root / "legal"), "terms.md"
    )


@pytest.mark.parametrize("elsewhere", ["other", ".", "past/inner"])
def test_a_working_tree_elsewhere_is_not_followed(
    house: House, past: Past, tmp_path: Path, elsewhere: str
) -> None:
    make_past(tmp_path / "other").texts("# Another text\n\nNot this one.\n")
    (past.root / "inner").mkdir()
    git(past.root, "config", "core.worktree", str(tmp_path / elsewhere))
    assert "2 new release(s)" in bring(house, past)


def test_a_replaced_text_is_not_believed(house: House, past: Past) -> None:
    (past.root / "other").write_text("# Forged\n\nForged.\n")
    forged = git(past.root, "hash-object", "-w", "other").strip()
    git(past.root, "replace", git(past.root, "rev-parse", "HEAD:terms.md").strip(), forged)
    (past.root / ".git/info/grafts").write_text(git(past.root, "rev-parse", "HEAD"))
    assert "2 new release(s)" in bring(house, past)
    assert "".join(sources(line(house))).count("Hello.") == 2


def test_a_working_tree_of_another_repository(house: House, past: Past, tmp_path: Path) -> None:
    git(past.root, "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    assert (tmp_path / "second/.git").is_file()
    house.ok("import", "--history", str(tmp_path / "second"), "terms.md")


def test_a_bare_repository_and_one_that_borrows_objects(
    house: House, past: Past, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--bare", "--shared", str(past.root), "bare.git")
    assert "2 new" in house.ok("import", "--history", str(tmp_path / "bare.git"), "terms.md")


def test_objects_borrowed_from_nowhere(house: House, past: Past, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", "--shared", str(past.root), "bare.git")
    past.root.rename(tmp_path / "gone")
    refused(house, "--history", str(tmp_path / "bare.git"), "terms.md")


def test_a_git_file_that_leads_nowhere(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for text in ("gitdir: /nowhere\n", "nonsense", ""):
        (folder / ".git").write_text(text)
        assert "git" in refused(house, "--history", str(folder), "terms.md")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_refused_with_the_remedy(
    house: House, past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (past.root, past.root / ".git"):
        os.chown(path, 65534, 65534)
    told = refused(house, "--history", str(past.root), "terms.md")
    assert "belongs to another user" in told
    remedy = f"git config --global --add safe.directory {past.root}"
    assert remedy in told
    mine = tmp_path / "gitconfig"
    mine.write_text(f"[safe]\ndirectory = {past.root}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(mine))
    assert "2 new release(s)" in bring(house, past)


def test_what_the_owner_sets_by_the_environment_goes_on_to_count(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "remote.origin.url")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://example.com/x")
    assert len(ForeignHistory(past.root).sightings("terms.md")) == 2


def test_what_git_hands_to_a_hook_names_no_other_repository(
    house: House, past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_past(tmp_path / "other")
    other.texts("# Another text\n\nNot this one.\n")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.root / ".git/objects"))
    found = ForeignHistory(past.root).sightings("terms.md")
    monkeypatch.undo()
    assert [sighting.commit for sighting in found] == git(
        past.root, "log", "--reverse", "--format=%H"
    ).split()


def test_settings_of_whoever_called_us_start_nothing(
    past: Past, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git -c` hands its settings on, and they would come after those of the environment."""
    signed(past)
    given = f"'gpg.program'='{trap}' 'log.showSignature'='true' 'diff.external'='{trap}'"
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", given)
    assert len(ForeignHistory(past.root).sightings("terms.md")) == 2
    assert not ran(trap)
    git(past.root, "log", "-1")
    assert ran(trap), "the trap is none: this test could not fail"


# ── paths ────────────────────────────────────────────────────────────────────────────────────────


PATHS = [
    "../terms.md", "legal/../../terms.md", "/etc/terms.md", "", ".", "..", "/", "legal", "legal.md",
    "linked/terms.md", "link.md", "never.md", "a\x1b[31m.md", "a\nb.md", "a\x01b.md", "\udcff.md",
    ":(exclude)terms.md", ":!terms.md", ":/terms.md", ":(top,glob)*.md", "*.md", "terms.md/x.md",
    ".git/config.md", "module/terms.md", "a/" * 3000 + "b.md", "x" * 300 + ".md",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=[repr(path[:20]) for path in PATHS])
def test_a_path_that_is_none_of_a_text_is_refused_in_a_sentence(
    house: House, past: Past, tmp_path: Path, path: str
) -> None:
    (tmp_path / "terms.md").write_text("# Outside\n")
    (past.root / "linked").symlink_to(tmp_path)
    (past.root / "link.md").symlink_to(tmp_path / "terms.md")
    past.commit({"legal/a.md": ONE, "legal.md/a.md": ONE, "legal.md/b.md": ONE})
    inner = make_past(past.root / "module")
    inner.texts(ONE)
    past.commit()
    told = refused(house, "--history", str(past.root), "--", path)
    assert told.startswith("error: ")
    assert "try: " in told
    assert not (house.root / "versions").exists()
    assert sorted(p.name for p in (house.root / "policy").iterdir()) == ["privacy"]


def test_a_path_with_a_zero_is_refused_in_a_sentence(past: Past) -> None:
    with pytest.raises(NotFoundError, match="cannot be the path"):
        ForeignHistory(past.root).sightings("terms\0.md")


def test_a_path_above_the_folder_but_inside_the_repository(house: House, past: Past) -> None:
    past.commit({"legal/other.md": ONE})
    house.ok("import", "--history", str(past.root / "legal"), "../terms.md")


def test_a_name_that_begins_with_a_hyphen(house: House, past: Past) -> None:
    past.commit({"-terms.md": "# Fresh\n\nfresh and new\n"})
    assert "1 new" in house.ok("import", "--history", str(past.root), "--", "-terms.md")


def test_names_with_every_byte_that_a_name_can_have(house: House, past: Past) -> None:
    for name in ("\x01odd\n:100644 name.md", "\n.md", "plain.md"):
        old = next(p.name for p in past.root.iterdir() if p.name.endswith(".md"))
        past.commit({old: None, name: ONE + f"\n{len(name)} letters.\n"})
    assert len(ForeignHistory(past.root).sightings("plain.md")) == 5


def test_a_folder_that_became_a_file(house: House, past: Past) -> None:
    past.commit({"a.md/b.md": ONE, "a.md/c.md": ONE + "\nc\n"})
    past.commit({"a.md/b.md": None, "a.md/c.md": None})
    (past.root / "a.md").rmdir()
    past.commit({"a.md": "# Fresh\n\nfresh and new\n"})
    found = ForeignHistory(past.root).sightings("a.md")
    assert [sighting.path for sighting in found] == ["a.md"]


def test_a_configuration_that_git_does_not_read_is_a_sentence(past: Past) -> None:
    (past.root / ".git/config").write_text("[broken\n")
    with pytest.raises(HistoryError, match="cannot read the history"):
        ForeignHistory(past.root)
