"""Who may sign: what a text of signers says, and where it does not read."""

from __future__ import annotations

import pytest

from publisher.releases.signers import read_signers

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILvxF2CPM2yFZ1AtE5OLV6NVTzmLmdMrkWZuEENhH8f5"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMKNl3yl8yWMu+7rb8GZmA/qeQ4fOOEhiI9JGSJZvA6W"
LEGAL = f"legal@hosting.example {KEY}"
ARMOUR = """-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEahFFcRYJKwYBBAHaRw8BAQdAqIGdLZxU+qXhIcvcWyNuJDx0Pj4VZ9IExSIQ
-----END PGP PUBLIC KEY BLOCK-----
"""


def test_kinds_are_mixed_with_comments_between_and_any_line_ends() -> None:
    text = (
        f"# legal\n{LEGAL} the laptop\n\n{ARMOUR}\n  # board\n{LEGAL.replace('legal', 'board')}\n"
    )
    for form in (text, text.replace("\n", "\r\n")):
        signers, found = read_signers(form, "signers")
        assert found == []
        assert [one.principals for one in signers.ssh] == [
            "legal@hosting.example",
            "board@hosting.example",
        ]
        assert len({one.fingerprint for one in signers.ssh}) == 1
        assert signers.openpgp == (ARMOUR,)


@pytest.mark.parametrize(
    "options",
    [
        'namespaces="git"',
        'namespaces="file,git"',
        'namespaces="*,!file"',
        'valid-before="20301231"',
        'valid-after="202501010000Z",valid-before="20301231235959"',
        'NAMESPACES="g*"',
    ],
)
def test_options_that_are_understood(options: str) -> None:
    signers, found = read_signers(f"a@x.example,b@x.example {options} {KEY}\n", "signers")
    assert found == []
    assert signers.ssh[0].principals == "a@x.example,b@x.example"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (KEY, "does not say whose key it is"),
        ("legal@hosting.example", "is no signer"),
        ("legal@hosting.example ssh-dss AAAA", "is no signer"),
        (LEGAL[:-9], "has no readable ssh-ed25519 key"),
        (LEGAL[:-8], "has no readable ssh-ed25519 key"),
        (LEGAL[:-8] + "!", "is no signer"),
        (LEGAL.replace("ssh-ed25519", "ssh-rsa", 1), "has no readable ssh-rsa key"),
        (f"a@x.example cert-authority {KEY}", "trusts an authority"),
        (f'a@x.example cert-authority,namespaces="git" {KEY}', "trusts an authority"),
        (f'a@x.example namespaces="file" {KEY}', "is a key for file, not for tags"),
        (f'a@x.example namespaces="*,!git" {KEY}', "not for tags"),
        (f'a@x.example valid-before="soon" {KEY}', "an option that does not read"),
        (f'a@x.example no-touch="1" {KEY}', "an option that does not read"),
        (f"a@x.example =,= {KEY}", "options that do not read"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----",
            "private key",
        ),
        (ARMOUR.replace("PUBLIC", "PRIVATE"), "is no public key but a pgp private key block"),
        (ARMOUR.replace("PUBLIC KEY BLOCK", "SIGNATURE"), "is no public key"),
        (ARMOUR.rpartition("-----END")[0], "without its end"),
        (ARMOUR.replace("mDM", "lDM"), "does not begin with a public key"),
        (ARMOUR.replace("-----END", "=AAAA\n-----END"), "its checksum differs"),
        (ARMOUR.replace("mDMEahFF", "m?MEahFF"), "is no readable key"),
    ],
)
def test_what_does_not_read_is_told_with_its_line_and_vouches_for_nobody(
    line: str, said: str
) -> None:
    text = f"# signers\n{LEGAL.replace(KEY, OTHER)}\n\n{line}\n"
    signers, found = read_signers(text, "policy/privacy/signers")
    assert [found[0].where, len(found)] == ["policy/privacy/signers:4", 1]
    assert said in found[0].what
    assert found[0].remedy
    assert len(signers.ssh) == 1
    assert not signers.openpgp


@pytest.mark.parametrize("text", ["", "\n", "# nobody\n"])
def test_a_text_without_a_key_is_told(text: str) -> None:
    signers, found = read_signers(text, "signers")
    assert not signers
    assert "names no key" in found[0].what
