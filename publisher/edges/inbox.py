"""Incoming messages, read in a process with limits on time and memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from publisher.answers.returned_form import ReturnedForm, read_form
from publisher.edges.confined import Exceeded
from publisher.edges.confinement import Confinement
from publisher.errors import FormError, MailError
from publisher.mail.delivery_report import DeliveryReport, ReportKind, read_report
from publisher.mail.html_targets import Target
from publisher.mail.mail import Mail
from publisher.mail.reading import LARGEST_MAIL, attached_pdfs, read_mail
from publisher.mail.received_letter import ReceivedLetter, read_letters

_READING = Confinement([__name__, "flufl.bounce"])
"""Each message has a process of its own; what they load is loaded once."""
_CPU_SECONDS = 3.0
"""For a message: the costliest one of the size that is read takes half of it on a busy machine."""


def mail_within_limits(raw: bytes, to: str = "") -> Mail:
    """Reads a message in a process of its own, limited to three seconds of CPU and 160 MB.

    Raises:
        MailError: the limits were exceeded, or the process crashed.
        OSError: no process could be started; nothing is wrong with the message.
    """
    said = _confined(_mail_as_data, raw, to)
    lists = {name: tuple(said[name]) for name in ("texts", "addresses", "files")}
    return Mail(**{**said, **lists})


def report_within_limits(raw: bytes) -> DeliveryReport:
    """Reads a message as what a mail server reports of a letter, within the same limits.

    Raises:
        MailError: the limits were exceeded, or the process crashed.
        OSError: no process could be started; nothing is wrong with the message.
    """
    said = _confined(_report_as_data, raw)
    named = tuple(said["envelopes"])
    return DeliveryReport(ReportKind(said["said"]), said["status"], said["words"], named)


def letters_within_limits(raw: bytes) -> list[ReceivedLetter]:
    """Reads a message and those attached to it as letters of ours, within the same limits.

    Raises:
        MailError: the limits were exceeded, or the process crashed.
        OSError: no process could be started; nothing is wrong with the message.
    """
    return [_received(one) for one in _confined(_letters_as_data, raw)]


def _received(said: dict[str, Any]) -> ReceivedLetter:
    lists = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    lists["targets"] = tuple(Target(*target) for target in said["targets"])
    for name in ("files", "repeated", "foreign"):
        lists[name] = tuple((first, second) for first, second in said[name])
    return ReceivedLetter(**{**said, **lists})


def _letters_as_data(raw: bytes) -> list[dict[str, Any]]:
    return [asdict(letter) for letter in read_letters(raw)]


def forms_within_limits(raw: bytes) -> tuple[list[ReturnedForm], str]:
    """Reads the forms attached to a message, in a process of its own with the same limits.

    Raises:
        MailError: the limits were exceeded, or the process crashed.
        OSError: no process could be started; nothing is wrong with the message.
    """
    forms, fault = _confined(_forms_as_data, raw)
    return [ReturnedForm(**form) for form in forms], fault


def _confined(work: Callable[..., Any], raw: bytes, *args: str) -> Any:
    try:
        # No more is read of a larger message; one more byte shows that it is larger.
        return _READING.do(work, raw[: LARGEST_MAIL + 1], *args, cpu_seconds=_CPU_SECONDS)
    except Exceeded as exceeded:
        raise MailError(
            f"it cannot be read within the limits: {exceeded}",
            remedy="look at it as it came: `publisher requests show`, if it was received",
        ) from exceeded


def _mail_as_data(raw: bytes, to: str) -> dict[str, Any]:
    return asdict(read_mail(raw, to))


def _report_as_data(raw: bytes) -> dict[str, Any]:
    return asdict(read_report(raw[:LARGEST_MAIL]))


def _forms_as_data(raw: bytes) -> tuple[list[dict[str, Any]], str]:
    forms, fault = read_forms(raw)
    return [asdict(form) for form in forms], fault


def read_forms(raw: bytes) -> tuple[list[ReturnedForm], str]:
    """Reads the forms attached to a message, in this process.

    Args:
        raw: RFC 5322.

    Returns:
        Our forms among its PDFs, and why the last of the other PDFs is none; empty: all are.
    """
    found, fault = [], ""
    for pdf in attached_pdfs(raw):
        try:
            found.append(read_form(pdf))
        except FormError as error:
            fault = error.what
    return found, fault
