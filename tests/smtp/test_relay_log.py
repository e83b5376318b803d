"""What Postfix's log says of letters: lines as Postfix 3.7 wrote them."""

from __future__ import annotations

import re

import pytest

from publisher.smtp.relay_log import LogVerdict, RelayLog

OUR = "notices@hosting.example"
TAKEN, BOUNCED = LogVerdict.TAKEN, LogVerdict.BOUNCED
LOG = """\
smtpd[2311]: DB0FB21E934: client=localhost[127.0.0.1]
cleanup[2314]: DB0FB21E934: message-id=<taken@hosting.example>
qmgr[2303]: DB0FB21E934: from=<notices@hosting.example>, size=299, nrcpt=1 (queue active)
smtpd[2311]: NOQUEUE: reject: RCPT from localhost[127.0.0.1]: 550 5.1.1 <x@customer.example>: \
Recipient address rejected; from=<notices@hosting.example> to=<x@customer.example> proto=ESMTP
virtual[2315]: DB0FB21E934: to=<anna@customer.example>, relay=virtual, delay=0.02, \
delays=0.01/0.01/0/0, dsn=2.0.0, status=sent (delivered to maildir)
qmgr[2303]: DB0FB21E934: removed
cleanup[2314]: DD89921E936: message-id=<bounced@hosting.example>
qmgr[2303]: DD89921E936: from=<notices@hosting.example>, size=298, nrcpt=1 (queue active)
error[2316]: DD89921E936: to=<ben@customer.example>, relay=none, delay=0.2, \
delays=0/0.11/0/0.09, dsn=5.1.1, status=bounced (no such user here)
cleanup[2320]: 1D58421E941: message-id=<20261128173617.1D58421E941@mail.hosting.example>
bounce[2322]: DD89921E936: sender non-delivery notification: 1D58421E941
qmgr[2303]: DD89921E936: removed
cleanup[2314]: DE48721E934: message-id=<deferred@hosting.example>
qmgr[2303]: DE48721E934: from=<notices@hosting.example>, size=299, nrcpt=1 (queue active)
error[2317]: DE48721E934: to=<cleo@customer.example>, relay=none, delay=0.21, \
delays=0/0.11/0/0.1, dsn=4.2.0, status=deferred (busy)
cleanup[2314]: DE48721E935: message-id=<then-sent@hosting.example>
qmgr[2303]: DE48721E935: from=<notices@hosting.example>, size=299, nrcpt=1 (queue active)
smtp[2317]: DE48721E935: to=<cleo@customer.example>, relay=mx.example[192.0.2.1]:25, delay=0.2, \
delays=0/0.11/0/0.1, dsn=4.2.0, status=deferred (host mx.example[192.0.2.1] said: 450 4.2.0 busy)
qmgr[2303]: DE48721E935: from=<notices@hosting.example>, size=299, nrcpt=1 (queue active)
smtp[2317]: DE48721E935: to=<cleo@customer.example>, relay=mx.example[192.0.2.1]:25, delay=300, \
delays=0/0.11/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)
qmgr[2303]: DE48721E935: removed
cleanup[2314]: DE48721E936: message-id=<expired@hosting.example>
qmgr[2303]: DE48721E936: from=<notices@hosting.example>, size=299, nrcpt=1 (queue active)
smtp[2317]: DE48721E936: to=<cleo@customer.example>, relay=none, delay=432000, \
delays=0/0.11/0/0.1, dsn=4.4.1, status=deferred (connect to mx.example: Connection timed out)
qmgr[2303]: DE48721E936: from=<notices@hosting.example>, status=expired, returned to sender
cleanup[2314]: DEE5C21E937: message-id=<turned-away@hosting.example>
cleanup[2314]: DEE5C21E937: reject: header X-Refuse: yes from localhost[127.0.0.1]; \
from=<notices@hosting.example> to=<anna@customer.example> proto=ESMTP: 5.7.1 not wanted here
cleanup[2314]: DEE5C21E938: message-id=<begun@hosting.example>
smtpd[2311]: lost connection after DATA (120 bytes) from localhost[127.0.0.1]
cleanup[2314]: DEE5C21E939: message-id=<strange@hosting.example>
qmgr[2303]: DEE5C21E939: from=<mallory@elsewhere.example>, size=298, nrcpt=1 (queue active)
cleanup[2314]: DEE5C21E940: message-id=<filtered@hosting.example>
qmgr[2303]: DEE5C21E940: from=<notices@hosting.example>, size=298, nrcpt=1 (queue active)
smtp[2317]: DEE5C21E940: to=<ben@customer.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, \
delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as DEE5C21E941)
cleanup[2314]: DEE5C21E941: message-id=<filtered@hosting.example>
qmgr[2303]: DEE5C21E941: from=<notices@hosting.example>, size=298, nrcpt=1 (queue active)
qmgr[2303]: DEE5C21E940: removed
smtp[2317]: DEE5C21E941: to=<ben@customer.example>, relay=mx.example[192.0.2.1]:25, delay=1, \
delays=0/0/0/1, dsn=5.2.1, status=bounced (host mx.example said: 550 5.2.1 disabled)
cleanup[2314]: DEE5C21E942: message-id=<taken@hosting.example>
qmgr[2303]: DEE5C21E942: from=<mallory@elsewhere.example>, size=298, nrcpt=1 (queue active)
cleanup[2314]: DB0FB21E934: message-id=<again-used@hosting.example>
"""
SAID = {
    "taken": (TAKEN, "queued as DB0FB21E934: sent"),
    "bounced": (BOUNCED, "no such user here (5.1.1)"),
    "deferred": (TAKEN, "queued as DE48721E934: deferred"),
    "then-sent": (TAKEN, "queued as DE48721E935: sent"),
    "expired": (BOUNCED, "connect to mx.example: Connection timed out (4.4.1)"),
    "turned-away": (LogVerdict.BEGUN, "5.7.1 not wanted here"),
    "begun": (LogVerdict.BEGUN, "it was begun, and never queued"),
    "strange": (LogVerdict.STRANGE, "<mallory@elsewhere.example>"),
    "filtered": (BOUNCED, "host mx.example said: 550 5.2.1 disabled (5.2.1)"),
    "again-used": (LogVerdict.BEGUN, ""),
    "missing": (LogVerdict.ABSENT, "it is not in the log"),
}
STAMPS = {
    "syslog": lambda line: f"Nov 28 17:36:16 mail postfix/{line}",
    "ISO 8601": lambda line: f"2026-11-28T17:36:16.123456+01:00 mail postfix-out/{line}",
    "RFC 5424": lambda line: re.sub(
        r"^(\w+)\[(\d+)\]:", r"<22>1 2026-11-28T17:36:16Z mail postfix/relay/\1 \2 - -", line
    ),
    "a file of its own": lambda line: f"Nov 28 17:36:16 mail postfix/submission/{line}\r",
}


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("size", [7, 100_000])
def test_the_queue_manager_has_the_last_word(stamp: str, size: int) -> None:
    log = RelayLog({f"{name}@hosting.example" for name in SAID}, lambda sender: sender == OUR)
    raw = "\n".join(STAMPS[stamp](line) for line in LOG.splitlines()).encode()
    log.read(raw[at : at + size] for at in range(0, len(raw), size))
    assert log.lines
    for name, (verdict, words) in SAID.items():
        found = log.letter(f"{name}@hosting.example")
        assert found.verdict is verdict, name
        assert words in found.words, name


def test_of_a_log_in_two_parts_the_second_goes_on() -> None:
    lines = LOG.splitlines(keepends=True)
    for cut in range(len(lines)):
        log = RelayLog({"then-sent@hosting.example"}, lambda sender: sender == OUR)
        for part in (lines[:cut], lines[cut:]):
            log.read([f"Nov 28 17:36:16 mail postfix/{line}".encode() for line in part])
        assert log.letter("then-sent@hosting.example").verdict is TAKEN


def test_what_is_no_log_of_postfix_says_nothing() -> None:
    log = RelayLog({"taken@hosting.example"}, lambda _: True)
    log.read([b"postfix/cleanup: nothing\n", b"\0\xff" * 9_000, b"exim[1]: <= a@b id=taken@x\n"])
    assert (log.lines, log.letter("taken@hosting.example").verdict) == (0, LogVerdict.ABSENT)
