"""`publisher.toml`: what is read of it, and what is refused."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from publisher.errors import ConfigurationError
from publisher.policies.keeping import Keeping, read_keeping
from publisher.policies.organisation import Organisation
from publisher.policies.settings import MailboxSettings, WordingReview, read_settings
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


EXPOSED = 'smtp.host = "relay.example"\nsmtp.user = "us"\nsmtp.security = "none"'


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('opt_out = "opt-out@', 'opt_out = "nowhere ', "`mail.opt_out`"),
        ('site = "http://', 'site = "ftp://', "`organisation.site`"),
        ("[mail]", '[mail]\ncarrier = "pigeon"', "`mail.carrier`"),
        ("[mail]", '[mail]\nsmtp.security = "hope"', "`mail.smtp.security`"),
        ("[mail]", "[mail]\nsmtp.port = -1", "`mail.smtp.port`"),
        ("[mail]", "[mail]\nsmtp.prot = 25", "`mail.smtp.prot`"),
        ("[mail]", "[mail]\nsmtp.port = 0", "`mail.smtp.port`"),
        ("[mail]", "[mail]\nsmtp.port = 65536", "`mail.smtp.port`"),
        ("[mail]", '[mail]\nsmtp.host = ""', "`mail.smtp.host`"),
        ("[mail]", '[mail]\nsmtp.host = "smtp://relay.example"', "`mail.smtp.host`"),
        ("[mail]", '[mail]\nsmtp.host = "the relay"', "`mail.smtp.host`"),
        ("[mail]", '[mail]\nspool = ""', "`mail.spool`"),
        ("[mail]", f"[mail]\n{EXPOSED}", "`mail.smtp.security`"),
        *(
            ("[mail]", f'[ledger]\nkeep = "{keep}"\n[mail]', "`ledger.keep`")
            for keep in (
                "",
                "6",
                "six years",
                "6years",
                "6 weeks",
                "0 days",
                "-1 days",
                "1.5 years",
                "6 years 2 months",
                "101 years",
                "36501 days",
                "for ever",
                "٦ years",
            )
        ),
        ("[mail]", "[ledger]\nkeep = 6\n[mail]", "`ledger.keep`"),
        ("Example Hosting GmbH", "", "`organisation.name`"),
        ("Musterweg 1\\n10115 Berlin", " ", "`organisation.address`"),
        ("[organisation]", "[organization]", "`organisation.name`"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_key(old: str, new: str, key: str) -> None:
    text = CONFIGURATION.replace(old, new)
    with pytest.raises(ConfigurationError, match=key) as refused:
        read_settings(text.encode())
    file, _, line = refused.value.where.partition(":")
    assert file == "publisher.toml"
    if line:
        assert key.strip("`").rpartition(".")[2] in text.splitlines()[int(line) - 1]
    assert bool(line) == ("organization" not in text)
    assert refused.value.remedy


# ── addresses ────────────────────────────────────────────────────────────────────────────────────


def with_address(key: str, address: str) -> bytes:
    return re.sub(
        f"^{key} = .*$", f"{key} = '{address}'", CONFIGURATION, flags=re.MULTILINE
    ).encode()


@pytest.mark.parametrize("key", ["from", "opt_out"])
@pytest.mark.parametrize(
    "address",
    [
        "legal.notices-europe@hosting.example",
        "notices+privacy@hosting.example",
        "n_1@xn--bcher-kva.example",
        f"{'a' * 64}@hosting.example",
        f"a@{'b' * 63}.example",
    ],
)
def test_an_address_that_mail_can_carry_is_taken(key: str, address: str) -> None:
    found = read_settings(with_address(key, address)).organisation
    assert address in (found.sender, found.reply)


@pytest.mark.parametrize(
    ("reply", "bounces"),
    [
        ("opt-out@hosting.example", "Opt-Out@hosting.example"),
        ("opt-out@hosting.example", "opt-out+back@hosting.example"),
        ("mail+out@hosting.example", "mail@hosting.example"),
        ("opt-out@hosting.example", "nowhere"),
    ],
)
def test_what_comes_back_has_an_address_of_its_own(reply: str, bounces: str) -> None:
    text = CONFIGURATION.replace("opt-out@hosting.example", reply)
    with pytest.raises(ConfigurationError, match=r"`mail\.bounces`"):
        read_settings(text.replace("[mail]", f'[mail]\nbounces = "{bounces}"').encode())
    own = text.replace("[mail]", '[mail]\nbounces = "b@hosting.example"')
    assert read_settings(own.encode()).organisation.bounces == "b@hosting.example"
    twice = f'{own}\n[requests]\nquestions = "b@hosting.example"\n'
    with pytest.raises(ConfigurationError, match=r"`requests\.questions` .*mail\.bounces"):
        read_settings(twice.encode())


@pytest.mark.parametrize("key", ["from", "opt_out"])
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("notices", "is not a mail address"),
        ("@hosting.example", "is not a mail address"),
        ("notices@", "is not a domain"),
        ("notices@hosting", "is not a domain"),
        ('"our notices"@hosting.example', "quoted part"),
        ("a@b@hosting.example", "quoted part"),
        ("our notices@hosting.example", "U\\+0020"),
        ("notizen\u200b@hosting.example", "U\\+200B"),
        ("größe@hosting.example", "has `ö` before the @"),
        ("us&them@hosting.example", "has `&` before the @"),
        (".notices@hosting.example", "a dot"),
        ("no..tices@hosting.example", "a dot"),
        ("notices@[192.0.2.1]", "not the name of a host"),
        ("notices@192.0.2.1", "a number"),
        ("notices@-hosting.example", "not the name of a host"),
        ("notices@hosting..example", "not the name of a host"),
        (f"{'a' * 65}@hosting.example", "65 characters before the @"),
        (f"a@{'b' * 64}.example", "too long"),
        (f"{'a' * 64}@{'.'.join(['b' * 60] * 3)}.example", "has 255 characters"),
    ],
)
def test_an_address_that_letters_cannot_use_is_refused(key: str, address: str, told: str) -> None:
    data = with_address(key, address)
    with pytest.raises(ConfigurationError, match=f"`mail.{key}` .*{told}") as refused:
        read_settings(data)
    number = int(refused.value.where.removeprefix("publisher.toml:"))
    assert data.decode().splitlines()[number - 1].startswith(key)


def test_a_name_in_another_script_is_told_as_it_is_looked_up() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_settings(with_address("from", "a@bücher.example"))
    assert refused.value.remedy == "write xn--bcher-kva.example"
    with pytest.raises(ConfigurationError) as refused:
        read_settings(with_address("site", "https://bücher.example/"))
    assert refused.value.remedy == "write its host as xn--bcher-kva.example"


@pytest.mark.parametrize(
    "site",
    ["https://x.example:70000/", "https://x.example:port/", "https://x.example:0/", "https:///x/",
     "https://a:b@x.example/", "https://x..example/", "https://[::1/", "https://x.example/ü/"],
)  # fmt: skip
def test_a_site_that_nobody_can_reach_is_refused(site: str) -> None:
    with pytest.raises(ConfigurationError, match=r"`organisation\.site`"):
        read_settings(with_address("site", site))


@pytest.mark.parametrize("site", ["http://[::1]:8000/", "https://intranet", "https://x.example/a"])
def test_a_site_that_somebody_can_reach_is_taken(site: str) -> None:
    assert read_settings(with_address("site", site)).organisation.site == f"{site.rstrip('/')}/"


# ── proxies ──────────────────────────────────────────────────────────────────────────────────────


def test_a_mailbox_is_named_whole_and_reached_in_private() -> None:
    assert read_settings(CONFIGURATION.encode()).mailbox is None
    named = '\n[mail.imap]\nhost = "mail.hosting.example"\nuser = "opt-out"\n'
    found = read_settings((CONFIGURATION + named).encode()).mailbox
    assert found == MailboxSettings("mail.hosting.example", 993, "tls", "opt-out", "INBOX")
    for key in ("user", "host"):
        without = "\n".join(line for line in named.splitlines() if key not in line)
        assert read_settings(f"{CONFIGURATION}\n{without}".encode()).mailbox is None
    for wrong, key in (('security = "none"', "mail.imap.security"), ("port = 0", "mail.imap.port")):
        with pytest.raises(ConfigurationError, match=key):
            read_settings(f"{CONFIGURATION}\n{named}{wrong}\n".encode())


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


def test_how_long_to_keep_is_said_in_years_months_or_days() -> None:
    assert read_settings(CONFIGURATION.encode()).keep is None
    for words, unit in {"6 years": "year", "1 month": "month", "90 days": "day"}.items():
        keep = read_settings(f'{CONFIGURATION}\n[ledger]\nkeep = "{words}"\n'.encode()).keep
        assert keep == Keeping(int(words.split()[0]), unit)
        assert str(keep) == words


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("6 years", dt.date(2022, 2, 28)),
        ("1 year", dt.date(2027, 2, 28)),
        ("1 month", dt.date(2028, 1, 29)),
        ("1 day", dt.date(2028, 2, 28)),
        ("100 years", dt.date(1928, 2, 29)),
    ],
)
def test_the_last_day_that_is_no_longer_kept(words: str, last: dt.date) -> None:
    keep = read_keeping(words)
    assert keep
    assert keep.over_by(dt.date(2028, 2, 29)) == last
    assert keep.over_by(dt.date(1, 1, 1)) == dt.date.min


def test_when_the_words_around_the_texts_were_read() -> None:
    unread = CONFIGURATION.replace("wording.reviewed = 2026-01-15", "")
    assert read_settings(unread.encode()).wording == WordingReview()
    told = CONFIGURATION.replace("2026-01-15", '2027-01-15\nwording.digests.de = "3f9a"')
    assert read_settings(told.encode()).wording == WordingReview(
        dt.date(2027, 1, 15), {"de": "3f9a"}
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('reviewed = "yes"', "wording.reviewed"),
        ("reviewed = true", "wording.reviewed"),
        ("reviewed = 2027-01-15T12:00:00Z", "wording.reviewed"),
        ("review = 2027-01-15", "wording.review"),
        ("digests = {de = 3}", "wording.digests"),
    ],
)
def test_what_is_no_day_of_reading_is_refused_with_its_key(line: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=key):
        read_settings(CONFIGURATION.replace("reviewed = 2026-01-15", line).encode())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Pacific/Kiritimati"])
def test_the_days_of_the_organisation_are_those_of_its_time_zone(zone: str) -> None:
    text = CONFIGURATION.replace("[mail]", f'time_zone = "{zone}"\n[mail]')
    assert read_settings(text.encode()).organisation.time_zone == zone
    assert read_settings(CONFIGURATION.encode()).organisation.time_zone == "UTC"


@pytest.mark.parametrize("zone", ["Europe/Berln", "berlin", "", "+01:00", "../../etc/passwd"])
def test_a_time_zone_that_there_is_not_is_refused_with_its_line(zone: str) -> None:
    text = CONFIGURATION.replace("[mail]", f'time_zone = "{zone}"\n[mail]')
    with pytest.raises(ConfigurationError) as refused:
        read_settings(text.encode())
    assert str(refused.value.where) == "publisher.toml:7"
    assert "`organisation.time_zone`" in refused.value.what
    assert "Europe/Berlin" in refused.value.remedy
