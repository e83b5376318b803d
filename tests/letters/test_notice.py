"""What the notice of an amendment says, and the letter with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.errors import SendError
from publisher.letters.notice import (
    Enclosed,
    changes_since,
    compose_notice,
    compose_test_notice,
    sent_text,
    text_to_attach,
)
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.telling import LetterCase, LetterKind
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.letters import ANNA, LINKS, read_message

FIRST, SECOND, POSTPONED, THIRD = amendments()


def under(profile: str) -> Release:
    facts = replace(SECOND.policy.facts, profile=profile)
    return replace(SECOND, policy=replace(SECOND.policy, facts=facts))


# ── the text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        "# Privacy Policy: version 2 applies from 1 March 2027\n",
        "On **1 March 2027**, version 2 takes the place of version 1. Until then, version 1 ",
        "until the end of **28 February 2027** (UTC)",
        "[opt out of version 2]({{opt_out_link}})",
        "[See what changes]({{changes_link}})\n\n[Opt out, until 28 February]({{opt_out_link}})\n",
        "[reply to this message](mailto:{{opt_out_address}}?subject=Re%3A%20Privacy%20Policy",
        "&body=I%20opt%20out), with the words “I opt out”",
        "If you opt out, the version before this one goes on applying to you.",
        "If you do nothing, version 2 applies to you from 1 March 2027.",
        "**Keys** (amended)\n\nLonger keys protect you better.",
        "[Every change, word by word](http://127.0.0.1:8000/privacy/2/changes/)",
        "[privacy@hosting.example](mailto:privacy@hosting.example)",
        "Example Hosting\\\n1 Example Street\\\nReno, NV 89503\n\n",
        "This letter belongs to version 2 of our Privacy Policy, sealed as {{seal}} (SHA-256).\n",
    ],
)
def test_a_notice_says_what_changes_and_what_may_be_done(words: str) -> None:
    assert words in SECOND.notice


@pytest.mark.parametrize(
    "words",
    [
        "# Privacy Policy: version 2 now applies from 1 April 2027\n",
        "It will apply later than we first told you: from **1 April 2027**.",
        "until the end of **31 March 2027** (UTC)",
        "If you have already opted out of version 2, you need to do nothing.",
        "[Every change, word by word](http://127.0.0.1:8000/privacy/2/changes/)",
    ],
)
def test_a_postponement_says_the_new_date(words: str) -> None:
    assert words in POSTPONED.telling.letters[LetterKind(LetterCase.POSTPONED)]


def test_one_recipient_reads_a_name_and_links_of_their_own() -> None:
    text = sent_text(replace(SECOND, seal="5" * 64), ANNA, LINKS)
    assert "Dear Anna," in text
    assert f"({LINKS.form})" in text
    assert f"({LINKS.changes})" in text
    assert "{{" not in text


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (None, "3/changes/"),
        (Number(2, 1), "3/changes/"),
        (Number(2), "compare/?from=2&to=3"),
        (Number(1), "compare/?from=1&to=3"),
    ],
)
def test_the_link_spans_all_that_changed_for_somebody(told: Number | None, path: str) -> None:
    assert changes_since(told, THIRD, HOSTING.site) == f"http://127.0.0.1:8000/privacy/{path}"


# ── the letter ───────────────────────────────────────────────────────────────────────────────────


def test_a_test_letter_is_marked_and_is_not_the_letter_it_tests() -> None:
    real = compose_notice(SECOND, ANNA, HOSTING, LINKS, PUBLISHED)
    test = compose_test_notice(SECOND, ANNA, HOSTING, LINKS, PUBLISHED)
    assert read_message(test.data)["Subject"] == f"[Test] {read_message(real.data)['Subject']}"
    assert test.id != real.id
    assert test.part("text/plain") == real.part("text/plain")


def test_an_attachment_bears_the_name_of_its_release() -> None:
    letter = compose_notice(SECOND, ANNA, HOSTING, LINKS, PUBLISHED, Enclosed(b"%PDF-1.7"))
    (attached,) = read_message(letter.data).iter_attachments()
    assert attached.get_filename() == "privacy-2.pdf"
    assert attached.get_content() == b"%PDF-1.7"


def test_the_text_travels_where_its_profile_wants_a_durable_medium() -> None:
    assert text_to_attach(under("p2b"), lambda: b"%PDF") == b"%PDF"
    with pytest.raises(SendError, match=r"the profile p2b wants .* no policy\.pdf"):
        text_to_attach(under("p2b"), bytes)


def test_elsewhere_the_text_is_not_even_read() -> None:
    def stored() -> bytes:
        raise AssertionError("it was read")

    assert text_to_attach(under("promise"), stored) == b""
