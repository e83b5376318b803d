"""A short reply above our letter, as mail programs write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage

from publisher.notices.letter import styled
from publisher.text.clauses import parse
from publisher.text.plaintext import as_text

LETTER = """# Privacy Policy: version 2 applies from 1 February 2027

Dear customer,

we are changing our privacy policy. **Version 2** applies to you from *1 February 2027*.

- By e-mail: reply to this message with the words “I opt out”
- By form: [your form](https://acme.example/privacy/2/opt-out/#t)

> This letter is not the policy itself.

| what | how long |
| --- | --- |
| orders | 3 years |

Acme Ltd
"""
PLAIN = as_text(parse(LETTER))
DOCUMENT = styled(LETTER)
BODY = re.sub(r".*<body[^>]*>|</body>.*", "", DOCUMENT, flags=re.DOTALL)
WROTE = "On Sun, 10 Jan 2027 at 10:00, Acme Ltd <notices@acme.example> wrote:"
HEADS = (
    ("From", "Acme Ltd &lt;notices@acme.example&gt;"),
    ("Sent", "Sunday, 10 January 2027 10:00"),
    ("To", "Ann &lt;ann@customer.example&gt;"),
    ("Subject", "Privacy Policy: version 2 applies from 1 February 2027"),
)
BOLD_HEADS = "<br>".join(f"<b>{name}:</b> {value}" for name, value in HEADS)
PLAIN_HEADS = "\n".join(
    f"{name}: {value.replace('&lt;', '<').replace('&gt;', '>')}" for name, value in HEADS
)


def marked(text: str = PLAIN) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def message(said: str, quoted: str, html: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Ann <ann@customer.example>"
    mail["To"] = "opt-out+token@acme.example"
    mail["Subject"] = "Re: Privacy Policy: version 2 applies from 1 February 2027"
    mail["Message-ID"] = "<1@customer.example>"
    mail.set_content(f"{said}\n\n{quoted}\n")
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def gmail(said: str) -> bytes:
    html = f"""<div dir="ltr">{said}</div><br><div class="gmail_quote gmail_quote_container">
<div dir="ltr" class="gmail_attr">{WROTE.replace("<", "&lt;")}<br></div>
<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid
 rgb(204,204,204);padding-left:1ex"><u></u>{BODY}</blockquote></div>"""
    return message(said, f"{WROTE}\n\n{marked()}", html)


def outlook_desktop(said: str) -> bytes:
    html = f"""<html xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator
 content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\\:* {{behavior:url(#default#VML);}}</style><![endif]--><style><!--
/* Font Definitions */
@font-face {{font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;}}
@font-face {{font-family:"\\@SimSun"; panose-1:2 1 6 0 3 1 1 1 1 1;}}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal {{margin:0cm; font-size:11.0pt;
 font-family:"Calibri",sans-serif; mso-ligatures:standardcontextual;}}
a:link, span.MsoHyperlink {{mso-style-priority:99; color:#0563C1; text-decoration:underline;}}
span.EmailStyle19 {{mso-style-type:personal-reply; color:windowtext;}}
.MsoChpDefault {{mso-style-type:export-only; font-size:10.0pt; mso-ligatures:none;}}
@page WordSection1 {{size:612.0pt 792.0pt; margin:70.85pt 70.85pt 2.0cm 70.85pt;}}
div.WordSection1 {{page:WordSection1;}}
@list l0:level1 {{mso-level-number-format:bullet; mso-level-text:\\F0B7; text-indent:-18.0pt;
 font-family:Symbol;}}
--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" /></xml><![endif]--></head>
<body lang=EN-GB link="#0563C1" vlink="#954F72" style='word-wrap:break-word'>
<div class=WordSection1><p class=MsoNormal><span style='mso-fareast-language:EN-US'>{said}<o:p>
</o:p></span></p><p class=MsoNormal><span style='font-size:1.0pt'><o:p>&nbsp;</o:p></span></p>
<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>
<p class=MsoNormal><span lang=EN-US>{BOLD_HEADS}<o:p></o:p></span></p></div>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>{BODY}
<table class=MsoNormalTable border=0 cellspacing=0 cellpadding=0 width=0><tr><td width=0>&nbsp;</td>
</tr></table></div></body></html>"""
    return message(said, f"{PLAIN_HEADS}\n\n{PLAIN}", html)


def outlook_web(said: str) -> bytes:
    html = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style type="text/css" style="display:none;"> P {{margin-top:0;margin-bottom:0;}} </style></head>
<body dir="ltr"><div class="elementToProof" style="font-family: Aptos, Calibri, sans-serif;
 font-size: 12pt; color: rgb(0, 0, 0);">{said}</div><div id="appendonsend"></div>
<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">
<font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">{BOLD_HEADS}</font>
<div>&nbsp;</div></div>{BODY}</body></html>"""
    return message(said, f"{'_' * 32}\n{PLAIN_HEADS}\n\n{PLAIN}", html)


def outlook_phone(said: str) -> bytes:
    html = f"""<html><head></head><body><div dir="auto" style="font-family: Aptos; font-size:
 12pt;">{said}</div>
<div id="ms-outlook-mobile-signature" style="font-size: 12pt;"><div><br></div>
</div><div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message">
<hr style="display: inline-block; width: 98%;"><div style="text-align: left; padding: 3pt 0in 0in;
 border-width: 1pt medium medium; border-style: solid none none;">{BOLD_HEADS}</div>{BODY}</div>
</body></html>"""
    return message(said, f"{'_' * 32}\n{PLAIN_HEADS}\n\n{PLAIN}", html)


def apple_mail(said: str) -> bytes:
    html = f"""<html><head><meta http-equiv="content-type" content="text/html;
 charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space;
 line-break: after-white-space;">{said}<br id="lineBreakAtBeginningOfMessage"><div><br>
<blockquote type="cite"><div>On 10 Jan 2027, at 10:00, Acme Ltd &lt;notices@acme.example&gt; wrote:
</div><br class="Apple-interchange-newline"><div>
<div style="caret-color: rgb(0, 0, 0); letter-spacing:
 normal; text-indent: 0px; text-transform: none; white-space: normal; text-decoration: none;
 position: relative; float: none; display: inline !important;">{BODY}</div></div></blockquote></div>
<br></body></html>"""
    return message(said, f"{marked(WROTE)}\n> \n{marked()}", html)


def iphone(said: str) -> bytes:
    html = f"""<html><head></head><body dir="auto">{said}<br id="lineBreakAtBeginningOfSignature">
<div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">
{WROTE.replace("<", "&lt;")}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">
\ufeff{BODY}</div></blockquote></body></html>"""
    return message(f"{said}\n\nSent from my iPhone", f"{marked(WROTE)}\n> \n{marked()}", html)


def thunderbird(said: str) -> bytes:
    html = f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html;
 charset=UTF-8"></head><body><p>{said}</p><div class="moz-cite-prefix">
{WROTE.replace("<", "&lt;")}<br></div><blockquote type="cite" cite="mid:2@acme.example">
{BODY}</blockquote></body></html>"""
    return message(said, f"{WROTE}\n{marked()}", html)


def yahoo(said: str) -> bytes:
    html = f"""<html><head></head><body><div class="ydp1a2byahoo-style-wrap" style="font-family:
Helvetica Neue, Helvetica, Arial, sans-serif;font-size:13px;"><div></div><div dir="ltr"
 data-setdir="false">{said}</div><div><br></div></div><div id="ydp3c4dyahoo_quoted_0123456789"
 class="ydp3c4dyahoo_quoted"><div style="font-family:Helvetica, Arial;font-size:13px;
color:#26282a;"><div>On Sunday, 10 January 2027 at 10:00:00 CET, Acme Ltd wrote:</div><div><br>
</div><div>{BODY}</div></div></div></body></html>"""
    return message(said, f"   {WROTE}\n\n{PLAIN}", html)


def gmx(said: str) -> bytes:
    html = f"""<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;">
<div>{said}<div>&nbsp;<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px;
 border-left:2px solid #C3D9E5; word-wrap: break-word; -webkit-nbsp-mode: space;">
<div style="margin:0 0 10px 0;">{BOLD_HEADS}</div><div name="quoted-content">{BODY}</div></div>
</div></div></div></body></html>"""
    return message(said, marked(f"{PLAIN_HEADS}\n\n{PLAIN}"), html)


def proton(said: str) -> bytes:
    html = f"""<div style="font-family: Arial, sans-serif; font-size: 14px;">{said}</div>
<div style="font-family: Arial, sans-serif; font-size: 14px;"
 class="protonmail_signature_block protonmail_signature_block-empty">
<div class="protonmail_signature_block-user protonmail_signature_block-empty"></div>
<div class="protonmail_signature_block-proton protonmail_signature_block-empty"></div></div>
<div class="protonmail_quote">{WROTE.replace("<", "&lt;")}<br>
<blockquote class="protonmail_quote" type="cite">{BODY}</blockquote><br></div>"""
    return message(said, f"{WROTE}\n\n{marked()}", html)


def samsung(said: str) -> bytes:
    html = f"""<html><head><meta http-equiv="Content-Type" content="text/html;
 charset=UTF-8"></head><body dir="auto"><div dir="auto">{said}</div><div dir="auto"><br></div><div
 id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757" dir="auto">
Sent from my Galaxy</div></div><div><br></div><div align="left" dir="auto"
 style="font-size:100%;color:#000000"><!-- originalMessage --><div>--------
Original message --------</div><div>From: Acme Ltd &lt;notices@acme.example&gt; </div>
{BODY}</div></body></html>"""
    return message(
        f"{said}\n\nSent from my Galaxy",
        f"-------- Original message --------\n{PLAIN_HEADS}\n\n{PLAIN}",
        html,
    )


PROGRAMS: tuple[Callable[[str], bytes], ...] = (
    gmail, outlook_desktop, outlook_web, outlook_phone, apple_mail, iphone, thunderbird, yahoo,
    gmx, proton, samsung,
)  # fmt: skip
SIGNATURES = ("Sent from my iPhone", "Sent from my Galaxy")
