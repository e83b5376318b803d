"""Signatures, made by real keys and checked by real programs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.edges.signatures import Signatures
from publisher.errors import HistoryError
from publisher.releases.signers import Signature, Standing, read_signers
from tests.fixtures.house import git
from tests.fixtures.keys import OpenPgpKey, SshKey, openpgp_key, ssh_key

TODAY = "2026-06-01T12:00:00Z"


@dataclass(frozen=True)
class Keys:
    legal: SshKey
    board: OpenPgpKey
    other: SshKey
    stranger: OpenPgpKey


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    folder = tmp_path_factory.mktemp("keys")
    with (
        openpgp_key("Board <board@hosting.example>") as board,
        openpgp_key("Somebody <else@elsewhere.example>") as stranger,
    ):
        legal = ssh_key(folder, "legal@hosting.example")
        yield Keys(legal, board, ssh_key(folder, "other@elsewhere.example", "rsa"), stranger)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main", "--template=")
    git(tmp_path, "config", "user.name", "Tests")
    git(tmp_path, "config", "user.email", "tests@hosting.example")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Start")
    return tmp_path


def tag(root: Path, how: str, name: str) -> str:
    git(root, "tag", how, name, "-m", name)
    return git(root, "rev-parse", name).strip()


def store(root: Path, data: str, kind: str = "tag") -> str:
    done = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        cwd=root, input=data, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def of(root: Path, object_id: str, text: str) -> Signature:
    return Signatures(root).of(object_id, read_signers(text, "signers")[0])


def test_each_standing_of_a_tag(root: Path, keys: Keys) -> None:
    both = keys.legal.line + keys.board.line
    assert of(root, tag(root, "-a", "plain"), both).standing is Standing.UNSIGNED
    for key in (keys.legal, keys.board):
        key.use_in(root)
        signed = tag(root, "-s", key.name[:5])
        found = of(root, signed, both)
        assert found == Signature(Standing.TRUSTED, key.name, key.fingerprint), found
        assert found.trusted
        # As it was signed, but not what was signed, and the signature itself altered.
        data = git(root, "cat-file", "tag", signed)
        for forged in (data.replace("\n\n", "\n\nx", 1), data.replace("\ntagger T", "\ntagger U")):
            assert of(root, store(root, forged), both).standing is Standing.BAD
        head, mark, rest = data.partition("-----BEGIN")
        lines = rest.split("\n")
        lines[2] = lines[2][::-1]
        broken = store(root, head + mark + "\n".join(lines))
        assert not of(root, broken, both).trusted
    for key in (keys.other, keys.stranger):
        key.use_in(root)
        found = of(root, tag(root, "-s", key.name[:5]), both)
        assert found == Signature(Standing.STRANGER, key=key.fingerprint), found
        assert key.fingerprint in str(found)
    assert of(root, git(root, "rev-parse", "legal").strip(), keys.board.line).standing is (
        Standing.STRANGER
    )
    assert of(root, git(root, "rev-parse", "Board").strip(), keys.legal.line).standing is (
        Standing.STRANGER
    )
    assert of(root, git(root, "rev-parse", "Board").strip(), "").standing is Standing.STRANGER
    with pytest.raises(HistoryError, match="no tag or commit"):
        of(root, "f" * 40, both)


def test_commits(root: Path, keys: Keys) -> None:
    both = keys.legal.line + keys.board.line
    assert of(root, git(root, "rev-parse", "HEAD").strip(), both).standing is Standing.UNSIGNED
    for key, standing in (
        (keys.legal, Standing.TRUSTED),
        (keys.board, Standing.TRUSTED),
        (keys.other, Standing.STRANGER),
    ):
        key.use_in(root)
        git(root, "commit", "-q", "-S", "--allow-empty", "-m", "Signed")
        found = of(root, git(root, "rev-parse", "HEAD").strip(), both)
        assert (found.standing, found.key) == (standing, key.fingerprint)
    git(root, "commit", "-q", "--allow-empty", "-m", "x\n\n-----BEGIN SSH SIGNATURE-----\n")
    assert of(root, git(root, "rev-parse", "HEAD").strip(), both).standing is Standing.UNSIGNED


def test_nothing_else_counts_for_trust(
    root: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what the repository configures nor what the user trusts."""
    text = keys.legal.line
    ids = []
    for key in (keys.other, keys.stranger):
        key.use_in(root)
        ids.append(tag(root, "-s", key.name[:5]))
    liar = root / "liar"
    liar.write_text(
        "#!/bin/sh\necho 'Good \"git\" signature for legal@hosting.example with RSA key SHA256:x'\n"
        "echo '[GNUPG:] GOODSIG 1 Legal'\necho '[GNUPG:] VALIDSIG 1 2 3 0 4 0 22 8 00 1'\n"
    )
    liar.chmod(0o755)
    (root / "trusted").write_text(keys.other.line)
    for name, value in {
        "gpg.ssh.allowedSignersFile": str(root / "trusted"),
        "gpg.program": str(liar),
        "gpg.openpgp.program": str(liar),
        "gpg.ssh.program": str(liar),
        "gpg.minTrustLevel": "ultimate",
    }.items():
        git(root, "config", name, value)
    monkeypatch.setenv("GNUPGHOME", str(keys.stranger.home))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "gpg.ssh.allowedSignersFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(root / "trusted"))
    monkeypatch.setenv("GIT_DIR", str(root / "elsewhere"))
    for each in ids:
        assert of(root, each, text).standing is Standing.STRANGER
    monkeypatch.delenv("GIT_DIR")
    # And what is trusted is trusted, whatever is revoked or missing there.
    keys.legal.use_in(root)
    (root / "revoked").write_text(keys.legal.public + "\n")
    git(root, "config", "--unset", "gpg.ssh.program")
    signed = tag(root, "-s", "good")
    git(root, "config", "gpg.ssh.revocationFile", str(root / "revoked"))
    assert of(root, signed, text).trusted


def test_replaced_objects_are_not_looked_at(root: Path, keys: Keys) -> None:
    keys.legal.use_in(root)
    signed, plain = tag(root, "-s", "signed"), tag(root, "-a", "plain")
    git(root, "replace", plain, signed)
    assert of(root, plain, keys.legal.line).standing is Standing.UNSIGNED


def test_days_on_which_a_key_counts_are_those_of_the_tag(
    root: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.legal.use_in(root)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-06-01T23:30:00Z")
    signed = tag(root, "-s", "signed")
    name, public = keys.legal.name, keys.legal.public
    for zone in ("UTC", "Pacific/Kiritimati"):
        monkeypatch.setenv("TZ", zone)
        for option, standing in (
            ('valid-before="20260602"', Standing.TRUSTED),
            ('valid-before="20260601"', Standing.OUTSIDE),
            ('valid-after="20260601"', Standing.TRUSTED),
            ('valid-after="20260602"', Standing.OUTSIDE),
            ('namespaces="git"', Standing.TRUSTED),
            ('namespaces="file"', Standing.STRANGER),
            ("cert-authority", Standing.STRANGER),
        ):
            found = of(root, signed, f"{name} {option} {public}\n")
            assert (found.standing, option) == (standing, option)
            if standing is Standing.OUTSIDE:
                assert "on the date in the tag" in found.why


def test_a_key_that_expired_counts_for_what_it_signed_before(root: Path) -> None:
    then = ("--faked-system-time", "20250101T000000")
    with openpgp_key("Old <old@hosting.example>", *then, lasting="30d") as old:
        old.use_in(root, "--faked-system-time", "20250110T000000")
        before = of(root, tag(root, "-s", "before"), old.line)
        assert (before.standing, before.signer) == (Standing.TRUSTED, old.name)
        # gpg itself refuses to sign with a key that has expired; a clock set back lets it.
        stretched = old.line
        old.gpg(
            "--faked-system-time", "20250110T000000", "--quick-set-expire", old.fingerprint, "9y"
        )
        old.use_in(root, "--faked-system-time", "20250301T000000")
        after = of(root, tag(root, "-s", "after"), stretched)
        assert after.standing is Standing.OUTSIDE
        assert "expired" in after.why
        assert of(root, git(root, "rev-parse", "after").strip(), old.line).trusted


def test_a_key_that_the_text_revokes_counts_for_nothing(root: Path) -> None:
    with openpgp_key("Lost <lost@hosting.example>") as lost:
        lost.use_in(root)
        signed, before = tag(root, "-s", "signed"), lost.line
        assert of(root, signed, before).trusted
        stored = lost.home / f"openpgp-revocs.d/{lost.fingerprint}.rev"
        lost.gpg("--import", stdin=stored.read_text().replace(":-----BEGIN", "-----BEGIN"))
        for text in (lost.line, before + lost.line, lost.line + before):
            found = of(root, signed, text)
            assert (found.standing, found.why) == (Standing.OUTSIDE, "the key was revoked")


def test_what_cannot_be_checked_here_is_said_so(
    root: Path, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tag(root, "-a", "plain")
    data = git(root, "cat-file", "tag", plain)
    x509 = store(root, f"{data}-----BEGIN SIGNED MESSAGE-----\nx\n-----END SIGNED MESSAGE-----\n")
    assert of(root, x509, keys.legal.line).standing is Standing.UNCHECKED
    ids = []
    for key in (keys.legal, keys.board):
        key.use_in(root)
        ids.append(tag(root, "-s", key.name[:5]))
    text = keys.legal.line + keys.board.line
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(folder))
    for each, program in zip(ids, ("ssh-keygen", "gpg"), strict=True):
        found = of(root, each, text)
        assert found.standing is Standing.UNCHECKED
        assert f"{program} is not installed" in str(found)
        assert found.remedy.startswith("apt-get install ")


def test_two_signatures_on_one_tag_are_one_too_many(root: Path, keys: Keys) -> None:
    keys.board.use_in(root)
    data = git(root, "cat-file", "tag", tag(root, "-s", "signed"))
    text, _, _ = data.partition("-----BEGIN")
    made = b""
    for key in (keys.board, keys.stranger):
        one = key.gpg("--armor", "--detach-sign", stdin=text)
        made += subprocess.run(
            ["gpg", "--dearmor"], input=one.encode(), capture_output=True, check=True
        ).stdout
    joined = subprocess.run(
        ["gpg", "--enarmor"], input=made, capture_output=True, check=True
    ).stdout.decode()
    joined = joined.replace("ARMORED FILE", "SIGNATURE")
    assert of(root, store(root, text + joined), keys.board.line).standing is Standing.BAD


def test_many_are_checked_together(root: Path, keys: Keys) -> None:
    legal, board = (read_signers(key.line, "signers")[0] for key in (keys.legal, keys.board))
    keys.legal.use_in(root)
    asked = [(tag(root, "-s", f"v{n}"), legal if n % 2 else board) for n in range(6)]
    found = Signatures(root).of_all(asked)
    assert [one.trusted for one in found] == [False, True] * 3


@pytest.mark.parametrize(
    "words", ["void\n", "\nSeal: 00\n", "-----END SSH SIGNATURE-----\n", " \n"]
)
def test_words_behind_a_signature_are_nobodys(root: Path, keys: Keys, words: str) -> None:
    trusted, _ = read_signers(keys.legal.line + keys.board.line, "")
    for key in (keys.legal, keys.board):
        key.use_in(root)
        own = tag(root, "-s", f"v-{type(key).__name__}")
        assert Signatures(root).of(own, trusted).standing is Standing.TRUSTED
        text = git(root, "cat-file", "tag", own)
        again = store(root, text)
        assert Signatures(root).of(again, trusted).standing is Standing.TRUSTED
        assert Signatures(root).of(store(root, text + words), trusted).standing is Standing.BAD
        before, end, after = text.rpartition("-----END")
        within = f"{before}Seal: 00\n{end}{after}"
        assert Signatures(root).of(store(root, within), trusted).standing is Standing.BAD
