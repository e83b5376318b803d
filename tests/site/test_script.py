"""The script that compares two versions in a browser finds what this program finds.

`pytest tests/site/test_script.py --corpus FOLDER` tries it on each Markdown file of FOLDER, a git
repository with a text's versions as its commits, and says how often the two agree.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from publisher.compare.amendment import Amendment, amend
from publisher.compare.clause_names import first_names
from publisher.compare.section_lineage import Lineage
from publisher.compare.summary import summary_sentence, words_in_figures
from publisher.edges.catalogs import shipped_catalogs
from publisher.edges.site_assets import site_script
from publisher.policies.anchoring import source_text
from publisher.releases.address import Addresses
from publisher.releases.releases import Releases
from publisher.site import versus
from publisher.site.comparable import COMPARABLE_FORMAT, comparable_text
from publisher.text.clauses import Document, Kind
from publisher.text.parsing import parse
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import ENGLISH
from tests.fixtures.comparing import (
    Found,
    Op,
    Part,
    Script,
    Version,
    history,
    operations,
    pairs_of,
    running,
    sides,
    text_of,
)
from tests.fixtures.golden_cases import Case, cases
from tests.fixtures.strategies import amendments, policies

OTHERS = 100
"""So many pairs of a real history that do not follow one another are tried."""


@pytest.fixture(scope="module")
def script(sample_releases: Releases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    rules = versus.script_phrases("en", ENGLISH, Addresses("../../", "privacy"))
    with running(rules, tmp_path_factory.mktemp("script")) as found:
        yield found


def doc(*texts: str) -> Document:
    numbers = count(1)
    found = [clause for n, text in enumerate(texts) for clause in parse(text, f"{n}.md", numbers)]
    return Document(tuple(found))


def agree(script: Script, old: Version, new: Version) -> tuple[Amendment, tuple[Op, ...], Found]:
    """What both find; whatever they do, it leads from the one text exactly to the other."""
    amendment = amend(old.document, new.document)
    own = operations(old.document, new.document, amendment.operations)
    found = script.compare(old.data, new.data)
    assert sides(found.operations) == (text_of(old.document), text_of(new.document))
    return amendment, own, found


def with_columns(amendment: Amendment) -> bool:
    """Whether a table has other columns: the script knows none."""
    return any(op.columns for op in amendment.operations)


def headed_anew(amendment: Amendment) -> bool:
    """Whether a heading moved without its text, is known by its words only, or is plain text."""
    headings = [
        op
        for op in amendment.operations
        if any(clause and clause.kind is Kind.HEADING for clause in (op.old, op.new))
    ]
    return any(
        op.move
        or any(not clause.anchor for clause in (op.old, op.new) if clause)
        or (op.old and op.new and op.old.anchor != op.new.anchor)
        for op in headings
    )


# ── generated policies ───────────────────────────────────────────────────────────────────────────


@settings(suppress_health_check=list(HealthCheck))
@given(amendments())
def test_it_finds_the_same_between_versions_that_follow_one_another(
    script: Script, pair: tuple[str, str]
) -> None:
    versions = history([doc(text) for text in pair])
    for old, new in (versions, versions[::-1]):
        amendment, own, found = agree(script, old, new)
        if not with_columns(amendment) and not headed_anew(amendment):
            assert found.operations == own


FEW = """
we you may not data. data, keep it; 30 60 it “it” "it" It e.g. **so** – - the of
responsibilities administrations [we](#s1)
"""
word = st.sampled_from(FEW.split())


@st.composite
def reworded(draw: st.DrawFn) -> tuple[str, str]:
    """A paragraph of few words that come again and again, and what an editor made of it."""
    old = draw(st.lists(word, min_size=1, max_size=40))
    new = list(old)
    for _ in range(draw(st.integers(1, 8))):
        place, size = draw(st.integers(0, len(new))), draw(st.integers(0, 4))
        new[place : place + size] = draw(st.lists(word, max_size=4))
    return f"It is {' '.join(old)}", f"It is {' '.join(new)}"


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(reworded(), min_size=1, max_size=12))
def test_it_strikes_the_same_words(script: Script, paragraphs: list[tuple[str, str]]) -> None:
    old, new = (
        doc("".join(f"## {n} {{#s{n}}}\n\n{pair[side]}\n\n" for n, pair in enumerate(paragraphs)))
        for side in (0, 1)
    )
    names = first_names(old)
    _, own, found = agree(
        script, *[Version(d, comparable_text(d, names, ENGLISH), names) for d in (old, new)]
    )
    mine, its = pairs_of(own), pairs_of(found.operations)
    # Where a paragraph became one in another section no name tells of it.
    assert len(its) == 2 * len(paragraphs)
    for pair in mine.keys() & its.keys():
        assert mine[pair] == its[pair]


FEWEST = st.lists(st.lists(st.just("we"), min_size=1, max_size=9).map(" ".join), max_size=5)


@settings(suppress_health_check=list(HealthCheck), max_examples=60)
@given(st.lists(FEWEST, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_of_paragraphs_that_say_the_same_the_same_ones_moved(
    script: Script, bodies: list[list[str]], editor: random.Random
) -> None:
    amended = [list(body) for body in bodies]
    for _ in range(3):
        left, right = editor.choice(amended), editor.choice(amended)
        if left:
            right.insert(editor.randint(0, len(right)), left.pop(editor.randrange(len(left))))
        right.insert(editor.randint(0, len(right)), " ".join(["we"] * editor.randint(1, 9)))
    texts = (
        "".join("\n\n".join([f"## {n} {{#s{n}}}", *body, ""]) for n, body in enumerate(side))
        for side in (bodies, amended)
    )
    versions = history([doc(text) for text in texts])
    for old, new in (versions, versions[::-1]):
        _, own, found = agree(script, old, new)
        assert found.operations == own


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(policies(), policies(anchored=False)), min_size=2, max_size=2))
def test_whatever_the_texts_nothing_is_lost(script: Script, texts: list[str]) -> None:
    versions = history([doc(text) for text in texts])
    agree(script, *versions)
    unrelated = [Version(v.document, comparable_text(v.document, n, ENGLISH), n) for v in versions
                 for n in [first_names(v.document)]]  # fmt: skip
    agree(script, *unrelated)


SWAPPED = (
    "A section retitled that has no anchor",
    "A paragraph that became a heading",
    "An anchor alone changed",
    "Of two versions in one text the first one is gone",
    "Sections of one name are known by what stands around them",
    "A paragraph is gone where bold lines became headings",
    "Headings that were emptied",
    "A section goes up past a group that gets longer headings",
    "Headings without a text of their own are retitled",
    "The text below a heading gets a heading of its own, and the name goes on above it",
)
"""What a policy never has: an anchor stays, and every heading has one."""
DRESSED = (
    "Headings that lost their mark",
    "Bold lines that became headings",
    "Lines with a stop or a colon that became headings",
    "Bold words at the head of paragraphs became their headings",
    "Headings became the bold words at the head of their paragraphs",
    "A line between two sections came, and the heading below it became plain text",
)
"""A heading goes by its anchor and a paragraph by its name: no name tells that one is the other."""
FLOWING = (
    "Lines as paragraphs, one word put in",
    "Lines as paragraphs, flowing anew",
    "The first words of a text, and some in its middle, are lines of their own",
)
"""Every line keeps its name, so no name tells which words went from one to the next."""
UNSHOWN = ("A definition that no link uses, changed and made a paragraph",)
"""What is on no page is not written down for a browser, and words that were have no name there."""


@pytest.mark.parametrize("case", cases("changes.md"), ids=lambda case: case.title)
def test_it_finds_the_same_in_the_golden_cases(script: Script, case: Case) -> None:
    old, new = history([doc(case.old), doc(case.new)])
    amendment, own, found = agree(script, old, new)
    others = (*SWAPPED, *DRESSED, *FLOWING, *UNSHOWN)
    if case.title not in others and not with_columns(amendment):
        assert found.operations == own


def test_a_paragraph_split_long_ago_is_still_one_that_was_split(script: Script) -> None:
    ours = "We use your data for your orders and for nothing else at all."
    theirs = "Nobody else ever sees any of it, not even our own staff."
    whole = f"## Use {{#use}}\n\n{ours} {theirs}\n"
    parts = f"## Use {{#use}}\n\n{ours}\n\n{theirs}\n"
    later = parts.replace("orders", "invoices") + "\nSold to no one.\n"
    again = whole.replace("orders", "invoices") + "\nSold to no one.\n"
    versions = history([doc(text) for text in (whole, parts, later, again)])
    for old, new in ((0, 2), (2, 0), (0, 3), (3, 0), (1, 3), (3, 1)):
        _, own, found = agree(script, versions[old], versions[new])
        assert found.operations == own
        assert ("pp-seam" in found.html) is ((old, new) not in ((0, 3), (3, 0)))


def test_what_nobody_touched_stays_where_it_is(script: Script) -> None:
    short, long = (
        "Sold to no one, ever.",
        "We use what you tell us to serve you, and forget it then.",
    )
    later = long.replace("you, and", "you and to")
    bodies = f"{long}\n\n{short}\n", f"{short}\n\n{later}\n"
    forms = [f"## Use {{#use}}\n\n{body}" for body in bodies]
    versions = history([doc(form) for form in forms])
    for old, new in (versions, versions[::-1]):
        _, own, found = agree(script, old, new)
        assert found.operations == own
        assert [op.move for op in found.operations if op.old and op.new] == [0, 0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Die Straße ist lang.", "Die STRASSE ist lang."),
        ("We keep “it” here.", 'We keep "it" it here.'),
        ("Sold on 1 May 2027, or 2 May 2027.", "Sold on 2 May 2027, or 2 May 2027."),
        ("数据 we keep \ufeff. So it is.", "数据 we keep it \ufeff. So it is."),
        ("It is so 𝕏 and 👩‍👩‍👧 now.", "It is so 𝕐 and 👩‍👩‍👧‍👦 now."),
        ("$5 or $50 of $5,000.50", "$5 or $500 of $5,000.5"),
        ("Write to a@b.example's friend", "Write to c@b.example's friend"),
        ("ข้อมูลส่วนบุคคลของคุณ", "ข้อมูลส่วนตัวของคุณ"),
    ],
)
def test_words_of_all_kinds(script: Script, old: str, new: str) -> None:
    documents = [doc(f"“Personal Data” is this.\n\n{text}\n") for text in (old, new)]
    names = first_names(documents[0])
    _, own, found = agree(
        script, *[Version(d, comparable_text(d, names, ENGLISH), names) for d in documents]
    )
    mine, its = pairs_of(own), pairs_of(found.operations)
    assert mine == its


def test_what_was_written_elsewhere_since_has_moved(script: Script) -> None:
    text = "We use your data for your orders and nothing else."
    forms = [
        f"## Use {{#use}}\n\n{text}\n\n## Keeping {{#keeping}}\n\nFor a while.\n",
        f"## Use {{#use}}\n\n## Keeping {{#keeping}}\n\nFor a while.\n\n{text}\n",
        "## Use {#use}\n\n## Keeping {#keeping}\n\nFor a while.\n\n"
        "We take what you gave us and serve you with it.\n",
    ]
    versions = history([doc(form) for form in forms])
    *_, found = agree(script, versions[0], versions[1])
    assert [op.move for op in found.operations] == [0, 1, 0, 0, 1]
    assert 'href="#moved-1-here"' in found.html
    assert 'href="#moved-1-away"' in found.html


def test_a_sentence_that_moved_is_told_at_both_its_places(script: Script) -> None:
    sentence = "By using the service, you direct us to share them with everybody."
    stays = "You may delete a post whenever you like."
    forms = [
        f"## Posts {{#posts}}\n\nThey are public.{a}\n\n{stays}{b}\n\n"
        f"## Sharing {{#sharing}}\n\nWith all who ask.{c}\n"
        for a, b, c in (
            (f" {sentence}", "", ""),
            ("", f" {sentence}", ""),
            ("", "", f" {sentence}"),
        )
    ]
    for new, away, here in (
        (1, "moved within this section", "moved here within this section"),
        (2, "moved to “Sharing”", "moved here from “Posts”"),
    ):
        versions = history([doc(forms[0]), doc(forms[new])])
        amendment, own, found = agree(script, *versions)
        assert found.operations == own
        assert found.html.count('class="pp-shifted"') == 2
        assert f'href="#moved-1-here">[{away}]</a>' in found.html
        assert f'href="#moved-1-away">[{here}]</a>' in found.html
        figures = summary_sentence(amendment, ENGLISH).rpartition("; ")[2]
        assert figures.endswith(" moved")
        assert f"{figures}." in found.html


# ── what is written down ─────────────────────────────────────────────────────────────────────────

SAMPLE = """Before. “Personal Data” means Personal Data.

## Use {#use}

We *use* it [for you](#use) till 1 May 2027, $1,000.50 at most, see <b>our</b> ![sign](a.png).

- mail to info@example.com
- don't

  3. three

> quoted

| a | b |
| --- | --: |
| c | 数据 |

```
code
```

***
"""


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ar"])
@pytest.mark.parametrize("count", [1, 2, 3, 12, 1234])
def test_it_says_figures_as_this_program_does(
    tmp_path_factory: pytest.TempPathFactory, language: str, count: int
) -> None:
    words = Catalogs(shipped_catalogs()).words(language)
    rules = versus.script_phrases(language, words, Addresses("../../", "privacy"))
    old = doc("## A {#a}\n\nText.\n")
    new = doc(f"## A {{#a}}\n\nText.\n\n{'word ' * count}\n\n{'- item' if count > 2 else ''}\n")
    versions = history([old, new])
    with running(rules, tmp_path_factory.mktemp("words")) as script:
        found = script.compare(versions[0].data, versions[1].data).html
        back = script.compare(versions[1].data, versions[0].data).html
    items = count + (count > 2)
    assert escape(words_in_figures(items, 0, words)) in found
    assert escape(words_in_figures(0, items, words)) in back
    kind = words.npgettext("changes", "{count} added", "{count} added", 1 + (count > 2))
    assert escape(kind) in found


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("| A | B |\n| --- | --- |\n| one | two |\n", 4),
        ("| A |\n| --- |\n| one and two |\n", 4),
        ("| A | |\n| --- | --- |\n| | two |\n", 2),
        ("New **part**ly *set*.\n", 3),
        ("```\na | b\n```\n", 3),
        ("From (1 März 2027) to April 2, 2028.\n", 4),
    ],
)
def test_what_is_counted_is_words_and_not_the_bars_of_a_table(
    tmp_path_factory: pytest.TempPathFactory, more: str, count: int
) -> None:
    old, new = doc("## A {#a}\n\nText.\n"), doc(f"## A {{#a}}\n\nText.\n\n{more}")
    found = amend(old, new)
    assert (found.counts.inserted, found.counts.deleted) == (count, 0)
    assert [change.inserted for change in found.changes] == [count]
    assert amend(new, old).counts.deleted == count
    assert [change.deleted for change in amend(new, old).changes] == [count]
    assert f"{count} words added" in summary_sentence(found, ENGLISH)
    rules = versus.script_phrases("en", ENGLISH, Addresses("../../", "privacy"))
    versions = history([old, new])
    with running(rules, tmp_path_factory.mktemp("bars")) as script:
        html = script.compare(versions[0].data, versions[1].data).html
    assert f"{count} words added." in html


def test_another_form_of_the_files_has_another_number() -> None:
    document = doc(SAMPLE)
    served = site_script("compare.js").encode()
    found = [
        hashlib.sha256(data).hexdigest()[:16]
        for data in (comparable_text(document, first_names(document), ENGLISH), served)
    ]
    why = "raise FORMAT, then put the new digests here: browsers may have kept the old files"
    assert (COMPARABLE_FORMAT, *found) == (14, "732dceca0ea1ee21", "a9488b8dc2a7d4b3"), why


def test_readers_fetch_little(sample_releases: Releases) -> None:
    served = site_script("compare.js")
    assert len(gzip.compress(served.encode(), 9)) < 9_400
    assert "//" not in served.replace("://", "")
    for version in history([release.policy.document for release in sample_releases]):
        text = "".join(version.document.sources.values())
        packed = [len(gzip.compress(data, 9)) for data in (text.encode(), version.data)]
        assert packed[1] < 1.25 * packed[0] + 200


# ── real histories ───────────────────────────────────────────────────────────────────────────────


def pairs(size: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of versions, by their places: all that follow one another, and some others."""
    luck = random.Random(4)
    adjacent = list(pairwise(range(size)))
    others = [(i, j) for i in range(size) for j in range(size) if i != j and j != i + 1]
    return adjacent, luck.sample(others, min(len(others), OTHERS))


def test_it_finds_the_same_between_all_versions_of_a_policy(
    script: Script, sample_releases: Releases
) -> None:
    versions = history([release.policy.document for release in sample_releases])
    for adjacent_or_not in pairs(len(versions)):
        for i, j in adjacent_or_not:
            _, own, found = agree(script, versions[i], versions[j])
            assert found.operations == own


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "past" not in metafunc.fixturenames:
        return
    folder = metafunc.config.getoption("--corpus")
    names = _git(folder, "ls-files", "*.md").splitlines() if folder else []
    found = [(folder, name) for name in names]
    none = pytest.param(("", ""), marks=pytest.mark.skip(reason="no --corpus"), id="none")
    named = [pytest.param(one, id=one[1]) for one in found]
    metafunc.parametrize("past", named or [none])


def _git(folder: str, *words: str) -> str:
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, check=True)
    return source_text(done.stdout)


def texts(past: tuple[str, str]) -> Iterator[str]:
    """The texts that a file had, each once where it stayed the same."""
    folder, name = past
    last = ""
    for commit in _git(folder, "log", "--format=%H", "--reverse", "--", name).split():
        text = _git(folder, "show", f"{commit}:{name}")
        if text != last:
            yield text
        last = text


def test_it_finds_the_same_in_a_real_history(
    script: Script, past: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    lineage = Lineage()
    versions = history([doc(*lineage.follow(text).files.values()) for text in texts(past)])
    lines = []
    for title, chosen in zip(("follow one another", "do not"), pairs(len(versions)), strict=True):
        same = alike = clauses = 0
        times = []
        for i, j in chosen:
            amendment, own, found = agree(script, versions[i], versions[j])
            times.append(found.ms)
            same += found.operations == own
            if title == "follow one another" and not with_columns(amendment):
                assert found.operations == own, f"versions {i} and {j}"
            mine, its = (pairs_of(each) for each in (own, found.operations))
            clauses += len({*mine, *its})
            alike += len({*mine} & {*its})
            for pair in _whole(mine) & _whole(its):
                if not with_columns(amendment):
                    assert mine[pair] == its[pair], f"versions {i} and {j}, clauses {pair}"
        lines.append(
            f"{past[1]}: {len(chosen)} of {len(versions)} versions that {title}: {same} with all "
            f"operations the same, {alike / clauses:.2%} of the pairs of clauses; "
            f"{sorted(times)[len(times) // 2]:.0f} ms each, at most {max(times):.0f}"
        )
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines, ""]))


def _whole(found: Mapping[tuple[Part, Part], object]) -> set[tuple[Part, Part]]:
    """The pairs of clauses that were not cut."""
    olds, news = Counter(old.place for old, _ in found), Counter(new.place for _, new in found)
    return {(old, new) for old, new in found if olds[old.place] == news[new.place] == 1}
