"""What SPF, DKIM and DMARC of a domain are taken for."""

from __future__ import annotations

import pytest

from publisher.smtp.health import Checked, Health
from publisher.smtp.sender_records import (
    alignment_checked,
    dkim_checked,
    dmarc_checked,
    dmarc_places,
    mailbox_checked,
    spf_checked,
)

OURS = "hosting.example"
KEY = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ"
FOUND, MISSING, UNKNOWN = Health

CASES = [
    (spf_checked(OURS, ["v=spf1 include:relay.example -all"]), FOUND),
    (spf_checked(OURS, ["another", "V=SPF1 -all"]), FOUND),
    (spf_checked(OURS, []), MISSING),
    (spf_checked(OURS, ["v=spf10 -all"]), MISSING),
    (spf_checked(OURS, ["v=spf1 -all", "v=spf1 ~all"]), MISSING),
    (spf_checked(OURS, ["v=spf1 +all"]), MISSING),
    (spf_checked(OURS, None), UNKNOWN),
    (dkim_checked("s1", OURS, [KEY]), FOUND),
    (dkim_checked("s1", OURS, ["p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"]), FOUND),
    (dkim_checked("s1", OURS, ["v=DKIM1; p="]), MISSING),
    (dkim_checked("s1", OURS, []), MISSING),
    (dkim_checked("", OURS, None), UNKNOWN),
    (dkim_checked("s1", OURS, None), UNKNOWN),
    (dmarc_checked(OURS, ["v=DMARC1; p=reject"]), FOUND),
    (dmarc_checked(OURS, ["v=DMARC1; p=perhaps"]), MISSING),
    (dmarc_checked(OURS, ["v=DMARC1; p=none", "v=DMARC1; p=none"]), MISSING),
    (dmarc_checked(OURS, []), MISSING),
    (dmarc_checked(OURS, None), UNKNOWN),
    (alignment_checked(OURS, f"bounces.{OURS}"), FOUND),
    (alignment_checked(f"mail.{OURS}", OURS.upper()), FOUND),
    (alignment_checked(OURS, f"not-{OURS}"), MISSING),
    (mailbox_checked("mail.opt_out", f"o@{OURS}", receives=True), FOUND),
    (mailbox_checked("mail.opt_out", f"o@{OURS}", receives=False), MISSING),
    (mailbox_checked("mail.opt_out", f"o@{OURS}", receives=None), UNKNOWN),
]


@pytest.mark.parametrize(("checked", "health"), CASES)
def test_a_record_is_taken_for_what_it_is(checked: Checked, health: Health) -> None:
    assert checked.health is health, checked.what
    assert bool(checked.remedy) == (health is not FOUND)


def test_a_policy_may_stand_above_a_domain() -> None:
    assert dmarc_places("a.b.example") == ["_dmarc.a.b.example", "_dmarc.b.example"]
    assert dmarc_places("localhost") == ["_dmarc.localhost"]
