"""What is not as it was beside the text, by name and fingerprint where it is a key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from publisher.policies.policy import Facts, Policy
from publisher.releases.changed_facts import changed_facts, changed_signers
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Imported, Release
from tests.fixtures.keys import OpenPgpKey, openpgp_key

NAME = "Legal <legal@hosting.example>"
FACTS = Facts("Privacy", "en", "a@hosting.example", "", ("use.md",), "promise", 30, "Stays.")
POLICY = Policy("privacy", FACTS, {"use.md": "## Use {#use}\n"})
RELEASE = Release(Number(1), Materiality.MATERIAL, POLICY, None, None)


@pytest.fixture(scope="module")
def keys() -> Iterator[list[OpenPgpKey]]:
    with openpgp_key(NAME) as one, openpgp_key(NAME) as other:
        yield [one, other]


def test_openpgp_keys_are_named_as_gpg_does(keys: list[OpenPgpKey]) -> None:
    one, other = keys
    found = changed_signers(one.line, f"# Legal\n{other.line}")
    assert {fact.before for fact in found} == {"", f"{NAME} ({one.fingerprint})"}
    assert {fact.after for fact in found} == {"", f"{NAME} ({other.fingerprint})"}
    assert [fact.line for fact in found if fact.after] == [2]
    both = one.gpg("--armor", "--export") + other.line
    assert [fact.after for fact in changed_signers(one.line, both)] == [
        f"{NAME} ({other.fingerprint})"
    ]
    assert not changed_signers(both, other.line + one.line)


def test_two_keys_in_one_armour_are_two(keys: list[OpenPgpKey]) -> None:
    one, other = keys
    before = one.line
    one.gpg("--import", stdin=other.line)
    found = changed_signers(before, one.line)
    assert [fact.after for fact in found] == [f"{NAME} ({other.fingerprint})"]


def test_a_subkey_that_comes_to_a_key_is_seen() -> None:
    with openpgp_key(NAME) as key:
        before = key.line
        key.gpg("--passphrase", "", "--quick-add-key", key.fingerprint, "ed25519", "sign")
        listed = key.gpg("--with-colons", "--list-keys").splitlines()
        subkey = [line.split(":")[9] for line in listed if line.startswith("fpr")][-1]
        (found,) = changed_signers(before, key.line)
        assert subkey in found.after
        assert subkey not in found.before
        before = key.line
        key.gpg("--quick-set-expire", key.fingerprint, "20y")
        (found,) = changed_signers(before, key.line)
        assert "with other dates or signatures in it" in found.after


def test_only_spaces() -> None:
    draft = replace(POLICY, facts=replace(FACTS, effect="Stays.\n\nYes."))
    last = replace(RELEASE, policy=replace(POLICY, facts=replace(FACTS, effect="Stays. Yes.")))
    (fact,) = changed_facts(draft, last, "")
    assert str(fact) == "`opt_out.effect`: “Stays. Yes.”, with other spaces or line ends"


def test_of_an_imported_text_only_what_is_on_record() -> None:
    seen = dt.datetime(2021, 3, 1, tzinfo=dt.UTC)
    past = replace(FACTS, contact="", effect="", days=30)
    imported = Imported("repository", "privacy.md", "0" * 40, seen, "0" * 64)
    last = replace(RELEASE, policy=replace(POLICY, facts=past), imported=imported)
    assert not changed_facts(replace(POLICY, facts=replace(FACTS, days=3)), last, "")
    draft = replace(POLICY, facts=replace(FACTS, title="Notice"))
    assert [fact.name for fact in changed_facts(draft, last, "")] == ["title"]
