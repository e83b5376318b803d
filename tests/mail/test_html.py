"""What an HTML mail says is what its reader sees; what is not known to be plain is doubtful."""

from __future__ import annotations

import html
import re
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.reading import read_mail
from tests.fixtures.mails import SAID, html_mail, own
from tests.fixtures.programs import DOCUMENT, PROGRAMS, SIGNATURES


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_reply_says_what_was_written_above_the_letter(
    program: Callable[[str], bytes],
) -> None:
    mail = read_mail(program(SAID))
    plain, rich = mail.texts
    assert mail.doubt == ""
    assert mail.automatic == ""
    assert (mail.files, mail.pdfs, mail.cut, mail.report) == ((), 0, False, False)
    assert [line for line in own(rich) if line not in SIGNATURES] == [SAID]
    assert own(plain)[0] == SAID
    assert "> By form: your form" in rich
    assert mail.addresses == ("opt-out+token@acme.example",)
    assert mail.sender == "ann@customer.example"
    assert mail.id == "<1@customer.example>"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.parametrize(
    "said",
    ['I <span style="display:none">do not </span>opt out.', "I <s>do not</s> opt out."],
)
def test_what_is_hidden_above_the_letter_is_doubtful_in_each_of_them(
    program: Callable[[str], bytes], said: str
) -> None:
    assert "it has text that is" in read_mail(program(said)).doubt


def test_our_own_letter_has_nothing_doubtful() -> None:
    assert 'class="button"' in DOCUMENT
    mail = read_mail(html_mail(DOCUMENT))
    assert mail.doubt == ""
    (text,) = mail.texts
    assert "Version 2 applies to you from 1 February 2027." in text


# ── HTML as it is seen ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("I opt&nbsp;out<br>of it", "I opt out\nof it"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("<div>one</div><div>two <b>three</b></div>four", "one\ntwo three\nfour"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\nb\nc"),
        ("a &lt;b&gt; &#228; &auml; &unknown;", "a <b> ä ä &unknown;"),
        ("<blockquote>q</blockquote>a", "> q\n\na"),
        ("a<span class=gmail_quote>q</span>b", "a\n> q\nb"),
        (
            "a<div class=gmail_quote>We wrote:<blockquote>q<div class=gmail_quote>r<blockquote>s"
            "</blockquote>t</div></blockquote>b<blockquote>u</blockquote>c</div>d",
            "a\n> We wrote:\n\n> q\n> r\n\n> s\n\n> t\n\nb\n\n> u\n\nc\nd",
        ),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ("<p style='white-space:pre-wrap'>one\ntwo</p>", "one\ntwo"),
        ("<title>t</title><script>s</script><!-- c -->a", "a"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("I <q>opt out</q>", 'I "opt out"'),
        ("I op<wbr>t <i>o</i><b>ut</b>", "I opt out"),
    ],
)
def test_html_is_read_in_lines(document: str, text: str) -> None:
    mail = read_mail(html_mail(document))
    assert mail.texts == (text,)
    assert mail.doubt == ""


WAYS_TO_HIDE = [
    "display:none", "DISPLAY : NONE !important", "display:/**/none", "visibility:hidden",
    "visibility:collapse", "opacity:0", "opacity:0.01", "opacity:.0", "font-size:0",
    "font-size:1px", "font-size:0.5pt", "font:0/0 a", "font: 1px Arial", "height:0;overflow:hidden",
    "max-height:0px", "width:0", "max-width:0", "text-indent:-9999px", "text-indent:-100em",
    "margin-left:-9999px", "margin:0 0 0 -5000px", "left:-9999px;position:absolute",
    "clip:rect(0,0,0,0)", "clip-path:inset(100%)", "mso-hide:all", "color:white", "color:#fff",
    "color:#fefefe", "color:#ffffffff", "color:rgb(255,255,255)", "color:rgb(100% 100% 100%)",
    "color:hsl(0,0%,100%)", "color:transparent", "color:rgba(0,0,0,0)", "color:#0000",
    "color:#333;background:#333", "color:red;background-color:red", "content-visibility:hidden",
    "-webkit-text-fill-color:white", "zoom:0", "color:snow", "max-height:1px", "width:.5pt",
    "background:url(a.png) #123;color:#124", "background:black no-repeat;color:black",
]  # fmt: skip
WAYS_TO_SHOW = [
    "color:#000", "color:rgb(36,36,36)", "color:windowtext",
    "font-size:11.0pt", "font:16px/1.55 'Segoe UI', Helvetica", "opacity:1", "height:auto",
    "width:98%", "max-width:38em", "margin-left:36.0pt;text-indent:-18.0pt", "margin:0 auto",
    "position:relative",
    "display:inline-block", "visibility:visible", "text-decoration:none", "color:inherit",
    "text-decoration:underline", "color:#0563C1",
    "mso-fareast-language:EN-US", "font-size:small", "letter-spacing:normal", "float:none",
    "caret-color:rgb(0, 0, 0)", "font-weight:400", "font:bold 12px Arial", "transform:none",
    "border-bottom:0px;padding:0;margin:0", "direction:ltr;unicode-bidi:isolate", "zoom:1",
    "color:rgba(0,0,0,.9)", "line-height:1.25", "text-indent:0px", "line-height:normal",
    "line-height:115%", "color:red", "background:rgb(255, 255, 255)", "background:none",
    "background:0 0", "font-size:large", "line-height:12.0pt",
    "display:block;display:block", "font-family:'\\@SimSun'",
]  # fmt: skip


@pytest.mark.parametrize("style", WAYS_TO_HIDE)
def test_what_a_style_hides_is_no_text_but_doubtful(style: str) -> None:
    mail = read_mail(html_mail(f"<p>Thank you.</p><div style='{style}'>{SAID}</div>"))
    assert mail.texts == ("Thank you.",)
    assert "it has text that is hidden" in mail.doubt
    below = read_mail(html_mail(f"<p>Hi</p><div style='{style}'><b><i>{SAID}</i></b></div>"))
    assert "it has text that is hidden" in below.doubt
    sheet = read_mail(html_mail(f"<style>.x {{ {style} }}</style><p class=x>{SAID}</p>"))
    assert "its style sheet may hide text or show other text" in sheet.doubt


@pytest.mark.parametrize(
    # One that is moved may cover others.
    "style",
    [style for style in WAYS_TO_HIDE if not re.search(r"margin|position", style)],
)
def test_what_is_hidden_and_holds_no_words_is_not_doubtful(style: str) -> None:
    mail = read_mail(html_mail(f"<p>{SAID}</p><div style='{style}'>&nbsp;&zwnj;</div>"))
    assert (mail.texts, mail.doubt) == ((SAID,), "")


@pytest.mark.parametrize("style", WAYS_TO_SHOW)
def test_what_a_style_shows_is_text(style: str) -> None:
    mail = read_mail(html_mail(f'<div style="{style}">{SAID}</div>'))
    assert (mail.texts, mail.doubt) == ((SAID,), "")
    sheet = read_mail(html_mail(f"<style>p {{ {style} }}</style><p>{SAID}</p>"))
    assert sheet.doubt == ""


@pytest.mark.parametrize(
    "document",
    [
        f"<p hidden>{SAID}</p>", f"<template>{SAID}</template>",
        f"<p></p><noscript>{SAID}</noscript>",
        f"<font color=white>{SAID}</font>", f"<body text='#fff'>{SAID}",
        f"<table bgcolor=black><td>{SAID}</table>", f"<noembed>{SAID}</noembed>",
        f"<div style='color:white'><b>{SAID}</b></div>", f"<dialog>{SAID}</dialog>",
        f"<div style='background:#000'><p style='color:#111'>{SAID}</p></div>",
        f"<datalist><option>{SAID}</datalist>",
    ],
)  # fmt: skip
def test_what_an_element_hides_is_no_text_but_doubtful(document: str) -> None:
    mail = read_mail(html_mail(document))
    assert mail.texts == ()
    assert "it has text that is hidden" in mail.doubt


@pytest.mark.parametrize(
    "document",
    [
        f"<input value='{SAID}'>",
        f"<textarea>{SAID}</textarea>", f"<select><option>{SAID}</select>",
        f"<object>{SAID}</object>", f"<iframe srcdoc='{SAID}'></iframe>",
        f"<button>{SAID}</button>",
        f"<svg><text>{SAID}</text></svg>", f"<math><mtext>{SAID}</mtext></math>",
        f"<video>{SAID}</video>", f"<bdo dir=rtl>{SAID}</bdo>", f"<details>{SAID}</details>",
        f"<p style='unicode-bidi:bidi-override;direction:rtl'>{SAID}</p>",
        f"<p style='position:absolute'>{SAID}</p>", f"<p style='transform:scaleX(-1)'>{SAID}</p>",
        f"<p style='float:right'>{SAID}</p>", f"<p style='filter:blur(9px)'>{SAID}</p>",
        f"<p style='line-height:0'>{SAID}</p>", f"<p style='dis\\70lay:none'>{SAID}</p>",
        f"<p style='display:n\\6fne'>{SAID}</p>", f"<marquee>{SAID}</marquee>",
        f"<p style='display:flex;flex-direction:row-reverse'>{SAID}</p>",
        f"<style>p::before {{ content: 'not ' }}</style><p>{SAID}</p>",
        f"<style>p {{ unicode-bidi: bidi-override }}</style><p>{SAID}</p>",
        f"<style>@import 'x'</style><p>{SAID}</p>",
        f"<style>@media screen {{ p {{ display: none }} }}</style><p>{SAID}</p>",
        f"<p style='display:none!important;display:block'>{SAID}</p>",
        f"<p style='display:none;display:bogus'>{SAID}</p>",
        f"<p style='opacity:calc(0)'>{SAID}</p>", f"<p style='color:bogus'>{SAID}</p>",
        f"<p style='background-color:bogus'>{SAID}</p>", f"<p style='line-height:1px'>{SAID}</p>",
        f"<p style='color:lab(100% 0 0)'>{SAID}</p>", f"<p style='font-size:min(0px)'>{SAID}</p>",
        f"<link rel=stylesheet href='data:text/css,'><p>{SAID}</p>",
        f"{SAID}<blockquote><style>body {{ display: none }}</style>x</blockquote>",
        f"<p style='font-family:Wingdings'>{SAID}</p>", f"<font face=webdings>{SAID}</font>",
        f"<s>{SAID}</s>", f"<strike>{SAID}</strike>", f"<del>{SAID}</del>",
        f"<p style='text-decoration:line-through'>{SAID}</p>",
        f"<p style='text-decoration-line: underline line-through'><b>{SAID}</b></p>",
        f"<noscript>{SAID}</noscript>", "<p>\u202etuo tpo I</p>", "<p>&#x202e;tuo tpo I</p>",
    ],
)  # fmt: skip
def test_what_may_be_seen_otherwise_is_doubtful(document: str) -> None:
    assert read_mail(html_mail(document)).doubt


def test_a_style_that_a_child_takes_back_hides_nothing() -> None:
    document = f"<table style='font-size:0'><td style='font-size:14px'>{SAID}</table>"
    mail = read_mail(html_mail(document))
    assert (mail.texts, mail.doubt) == ((SAID,), "")


def test_what_is_struck_out_in_a_quotation_is_not_doubtful() -> None:
    mail = read_mail(html_mail(f"{SAID}<blockquote><s>old</s> <p hidden>x</p></blockquote>"))
    assert (mail.texts, mail.doubt) == ((f"{SAID}\n\n> old",), "")


# ── what is not known to be plain ─────────────────────────────────────────────────────────────────

STRANGE_STYLES = [
    # A variable, or a sum, may be anything.
    "--a:#fff;color:var(--a)", "display:var(--a,none)", "font-size:var(--a)", "color:VAR(--a)",
    "width:calc(200px - 199px)", "font-size:calc(1px)", "margin:calc(-9999px)",
    "font-size:clamp(0px,1px,2px)", "color:color-mix(in srgb,white,white)",
    "color:light-dark(#fff,#fff)",
    "font-size:env(x,0px)", "color:attr(x)",
    # Small.
    "zoom:.01", "font-size-adjust:0", "font-size:1q", "font-size:1e-9px", "font-size:0lh",
    "font-size:.1vmin", "font-size:.3em", "font-size:5pt", "font-size:.1rlh", "font-size:20%",
    "font-size:-1px", "font-size:1cqw", "font:.1vmin Arial", "font:5px/1 Arial",
    "font:italic 12px/0 Arial", "font:3px Arial!important;font-size:12px",
    "scale:.01", "letter-spacing:-.9em", "word-spacing:-9em", "line-height:.1", "line-height:1q",
    "font-stretch:1%", "font-variation-settings:'wdth' 0", "font-size:9999px", "font-size:99vw",
    # Elsewhere.
    "margin-inline-start:-9999px", "position:relative;left:-190px", "inset:0 0 0 -999px",
    "position:relative;inset:0 0 0 -999px", "text-indent:-100%;overflow:hidden",
    "text-indent:-24px", "margin:-20px", "margin-top:-2em", "margin-block-start:-2em",
    "margin-left:99in", "padding-left:9999px", "padding:0 0 0 500vw", "text-indent:9999px",
    "offset-path:path('M-999 0')", "offset:path('M-999 0')", "translate:-999px", "rotate:90deg",
    "transform:none;translate:0 -99px", "position:sticky", "position:fixed", "float:left",
    "float:inline-end", "z-index:-1", "position:relative;z-index:-1", "vertical-align:-99px",
    "direction:rtl", "writing-mode:vertical-rl", "display:flex", "display:grid", "display:contents",
    "display:ruby-text", "columns:9", "column-count:99", "text-align:match-parent -99",
    "inset-inline-start:-99px", "top:-99px;position:relative", "anchor-name:--a",
    # Cut off.
    "block-size:0", "max-inline-size:0", "inline-size:1px", "max-block-size:0", "height:1e-5px",
    "max-height:0lh", "width:4px", "width:1%", "contain:size;overflow:clip", "overflow:hidden",
    "overflow-x:clip", "overflow:scroll", "height:18px;overflow:hidden", "contain:strict",
    "aspect-ratio:1000/1", "-webkit-line-clamp:1", "line-clamp:1", "text-overflow:ellipsis",
    "clip-path:circle(0)", "-webkit-clip-path:circle(0)", "-webkit-mask-image:none,url(a)",
    "-webkit-mask-image:linear-gradient(#0000,#0000)", "mask:url(#a)", "-webkit-mask-size:0",
    "content-visibility:auto", "interpolate-size:allow-keywords", "max-width:.1ch",
    # Not to be told from its ground.
    "opacity:1e-3", "opacity:.11", "opacity:.2", "opacity:20%", "opacity:5%", "color:#ccc",
    "color:silver", "color:yellow", "color:lightgray", "color:#0001", "color:#00000040",
    "color:rgba(0,0,0,.3)", "color:rgb(0 0 0 / 20%)", "color:hwb(0 100% 0)", "color:oklch(1 0 0)",
    "background:black", "background:#222", "background-color:navy", "background:url(a.png)",
    "background-image:url(a.png)", "background-image:linear-gradient(#000,#000)",
    "background:linear-gradient(#000,#000)", "background-clip:text", "-webkit-background-clip:text",
    "filter:opacity(0)", "filter:invert(1)", "-webkit-filter:opacity(0)", "backdrop-filter:none",
    "mix-blend-mode:screen", "-webkit-text-stroke:9px #fff", "text-shadow:0 0 9px #000",
    "box-shadow:inset 0 0 0 99px #000", "box-shadow:0 0 0 99px #fff", "outline:99px solid #fff",
    "border:999px solid #fff", "border-image:url(a) 1", "color-scheme:dark", "appearance:button",
    # Struck out.
    "-webkit-text-decoration:line-through", "-webkit-text-decoration-line:line-through",
    "text-decoration:underline;text-underline-offset:-6px", "text-underline-offset:-.4em",
    "text-decoration:underline;text-decoration-thickness:9px", "text-decoration:overline",
    "text-decoration-thickness:20px", "text-decoration:underline 20px",
    "text-decoration:solid line-through",
    "text-underline-position:under", "text-decoration:underline wavy", "text-decoration:blink",
    "-moz-text-decoration-line:line-through", "text-line-through:single", "text-emphasis:'x'",
    # Other words, or other letters.
    "display:list-item;list-style-type:'I do not: '", "list-style:'not '",
    "list-style-image:url(a)",
    "quotes:'not ' ' '", "content:'not'", "counter-reset:a", "counter-increment:a",
    "font-family:Symbol", "font-family:'Segoe MDL2 Assets'", "font-family:'Adobe Blank'",
    "font:12px Webdings", "font-family:'Noto Color Emoji'", "-webkit-text-security:disc",
    "text-transform:full-width", "font-feature-settings:'liga' 1", "hyphenate-character:'not'",
    "text-combine-upright:all", "initial-letter:9", "font-palette:--a", "animation:a 1s",
    "animation-name:a", "transition:all 9s", "all:unset", "behavior:url(a)", "-ms-filter:'x'",
    "mso-hide:ALL", "mso-text-raise:-100pt", "mso-font-width:1%", "unknown:1", "*display:none",
    # What does not add up.
    'font-family:"/*";display:none', "font-family:'/*';display:none", 'a:"x;display:none',
    "color:red;/*", "color:black}", "color:rgb(0,0,0", "color:black;{}", "color", "color:",
    r"dis\play:none", r"font-family:\41", "co/**/lor:red", "display:/*", 'x:"}";display:none',
]  # fmt: skip


@pytest.mark.parametrize("style", STRANGE_STYLES)
def test_a_style_that_is_not_known_to_be_plain_is_doubtful(style: str) -> None:
    written = html.escape(style)
    assert read_mail(html_mail(f'<p>Hello</p><p style="{written}">{SAID}</p>')).doubt
    assert read_mail(html_mail(f'<p>Hello</p><p style="{written}"><b>{SAID}</b></p>')).doubt
    sheet = f"<style>.w {{ {style} }}</style><p>Hello</p><p class=w>{SAID}</p>"
    assert read_mail(html_mail(sheet)).doubt


STRANGE_SHEETS = [
    ".w{display:none", '.w{content:"}";display:none}', ".w{font-family:'/*';display:none}",
    '.w{font-family:"/*"}.w{display:none}/**/', ".w{display:none}}", "}.w{display:none}",
    ".w{color:rgb(0,0,0}.w{display:none}", ".w{a:'\n;display:none}", ".w{/*", ".w{}/*",
    ".w{color:black", "@media screen{.w{display:none}", "@media all{.w{color:#fff}}", "'",
    "body{background:#ccc}.w{color:#ccc}", "body{background:#555}", "*{color:#fff}",
    "@font-face{font-family:a;src:url(a)}", "@font-face{font-family:a;src:local(Wingdings)}",
    "@import url(a);", "@import 'a';.w{color:black}", "@IMPORT 'a'", "@supports (x:y){.w{zoom:0}}",
    "p{display:block!important}", "@layer a{.w{opacity:0}}", "@container (x){.w{opacity:0}}",
    "@keyframes a{to{opacity:0}}",
    "@counter-style a{symbols:'not '}", "@property --a{syntax:'*'}", "@namespace a url(b);",
    "@scope (p){.w{opacity:0}}", "@starting-style{.w{opacity:0}}", "@document url(a){p{zoom:0}}",
    ".w{&{display:none}}", "p{.w{opacity:0}}", "@media screen{@media all{.w{opacity:0}}}",
    ".w{font-size:.8em}", ".w{font-size:90%}", ".w{font-size:smaller}", "title{display:block}",
    "head,title{display:block}", "*{display:block}", ".x{display:block}", "style{display:block}",
    "script{display:inline}", "p,*{display:block}", "[title]{display:block}",
    ".w::after{content:'x'}",
    "li::marker{content:'not '}", "q::before{content:'not '}", r".\77{color:black}",
    "@list l0{mso-level-text:'I do not'}", ".w{background:url(a)}", "@media (x){.w{color:white}}",
    "@media (prefers-color-scheme: dark) { .w { color: #14181d } }", ".w{} @", "a;b{}", "<b>",
    "body{overflow:hidden}", "p+p{margin-top:-2em}", "p:not(.x){margin-left:-99px}",
]  # fmt: skip


@pytest.mark.parametrize("sheet", STRANGE_SHEETS)
def test_a_sheet_that_is_not_known_to_be_plain_is_doubtful(sheet: str) -> None:
    mail = read_mail(html_mail(f"<style>{sheet}</style><p>Hello</p><p class=w>{SAID}</p>"))
    assert "its style sheet may hide text or show other text" in mail.doubt


@pytest.mark.parametrize(
    "document",
    [
        # Attributes.
        f"<p popover>{SAID}", f"<p inert>{SAID}", f"<p anything=1>{SAID}", f"<p dir=rtl>{SAID}",
        f"<body background=a.png>{SAID}", f"<td><table background=a><td>{SAID}</table>",
        f"<p onclick=x>{SAID}", f"<p slot=a>{SAID}", f"<font size=99>{SAID}</font>",
        f"<font face=Symbol>{SAID}</font>", f"<p contenteditable>{SAID}", f"<p is=x>{SAID}",
        f"<font color='#ccc'>{SAID}</font>", f"<font color=chucknorris>{SAID}</font>",
        f"<body link='#ffffff'><a href=x>{SAID}</a>", f"<body vlink=white><a href=x>{SAID}</a>",
        f"<body alink='#eee'><a href=x>{SAID}</a>", f"<body text=silver>{SAID}",
        f"<body bgcolor=black>{SAID}", f"<table bgcolor='#333'><td>{SAID}</table>",
        f"<table cellpadding=9999><td>{SAID}</table>", f"<table align=right><td>{SAID}</table>",
        f"<body leftmargin=9999>{SAID}", f"<body marginheight=-999>{SAID}",
        # Elements.
        f"<x>{SAID}</x>", f"<my-element>{SAID}</my-element>", f"<blink>{SAID}</blink>",
        f"<ruby>{SAID}<rt>not</rt></ruby>", f"{SAID}<svg></svg>", f"{SAID}<video></video>",
        f"{SAID}<canvas></canvas>", f"{SAID}<iframe src=x></iframe>",
        f"{SAID}<object data=x></object>",
        f"{SAID}<input>", f"{SAID}<embed src=x>", f"<form>{SAID}</form>", f"<label>{SAID}</label>",
        f"<fieldset>{SAID}</fieldset>", f"<map><area alt='not'></map>{SAID}", f"<xmp>{SAID}</xmp>",
        f"<picture><source srcset=x></picture>{SAID}", f"<layer>{SAID}</layer>",
        f"<custom>{SAID}</custom>", f"<meter value=1></meter>{SAID}", f"<summary>{SAID}</summary>",
        "<style style='display:block'>not</style>" + SAID,
        "<p><title style='display:block'>not</title>",
        f"<script style='display:block'>not</script>{SAID}",
        f"<!--[if mso]>I do not mean it.<![endif]--><p>{SAID}",
        f"<!--[if true]><p>not</p><![endif]-->{SAID}",
        # Pictures.
        "<p>I do <img alt=not> opt out</p>", "I opt out <img alt='of your newsletter'>",
        "<img alt='I do not opt out'>", "I do <img src=cid:not> opt out", "<p><img src=x>I opt out",
        f"<img alt='Nicht:'><p>{SAID}", f"<p>{SAID}</p><p><img alt=Not>",
        "I opt <b><img src=x></b>out",
        "<table><td>I opt out<img src=cid:a></table>",
        "<img src=x style='margin-top:-99px'>I opt out",
        # Above, below, beside.
        f"<table><tfoot><tr><td>I do not</tfoot><tr><td>{SAID}</table>",
        f"<table><tr><td>{SAID}<thead><tr><td>of</table>",
        f"<table><caption>{SAID}</caption></table>",
        f"<p style='display:table-footer-group'>{SAID}", f"<ol type=a start=379><li>{SAID}</ol>",
        f"<ol type=a><li value=379>{SAID}</ol>", "<br>" * 200 + SAID, "<p>&nbsp;</p>" * 200 + SAID,
        "&nbsp;" * 300 + SAID, f"<pre>{' ' * 300}{SAID}</pre>", "&emsp; " * 300 + SAID,
        f"<style>p{{white-space:pre}}</style><p>{' ' * 300}{SAID}",
        f"<font size=1><i style='font-size:.8em'><i style='font-size:.9em'>{SAID}",
        f"<meta name=color-scheme content=dark><p style='color:black'>{SAID}",
        f"{SAID}<blockquote hidden>not</blockquote><style>blockquote{{display:block}}</style>",
        f"{SAID}<blockquote><link rel=stylesheet href=a></blockquote>",
        # Nested.
        f"<p style='opacity:.2'><i style='opacity:.2'>{SAID}",
        "<i style='font-size:.8em'>" * 3 + SAID,
        "<i style='font-size:.3em'><i style='font-size:.3em'>" + SAID, "<small>" * 5 + SAID,
        "<sub>" * 3 + SAID, "<big>" * 9 + SAID, "<i style='font-size:smaller'>" * 3 + SAID,
        "<i style='font-size:200%'>" * 3 + SAID, "<ul>" * 40 + SAID,
        "<div style='margin-left:60px'>" * 20 + SAID,
        "<div style='padding:0 0 0 60px'>" * 20 + SAID,
        f"<p style='line-height:10px'><b style='font-size:40px'>{SAID}",
        # The next box.
        f"<p>{SAID}</p><div style='margin-top:-40px;background:white'>&nbsp;</div>",
        f"<p>{SAID}</p><div style='position:absolute;top:0'>&nbsp;</div>",
        f"<p>{SAID}</p><hr style='margin-top:-20px'>", f"<p>{SAID}</p><br style='margin:-2em'>",
        f"<p>{SAID}</p><div style='outline:99px solid white'></div>",
        f"<p>{SAID}</p><div style='box-shadow:0 0 0 99px white'></div>",
        f"<p>{SAID}</p><div style='transform:translateY(-9px)'></div>",
        f"<div style='height:9999px'></div>{SAID}", f"<img style='height:9999px'><p>{SAID}",
        f"<p>{SAID}</p><blockquote style='margin-top:-99px;background:white'>x</blockquote>",
        f"<p>{SAID}</p><blockquote><p style='position:absolute;top:0'>x</p></blockquote>",
        f"<p>Hello<div style='height:18px;overflow:hidden'><br><br>{SAID}</div>",
        f"<div style='overflow:hidden'><p style='padding-left:9999px'>{SAID}</p></div>",
        f"<li style=\"list-style-type:'I do not: '\">{SAID}",
        f"<q style=\"quotes:'not ' ' '\">{SAID}</q>",
        f"<ul style=\"list-style:'not '\"><li>{SAID}</ul>",
        f"<div style=\"quotes:'a' 'b'\"><q>{SAID}</q></div>",
    ],
)  # fmt: skip
def test_what_mail_programs_do_not_write_is_doubtful(document: str) -> None:
    assert read_mail(html_mail(f"<p>Hello</p>{document}")).doubt


@pytest.mark.parametrize("where", ["{}<html><p>I opt out</p></html>", "<p>I opt out</p></html>{}"])
def test_a_comment_that_only_outlook_shows_is_doubtful_wherever_it_stands(where: str) -> None:
    said = where.format("<!--[if mso]>Please do not take this seriously.<![endif]-->")
    assert read_mail(html_mail(said)).doubt
    assert read_mail(html_mail(where.format("<!--[if mso]><xml>a</xml><![endif]-->"))).doubt == ""


@pytest.mark.parametrize(
    "document",
    [
        # As it is pasted from a browser.
        "<p style='caret-color: rgb(0, 0, 0); color: rgb(0, 0, 0); font-family: Helvetica;"
        " font-size: 12px; font-style: normal; font-variant-caps: normal; font-weight: 400;"
        " letter-spacing: normal; orphans: auto; text-align: start; text-indent: 0px;"
        " text-transform: none; white-space: normal; widows: auto; word-spacing: 0px;"
        " -webkit-tap-highlight-color: rgba(0, 0, 0, 0.4); -webkit-text-size-adjust: auto;"
        " -webkit-text-stroke-width: 0px; text-decoration: none; display: inline !important;"
        " float: none;'>{}</p>",
        "<span style='font-variant-ligatures: normal; background-color: rgb(255, 255, 255);"
        " text-decoration-thickness: initial; text-decoration-style: initial;"
        " text-decoration-color: initial; color: rgb(34, 34, 34); font-size: small'>{}</span>",
        # As Word writes a list, a table, a signature.
        "<p class=MsoListParagraph style='margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level1"
        " lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·</span>"
        "<![endif]>{}<o:p></o:p></p>",
        "<style>table.MsoNormalTable {{mso-style-name:\"Table Normal\"; mso-style-parent:\"\";"
        " mso-padding-alt:0cm 5.4pt 0cm 5.4pt; mso-para-margin:0cm; font-size:10.0pt;"
        " font-family:\"Aptos\",sans-serif;}} p.msonormal0 {{mso-margin-top-alt:auto;"
        " margin-right:0cm;}} ol {{margin-bottom:0cm;}}</style><p class=MsoNormal>{}</p>",
        "<p>{}</p><table border=0 cellspacing=0 cellpadding=0 style='border-collapse:collapse'><tr>"
        "<td width=120 valign=top style='width:90.0pt;padding:0cm 5.4pt 0cm 5.4pt'><img width=100"
        " height=40 style='width:1.0416in;height:.4166in' id='Picture_x0020_1' src='cid:a@b'></td>"
        "</tr></table>",
        "<p><b><span style='font-size:10.0pt;color:#1F497D'>{}</span></b></p>",
        "<div style='font-family:Arial, Helvetica, sans-serif; font-size: 10pt; color: black'"
        " class='x_elementToProof' data-ogsc='rgb(0, 0, 0)'>{}</div>",
        # As Gmail does.
        "<div dir=ltr><div class=gmail_default style='font-family:verdana,sans-serif'>{}</div>",
        "<div dir=auto>{}<div dir=auto style='margin:16px 0px 0px'></div></div>",
        "<font color='#888888' face='arial, sans-serif' size=2>{}</font>",
        "<body style='word-wrap: break-word; -webkit-nbsp-mode: space; line-break:"
        " after-white-space;' link=blue vlink=purple text='#000000' bgcolor='#FFFFFF'>{}",
        "<p><a href='https://a.example' style='color:#0563C1;text-decoration:underline'>{}</a>",
        "<div>{}</div><div><br></div><div>-- <br></div><div class=gmail_signature"
        " data-smartmail=gmail_signature><div dir=ltr><img src='https://a.example/a.png' width=96"
        " height=40><br></div></div>",
    ],
)  # fmt: skip
def test_what_mail_programs_write_is_plain(document: str) -> None:
    mail = read_mail(html_mail(document.format(SAID)))
    assert SAID in mail.texts[0]
    assert mail.doubt == ""


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_sheet_of_our_letter_may_come_back(program: Callable[[str], bytes]) -> None:
    (sheet,) = re.findall(r"<style>.*?</style>", DOCUMENT, re.DOTALL)
    assert read_mail(program(f"{SAID}{sheet}")).doubt == ""


VISIBLE = st.text(string.ascii_letters + " <>&\"'äß€-.,", max_size=40)


@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "div", "b", "i", "span", "li", "td", "h1", "a"]), VISIBLE)
    )
)
def test_every_word_that_is_seen_is_read(pieces: list[tuple[str, str]]) -> None:
    document = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in pieces)
    mail = read_mail(html_mail(document))
    assert "".join("".join(mail.texts).split()) == "".join("".join(t.split()) for _, t in pieces)
    assert mail.doubt == ""


@given(st.lists(st.sampled_from(WAYS_TO_SHOW), max_size=4), st.sampled_from(WAYS_TO_HIDE))
def test_nothing_shows_again_what_is_hidden_for_good(shown: list[str], hidden: str) -> None:
    last = re.split(r"[:;]", hidden)[0].strip().lower()
    rest = [style for style in shown if last.split("-")[0] not in style]
    rest = [style for style in rest if "color" not in style and "background" not in style]
    mail = read_mail(html_mail(f'<p style="{";".join([*rest, hidden])}">{SAID}</p>'))
    assert mail.doubt
