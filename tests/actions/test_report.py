"""`publisher report`: what a pull request changes in every policy, as a comment below it."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from publisher.reports.review_comment import NOTHING_TOLD
from tests import ROOT
from tests.fixtures.house import FACTS, SECTIONS, House, copied_house, later
from tests.fixtures.trilingual import amend_all, ready_for_two, release_one

GITHUB = MarkdownIt("gfm-like", {"linkify": False})
"""As GitHub reads comments; it allows the HTML that we write."""
HOSTILE = (
    "</details></summary><script>alert(1)</script> @legal #1 <!-- --> ![x](https://e.example/x)\n"
    "::error file=a::b ##[error] %0A::warning:: ``` ~~~ | $a$ https://e.example/ www.e.example"
)
COMMAND = re.compile(r"::(error|warning) title=publisher check,file=[\w./-]+(,line=\d+)?::")
ALLOWED = {
    "h2", "h3", "h4", "p", "ul", "li", "hr", "table", "thead", "tbody", "tr", "th", "td",
    "blockquote", "ins", "del", "em", "strong", "pre", "span", "br", "code", "details", "summary",
    "kbd", "sub", "a",
}  # fmt: skip


@pytest.fixture
def ready(tmp_path: Path) -> House:
    """Release 1, and a draft that amends it."""
    return copied_house(tmp_path / "house", House.ready_for_two)


@pytest.fixture
def trilingual(tmp_path: Path) -> House:
    """The same in three languages."""
    return copied_house(tmp_path / "three", ready_for_two)


def report(house: House, *words: str) -> str:
    return house.ok("report", *words)


def value_of(house: House) -> dict[str, object]:
    """The report of the only policy, for programs, which fits its schema."""
    told = json.loads(report(house, "--format", "json"))
    schema = json.loads((ROOT / "docs/report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(told)
    (one,) = told["policies"]
    assert isinstance(one, dict)
    return one


def words_of(comment: str) -> str:
    """What a reader sees of a comment."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", GITHUB.render(comment))).split())


# ── what it says ─────────────────────────────────────────────────────────────────────────────────


def test_a_material_change_is_told_with_all_that_follows_from_it(ready: House) -> None:
    comment = report(ready)
    assert comment == report(ready)
    words = words_of(comment)
    assert "Looks material: customers are told, and may opt out" in words
    assert "“128” → “256” is more than spelling" in words
    assert "customers have 30 days of notice, as version 1 promises (profile promise" in words
    assert "- **Security**: amended, +1 −1. Longer keys protect your data better." in comment
    assert "with <del>128</del><ins>256</ins>-bit keys" in comment
    letter, form = comment.split("<details>")[1:3]
    assert "The letter, as customers would read it" in letter
    assert "Dear Sample Customer," in letter
    assert "Opt out of version 2 of the Privacy Policy" in form
    assert "<kbd>I opt out of version 2</kbd>" in form
    one = value_of(ready)
    assert (one["looks"], one["earliest"], one["number"]) == ("material", later(30), "2")
    assert report(ready, "--format", "names") == "privacy\n"
    ready.ok("freeze", "--effective", later(30))  # the day is lawful indeed
    assert ready.ok("report").startswith(NOTHING_TOLD)
    assert report(ready, "--format", "names") == ""


def test_a_typing_error_looks_editorial(ready: House) -> None:
    ready.write({"security.md": SECTIONS["security.md"].replace("encrypt", "encript")})
    ready.write({"notes/security.md": "A typing error.\n"})
    words = words_of(report(ready))
    assert "Looks editorial: word for word, only spelling" in words
    assert "nobody is told" in words
    assert value_of(ready)["looks"] == "editorial"


def test_another_promise_beside_the_text_is_material(ready: House) -> None:
    ready.write({"security.md": SECTIONS["security.md"]})
    ready.write({"policy.toml": FACTS.replace("days = 30", "days = 10")})
    (ready.root / "policy/privacy/notes/security.md").unlink()
    one = value_of(ready)
    assert one["looks"] == "material"
    assert one["beside"] == ["`notice.days`: “30” → “10”"]
    assert one["earliest"] == later(30)  # what was promised binds its own change
    assert "as version 1 promises" in str(one["why_earliest"])


@pytest.mark.parametrize(
    ("notice", "told"),
    [
        ('profile = "p2b"\ndays = 40', "40 days of notice, as this draft promises"),
        ('profile = "eecc"\ndays = 0', "1 month of notice, as this draft promises"),
        ("days = 1\nmonths = 2", "2 months of notice, as this draft promises"),
        (
            'days = 1\nbusiness_days = 270\nholidays = "DE-BY"',
            "more being no working day, as this draft promises",
        ),
    ],
)
def test_the_day_is_explained_by_the_rule_that_binds(
    notice: str, told: str, tmp_path: Path
) -> None:
    facts = FACTS.replace("days = 30", "days = 1")
    house = copied_house(tmp_path / "house", _first_of_one_day)
    house.write({"policy.toml": facts.replace("days = 1", notice)})
    house.edit()
    assert told in str(value_of(house)["why_earliest"])
    assert ("Art. 105(4)" in report(house)) is ("eecc" in notice)


def _first_of_one_day(house: House) -> None:
    house.write({"policy.toml": FACTS.replace("days = 30", "days = 1")})
    house.commit()
    house.ok("freeze", "--effective", "unknown")


def test_errors_stand_at_their_lines_and_the_day_is_told_all_the_same(ready: House) -> None:
    ready.write({"use.md": f"{SECTIONS['use.md']}\n[nowhere](#nowhere) [[gap]]\n"})
    out = ready.root / ".publisher-report.md"
    printed = report(ready, "--annotations", "-o", str(out), "--source", "https://e.example/blob/1")
    assert re.search(
        r"(?m)^::error title=publisher check,file=policy/privacy/use.md,line=\d::", printed
    )
    comment = out.read_text("utf-8")
    assert "(<https://e.example/blob/1/policy/privacy/use.md#L7>)" in comment
    assert "Earliest effective date" in words_of(comment)
    assert "Dear Sample Customer," in comment
    refused = ready.run("report", "--annotations")
    assert refused.exit_code == 2


def test_each_language_has_its_letter_and_its_form(trilingual: House) -> None:
    words = words_of(report(trilingual))
    for title in ("letter in French", "letter in German", "form in French", "form in English"):
        assert f"The {title}, as customers would read it" in words
    trilingual.write({"fr/security.md": "## Sécurité {#security}\n\nNous chiffrons avec des clés "
                      "de 128 bits.\n"})  # fmt: skip
    lagging = words_of(report(trilingual))
    assert "A freeze would be refused: the translations do not follow the text" in lagging
    assert "--lagging fr" in lagging
    assert "The letter in French" in lagging


def test_a_translation_alone_is_a_correction(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "three", release_one)
    amend_all(house)
    house.write({"security.md": SECTIONS["security.md"]})
    one = value_of(house)
    assert one["looks"] == "editorial"
    assert one["reasons"] == ["the authoritative text stays as it is, word for word"]
    assert one["letters"] == []


def test_a_first_version_and_several_policies(tmp_path: Path, ready: House) -> None:
    for name, text in {**SECTIONS, "policy.toml": FACTS.replace("Privacy", "Cookie")}.items():
        path = ready.root / "policy/cookies" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    comment = report(ready)
    assert "| Cookie Policy | first version |  | none |" in comment
    assert f"| Privacy Policy | material | {later(30)} | none |" in comment
    assert "There is no release yet: nobody is told of a first version." in comment
    assert report(ready, "--format", "names") == "cookies\nprivacy\n"
    assert "cookies" not in ready.ok("--policy", "privacy", "report")


def test_what_does_not_read_is_said(ready: House) -> None:
    ready.write({"policy.toml": "title = 1\n"})
    comment = report(ready)
    assert "Nothing can be said of the text" in comment
    # The other way round: a release that was altered.
    ready.write({"policy.toml": FACTS})
    (ready.root / "versions/privacy/1/use.md").write_text("## Use\n\nAltered.\n")
    assert "Nothing can be said of the text" in report(ready)


# ── what it holds to ─────────────────────────────────────────────────────────────────────────────


def hostile(house: House, times: int) -> None:
    """Writes a text that would be somebody else's, wherever a policy has words of its own."""
    line = "x" * 9_000
    house.write({
        "security.md": SECTIONS["security.md"].replace("{#", f"{HOSTILE.splitlines()[0]} {{#")
        + f"\n{HOSTILE}\n\n- {HOSTILE}\n\n```\n{HOSTILE}\n</pre></details>\n```\n\n{line}\n\n"
        + f"| a | b |\n| --- | --- |\n| {HOSTILE.splitlines()[0]} | </td> |\n" * times,
        "notes/security.md": f"{HOSTILE}\n\n> </details>\n\n# Heading\n",
        "policy.toml": FACTS.replace("Privacy Policy", "P </summary></details> @all ``` ::error::")
        .replace("If you opt out", "@you </details> `If you"),
    })  # fmt: skip


@pytest.mark.parametrize(("limit", "times"), [(65_536, 1), (4_000, 1), (65_536, 200)])
def test_no_text_of_a_policy_can_act_in_the_comment(limit: int, times: int, ready: House) -> None:
    hostile(ready, times)
    out = ready.root / ".publisher-report.md"
    printed = report(ready, "--annotations", "-o", str(out), "--limit", str(limit))
    comment = out.read_text("utf-8")
    assert len(comment) <= limit
    html = GITHUB.render(comment)
    assert set(re.findall(r"</?([a-z]\w*)", html)) <= ALLOWED
    for tag in ("details", "summary", "ins", "del", "blockquote", "pre", "code", "em", "strong"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>"), tag
    said = unescape(re.sub(r"<(code|pre)>.*?</\1>", "", html, flags=re.DOTALL))
    assert not re.search(r"(?<!\w)@\w", said)
    assert "<script" not in html
    assert "<a " not in html
    assert html.rstrip().endswith("</p>")  # the last line is not in anything that was left open
    for line in printed.splitlines():
        assert COMMAND.match(line)
        assert "##[" not in line


def test_a_long_change_is_cut_between_blocks_and_says_so(ready: House) -> None:
    sections = "".join(
        f"## Part {n} {{#part-{n}}}\n\n" + f"We keep number {n} and more.\n\n" * 30
        for n in range(90)
    )
    ready.write({"security.md": SECTIONS["security.md"] + sections})
    comment = report(ready)
    assert len(comment) <= 65_536
    assert "#### Left out here" in comment
    assert "The words that change, one by one" in comment
    assert "The form, as customers would read it" in comment
    assert comment.count("<details>") == comment.count("</details>")
    whole = report(ready, "--limit", "1000000")
    assert "Left out here" not in whole


# ── files beside it ──────────────────────────────────────────────────────────────────────────────


def test_previews_and_redlines_are_written_and_linked(ready: House, tmp_path: Path) -> None:
    folder = tmp_path / "preview"
    comment = report(ready, "--files", str(folder), "--preview", "https://e.example/artifact/1")
    assert (folder / "privacy/index.html").exists()
    assert (folder / "privacy/redline.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "privacy/letter.pdf").exists()
    assert "(<https://e.example/artifact/1>)" in comment
    assert "`privacy/redline.pdf`" in comment
    based = report(ready, "--preview", "https://e.example/preview/")
    assert "(<https://e.example/preview/privacy/redline.pdf>)" in based
    assert ready.run("report", "--preview", "javascript:alert(1)").exit_code == 2
    assert ready.run("report", "--files", str(ready.root / "policy")).exit_code == 2
