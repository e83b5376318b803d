"""Taking one message that a mail server hands over."""

from __future__ import annotations

from publisher.actions.read_messages import read_messages
from publisher.actions.workplace import Workplace
from publisher.answers.filing import Verdict
from publisher.errors import ConfigurationError, LedgerError


def receive(workplace: Workplace, raw: bytes, to: str | None) -> Verdict:
    """Keeps one message, reads it, and records the opt-out if it is one beyond doubt.

    What an earlier run kept and was stopped before it read is read as well.

    Args:
        workplace: where.
        raw: the message as it came (RFC 5322).
        to: the envelope's recipient; None where the mail server does not say it.

    Raises:
        LedgerError: it could not be kept; the mail server must try again later.
    """
    number = workplace.ledger.keep(raw, to or "", workplace.clock)
    try:
        verdicts = read_messages(workplace, number)
    except (LedgerError, ConfigurationError) as error:
        # That is not the message's fault, so nobody has to read it: the next run does.
        return Verdict(number, None, error.what)
    except OSError as error:
        return Verdict(number, None, f"it could not be read now: {error.strerror}")
    return verdicts.get(number) or Verdict(number, None, "others are read first")
