"""A company's day: a notice goes out, ten customers answer in ten ways, one is proved elsewhere.

    sudo examples/day/day.py [FOLDER]

Everything is real: Debian's Postfix (`apt install postfix`; it takes root) with mailboxes of its
own, `publisher serve`, `publisher receive --lmtp`, git. Nothing of the machine's own mail is
touched. What the customers know, they have from their mailboxes.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pikepdf
from postal import PostOffice, post_office, until

CUSTOMERS = ("ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hana", "ivo", "jo", "kim")
OPT_OUT, REMOVE = "opt-out@hosting.example", "remove@hosting.example"
OURS = (OPT_OUT, REMOVE, "data@hosting.example", "info@hosting.example")
TEXT = """# Privacy Policy

## Use

We use your data for your orders. We keep it for 30 days.

## Security

We encrypt your data with 128-bit keys.
"""
REQUESTS = """
[requests]
mailings = "remove@hosting.example"
personal_data = "data@hosting.example"
questions = "info@hosting.example"
"""


def say(words: str) -> None:
    """Tells what happens."""
    print(words, flush=True)


def free_port() -> int:
    """A port of the loopback that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# ── the company ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Company:
    """A company with a policy, in a folder of its own."""

    root: Path
    site: str
    """Where its site is served, with a slash at the end."""
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """With the key of personal links."""
        return {**os.environ, "PUBLISHER_TOKEN_KEY": self.key}

    def command(self, *words: str) -> list[str]:
        """A command line of the program."""
        return [sys.executable, "-m", "publisher", "--project", str(self.root), *words]

    def publisher(self, *words: str, codes: tuple[int, ...] = (0,)) -> str:
        """Carries out a command that ends with one of some codes, and gives what it said."""
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )
        if done.returncode not in codes:
            raise SystemExit(f"publisher {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def commit(self, what: str) -> None:
        """Commits all that changed."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "-m", what)

    @contextmanager
    def running(self, *words: str) -> Iterator[None]:
        """A command that runs until the block ends."""
        process = subprocess.Popen(self.command("--quiet", *words), env=self.environment)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def git(folder: Path, *words: str) -> None:
    """Carries out git in a folder."""
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def found(root: Path, web: int, smtp: int) -> Company:
    """A company whose release 2 is frozen, built, and not told yet."""
    root.mkdir()
    site = f"http://127.0.0.1:{web}/"
    company = Company(root, site, secrets.token_hex(20))
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Legal")
    git(root, "config", "user.email", "legal@hosting.example")
    text = root.with_suffix(".md")
    text.write_text(TEXT)
    asked = {"name": "Example Hosting GmbH", "address": "Musterweg 1; 10115 Berlin", "site": site}
    asked |= {"from": "notices@hosting.example", "opt-out": OPT_OUT}
    asked |= {"contact": "info@hosting.example", "policy": "privacy"}
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    company.publisher("init", str(root), *options, "--text", "privacy", str(text))
    settings = root / "publisher.toml"
    written = settings.read_text().replace('carrier = "spool"', 'carrier = "smtp"')
    written = written.replace("port = 587", f"port = {smtp}").replace('"starttls"', '"none"')
    settings.write_text(written + REQUESTS)
    facts = root / "policy/privacy/policy.toml"
    facts.write_text(facts.read_text() + 'choices = ["accept", "question"]\n')
    company.commit("A privacy policy")
    company.publisher("freeze", "--effective", "unknown")
    security = root / "policy/privacy/security.md"
    security.write_text(security.read_text().replace("128", "256"))
    (security.parent / "notes").mkdir()
    (security.parent / "notes/security.md").write_text("Longer keys protect you better.\n")
    company.commit("Longer keys")
    first_day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=40)
    company.publisher("freeze", "--effective", first_day.isoformat())
    company.publisher("build")
    rows = [f"{name},{name}@customer.example,{name.title()}" for name in CUSTOMERS]
    listed = root.with_suffix(".csv")
    listed.write_text("\n".join(["customer,address,name", *rows]) + "\n")
    company.publisher("recipients", "import", str(listed))
    return company


# ── the customers ────────────────────────────────────────────────────────────────────────────────


def text_of(message: EmailMessage) -> str:
    """The text of a message, not its HTML."""
    text = message.get_body(("plain",))
    return str(text.get_content()) if text else ""


def link_in(message: EmailMessage, pattern: str) -> str:
    """The first link in the text of a message that has something in it."""
    links = re.findall(r"https?://[^\s<>)]+", text_of(message))
    return next(link for link in links if re.search(pattern, link))


def linked(office: PostOffice, name: str, pattern: str) -> EmailMessage:
    """The first mail after the notice that has a link with something in it, once it is there."""

    def all_such() -> list[EmailMessage]:
        return [m for m in office.mailbox(name)[1:] if re.search(pattern, text_of(m))]

    until(all_such, f"a mail to {name} with a link")
    return all_such()[0]


def answered(company: Company, address: str, fields: dict[str, str]) -> str:
    """Posts a form, and gives the words of the page that comes back."""
    assert address.startswith(company.site)
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(address, body, timeout=30) as page:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.read().decode())).split())


def declare(company: Company, letter: EmailMessage, action: str, words: str = "") -> None:
    """Presses a button of the form that a letter leads to."""
    link = link_in(letter, "/opt-out/")
    with urllib.request.urlopen(link, timeout=30) as page:
        assert f'value="{action}"' in page.read().decode()
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
    fields = {"token": token, "action": action, "words": words}
    assert re.search(r"\bR-[0-9]{6}", answered(company, link, fields))


def mail(name: str, to: str, subject: str, text: str) -> EmailMessage:
    """A mail of a customer."""
    message = EmailMessage()
    message["From"], message["To"] = f"{name}@customer.example", to
    message["Subject"] = subject
    message["Message-ID"] = f"<{secrets.token_hex(8)}@customer.example>"
    message.set_content(text)
    return message


def reply(name: str, letter: EmailMessage, text: str) -> EmailMessage:
    """An answer to a letter."""
    return mail(name, str(letter["Reply-To"]), f"Re: {letter['Subject']}", text)


def ticked(form: Path) -> bytes:
    """The opt-out form as a PDF program saves it, declared."""
    saved = io.BytesIO()
    with pikepdf.open(form) as document:
        for field in document.Root.AcroForm.Fields:
            if str(field.T) == "declaration":
                field.V = pikepdf.Name.Yes
                field.AS = pikepdf.Name.Yes
        document.save(saved)
    return saved.getvalue()


def answer(company: Company, office: PostOffice) -> None:
    """Ten customers answer in ten ways, and one unclearly."""
    letters = {name: office.wait(name, 1) for name in CUSTOMERS}
    say("Ada answers the letter: I opt out.")
    office.send(reply("ada", letters["ada"], "I opt out."))
    say("Ben presses the button of his form.")
    declare(company, letters["ben"], "opt out")
    say("Cleo presses the button, and takes it back by mail.")
    declare(company, letters["cleo"], "opt out")
    office.send(reply("cleo", letters["cleo"], "I withdraw my opt-out."))
    say("Dan writes to the plain address, is mailed his link, and uses it.")
    office.send(mail("dan", OPT_OUT, "Privacy Policy", "I opt out."))
    declare(company, linked(office, "dan", "/opt-out/"), "opt out")
    say("Eve agrees.")
    declare(company, letters["eve"], "accept")
    say("Finn asks a question on the form.")
    declare(company, letters["finn"], "question", "Why 256 bits?")
    say("Gus leaves the mailings by one click in his mail program.")
    rows = json.loads(company.publisher("mailings", "--format", "json", "--headers"))
    (header,) = (row["list_unsubscribe"] for row in _rows(rows) if row["customer"] == "gus")
    link = header.partition("<")[2].partition(">")[0]
    answered(company, link, {"List-Unsubscribe": "One-Click"})
    say("Hana leaves them by writing to the remove address.")
    office.send(mail("hana", REMOVE, "remove", "Please remove me."))
    say("Ivo asks on the page for his data to be erased, and confirms it by the mailed link.")
    page = f"{company.site}requests/personal-data/"
    answered(company, page, {"address": "ivo@customer.example", "action": "erase", "words": "All."})
    link = link_in(linked(office, "ivo", r"/requests/.*\?t="), r"\?t=")
    own = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["t"][0]
    answered(company, link, {"t": own})
    say("Jo sends the PDF form, ticked.")
    with_form = reply("jo", letters["jo"], "My form.")
    form = ticked(company.root / "build/site/privacy/2/opt-out.pdf")
    with_form.add_attachment(form, maintype="application", subtype="pdf", filename="form.pdf")
    office.send(with_form)
    say("Kim is not clear.")
    office.send(reply("kim", letters["kim"], "I do not like this at all, leave me out of it."))


def _rows(document: object) -> list[dict[str, str]]:
    """The rows of a list for programs."""
    if isinstance(document, dict):
        (rows,) = (value for value in document.values() if isinstance(value, list))
        return list(rows)
    assert isinstance(document, list)
    return document


# ── the operator ─────────────────────────────────────────────────────────────────────────────────


def settle(company: Company) -> None:
    """Decides what waits, in the role of support."""
    say(company.publisher("requests"))
    why = {"kim": ("--opt-out", "Means an opt-out; asked on the phone."), "dan": ("--nothing", "")}
    for row in _rows(json.loads(company.publisher("requests", "--format", "json"))):
        number, whose = str(row["number"]), str(row["customer"])
        if number.startswith("R-"):
            words = "Longer keys are harder to guess." if whose == "finn" else "It is done."
            said = ("--done", "--words", words)
        else:
            choice, reason = why.get(whose, ("--nothing", ""))
            said = (choice, "--why", reason or "Answered by the form since.")
        say(company.publisher("requests", "settle", number, *said, "--role", "support").strip())
    # 1: it names where copies from before may lie.
    say(company.publisher("recipients", "erase", "ivo", "--confirm", codes=(0, 1)).strip())


def prove(company: Company, folder: Path) -> None:
    """Has the evidence of one customer checked in another clone, without the ledger."""
    evidence, clone = folder / "ada.pdf", folder / "auditor"
    company.publisher("evidence", "ada", "2", "-o", str(evidence))
    git(folder, "clone", "-q", str(company.root), str(clone))
    auditor = Company(clone, company.site, "")
    say(auditor.publisher("verify", "--evidence", str(evidence)))


def day(folder: Path) -> None:
    """The whole day.

    Args:
        folder: an empty one, which everybody may enter.
    """
    web, smtp, lmtp = free_port(), free_port(), free_port()
    say("A policy is founded, amended and frozen; its site is built.")
    company = found(folder / "firm", web, smtp)
    (folder / "post").mkdir()
    with (
        post_office(folder / "post", smtp, lmtp, OURS, CUSTOMERS) as office,
        company.running("serve", "--no-build", "--port", str(web)),
        company.running("receive", "--lmtp", f"127.0.0.1:{lmtp}"),
    ):
        say("The notice goes out.")
        say(company.publisher("send", "2", "--confirm").strip())
        until(lambda: answers(web) and answers(lmtp), "the receiver and the letterbox")
        answer(company, office)
        until(office.is_idle, "all mail is delivered")
        until(lambda: waiting(company) >= 4, "what is unclear is read")
        settle(company)
        receipts = {name: office.wait(name, 2) for name in ("ada", "ben", "cleo", "eve", "jo")}
        assert all(receipts.values())
        until(lambda: office.is_idle() and not waiting(company), "nothing waits any more")
    listed = company.publisher("optouts", "2")
    say(listed)
    stands = [name for name in CUSTOMERS if re.search(rf"\b{name}\b.*\bopted out\b", listed)]
    assert {"ada", "ben", "dan", "jo", "kim"} <= set(stands), stands
    say(company.publisher("mailings", "--state", "left"))
    say(company.publisher("verify", "--ledger").strip())
    prove(company, folder)
    say("The day is over.")


def answers(port: int) -> bool:
    """Whether somebody listens at a port of the loopback."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def waiting(company: Company) -> int:
    """How many things wait for a person."""
    return len(_rows(json.loads(company.publisher("requests", "--format", "json"))))


def main() -> None:
    """The day, in a folder that is named or removed in the end."""
    if os.geteuid():
        raise SystemExit("Postfix delivers to mailboxes as root alone: run this as root")
    if len(sys.argv) > 1:
        day(Path(sys.argv[1]).resolve())
        return
    with tempfile.TemporaryDirectory(prefix="day-") as folder:
        Path(folder).chmod(0o755)
        day(Path(folder))


if __name__ == "__main__":
    main()
