"""Until when the signers of the next release can sign."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from publisher.releases.key_ends import NEVER, SigningKey, signing_keys
from tests.fixtures.keys import OpenPgpKey, openpgp_key, ssh_key

NAME = "Legal <legal@hosting.example>"
LINE = (
    "legal@hosting.example {}ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIEqdfwwYt4YrZxjNaQ52A4ftvWqvjV9+w9WSDwyUkC8O\n"
)


def day(*numbers: int) -> dt.datetime:
    return dt.datetime(*numbers, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]


def only(text: str) -> SigningKey:
    (found,) = signing_keys(text)
    return found


@pytest.mark.parametrize(
    ("options", "ends"),
    [
        ("", NEVER),
        ('valid-after="20260101" ', NEVER),
        ('valid-before="20301231" ', day(2030, 12, 31)),
        ('VALID-BEFORE="203012312359Z" ', day(2030, 12, 31, 23, 59)),
        ('namespaces="git",valid-before="20301231235958" ', day(2030, 12, 31, 23, 59, 58)),
        ('valid-before="20301331" ', NEVER),
    ],
)
def test_a_line_says_when_its_key_ends(options: str, ends: dt.datetime) -> None:
    found = only(LINE.format(options))
    assert (found.name, found.ends) == ("legal@hosting.example", ends)


def test_of_a_key_that_is_named_twice_the_last_end_counts(tmp_path: Path) -> None:
    early, late = (LINE.format(f'valid-before="{year}0101" ') for year in (2027, 2029))
    other = ssh_key(tmp_path, "board@hosting.example")
    found = {key.fingerprint: key.ends for key in signing_keys(early + other.line + late + early)}
    assert found[other.fingerprint] == NEVER
    assert sorted(found.values()) == [day(2029, 1, 1), NEVER]
    assert only(early + LINE.format("")).ends == NEVER
    assert signing_keys("") == []
    assert signing_keys("# nobody\n") == []


def listed_end(key: OpenPgpKey, kind: str = "pub") -> dt.datetime:
    """When gpg says that a key ends."""
    listed = key.gpg("--with-colons", "--list-keys").splitlines()
    (line,) = [line for line in listed if line.startswith(f"{kind}:")]
    return dt.datetime.fromtimestamp(int(line.split(":")[6]), dt.UTC)


def test_a_key_of_openpgp_ends_when_gpg_says_so() -> None:
    with openpgp_key(NAME) as key:
        assert only(key.line).ends == NEVER
        # A later signature of its own counts, whatever stands beside it.
        key.gpg("--quick-set-expire", key.fingerprint, "400d")
        found = only(key.line)
        assert found.ends == listed_end(key)
        assert (found.name, found.fingerprint) == (f"{NAME} ({key.fingerprint})", key.fingerprint)
        key.gpg("--passphrase", "", "--quick-add-uid", key.fingerprint, "Other <o@x.example>")
        assert only(key.line).ends == listed_end(key)
        before = key.line
        key.gpg("--quick-set-expire", key.fingerprint, "900d")
        assert only(key.line).ends == listed_end(key) > only(before).ends
        assert only(key.line + before).ends == only(before + key.line).ends == listed_end(key)


def test_a_subkey_that_signs_ends_but_no_later_than_its_key() -> None:
    with openpgp_key(NAME) as key:
        # The primary key of this one signs too, and has no end.
        key.gpg("--passphrase", "", "--quick-add-key", key.fingerprint, "ed25519", "sign", "90d")
        assert only(key.line).ends == NEVER
    with openpgp_key(NAME) as other:
        other.gpg(
            "--passphrase", "", "--quick-gen-key", "Board <b@x.example>", "ed25519", "cert", "never"
        )
        text = other.gpg("--armor", "--export", "b@x.example")
        fingerprint = only(text).fingerprint
        other.gpg("--passphrase", "", "--quick-add-key", fingerprint, "ed25519", "sign", "90d")
        other.gpg("--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", "9d")
        found = only(other.gpg("--armor", "--export", "b@x.example")).ends
        assert dt.timedelta(days=89) < found - dt.datetime.now(dt.UTC) < dt.timedelta(days=91)
        other.gpg("--quick-set-expire", fingerprint, "30d")
        found = only(other.gpg("--armor", "--export", "b@x.example")).ends
        assert dt.timedelta(days=29) < found - dt.datetime.now(dt.UTC) < dt.timedelta(days=31)


def test_who_else_signs_a_key_does_not_prolong_it() -> None:
    with openpgp_key(NAME, lasting="30d") as key, openpgp_key("Friend <f@x.example>") as friend:
        friend.gpg("--import", stdin=key.line)
        friend.gpg("--passphrase", "", "--quick-sign-key", key.fingerprint)
        text = friend.gpg("--armor", "--export", key.fingerprint)
        assert len(text) > len(key.line)
        assert only(text).ends == listed_end(key)


def test_a_revoked_key_has_ended() -> None:
    with openpgp_key(NAME) as key:
        stored = key.home / f"openpgp-revocs.d/{key.fingerprint}.rev"
        key.gpg("--import", stdin=stored.read_text().replace(":-----BEGIN", "-----BEGIN"))
        assert only(key.line).ends < day(2000, 1, 1)


def test_what_does_not_read_has_no_end() -> None:
    """Whoever reads the signers says so; here nothing is made of it."""
    with openpgp_key(NAME, lasting="30d") as key:
        lines = key.line.splitlines()
        assert signing_keys("\n".join(lines[:3] + lines[-1:])) == []
