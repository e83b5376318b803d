"""What stands in place of the form, in each language of the program."""

from __future__ import annotations

import pytest

from publisher.answers.form_messages import FormMessage, form_message, opt_out_phrase
from publisher.answers.mail_meaning import reading
from publisher.edges.catalogs import read_catalogs
from tests import ROOT
from tests.fixtures.quoted_letters import ABOUT, PHRASES, SENT

CATALOGS = read_catalogs(ROOT / "tests")  # a folder without words of its own


@pytest.mark.parametrize("language", CATALOGS.languages)
def test_the_words_that_a_form_tells_to_write_opt_out(language: str) -> None:
    phrase = opt_out_phrase(CATALOGS.words(language))
    assert reading("", [phrase], SENT, ABOUT, PHRASES).declares, phrase


@pytest.mark.parametrize("language", CATALOGS.languages)
@pytest.mark.parametrize("message", FormMessage)
def test_a_message_says_what_to_do_in_each_language(message: FormMessage, language: str) -> None:
    words = CATALOGS.words(language)
    html = form_message(message, "a&b@x.example", words)
    assert f'<section class="pp-optout" aria-labelledby="pp-form-title"{words.attributes}>' in html
    assert '<a href="mailto:a&amp;b@x.example">' in html
    assert "{" not in html
    assert (f">{message.value}<" in html) is False
