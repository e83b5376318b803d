"""A letter as a message of several parts."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from publisher.errors import RecipientsError
from publisher.letters.html_part import LARGEST_HTML_PART
from publisher.letters.notice import Enclosed, compose_notice
from publisher.letters.receipt import OwnLinks, compose_link
from publisher.people.recipients import Recipient
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.lettered import stationery
from tests.fixtures.letters import ANNA, LINK, LINKS, REPLY, SeenText, read_message
from tests.fixtures.some import some


@pytest.fixture
def made() -> tuple[Release, Organisation]:
    return amendments()[1], HOSTING


def notice(made: tuple[Release, Organisation], recipient: Recipient = ANNA) -> EmailMessage:
    letter = compose_notice(made[0], recipient, made[1], LINKS, PUBLISHED)
    return read_message(letter.data)


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


def test_its_language_stands_in_its_header_whatever_travels_with_it(
    made: tuple[Release, Organisation],
) -> None:
    for enclosed in (Enclosed(), Enclosed(b"%PDF")):
        letter = compose_notice(made[0], ANNA, made[1], LINKS, PUBLISHED, enclosed)
        message = read_message(letter.data)
        assert [part["Content-Language"] for part in message.walk()].count("en") == 1
        assert message["Content-Language"] == "en"


def test_lines_are_as_mail_wants_them(made: tuple[Release, Organisation]) -> None:
    letter = compose_notice(made[0], ANNA, made[1], LINKS, PUBLISHED)
    lines = letter.data.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 78
    assert letter.data.isascii()


def test_both_parts_say_the_same(made: tuple[Release, Organisation]) -> None:
    message = notice(made)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    reader = SeenText()
    reader.feed(html.get_content())
    for words in ("Dear Anna,", "28 February 2027", "Longer keys protect you better."):
        assert words in plain.get_content()
        assert words in "".join(reader.words)
    assert LINK in plain.get_content()
    assert LINK in reader.links
    assert REPLY in plain.get_content()
    (answer,) = (link for link in reader.links if link.startswith(f"mailto:{REPLY}?"))
    assert answer.endswith("&body=I%20opt%20out")
    assert len(html.get_content().encode()) < LARGEST_HTML_PART


def test_calls_for_no_picture_no_script_and_no_other_host(
    made: tuple[Release, Organisation],
) -> None:
    html = notice(made).get_body(("html",))
    assert html is not None
    reader = SeenText()
    reader.feed(html.get_content())
    assert not {"img", "script", "link", "iframe"} & set(reader.tags)
    allowed = ("http://x.example/", "http://127.0.0.1:8000/", "mailto:")
    assert all(link.startswith(allowed) for link in some(reader.links))


def test_the_same_letter_has_the_same_bytes(made: tuple[Release, Organisation]) -> None:
    one, two = (
        compose_notice(
            made[0],
            ANNA,
            made[1],
            LINKS,
            PUBLISHED,
            Enclosed(b"%PDF"),
        )
        for _ in range(2)
    )
    assert one == two


# ── what a recipient's data can do ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@evil.example", "a\nb", "a\x00b", "a\u2028b", "\x85"])
def test_nothing_can_add_a_header(made: tuple[Release, Organisation], bad: str) -> None:
    with pytest.raises(RecipientsError, match="control characters"):
        notice(made, replace(ANNA, name=bad))


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
    reader = SeenText()
    reader.feed(html.get_content())
    assert f"Dear {name}," in "".join(reader.words)
    assert not any("evil" in link for link in reader.links)
    assert message["To"].addresses[0].display_name == name


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


def test_a_part_that_is_not_there_is_empty(made: tuple[Release, Organisation]) -> None:
    letter = compose_link(
        made[0],
        ANNA,
        stationery(made[1]),
        links=OwnLinks(LINK, "opt-out+t@hosting.example"),
        date=PUBLISHED,
    )
    assert letter.part("text/calendar") == ""
