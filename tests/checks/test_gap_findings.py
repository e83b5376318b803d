"""Gaps that a template left are errors wherever they stand, and links are none."""

from __future__ import annotations

import pytest

from tests.fixtures.house import FACTS, SECTIONS, House


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"use.md": "## Use {#use}\n\nWe use it\nfor [[what\nfor]].\n"}, "use.md:4"),
        ({"use.md": "## [[Use]] {#use}\n\nText.\n"}, "use.md:1"),
        ({"use.md": "## Use {#use}\n\n- | [[a]] |\n"}, "use.md:3"),
        ({"use.md": f"## Use {{#use}}\n\n[[{'x' * 59} y]]\n"}, "use.md:3"),
        ({"policy.toml": FACTS.replace("If you opt out, the", "[[If]] the")}, "policy.toml:10"),
        ({"policy.toml": FACTS.replace("Privacy Policy", "[[title]]")}, "policy.toml:2"),
    ],
)
def test_a_gap_is_an_error_at_its_line(house: House, files: dict[str, str], place: str) -> None:
    house.write(files)
    said = house.run("check")
    assert said.exit_code == 1
    (told,) = [line for line in said.output.splitlines() if ": error: " in line]
    assert told.startswith(f"policy/privacy/{place}: error: a gap is left: [[")
    assert told.endswith("]]")
    assert told.count("]") == 2
    house.commit()
    assert house.run("freeze", "--effective", "unknown").exit_code == 2


def test_notes_and_translations_have_none_either(house: House) -> None:
    wording = '\n[translations.de]\ntitle = "D"\nprecedence = "[[Satz]]"\n'
    german = {f"de/{name}": text for name, text in SECTIONS.items()}
    german["de/use.md"] = "## N {#use}\n\n[[Text]]\n"
    note = {"notes/use.md": "Because of [[why]].\n"}
    house.write({"policy.toml": FACTS + wording, **german, **note})
    said = house.run("check").output
    for place in ("de/use.md:3", "notes/use.md:1", "policy.toml:14"):
        assert f"policy/privacy/{place}: error: a gap is left" in said


def test_what_is_no_gap(house: House) -> None:
    text = "See [[1]](https://x.example/) and [[2]] and \\[[not this]], `[[code]]`, [one].\n"
    house.write({"use.md": f"## Use {{#use}}\n\n{text}\n    [[code]]\n\n[2]: https://y.example/\n"})
    assert "a gap is left" not in house.run("check").output
