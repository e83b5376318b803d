"""A letter with buttons, as somebody has it, held against the sealed one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from publisher.answers.letter_findings import HeldRelease, letter_findings
from publisher.answers.personal_links import personal_links
from publisher.letters.notice import compose_notice
from publisher.letters.seal_line import SealedRelease
from publisher.mail.received_letter import read_letters
from publisher.policies.finding import Severity
from publisher.releases.number import Number
from publisher.releases.release import Release
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.letter_samples import SAMPLES, SITE
from tests.fixtures.letters import ANNA
from tests.fixtures.sent_letters import parts_of, re_encoded, received, replaced, with_text

OURS = replace(HOSTING, site=SITE)
SEAL = "5" * 64
TOKEN = "privacy-policies_2_1f_" + "a" * 20


def sealed(sample: str) -> Release:
    """Release 2 with a letter as a program with templates seals it."""
    release = amendments()[1]
    language, text = SAMPLES[sample]
    policy = replace(release.policy, facts=replace(release.policy.facts, language=language))
    return replace(
        release,
        policy=policy,
        seal=SEAL,
        notice=text,
        telling=replace(release.telling, wording="0" * 64),
    )


def sent(release: Release) -> bytes:
    token = TOKEN.replace("privacy-policies", release.policy.id)
    links = personal_links(release, OURS, token, Number(1))
    return compose_notice(release, ANNA, OURS, links, PUBLISHED).data


def found(release: Release, data: bytes) -> list[str]:
    """What is an error in a letter."""
    (letter,) = read_letters(data)
    held = HeldRelease(release.name, release, SEAL, (), (), False, False, {}, {})
    named = SealedRelease(release.policy.id, release.number, SEAL)
    findings = letter_findings(letter, named, held, OURS, "letter.eml")
    return [one.what for one in findings if one.severity is Severity.ERROR]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_letter_with_buttons_is_as_it_was_sealed(sample: str) -> None:
    release = sealed(sample)
    data = sent(release)
    assert b'class=3D"button"' in data
    for way in (data, received(data), re_encoded(data, "base64"), re_encoded(data, "8bit")):
        assert found(release, way) == []
    commented = with_text(data, replaced("</main>", "<!-- scanned --></main>"), ("html",))
    assert found(release, commented) == []


FOOTER = '<hr><p><a href="http://lists.example/">The list</a></p>'


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_a_list_writes_below_it_is_no_part_of_it(sample: str) -> None:
    release = sealed(sample)
    listed = b"List-Id: <legal.lists.example>\r\n" + sent(release)
    below = with_text(listed, replaced("</main>", f"{FOOTER}</main>"), ("html",))
    assert found(release, below) == []
    for footer in (
        '<p style="color:#ffffff;background-color:#1b4f9c">Pay us.</p>',
        '<p dir="rtl">Pay us.</p>',
        '<p style="display:none">Pay us.</p>',
        '<p style="color:#ffffff">Pay us.</p>',
        "<p><s>Pay us.</s></p>",
    ):
        hiding = with_text(listed, replaced("</main>", f"{footer}</main>"), ("html",))
        assert found(release, hiding), footer


BUTTON = '<table class="button"'


def _button_again(text: str) -> str:
    """A button more, that looks as ours do, and leads elsewhere."""
    button = re.search(f"{BUTTON}.*?</table>", text, re.DOTALL)
    assert button
    more = re.sub('href="[^"]*"', 'href="https://evil.example/"', button[0])
    return text.replace("<h2", f"{more}<h2", 1)


def _without_button(text: str) -> str:
    return re.sub(f"{BUTTON}.*?</table>", "", text, count=1, flags=re.DOTALL)


def _swapped(text: str) -> str:
    """The words of either button on the other."""
    one, two = re.findall(r">([^<>]+)</a></td>", text)[:2]
    return text.replace(one, "@").replace(two, one).replace("@", two)


FORGED: dict[str, tuple[Callable[[str], str], str]] = {
    "its link": (
        lambda text: re.sub(
            r'(<td class="first".*?href=")[^"]*', r"\1https://evil.example/", text, flags=re.DOTALL
        ),
        "leads to “.* → https://evil.example/”",
    ),
    "its words": (
        lambda text: re.sub(r">[^<>]+</a></td>", ">Pay us</a></td>", text, count=1),
        "its HTML says “Pay us”",
    ),
    "a button more": (_button_again, "leads to “.* → https://evil.example/”, which is not sealed"),
    "a button less": (_without_button, "its HTML lacks"),
    "words exchanged": (_swapped, "its HTML "),
    "a table that is hidden": (
        replaced("<h2", '<table style="display:none"><tr><td>Pay us.</td></tr></table><h2'),
        "hides the words “Pay us.”",
    ),
    "a table that is empty": (
        replaced("<h2", '<table class="button" role="presentation"><tr><td></td></tr></table><h2'),
        "its HTML has <table class=",
    ),
    "words of a button that nobody sees": (
        replaced("color: #123a75", "color: #d6e4ff"),
        "hides the words “",
    ),
    "a button that nobody sees": (
        replaced(BUTTON, f"{BUTTON} hidden"),
        "hides the words “",
    ),
    "an earlier button over the next one": (
        lambda text: re.sub(f"({BUTTON}[^>]*margin: 0 0 )12px", r"\1-60px", text, count=1),
        "its HTML has <table",
    ),
    "another order": (
        lambda text: text.replace('<div class="letter"', '<div class="letter" dir="auto"'),
        "",
    ),
    "words for Outlook alone": (
        replaced("</a></td>", "</a><!--[if mso]>Pay us.<![endif]--></td>"),
        "mail programs show in different ways",
    ),
    "words for Outlook behind many comments": (
        replaced("</main>", f"{'<!-- a -->' * 30}<!--[if mso]>Pay us.<![endif]--></main>"),
        "mail programs show in different ways",
    ),
    "a style sheet": (
        replaced("</style>", ".button a { font-size: 0 }</style>"),
        "its HTML has <style>",
    ),
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("case", FORGED)
def test_what_was_altered_of_its_buttons_is_told(sample: str, case: str) -> None:
    alter, said = FORGED[case]
    release = sealed(sample)
    altered = with_text(sent(release), alter, ("html",))
    told = found(release, altered)
    assert any(re.search(said, one) for one in told), told


def test_what_was_altered_of_its_plain_part_is_told() -> None:
    release = sealed("English")
    for old, new in (("/privacy/2/opt-out/", "/privacy/3/opt-out/"), ("See what changes", "")):
        altered = with_text(sent(release), replaced(old, new), ("plain",))
        assert any("its plain text" in one for one in found(release, altered))


def test_a_letter_without_buttons_is_not_that_of_a_release_that_has_them() -> None:
    """The design is a fact of the release: none of the two passes for the other."""
    release = sealed("English")
    earlier = replace(release, telling=replace(release.telling, wording=""))
    assert found(earlier, sent(earlier)) == []
    assert found(release, sent(earlier))
    assert found(earlier, sent(release))
    assert parts_of(sent(earlier)).get_body(("html",)) is not None
