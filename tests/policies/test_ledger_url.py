"""No password of a ledger's address is shown, whatever somebody wrote."""

from __future__ import annotations

import pytest

from publisher.policies.ledger_url import hide_passwords, passwords_in, without_passwords

SECRET = "hun-ter2"
HOLD = [
    f"postgresql://us:{SECRET}@db.example/ledger",
    f"postgresql+psycopg://us:{SECRET}@/ledger?host=/run/postgresql",
    f"postgresql://:{SECRET}@db.example/ledger",
    f"postgresql://us:a@{SECRET}:1@db.example/ledger",
    f"postgresql://us:a/{SECRET}@db.example/ledger",
    f"postgresql://us:a?{SECRET}@db.example/ledger",
    f"postgresql:/us:{SECRET}@db.example/ledger",
    f"us:{SECRET}@db.example",
    f"postgresql://us@db.example/ledger?password={SECRET}",
    f"postgresql://us@db.example/ledger?sslmode=require&sslpassword={SECRET}&a=b",
    f"postgresql:///ledger?user=us&PASSWORD={SECRET}",
    f"postgresql:///host=db.example password={SECRET}",
    f"postgresql:///host=db.example%20password%3D{SECRET}",
    f"host=db.example password='{SECRET}'",
    "postgresql://us:hun%2Dter2@db.example/ledger",
]


@pytest.mark.parametrize("url", HOLD)
def test_a_password_is_found_and_never_shown(url: str) -> None:
    assert any(SECRET in one for one in passwords_in(url))
    shown = without_passwords(url)
    assert SECRET not in shown
    assert "ter2" not in shown
    assert "***" in shown
    said = hide_passwords(f"FATAL: no {SECRET} and no {url}", url)
    assert SECRET not in said
    assert "ter2" not in said


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:////var/lib/a:b@c/ledger.sqlite",
        "postgresql://us@db.example:5433/ledger?sslmode=require",
        "postgresql:///ledger?host=/run/postgresql&passfile=/etc/pass",
        "postgresql://db.example/ledger",
    ],
)
def test_what_holds_none_is_shown_as_it_is(url: str) -> None:
    assert passwords_in(url) == ()
    assert without_passwords(url) == url
