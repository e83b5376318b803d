"""A mail system for one day: a Postfix of its own, with real mailboxes, on the loopback."""

from __future__ import annotations

import email
import email.policy
import os
import pwd
import smtplib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

PATIENCE = 90.0
"""Seconds in which a mail has to arrive."""
PROGRAMS = Path("/usr/lib/postfix/sbin")
"""Where Debian has the programs of Postfix."""

MAIN = """compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = {programs}
maillog_file = {root}/log
maillog_file_prefixes = {root}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.hosting.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_host_lookup = native
disable_dns_lookups = yes
alias_maps =
virtual_mailbox_domains = hosting.example, customer.example
virtual_mailbox_maps = texthash:{root}/mailboxes
virtual_mailbox_base = {root}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{root}/transport
recipient_delimiter = +
"""

MASTER = """{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def until(condition: Callable[[], object], what: str) -> None:
    """Waits for a condition; ends the day where it does not come.

    Args:
        condition: is looked at ten times a second.
        what: is waited for.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain: {what}")
        time.sleep(0.1)


class PostOffice:
    """A Postfix that runs, and the mailboxes that it delivers to."""

    def __init__(self, root: Path, port: int) -> None:
        """Args:
        root: a folder that everybody may enter.
        port: of its SMTP on the loopback.
        """
        self.root, self.port = root, port

    def send(self, message: EmailMessage) -> None:
        """Hands over a message of a customer, as their mail program does."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as server:
            server.send_message(message)

    def mailbox(self, name: str) -> list[EmailMessage]:
        """What lies in a customer's mailbox, the oldest first."""
        folder = self.root / "mail/customer.example" / name / "new"
        paths = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        parse = email.message_from_bytes
        return [parse(path.read_bytes(), policy=email.policy.default) for path in paths]

    def wait(self, name: str, count: int) -> EmailMessage:
        """The last of so many messages in a customer's mailbox, once they are there."""
        until(lambda: len(self.mailbox(name)) >= count, f"mail {count} to {name}")
        return self.mailbox(name)[-1]

    def is_idle(self) -> bool:
        """Whether nothing waits in its queue."""
        words = ["postqueue", "-c", str(self.root), "-j"]
        return not subprocess.run(words, capture_output=True, text=True, check=True).stdout


@contextmanager
def post_office(
    root: Path, port: int, lmtp: int, ours: Sequence[str], customers: Sequence[str]
) -> Iterator[PostOffice]:
    """Starts a Postfix, and stops it in the end. It takes root.

    Args:
        root: its folder, which is there and empty.
        port: for SMTP.
        lmtp: the port at which the letterbox listens.
        ours: addresses whose mail goes there.
        customers: the names before `@customer.example`.
    """
    owner = pwd.getpwnam("nobody")
    values = {"root": root, "programs": PROGRAMS, "uid": owner.pw_uid, "gid": owner.pw_gid}
    (root / "main.cf").write_text(MAIN.format(**values))
    (root / "master.cf").write_text(MASTER.format(port=f"127.0.0.1:{port}"))
    boxes = [f"{name}@customer.example customer.example/{name}/" for name in customers]
    boxes += [f"{address} unused/" for address in ours]
    boxes.append("notices@hosting.example hosting.example/notices/")
    (root / "mailboxes").write_text("\n".join(boxes) + "\n")
    lines = [f"{address} lmtp:inet:127.0.0.1:{lmtp}\n" for address in ours]
    (root / "transport").write_text("".join(lines))
    for name, whose in (("queue", "root"), ("data", "postfix"), ("mail", "nobody")):
        (root / name).mkdir()
        os.chown(root / name, pwd.getpwnam(whose).pw_uid, -1)
    command = ["postfix", "-c", str(root)]
    # It is content with the permissions of a folder of its own.
    started = subprocess.run([*command, "start"], capture_output=True, text=True, check=False)
    if started.returncode:
        log = root / "log"
        raise SystemExit(f"{started.stderr}{log.read_text() if log.exists() else ''}")
    try:
        yield PostOffice(root, port)
    finally:
        subprocess.run([*command, "stop"], capture_output=True, check=False)
