from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.edges import archive
from publisher.errors import RecipientsError, RenderError
from publisher.letters.fields import PersonalLinks, fill
from publisher.letters.html_part import LARGEST_HTML, styled
from publisher.letters.notice import compose_notice
from publisher.letters.receipt import compose_link, compose_receipt
from publisher.markup.html import clauses_html
from publisher.people.recipients import Recipient
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from tests.fixtures.houses import NOW, TWO, make

CHANGES = "http://x.example/privacy/2/changes/"
LINK, REPLY = "http://x.example/privacy/2/opt-out/?token=t", "opt-out+t@hosting.example"
LINKS = PersonalLinks(LINK, REPLY, CHANGES)
ANNA = Recipient(1, "c-1", "anna@customer.example", "Anna")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Organisation]:
    project = make(tmp_path_factory.mktemp("house"))
    return archive.release(project, "privacy", TWO), project.settings.organisation


def notice(made: tuple[Release, Organisation], recipient: Recipient = ANNA) -> EmailMessage:
    letter = compose_notice(made[0], recipient, made[1], LINKS, NOW)
    return read(letter.data)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


# ── the message ──────────────────────────────────────────────────────────────────────────────────


def test_has_each_field_once(made: tuple[Release, Organisation]) -> None:
    message = notice(made)
    always = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"]
    for name in [*always, "Auto-Submitted", "Reply-To"]:
        assert len(message.get_all(name) or []) == 1, name
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Privacy Policy: version 2 applies from 1 March 2027"
    assert message["From"].addresses[0].display_name == "Example Hosting"
    assert message["List-Unsubscribe"] is None


def test_lines_are_as_mail_wants_them(made: tuple[Release, Organisation]) -> None:
    letter = compose_notice(made[0], ANNA, made[1], LINKS, NOW)
    lines = letter.data.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 78
    assert letter.data.isascii()


def test_both_parts_say_the_same(made: tuple[Release, Organisation]) -> None:
    message = notice(made)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    reader = _Text()
    reader.feed(html.get_content())
    for words in ("Dear Anna,", "28 February 2027", "Longer keys protect you better.", REPLY):
        assert words in plain.get_content()
        assert words in "".join(reader.words)
    assert LINK in plain.get_content()
    assert {LINK, f"mailto:{REPLY}"} <= set(reader.links)
    assert len(html.get_content().encode()) < LARGEST_HTML


def test_calls_for_no_picture_no_script_and_no_other_host(
    made: tuple[Release, Organisation],
) -> None:
    html = notice(made).get_body(("html",))
    assert html is not None
    reader = _Text()
    reader.feed(html.get_content())
    assert not {"img", "script", "link", "iframe"} & set(reader.tags)
    allowed = ("http://x.example/", "http://127.0.0.1:8000/", "mailto:")
    assert all(link.startswith(allowed) for link in reader.links)


def test_styles_are_inline_and_the_dark_ones_are_kept() -> None:
    html = styled("# Title\n\nText\n", "de")
    assert '<html lang="de">' in html
    assert 'style="font-size: 24px' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert html.count("<style>") == 1


def test_a_letter_that_would_be_cut_off_is_refused() -> None:
    with pytest.raises(RenderError, match="bytes of HTML"):
        styled("# Title\n\n" + "word " * LARGEST_HTML)


def test_the_same_letter_has_the_same_bytes(made: tuple[Release, Organisation]) -> None:
    one, two = (
        compose_notice(
            made[0],
            ANNA,
            made[1],
            LINKS,
            NOW,
            b"%PDF",
        )
        for _ in range(2)
    )
    assert one == two


# ── what a recipient's data can do ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@evil.example", "a\nb", "a\x00b", "a\u2028b", "\x85"])
def test_nothing_can_add_a_header(made: tuple[Release, Organisation], bad: str) -> None:
    with pytest.raises(RecipientsError, match="control characters"):
        notice(made, replace(ANNA, name=bad))


printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(printable)
def test_a_name_is_shown_as_it_is_and_does_nothing(name: str) -> None:
    text = fill("Dear {{name}}, see [l]({{opt_out_link}})\n", {"name": name, "opt_out_link": LINK})
    reader = _Text()
    reader.feed(clauses_html(parse(text)))
    assert (reader.tags, reader.links) == (["p", "a"], [LINK])
    assert "".join(reader.words).strip() == f"Dear {name}, see l"
    assert name in as_plain_text(parse(text)).replace("\n", " ")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "[here](http://evil.example)",
        "<http://evil.example>",
        "&lt;b&gt;",
        "*bold* `code` ~~x~~",
        "{{opt_out_link}}",
        "\\",
        "![x](http://evil.example/x.png)",
        "x\\](http://evil.example)",
    ],
)
def test_a_name_is_never_markdown(made: tuple[Release, Organisation], name: str) -> None:
    message = notice(made, replace(ANNA, name=name))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert f"Dear {name}," in plain.get_content()
    reader = _Text()
    reader.feed(html.get_content())
    assert f"Dear {name}," in "".join(reader.words)
    assert not any("evil" in link for link in reader.links)
    assert message["To"].addresses[0].display_name == name


PLACES = {
    "a heading": "# Dear {{name}}\n\nx\n",
    "a paragraph of its own": "{{name}}\n",
    "the beginning of a line": "a\n{{name}}\nb\n",
    "an item": "- {{name}}\n",
    "a quotation": "> {{name}}\n",
    "bold words": "**{{name}}** x\n",
    "the words of a link": "[{{name}}](https://a.example/)\n",
    "where a link leads": "[x](https://a.example/?n={{name}})\n",
    "where a mail goes": "[x](mailto:{{name}})\n",
    "an address": "<https://a.example/{{name}}>\n",
    "code": "`{{name}}`\n",
    "a block of code": "    {{name}}\n",
    "a cell": "| {{name}} |\n| --- |\n| x |\n",
    "raw HTML": "<b>{{name}}</b>\n",
    "behind a backslash": "x\\{{name}}\n",
    "within an entity": "&{{name}};\n",
}
signs = st.text("ab1 <>&[]()*_`!#-+.{}\"'\\|~:/@=%;", min_size=1, max_size=12)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@example(name="``")
@given(name=(printable | signs).map(str.strip).filter(bool))
def test_wherever_a_name_stands_it_adds_no_element(place: str, name: str) -> None:
    def elements(value: str) -> tuple[list[str], list[str]]:
        reader = _Text()
        reader.feed(clauses_html(parse(fill(place, {"name": value, "opt_out_link": LINK}))))
        return reader.tags, [link.split("?")[0].split(":")[0] for link in reader.links]

    (tags, links), (plain, own) = elements(name), elements("x")
    # Where a space cuts an address off, no link is left; none is ever added.
    assert tags in (plain, [tag for tag in plain if tag not in ("a", "code")])
    assert set(links) <= set(own)


def test_a_title_that_has_line_ends_of_any_kind_stays_one_header(
    made: tuple[Release, Organisation],
) -> None:
    release, organisation = made
    letter = "# Terms\u2028Bcc: x@evil.example\x85\x0bX: y\n\nDear {{name}},\n"
    odd = replace(organisation, name="Example\nBcc: x@evil.example")
    message = notice((replace(release, notice=letter), odd), ANNA)
    assert message["Subject"] == "Terms Bcc: x@evil.example X: y"
    assert message["From"].addresses[0].display_name == "Example Bcc: x@evil.example"
    assert message["Bcc"] is None


def test_a_field_nobody_knows_is_left_as_it_is_written() -> None:
    assert fill("{{other}}", {"name": "x"}) == "{{other}}"


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────


def declared(kind: RequestKind, when: Timing, number: int = 42) -> Request:
    moment = dt.datetime(2027, 2, 1, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-1)))
    return Request(
        number, kind, "privacy", "2", 2, ANNA.number, moment, when, Channel.FORM, "{}", None
    )


@pytest.mark.parametrize("kind", [RequestKind.OPT_OUT, RequestKind.WITHDRAW])
@pytest.mark.parametrize("when", list(Timing))
def test_a_receipt_says_what_was_recorded_and_when(
    made: tuple[Release, Organisation], kind: RequestKind, when: Timing
) -> None:
    request = declared(kind, when)
    letter = compose_receipt(made[0], ANNA, made[1], [request], stands=None, link=LINK)
    message = read(letter.data)
    assert message.get_all("Auto-Submitted") == ["auto-replied"]
    assert letter.sender == ""
    text = letter.part("text/plain")
    assert "2 February 2027, 00:30 UTC" in text
    assert "R-000042" in text
    assert ("marked as late" in " ".join(text.split())) is (when is Timing.LATE)
    assert (LINK in text) is (kind is RequestKind.OPT_OUT and when is Timing.IN_TIME)
    subject = str(message["Subject"])
    assert ("came late" in subject, "You have" in subject) == (
        when is Timing.LATE,
        when is Timing.IN_TIME,
    )
    assert ("withdr" in subject) is (kind is RequestKind.WITHDRAW)


def test_a_late_receipt_says_what_stands(made: tuple[Release, Organisation]) -> None:
    late = declared(RequestKind.OPT_OUT, Timing.LATE)
    stands = declared(RequestKind.WITHDRAW, Timing.IN_TIME, 7)
    letter = compose_receipt(made[0], ANNA, made[1], [late], stands=stands, link=LINK)
    text = " ".join(letter.part("text/plain").split())
    assert "What you declared in time stands: you withdrew your opt-out on 2 February" in text
    assert "R-000007" in text


def test_one_letter_can_be_the_receipt_for_several(made: tuple[Release, Organisation]) -> None:
    several = [
        declared(RequestKind.OPT_OUT, Timing.IN_TIME, 1),
        declared(RequestKind.WITHDRAW, Timing.IN_TIME, 2),
    ]
    letter = compose_receipt(made[0], ANNA, made[1], several, stands=several[1], link=LINK)
    text = " ".join(letter.part("text/plain").split())
    assert "You have withdrawn your opt-out" in str(read(letter.data)["Subject"])
    assert "R-000002" in text
    assert "you opted out on 2 February 2027, 00:30 UTC (receipt R-000001)" in text


def test_the_link_is_mailed_with_a_word_of_warning(made: tuple[Release, Organisation]) -> None:
    letter = compose_link(made[0], ANNA, made[1], link=LINK, date=NOW)
    assert LINK in letter.part("text/plain")
    assert letter.sender == ""
    assert "Nothing has been recorded yet." in " ".join(letter.part("text/plain").split())


def test_a_part_that_is_not_there_is_empty(tmp_path: Path) -> None:
    project = make(tmp_path)
    release = archive.release(project, "privacy", TWO)
    letter = compose_link(release, ANNA, project.settings.organisation, link=LINK, date=NOW)
    assert letter.part("text/calendar") == ""
