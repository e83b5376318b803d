"""The HTML part of a letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.answers.personal_links import personal_links
from publisher.errors import RenderError
from publisher.letters.html_part import FILLED_IN, LARGEST_HTML_PART, styled
from publisher.letters.notice import compose_notice
from publisher.people.list_cells import LONGEST_CELL
from publisher.releases.number import Number
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.letters import ANNA


def test_styles_are_inline_and_the_dark_ones_are_kept() -> None:
    html = styled("# Title\n\nText\n", "de")
    assert '<html lang="de" dir="ltr">' in html
    assert 'style="font-size: 22px' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert html.count("<style>") == 1


def test_a_letter_that_would_be_cut_off_is_refused() -> None:
    with pytest.raises(RenderError, match="bytes of HTML"):
        styled("# Title\n\n" + "word " * LARGEST_HTML_PART)


def test_a_letter_that_may_be_frozen_can_be_sent_to_anybody() -> None:
    """The longest name there may be, of signs that take most room, the longest links, the seal."""
    release = replace(amendments()[1], seal="0" * 64)
    words = (LARGEST_HTML_PART - FILLED_IN - len(styled(release.notice).encode()) - 100) // 6
    largest = replace(release, notice=f"{release.notice}\n{'wörd ' * words}\n")
    styled(largest.notice, room=FILLED_IN)
    with pytest.raises(RenderError):
        styled(f"{largest.notice}{'word ' * 40}", room=FILLED_IN)
    organisation = replace(HOSTING, reply="o" * 20 + "@" + "d" * 63 + ".example")
    token = "privacy-policies_9999.9999_ffffffffffff_" + "a" * 20
    links = personal_links(largest, organisation, token[:43], Number(1))
    recipient = replace(ANNA, name='"' * LONGEST_CELL)
    compose_notice(largest, recipient, organisation, links, PUBLISHED)
