"""The pages for requests: in which language somebody reads them."""

from __future__ import annotations

import pytest

from publisher.answers.request_page import request_language


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("de", "de"), ("de-AT", "de"), ("pt-BR", "pt-BR"), ("en", ""), ("en-GB", ""), ("fr", "")],
)
def test_a_page_is_in_the_language_of_its_reader(wanted: str, found: str) -> None:
    assert request_language(["en", "de", "pt-BR"], wanted) == found
    assert request_language(["de"], wanted) == "", "there is no other"
    assert request_language(["en"], "") == ""
