"""The secrets of a project, which the environment holds and no file."""

from __future__ import annotations

import os

from publisher.answers.token import NamedKey, read_keys, read_named_keys


def token_keys() -> tuple[bytes, ...]:
    """The keys of personal links, the one that signs first.

    Raises:
        ConfigurationError: `PUBLISHER_TOKEN_KEY` is not set, or too short.
    """
    return read_keys(os.environ.get("PUBLISHER_TOKEN_KEY", ""))


def named_token_keys() -> tuple[NamedKey, ...]:
    """The same with their names.

    Raises:
        ConfigurationError: as for `token_keys`.
    """
    return read_named_keys(os.environ.get("PUBLISHER_TOKEN_KEY", ""))


def relay_password() -> str:
    """The password for the SMTP relay; empty where none is set."""
    return os.environ.get("PUBLISHER_SMTP_PASSWORD", "")


def mailbox_password() -> str:
    """The password for the mailbox that mail is fetched from; empty where none is set."""
    return os.environ.get("PUBLISHER_IMAP_PASSWORD", "")


LEDGER_URL = "PUBLISHER_LEDGER_URL"
"""In the environment: where the ledger is, whatever `publisher.toml` says."""


def ledger_url() -> str:
    """The address of the ledger, perhaps with a password; empty where none is set."""
    return os.environ.get(LEDGER_URL, "").strip()
