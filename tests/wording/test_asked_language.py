"""Which language a browser asks for."""

from __future__ import annotations

import pytest

from publisher.wording.asked_language import asked_language


@pytest.mark.parametrize(
    ("header", "known", "found"),
    [
        ("de", ["en", "de"], "de"),
        ("de-AT,de;q=0.8,en;q=0.5", ["en", "de"], "de"),
        ("en;q=0.3, fr;q=0.9", ["en", "fr"], "fr"),
        ("fr, de;q=0", ["en", "de"], None),
        ("DE-de", ["en", "de"], "de"),
        ("pt", ["en", "pt-BR"], "pt-BR"),
        ("pt-PT", ["en", "pt-BR"], "pt-BR"),
        ("zh-hant-tw", ["en", "zh-Hant"], "zh-Hant"),
        ("nl, en", ["en", "de"], "en"),
        ("*", ["en", "de"], None),
        ("", ["en", "de"], None),
        ("de;q=1.5", ["en", "de"], None),
        ("\x00, ü, de;q=x,,;", ["en", "de"], None),
        ("x" * 5_000 + ",de", ["en", "de"], None),
        ("fr," * 100 + "de", ["en", "de"], None),
    ],
)
def test_the_best_of_those_that_there_are(header: str, known: list[str], found: str | None) -> None:
    assert asked_language(header, known) == found
