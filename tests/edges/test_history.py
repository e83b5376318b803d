"""Git is read as it is, whatever the repository holds and its user has set up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from publisher.edges.history import History
from publisher.edges.tag_names import TagNames
from publisher.edges.tags import Tags
from publisher.errors import HistoryError, NotFoundError
from publisher.releases.number import Number
from tests.fixtures.house import git


def repository(root: Path, *words: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main", *words)
    git(root, "config", "user.name", "Tests")
    git(root, "config", "user.email", "tests@hosting.example")
    return root


def commit(root: Path, files: dict[str, str | None], message: str = "Edit", *more: str) -> str:
    """Writes files (None removes one), commits them, and returns the commit's id."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message, *more)
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = repository(tmp_path / "project")
    commit(made, {"policy/a.md": "one\n", "versions/privacy/1/x": "1\n"}, "First")
    return made


# ── commits ──────────────────────────────────────────────────────────────────────────────────────


def test_a_commit_s_words_may_hold_any_sign(root: Path) -> None:
    """What ends a line for Python, and what other formats of git have as marks."""
    odd = "a\u2028b\x0bc\x85d :100644 \x1c e\x01f"
    git(root, "config", "user.name", "An\x0bna\u2029 :e")
    last = commit(root, {"policy/a.md": "two\n"}, odd)
    history = History(root)
    first, second = history.revisions("policy/a.md")
    assert first.id == last
    assert first.subject == odd
    assert second.subject == "First"
    assert [r.subject for r in history.touched("policy")["a.md"]] == [odd, "First"]


def test_words_in_another_encoding(root: Path) -> None:
    git(root, "config", "i18n.commitEncoding", "latin1")
    message = root.parent / "message"
    message.write_bytes("Größe".encode("latin1"))
    (root / "policy/a.md").write_text("two\n")
    git(root, "commit", "-q", "-a", "-F", str(message))
    assert History(root).revisions("policy/a.md")[0].subject == "Größe"


def test_paths_may_hold_any_byte(root: Path) -> None:
    names = ["a\nb.md", "\x01c.md", " d.md", "é.md", os.fsdecode(b"\xff.md"), ":!e.md", "*.md"]
    made = commit(root, {f"odd/{name}": name[-4:] for name in names if name.isprintable()}, "Odd")
    for name in names:
        (root / "odd" / name).write_text("x")
    history = History(root)
    assert set(history.changed()) == {f"odd/{name}" for name in names}
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "All")
    assert set(history.touched("odd")) == set(names)
    assert set(history.files_at("HEAD", "odd")) == set(names)
    assert set(history.files_at(made, "odd")) == {n for n in names if n.isprintable()}
    assert history.revisions("odd/*.md")[0].subject == "All"
    assert history.file_at("HEAD", "odd/:!e.md") == b"x"


def test_what_was_renamed_is_both_paths_whole(root: Path) -> None:
    git(root, "config", "status.renames", "copies")
    git(root, "mv", "policy/a.md", "policy/other.md")
    assert set(History(root).changed()) == {"policy/a.md", "policy/other.md"}


def test_what_a_merge_made_of_its_own_is_seen(root: Path) -> None:
    """Neither side has it: it came with the merge."""
    git(root, "checkout", "-q", "-b", "side")
    commit(root, {"other": "x"}, "Side")
    git(root, "checkout", "-q", "main")
    commit(root, {"third": "x"}, "Main")
    git(root, "merge", "-q", "--no-ff", "--no-commit", "side")
    (root / "versions/privacy/1/x").write_text("altered\n")
    git(root, "commit", "-q", "-a", "-m", "Evil")
    touched = History(root).touched("versions/privacy")
    assert [revision.subject for revision in touched["1"]] == ["Evil", "First"]


def test_what_a_merge_left_out_was_here_all_the_same(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    commit(root, {"versions/privacy/2/x": "2\n"}, "Two")
    git(root, "checkout", "-q", "main")
    commit(root, {"third": "x"}, "Main")
    git(root, "merge", "-q", "-s", "ours", "side", "-m", "Without it")
    history = History(root)
    assert history.had("privacy/2")
    assert [revision.subject for revision in history.touched("versions/privacy")["2"]] == ["Two"]
    assert not history.had("privacy/3")


def test_links_and_submodules_are_no_files(root: Path, tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner")
    commit(inner, {"x": "x"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "s/m")
    (root / "s/link").symlink_to("m")
    (root / "s/plain").write_text("plain")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Odd")
    history = History(root)
    assert history.files_at("HEAD", "s") == {"plain": b"plain"}
    assert history.file_at("HEAD", "s/m") is None
    (root / "s/m/x").write_text("dirt in a submodule")
    assert history.changed() == ["s/m"]


def test_a_revision_that_is_none(root: Path) -> None:
    history = History(root)
    for name in ("nowhere", "--all", "-x", "", "HEAD:policy", "a b", "HEAD@{9}"):
        with pytest.raises(NotFoundError, match="git knows no revision"):
            history.files_at(name, "policy")
    assert not history.has("nowhere")
    assert history.files_at("HEAD", "nowhere") == {}
    assert history.files_at("HEAD", "policy/a.md") == {"a.md": b"one\n"}


def test_a_text_that_was_replaced_is_read_as_it_was(root: Path) -> None:
    forged = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=root, input=b"forged\n", capture_output=True, check=True,
    ).stdout.decode().strip()  # fmt: skip
    git(root, "replace", git(root, "rev-parse", "HEAD:policy/a.md").strip(), forged)
    assert History(root).file_at("HEAD", "policy/a.md") == b"one\n"


def test_an_object_that_is_lost_is_told(root: Path) -> None:
    blob = git(root, "rev-parse", "HEAD:policy/a.md").strip()
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(HistoryError, match="is missing") as caught:
        History(root).files_at("HEAD", "policy")
    assert caught.value.remedy.endswith("fsck")


def test_a_partial_clone_that_cannot_fetch_is_told_how_to_be_whole(
    root: Path, tmp_path: Path
) -> None:
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    commit(root, {"policy/a.md": "two\n"})
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{root}", "partial")
    clone = tmp_path / "partial"
    root.rename(tmp_path / "gone")
    with pytest.raises(HistoryError, match="does not have all of its history") as caught:
        History(clone).files_at("HEAD~1", "policy")
    (tmp_path / "gone").rename(root)
    remedy = re.match("git -C (.*?) (fetch .*?);", caught.value.remedy)
    assert remedy
    git(Path(remedy[1]), *remedy[2].split())
    root.rename(tmp_path / "gone")
    assert History(clone).files_at("HEAD~1", "policy") == {"a.md": b"one\n"}


# ── where it is ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("inside", ["legal", "a b/c", "ü\n", "x/y/z"])
def test_a_project_in_a_folder(tmp_path: Path, inside: str) -> None:
    top = repository(tmp_path / "company")
    project = top / inside
    commit(top, {f"{inside}/policy/a.md": "one\n", "code": "x\n"}, "First")
    (top / "code").write_text("dirt")
    history = History(project)
    assert history.changed() == []
    (project / "policy/a.md").write_text("two\n")
    assert history.changed() == ["policy/a.md"]
    assert history.committed("policy/a.md")
    assert not history.committed("code")
    assert history.files_at("HEAD", "policy") == {"a.md": b"one\n"}
    assert list(history.touched("policy")) == ["a.md"]
    assert history.last("policy/a.md") is None
    assert history.tracked(["policy"]) == ["policy/a.md"]
    assert history.tracked([]) == []


def test_a_project_behind_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert History(tmp_path / "link").files_at("HEAD", "policy") == {"a.md": b"one\n"}
    assert History(tmp_path / "link").prefix == ""


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("folder", "prefix"),
    [
        ("", ""),
        (".", ""),
        ("legal", "legal/"),
        ("a/b", "a/b/"),
        ("legal texts", "legal%20texts/"),
        ("größe", "gr%C3%B6%C3%9Fe/"),
        (".hidden/x.", "%2Ehidden/x%2E/"),
        ("a..b/c.lock", "a%2E.b/c%2Elock/"),
        ("-x", "%2Dx/"),
        ("100%", "100%25/"),
        ("a~^:?*[\\@{b", "a%7E%5E%3A%3F%2A%5B%5C%40%7Bb/"),
        (os.fsdecode(b"\xff"), "%FF/"),
    ],
)
def test_the_name_of_a_tag_is_one_that_git_takes(root: Path, folder: str, prefix: str) -> None:
    names = TagNames.of(folder)
    assert names.prefix == prefix
    real = names.real("privacy/2.1")
    git(root, "check-ref-format", f"refs/tags/{real}")
    git(root, "tag", real)
    assert names.release(real) == "privacy/2.1"
    assert names.release(f"other/{real}") is None
    assert (names.release("privacy/2.1") is None) is bool(prefix)


def test_what_is_no_release_has_no_tag_of_one(root: Path) -> None:
    others = ["privacy/record/3", "privacy/02", "v1", "Privacy/1",
              "x/privacy/1", "privacy/1.0", "privacy/later"]  # fmt: skip
    for name in others:
        git(root, "tag", "-a", name, "-m", "Seal: x")
    git(root, "tag", "-a", "privacy/1", "-m", "Seal: x")
    git(root, "tag", "privacy/2")
    git(root, "tag", "-a", "terms/7", "-m", "Seal: x")
    git(root, "tag", "-a", "privacy.register/0001", "-m", "Digest: x")
    history, tags = History(root), Tags(root)
    assert list(history.tags("privacy")) == ["privacy/1"]
    assert sorted(history.tags()) == ["privacy.register/0001", "privacy/1", "terms/7"]
    assert tags.statements("privacy") == {1}
    assert tags.statements("terms") == frozenset()
    assert tags.numbers("privacy") == {Number(1), Number(2)}
    git(root, "pack-refs", "--all")
    assert Tags(root).numbers("privacy") == {Number(1), Number(2)}
    assert Tags(root).message("privacy/1") == "Seal: x\n"
    assert Tags(root).message("privacy/2") is None


def test_the_policies_that_tags_of_this_branch_name(root: Path) -> None:
    commit(root, {"versions/terms/1/x": "1\n", "versions/terms/1/SHA256SUMS": "x\n"})
    git(root, "tag", "-a", "terms/1", "-m", "Seal: x")
    git(root, "checkout", "-q", "-b", "side")
    commit(root, {"versions/cookies/1/x": "1\n"})
    git(root, "tag", "-a", "cookies/1", "-m", "Seal: x")
    git(root, "checkout", "-q", "main")
    shutil.rmtree(root / "versions")
    commit(root, {})
    assert History(root).tagged_policies() == ("terms",)
    git(root, "merge", "-q", "side", "-m", "Merged")
    assert History(root).tagged_policies() == ("cookies", "terms")


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("packed", [False, True])
def test_tags_of_a_project_in_a_folder(tmp_path: Path, form: str, packed: bool) -> None:
    """With the folder in their names, and without it where they are about its releases."""
    top = repository(tmp_path / "company", f"--object-format={form}")
    sums = {f"{place}versions/privacy/{n}/SHA256SUMS": f"{place}{n}\n"
            for place in ("legal/", "") for n in (1, 2, 3)}  # fmt: skip
    commit(top, {**sums})
    seals = {
        path: subprocess.run(
            ["sha256sum", path], cwd=top, capture_output=True, text=True, check=True
        ).stdout[:64]
        for path in sums
    }
    for tag, path in {
        "legal/privacy/1": "legal/versions/privacy/1",
        "privacy/1": "versions/privacy/1",
        "privacy/2": "legal/versions/privacy/2",  # as earlier programs made it
        "privacy/3": "versions/privacy/3",
    }.items():
        git(top, "tag", "-a", tag, "-m", f"{tag}\n\nSeal: {seals[f'{path}/SHA256SUMS']}")
    if packed:
        git(top, "gc", "-q")
    tags, history = Tags(top / "legal"), History(top / "legal")
    assert tags.numbers("privacy") == {Number(1), Number(2)}
    assert [tags.name(f"privacy/{n}") for n in (1, 2)] == ["legal/privacy/1", "privacy/2"]
    assert tags.name("privacy/9") == "legal/privacy/9"
    for number in (1, 2):
        message = tags.message(f"privacy/{number}")
        assert message
        assert seals[f"legal/versions/privacy/{number}/SHA256SUMS"] in message
    assert tags.message("privacy/3") is None
    found = history.tags("privacy")
    assert {name: tag.name for name, tag in found.items()} == {
        "privacy/1": "legal/privacy/1",
        "privacy/2": "privacy/2",
    }
    assert Tags(top).numbers("privacy") == {Number(1), Number(2), Number(3)}


def test_a_repository_that_keeps_its_references_in_tables(root: Path) -> None:
    """As git does from 2.45 on where it is told to: then git itself is asked for them.

    Its versions before that know no such repository, so the tables only stand beside the files.
    """
    git(root, "tag", "-a", "privacy/1", "-m", "Seal: x")
    git(root, "tag", "privacy/2")
    (root / ".git/reftable").mkdir()
    (root / ".git/reftable/tables.list").write_text("0x1-0x1.ref\n")
    tags = Tags(root)
    assert tags.message("privacy/1") == "Seal: x\n"
    assert tags.message("privacy/2") is None
    assert tags.numbers("privacy") == {Number(1)}
    assert tags.name("privacy/1") == "privacy/1"
    assert tags.had("privacy/1")
