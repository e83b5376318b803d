"""`publisher.toml`: what is read of it, and what is refused."""

from __future__ import annotations

import pytest

from publisher.errors import ConfigurationError
from publisher.policies.organisation import Organisation
from publisher.policies.settings import read_settings
from tests.fixtures.house import CONFIGURATION


def test_the_organisation_is_one_value() -> None:
    found = read_settings(CONFIGURATION.encode()).organisation
    assert found == Organisation(
        name="Example Hosting GmbH",
        address="Musterweg 1\n10115 Berlin",
        site="http://127.0.0.1:8000/",
        sender="notices@hosting.example",
        reply="opt-out@hosting.example",
    )
    assert found.letterhead == ("Example Hosting GmbH", "Musterweg 1", "10115 Berlin")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('from = "notices@', 'from = "notices-of-changes@', "`mail.from`"),
        ('opt_out = "opt-out@', 'opt_out = "nowhere ', "`mail.opt_out`"),
        ('site = "http://', 'site = "ftp://', "`organisation.site`"),
        ("[mail]", '[mail]\ncarrier = "pigeon"', "`mail.carrier`"),
        ("[mail]", '[mail]\nsmtp.security = "hope"', "`mail.smtp.security`"),
        ("[mail]", "[mail]\nsmtp.port = -1", "`mail.smtp.port`"),
        ("[mail]", "[mail]\nsmtp.prot = 25", "`mail.smtp.prot`"),
        ("[organisation]", "[organization]", "`organisation.site`"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_key(old: str, new: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=key) as refused:
        read_settings(CONFIGURATION.replace(old, new).encode())
    assert refused.value.where == "publisher.toml"
    assert refused.value.remedy


# ── proxies ──────────────────────────────────────────────────────────────────────────────────────


PROXIES = 'trusted_proxies = ["192.0.2.1", "10.0.0.0/8", "::1", "2001:db8:5::/48"]'


def test_by_default_nobody_is_trusted() -> None:
    assert read_settings(CONFIGURATION.encode()).trusted_proxies == ()
    told_so = read_settings(f"{CONFIGURATION}\n[receiver]\n".encode())
    assert told_so.trusted_proxies == ()
    named = read_settings(f"{CONFIGURATION}\n[receiver]\n{PROXIES}\n".encode())
    assert named.trusted_proxies == ("192.0.2.1", "10.0.0.0/8", "::1", "2001:db8:5::/48")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('trusted_proxies = ["*"]', "receiver.trusted_proxies"),
        ('trusted_proxies = ["proxy.example"]', "receiver.trusted_proxies"),
        ('trusted_proxies = ["10.0.0.1/8"]', "receiver.trusted_proxies"),
        ('trusted_proxies = ["10.0.0.0/33"]', "receiver.trusted_proxies"),
        ('trusted_proxies = ["0.0.0.0/0"]', "receiver.trusted_proxies"),
        ('trusted_proxies = ["::/0"]', "receiver.trusted_proxies"),
        ('trusted_proxies = [""]', "receiver.trusted_proxies"),
        ('trusted_proxies = "10.0.0.1"', "receiver.trusted_proxies"),
        ("trusted_proxies = [1]", "receiver.trusted_proxies"),
        ("trusted = []", "receiver.trusted"),
    ],
)
def test_what_is_no_network_is_refused_with_its_key(line: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=key):
        read_settings(f"{CONFIGURATION}\n[receiver]\n{line}\n".encode())
