"""The `publisher.toml` of a new repository."""

from __future__ import annotations

import re
from dataclasses import replace

from publisher.founding.order import FoundingOrder
from publisher.founding.settings_file import settings_toml
from publisher.policies.settings import read_settings


def test_mailboxes_for_requests_are_named_at_once_or_later() -> None:
    mails = "a@h.example", "b@h.example", "c@h.example"
    order = FoundingOrder("Hosting", "Street 1", "https://h.example/", *mails)
    later = settings_toml(order)
    assert read_settings(later).organisation.requests is None
    now = re.sub(rb"(?m)^# (?=\[requests\]|\w+ = )", b"", later).replace("…".encode(), b"h.example")
    written = settings_toml(replace(order, mailboxes={"questions": "info@h.example"}))
    for data, mailings in ((now, "remove@h.example"), (written, "")):
        found = read_settings(data).organisation.requests
        assert found
        assert (found.questions, found.mailings) == ("info@h.example", mailings)
