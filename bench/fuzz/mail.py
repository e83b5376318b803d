"""Looks for a mail that the reader fails on, or takes long over. See README.md."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import atheris

with atheris.instrument_imports():
    # What is not imported here for the first time is not observed.
    from email.message import EmailMessage

    from publisher.mail import reading

SLOW = 1.0
"""Seconds of CPU; a message that takes more is a finding."""
HTML = """<html><head><style>p.a { margin: 0 } @media print { p { color: #000 } }</style></head>
<body bgcolor="#ffffff"><div dir="ltr" style="font-size: 12pt; color: rgb(0, 0, 0)">I opt out.<br>
<s>No</s> <del>x</del> &amp; &#233; <span style="display:none">hidden</span> <q>so</q></div>
<div class="gmail_quote"><div class="gmail_attr">On Monday we wrote:<br></div>
<blockquote type="cite"><table><tr><td width="10">a</td><td>b</td></tr></table><ul><li>c</li></ul>
<pre>d
e</pre></blockquote></div><div id="divRplyFwdMsg"><b>From:</b> us</div><template>t</template>
<div style="border:none;border-top:solid #E1E1E1 1.0pt">f</div><svg><text>g</text></svg>
<!-- originalMessage --><input value="h"><p style="text-indent:-9999px;opacity:0;height:0">i</p>
<font color="white">j</font><p style="font:0/0 a;position:absolute;transform:none">k</p></body>
</html>
"""
WORDS = """
Content-Type: | Content-Transfer-Encoding: | Content-Disposition: | multipart/mixed; boundary=b
multipart/alternative; boundary="b" | multipart/report; report-type=delivery-status; boundary=b
multipart/digest; boundary=b | multipart/signed | multipart/encrypted | text/plain | text/html
message/rfc822 | message/delivery-status | application/pdf | image/png | application/pkcs7-mime
base64 | quoted-printable | x-uuencode | ; charset=utf-16 | ; charset=iso-2022-jp | ; charset=utf-7
; charset*0*=utf-8''a%20 | ; filename*1*=b | ; filename="=?utf-8?b?w6Q=?=" | ; name= | --b | --b--
=?utf-8?q?a_=C3=A4?= | =?iso-8859-1?b?5A==?= | %PDF-1.7 | =3D | Auto-Submitted: auto-replied
Return-Path: <> | Precedence: list | List-Id: | Delivered-To: | X-Original-To: | To: | Cc: | From:
Subject: | Message-ID: | Content-ID: | <div style=" | display:none | color:#ffffff | background:
font-size:0 | </div> | <blockquote> | <table><tr><td> | class="gmail_quote" | <style> | content:"x"
<!-- | --> | &nbsp; | <template> | <b a=" | hsla(1,2%,3%,0) | rgb(255 255 255 / 0) | text-indent:-
"""


def letters() -> Iterator[bytes]:
    """Mails as people write them, to begin with."""
    plain = EmailMessage()
    plain["From"], plain["To"] = "Ann <ann@customer.example>", "opt-out+token@acme.example"
    plain["Subject"], plain["Message-ID"] = "Re: Änderung", "<1@customer.example>"
    plain.set_content("I opt out.\n\n> If you do nothing\n", cte="quoted-printable")
    yield plain.as_bytes()
    plain.add_alternative(HTML, subtype="html")
    yield plain.as_bytes()
    plain.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="förm.pdf")
    plain.add_attachment(b"GIF89a", maintype="image", subtype="gif", cid="<a@b>")
    inner = EmailMessage()
    inner.set_content("I opt out")
    plain.add_attachment(inner)
    yield plain.as_bytes()
    html = EmailMessage()
    html.set_content(HTML, subtype="html", cte="base64")
    yield html.as_bytes()
    yield (
        b"From: MAILER-DAEMON@mx.example\r\nReturn-Path: <>\r\nContent-Type: multipart/report;"
        b" report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nUser unknown\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n--b--\r\n"
    )
    yield b"Subject: =?utf-8?q?a?= =?utf-8?b?w6Q=?=\rTo: \xe4@b.example,,,\n\n\x00\xff\r"
    # The fuzzer hardly finds its way through the header to the style of an element by itself.
    yield b"Content-Type: text/html\n\n" + HTML.encode()


def read(data: bytes) -> None:
    start = time.process_time()
    mail = reading.read_mail(data, "")
    reading.as_it_came(data)
    if (took := time.process_time() - start) > SLOW:
        raise RuntimeError(f"it took {took:.1f} s")
    json.dumps(asdict(mail)).encode()
    for text in (mail.subject, mail.doubt, *mail.texts, *mail.files, *mail.addresses):
        text.encode()
        if any(ord(letter) < 32 and letter not in "\t\n" for letter in text):
            raise RuntimeError(f"a control character in {text[:80]!r}")


def prepare(folder: Path) -> Path:
    """Writes the mails to begin with, and the words to build others from."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(letters()):
        (folder / f"letter-{number}").write_bytes(letter)
    words = [word.strip() for line in WORDS.strip().splitlines() for word in line.split(" | ")]
    escaped = [word.replace("\\", "\\\\").replace('"', '\\"') for word in words]
    listed = folder.with_suffix(".words")
    listed.write_text("".join(f'"{word}"\n' for word in escaped), "utf-8")
    return listed


if __name__ == "__main__":
    words = prepare(Path(sys.argv[1]))
    atheris.Setup([*sys.argv, f"-dict={words}", "-max_len=65536", "-print_final_stats=1"], read)
    atheris.Fuzz()
