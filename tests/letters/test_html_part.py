"""The HTML part of a letter."""

from __future__ import annotations

import pytest

from publisher.errors import RenderError
from publisher.letters.html_part import LARGEST_HTML_PART, styled


def test_styles_are_inline_and_the_dark_ones_are_kept() -> None:
    html = styled("# Title\n\nText\n", "de")
    assert '<html lang="de">' in html
    assert 'style="font-size: 24px' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert html.count("<style>") == 1


def test_a_letter_that_would_be_cut_off_is_refused() -> None:
    with pytest.raises(RenderError, match="bytes of HTML"):
        styled("# Title\n\n" + "word " * LARGEST_HTML_PART)
