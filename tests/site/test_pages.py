"""The site as a visitor gets it, built by MkDocs from a small project."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from publisher.actions.build import build
from publisher.actions.generate import generate
from publisher.actions.workplace import Workplace
from publisher.compare.diff_form import rebuild
from publisher.edges.clock import build_time
from publisher.edges.mkdocs.order import Order, order
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, RenderError
from publisher.policies.policy import Facts, Note, Policy
from publisher.releases.folder import release_files
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Release
from tests import ROOT
from tests.fixtures.house import CONFIGURATION, House, git
from tests.fixtures.houses import record
from tests.fixtures.lettered import lettered
from tests.fixtures.some import some
from tests.fixtures.workplaces import archive_of

FACTS = Facts(
    "Privacy Policy",
    "en",
    "privacy@hosting.example",
    "An example.",
    ("use.md", "security.md"),
    "promise",
    30,
    "Nothing changes for you.",
)
USE = "## Use {#use}\n\nWe use your data for your orders, see [security](#security).\n"
SECURITY = "## Security {#security}\n\nWe encrypt your data with 128-bit keys.\n"
PUBLISHED = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
EFFECTIVE = dt.date(2027, 3, 1)
BEFORE, AFTER = dt.date(2026, 12, 1), dt.date(2027, 3, 5)
ADVERT = "## Adverts {#adverts}\n\nWe show no adverts.\n"


def frozen(project: Project, release: Release) -> Release:
    release = replace(release, revision="1" * 40)  # of no repository, as here
    files = release_files(release, {"policy.pdf": b"%PDF-1.7 as frozen"})
    archive_of(project).write(release.policy.id, release.number, files)
    return archive_of(project).release(release.policy.id, release.number)


def three_releases(project: Project) -> None:
    """Release 1 of unknown date, 2 material and recorded, 2.1 its correction."""
    facts = replace(FACTS, sections=("use.md", "security.md", "adverts.md"))
    files = {"use.md": USE, "security.md": SECURITY, "adverts.md": ADVERT}
    first = frozen(
        project,
        Release(Number(1), Materiality.MATERIAL, Policy("privacy", facts, files), None, None),
    )
    files = {"use.md": USE, "security.md": SECURITY.replace("128", "256").replace("keys", "keis")}
    notes = (Note("security.md", "Longer keys protect your data.\n"),)
    facts = replace(FACTS, retired={"adverts": "use"})
    second = Release(
        Number(2),
        Materiality.MATERIAL,
        Policy("privacy", facts, files, notes),
        PUBLISHED,
        EFFECTIVE,
        first.number,
        first.seal,
        closes=EFFECTIVE - dt.timedelta(days=1),
    )
    organisation = Workplace(project).settings.organisation
    second = frozen(project, lettered(second, first, organisation))
    mended = {name: text.replace("keis", "keys") for name, text in files.items()}
    frozen(
        project,
        Release(
            Number(2, 1),
            Materiality.EDITORIAL,
            Policy("privacy", facts, mended),
            PUBLISHED + dt.timedelta(days=1),
            EFFECTIVE,
            second.number,
            second.seal,
        ),
    )
    record(project, second.number, PUBLISHED + dt.timedelta(days=1))


def new_project(root: Path, *, released: bool = True) -> Project:
    root.mkdir()
    (root / "publisher.toml").write_text(CONFIGURATION)
    for name in ("mkdocs.yml", "site"):
        (root / name).symlink_to(ROOT / name)
    draft = root / "policy/privacy"
    draft.mkdir(parents=True)
    (draft / "policy.toml").write_text(
        'title = "Privacy Policy"\ncontact = "privacy@hosting.example"\n'
        'sections = ["use.md", "security.md"]\n[opt_out]\neffect = "Nothing."\n'
        '[retired]\nadverts = "use"\n'
    )
    (draft / "use.md").write_text(USE)
    (draft / "security.md").write_text(SECURITY.replace("128", "512"))
    (root / ".gitignore").write_text("/.publisher/\n/build/\n")
    project = Project(root)
    if released:
        three_releases(project)
    git(root, "init", "-q", "-b", "main")
    commit(root)
    return project


def commit(root: Path) -> None:
    git(root, "add", "-A")
    who = ("-c", "user.name=Tests", "-c", "user.email=tests@hosting.example")
    git(root, *who, "commit", "-qm", "What is there")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return new_project(tmp_path_factory.mktemp("pages") / "house")


@pytest.fixture(scope="module")
def built(project: Project) -> Path:
    """The site on a day between publication and effect."""
    return build(Workplace(project), BEFORE).folder


@pytest.fixture(scope="module")
def built_later(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site when the amendment is in force."""
    root = tmp_path_factory.mktemp("later") / "house"
    shutil.copytree(project.root, root, symlinks=True)
    return build(Workplace(Project(root)), AFTER).folder


def html(folder: Path, path: str) -> str:
    return (folder / path / "index.html").read_text("utf-8")


def words(folder: Path, path: str) -> str:
    """What a reader sees in the page's own part."""
    text = html(folder, path).split("<article", 1)[1].rsplit("</article>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).replace("&quot;", '"')


def test_every_kind_of_page_has_its_permanent_address(built: Path) -> None:
    pages = {p.parent.relative_to(built).as_posix() for p in built.rglob("index.html")}
    assert pages == {
        ".",
        "privacy",
        "privacy/history",
        "privacy/compare",
        "privacy/data",
        "privacy/on",
        "privacy/sections",
        "privacy/1",
        "privacy/2",
        "privacy/2/changes",
        "privacy/2/notice",
        "privacy/2/opt-out",
        "privacy/2.1",
        "privacy/2.1/changes",
    }


def test_the_text_in_force_changes_on_the_day(built: Path, built_later: Path) -> None:
    assert "In force: version 1, since a day we do not know." in words(built, "privacy")
    assert "128-bit" in words(built, "privacy")
    assert "Changing on 1 March 2027:" in words(built, "privacy")
    assert "From 1 March 2027: version 2 (corrected: 2.1)." in words(built, "privacy")
    assert "Opt out, until 28 February 2027" in words(built, "privacy")
    then = "In force: version 2 (corrected: 2.1), since 1 March 2027."
    assert then in words(built_later, "privacy")
    assert "256-bit" in words(built_later, "privacy")
    assert "Changing on" not in words(built_later, "privacy")


def test_a_version_that_is_not_in_force_says_so_loudly(built: Path, built_later: Path) -> None:
    coming = "From 1 March 2027: version 2 (corrected: 2.1)."
    assert coming in words(built, "privacy/2.1")
    assert "Not in force" not in words(built, "privacy/1")
    gone = words(built_later, "privacy/1")
    took = "Not in force: version 2 (corrected: 2.1) took the place of version 1 on 1 March 2027"
    assert took in gone
    corrected = words(built_later, "privacy/2")
    assert "corrected: version 2.1, from 1 March 2027" in corrected
    assert "This is version 2 as it was before version 2.1 corrected it" in corrected


def test_the_remark_stands_on_every_page_with_the_text(built: Path) -> None:
    for path in ("privacy", "privacy/1", "privacy/2", "privacy/2/changes", "privacy/2/notice"):
        assert "An example." in words(built, path)


def test_a_retired_anchor_still_leads_somewhere(built: Path) -> None:
    assert 'id="adverts"' in html(built, "privacy/2")
    assert html(built, "privacy/2").index('id="adverts"') > html(built, "privacy/2").index(
        'id="use"'
    )


def test_the_redline_lists_marks_and_folds(built: Path) -> None:
    page = html(built, "privacy/2/changes")
    text = words(built, "privacy/2/changes")
    assert "Longer keys protect your data." in text
    assert "1 section removed, 1 amended" in text
    assert 'href="#change-security-1"' in page
    assert 'id="change-security-1"' in page
    assert '<details class="pp-fold">' in page
    assert "We use your data for your orders" in text


def test_each_heading_in_force_leads_to_its_history(built: Path) -> None:
    assert 'href="../privacy/sections/#security"' in html(built, "privacy")
    assert "pp-story" not in html(built, "privacy/2.1")
    page = html(built, "privacy/sections")
    assert 'href="../../privacy/2/changes/#change-security-1"' in page
    assert page.index('id="pp-gone"') < page.index('id="adverts"')
    index = (built / "search/search_index.json").read_text("utf-8")
    assert "Security History" not in index


def test_corrections_are_listed_apart(built: Path) -> None:
    page = html(built, "privacy/history")
    amendments, corrections = page.split('id="pp-corrections"')
    assert 'href="../../privacy/2/"' in amendments
    assert 'href="../../privacy/2.1/"' not in amendments.split('id="pp-amendments"')[1]
    assert 'href="../../privacy/2.1/"' in corrections


def test_the_form_has_its_marks_for_the_receiver(built: Path) -> None:
    page = html(built, "privacy/2/opt-out")
    assert page.count("<!-- form -->") == page.count("<!-- /form -->") == 1
    assert '<form class="pp-form" method="post"' in page
    assert "opt-out@hosting.example" in page


def test_after_the_last_day_the_form_says_so(built_later: Path) -> None:
    assert "The last day to opt out was 28 February 2027" in words(built_later, "privacy/2/opt-out")


def test_the_notice_leads_to_the_changes_of_its_release(built: Path) -> None:
    """Which version its reader was last told of, a page cannot know."""
    button = '<a href="../../../privacy/2/changes/">See what changes</a>'
    assert button in html(built, "privacy/2/notice")


def test_the_notice_links_inside_the_site(built: Path) -> None:
    page = html(built, "privacy/2/notice")
    assert 'href="../../../privacy/2/changes/"' in page
    assert 'href="http://127.0.0.1:8000/privacy' not in page.split("<article", 1)[1]
    assert "{{" not in page


def test_downloads_are_what_was_frozen(project: Project, built: Path) -> None:
    assert (built / "privacy/2/policy.pdf").read_bytes() == b"%PDF-1.7 as frozen"
    text = (built / "privacy/2.1/policy.md").read_text("utf-8")
    assert text == archive_of(project).releases("privacy")[-1].policy.markdown
    for name in ("changes.pdf", "notice.pdf", "opt-out.pdf"):
        assert (built / "privacy/2" / name).read_bytes().startswith(b"%PDF-1.7")


def test_only_the_text_in_force_and_hand_written_pages_can_be_searched(built: Path) -> None:
    index = json.loads((built / "search/search_index.json").read_text("utf-8"))
    assert {doc["location"].partition("#")[0] for doc in index["docs"]} == {"", "privacy/"}


def test_no_version_is_in_the_navigation(built: Path) -> None:
    nav = html(built, "").split('<nav class="md-nav md-nav--primary"')[1].split("<article")[0]
    assert "privacy/history/" in nav
    assert "privacy/2" not in nav


def test_styles_call_no_other_host(built: Path) -> None:
    called = [
        path.parent / address
        for path in (built / "assets/publisher").glob("*.css")
        for address in re.findall(r"url\(\"?([^)\"]+)", path.read_text("utf-8"))
    ]
    assert all(path.is_file() for path in some(called))


def test_each_version_is_canonical_at_its_own_address(built: Path) -> None:
    assert '<link rel="canonical" href="http://127.0.0.1:8000/privacy/2/">' in html(
        built, "privacy/2"
    )
    assert "noindex" not in html(built, "privacy/2")


def test_the_theme_is_mended_on_every_page(built: Path) -> None:
    for path in some(built.rglob("*.html")):
        text = path.read_text("utf-8")
        assert 'role="dialog" aria-label="Search"' in text
        assert not re.search(r'class="md-toggle"[^>]*autocomplete', text)
        assert "fonts.googleapis" not in text


# ── for machines ─────────────────────────────────────────────────────────────────────────────────

SITE = "http://127.0.0.1:8000/"
FOR_MACHINES = (
    "feed.atom",
    "feed.json",
    "_headers",
    "_nginx.conf",
    "_apache.conf",
    "robots.txt",
    "privacy/feed.atom",
    "privacy/feed.json",
    "privacy/versions.json",
    "privacy/periods.json",
    "privacy/timemap.link",
    "privacy/timemap.json",
    "privacy/1/policy.json",
    "privacy/2/policy.akn.xml",
    "privacy/2/changes.json",
    "privacy/2/changes.md",
)


def test_every_address_in_a_file_for_machines_leads_to_what_was_built(built: Path) -> None:
    for name in FOR_MACHINES:
        text = (built / name).read_text("utf-8")
        for address in re.findall(rf"{SITE}([\w./-]*)", text):
            file = f"{address}index.html" if address.endswith("/") or not address else address
            assert (built / file).is_file(), f"{name}: {address}"


def test_what_hosts_are_told_is_of_files_that_are_there(built: Path) -> None:
    for path in some(
        re.findall(r"^/(\S*)$", (built / "_headers").read_text("utf-8"), re.MULTILINE)
    ):
        assert (built / (f"{path}index.html" if path.endswith("/") else path)).is_file(), path


def test_the_text_has_the_digest_that_its_page_shows(built: Path) -> None:
    page = html(built, "privacy/2.1")
    for name in ("policy.md", "SHA256SUMS"):
        digest = hashlib.sha256((built / "privacy/2.1" / name).read_bytes()).hexdigest()
        assert f">{digest}</code>" in page
        assert f"curl -s {SITE}privacy/2.1/{name} | sha256sum" in page


def test_pages_name_their_other_forms_and_their_neighbours(built: Path) -> None:
    page = html(built, "privacy/2")
    for rel, address in (
        ("predecessor-version", "../../privacy/1/"),
        ("successor-version", "../../privacy/2.1/"),
        ("latest-version", "../../privacy/"),
        ("version-history", "../../privacy/history/"),
        ("timemap", "../../privacy/timemap.link"),
        ("alternate", "../../privacy/2/policy.json"),
        ("alternate", "../../privacy/2/policy.akn.xml"),
        ("alternate", "../../privacy/feed.atom"),
    ):
        assert f'<link rel="{rel}" href="{address}"' in page
    assert '"@type": "DigitalDocument"' in page
    assert '<link rel="alternate" href="../../../privacy/2/changes.md"' in html(
        built, "privacy/2/changes"
    )
    assert '<link rel="alternate" href="feed.atom"' in html(built, "")


def test_the_feed_of_all_policies_has_the_same_entries(built: Path) -> None:
    one, every = (json.loads((built / name).read_text("utf-8")) for name in FEEDS)
    assert [item["id"] for item in every["items"]] == [f"{SITE}privacy/2.1/", f"{SITE}privacy/2/"]
    assert one["items"] == every["items"]


FEEDS = ("privacy/feed.json", "feed.json")


def test_the_comparison_can_be_read_by_programs(project: Project, built: Path) -> None:
    first, second, _ = archive_of(project).releases("privacy")
    old, new = rebuild((built / "privacy/2/changes.json").read_text("utf-8"))
    assert old == dict(first.policy.files)
    assert new == dict(second.policy.files)
    assert "version 1 → version 2" in (built / "privacy/2/changes.md").read_text("utf-8")


def test_a_memento_begins_when_the_version_does(built: Path, built_later: Path) -> None:
    assert "memento" not in (built / "privacy/timemap.link").read_text("utf-8")
    later = (built_later / "privacy/timemap.link").read_text("utf-8")
    assert 'rel="first last memento"; datetime="Mon, 01 Mar 2027 00:00:00 GMT"' in later
    assert "Memento-Datetime: Mon, 01 Mar 2027" in (built_later / "_headers").read_text("utf-8")


def test_the_page_of_a_day_answers_without_a_script(built: Path) -> None:
    text = words(built, "privacy/on")
    assert "Version 1a day we do not know28 February 2027" in text
    assert "Version 2.11 March 2027further notice" in text


def test_the_sitemap_is_dated_by_the_releases(built: Path) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = ElementTree.parse(built / "sitemap.xml")
    found = {
        (url.findtext("s:loc", namespaces=space) or "").removeprefix(SITE): url.findtext(
            "s:lastmod", namespaces=space
        )
        for url in tree.findall("s:url", space)
    }
    assert found["privacy/2/"] == "2026-11-23"
    assert found["privacy/2.1/"] == "2026-11-24"
    assert found["privacy/1/"] is None
    assert found[""] == "2026-11-24"
    assert set(found) == {
        p.parent.relative_to(built).as_posix().removeprefix(".") + "/" * (p.parent != built)
        for p in built.rglob("index.html")
    }


def test_robots_leave_personal_links_alone(built: Path) -> None:
    text = (built / "robots.txt").read_text("utf-8")
    assert "Disallow: /*?token=" in text
    assert f"Sitemap: {SITE}sitemap.xml" in text


def test_what_people_wrote_themselves_stands(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "house"
    shutil.copytree(project.root, root, symlinks=True)
    (root / "site").unlink()
    shutil.copytree(ROOT / "site", root / "site")
    (root / "site/robots.txt").write_text("User-agent: *\n")
    built = build(Workplace(Project(root)), BEFORE)
    assert (built.folder / "robots.txt").read_text() == "User-agent: *\n"


@pytest.mark.parametrize(
    "name",
    [
        "privacy/2/policy.pdf",
        "privacy/2/SHA256SUMS",
        "privacy/2/policy.json",
        "privacy/2/index.html",
        "privacy/2/index.md",
        "privacy/versions.json",
        "privacy/2.md",
        "Privacy/2/Policy.pdf",
    ],
)
def test_what_people_wrote_stands_in_no_place_of_a_release(
    project: Project, tmp_path: Path, name: str
) -> None:
    root = tmp_path / "house"
    shutil.copytree(project.root, root, symlinks=True)
    (root / "site").unlink()
    shutil.copytree(ROOT / "site", root / "site")
    (root / "site" / name).parent.mkdir(parents=True, exist_ok=True)
    (root / "site" / name).write_text("We sell your data.\n")
    shutil.rmtree(root / "build", ignore_errors=True)
    with pytest.raises(RenderError, match="stands in the place of what is made of the releases"):
        build(Workplace(Project(root)), BEFORE)
    assert not (root / "build/site").exists()


# ── the plugin ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ordered() -> Iterator[None]:
    token = order.set(None)
    yield
    order.reset(token)


def test_plain_mkdocs_builds_the_same_pages(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ordered: None
) -> None:
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796083200")  # 2026-11-30
    config = load_config(str(project.root / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    mkdocs_build(config)
    assert "From 1 March 2027: version 2 (corrected: 2.1)." in words(tmp_path / "site", "privacy")


def test_the_day_comes_from_the_epoch_where_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert build_time().date() == dt.date(1970, 1, 1)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert build_time().date() >= dt.date(2026, 1, 1)


def test_a_preview_shows_the_draft_to_its_writer_only(
    project: Project, tmp_path: Path, ordered: None
) -> None:
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config

    order.set(Order(today=BEFORE, draft=True))
    config = load_config(str(project.root / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    mkdocs_build(config)
    page = html(tmp_path / "site", "privacy/draft/changes")
    assert '<meta name="robots" content="noindex">' in page
    draft = html(tmp_path / "site", "privacy/draft")
    assert '<link rel="working-copy-of" href="../../privacy/2.1/">' in draft
    assert "privacy/draft" not in (tmp_path / "site/privacy/versions.json").read_text("utf-8")
    text = words(tmp_path / "site", "privacy/draft/changes")
    assert "512" in text
    assert "publisher check finds" in text
    assert "noindex" not in html(tmp_path / "site", "privacy")


def test_a_draft_that_does_not_read_is_shown_as_its_findings(
    project: Project, tmp_path: Path
) -> None:
    root = tmp_path / "house"
    shutil.copytree(project.root, root, symlinks=True)
    (root / "policy/privacy/policy.toml").write_text("title = \n")
    made = generate(Workplace(Project(root)), BEFORE, draft=True)
    page = next(p for p in made.pages if p.path == "privacy/draft/")
    assert "policy.toml:1" in page.body().html
    assert page.noindex


def test_the_contents_nest_below_the_title() -> None:
    from publisher.edges.mkdocs.toc import toc_items
    from publisher.markup.html import Heading

    top = toc_items((Heading(2, "a", "A"), Heading(3, "b", "B"), Heading(2, "c", "C")))
    assert [item["id"] for item in top[0]["children"]] == ["a", "c"]
    assert [item["id"] for item in top[0]["children"][0]["children"]] == ["b"]


# ── what can go wrong ────────────────────────────────────────────────────────────────────────────


def test_without_mkdocs_yml_there_is_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "publisher.toml").write_text(CONFIGURATION)
    with pytest.raises(ConfigurationError, match=r"no mkdocs\.yml") as caught:
        build(Workplace(Project(tmp_path)), BEFORE)
    assert caught.value.remedy == "publisher init --renew"


def test_a_project_without_releases_has_a_site(tmp_path: Path) -> None:
    root = tmp_path / "house"
    project = new_project(root, released=False)
    built = build(Workplace(project), BEFORE)
    assert "Policies" in words(built.folder, "")
    assert built.documents == 0


def test_a_dead_link_in_a_hand_written_page_is_named(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "house"
    shutil.copytree(project.root, root, symlinks=True)
    (root / "site").unlink()
    shutil.copytree(ROOT / "site", root / "site")
    (root / "site/about.md").write_text("# About\n\n[gone](nowhere.md)\n")
    with pytest.raises(RenderError, match=r"nowhere\.md"):
        build(Workplace(Project(root)), BEFORE)
    assert not any("_Ear" in repr(h) for h in logging.getLogger("mkdocs").handlers)


def test_a_hand_written_page_may_link_into_a_policy(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "house"
    shutil.copytree(project.root, root, symlinks=True)
    (root / "site").unlink()
    shutil.copytree(ROOT / "site", root / "site")
    (root / "site/about.md").write_text("# About\n\n[keys](privacy/index.md#security)\n")
    built = build(Workplace(Project(root)), BEFORE)
    assert 'href="../privacy/#security"' in html(built.folder, "about")


def test_progress_is_told_of_documents_and_pages(project: Project) -> None:
    told: list[tuple[str, int, int]] = []
    shutil.rmtree(project.built, ignore_errors=True)
    build(Workplace(project), BEFORE, lambda *what: told.append(what))
    assert told[0] == ("versions", 0, 3)
    assert ("PDFs", 7, 7) in told
    assert told[-1] == ("pages", 13, 13)


def test_a_build_that_fails_leaves_the_old_site_as_it_was(house: House) -> None:
    house.freeze_two()
    house.ok("build")
    before = (house.root / "build/site/privacy/index.html").read_bytes()
    (house.root / "mkdocs.yml").unlink()
    (house.root / "mkdocs.yml").write_text("site_name: x\ntheme: no-such-theme\n")
    house.commit("Break it")
    assert house.run("build").exit_code == 2
    assert (house.root / "build/site/privacy/index.html").read_bytes() == before


def test_nothing_is_built_anew_where_nothing_has_changed(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    assert "Built" in house.ok("build", "--as-of", "2026-12-24")
    home = house.root / "build/site/index.html"
    first, made = home.read_bytes(), home.stat().st_mtime_ns
    assert "Up to date" in house.ok("build", "--as-of", "2026-12-24")
    assert home.stat().st_mtime_ns == made
    for spoil in (lambda: home.write_text("spoilt"), home.unlink):
        spoil()
        assert "Built" in house.ok("build", "--as-of", "2026-12-24")
        assert home.read_bytes() == first


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("site/index.md", "# Other words\n"),
        ("publisher.toml", ""),
        ("mkdocs.yml", ""),
        (".publisher/cache/site.json", '{"read": "cut o'),
        (".publisher/cache/site.json", "[]"),
    ],
)
def test_whatever_changes_is_built_anew(house: House, path: str, text: str) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.ok("build", "--as-of", "2026-12-24")
    file = house.root / path
    # What the house shares with this repository is not to be written to.
    for link in (file, *file.parents):
        if link.is_symlink():
            target = link.resolve()
            link.unlink()
            (shutil.copytree if target.is_dir() else shutil.copy)(target, link)
    before = file.read_text()
    if path.endswith(".toml"):
        text = before.replace("Example Hosting", "Another")
    elif path == "mkdocs.yml":
        text = f"# more\n{before}"
    file.write_text(text)
    assert "Built" in house.ok("build", "--as-of", "2026-12-24")
    assert "Built" in house.ok("build", "--as-of", "2026-12-25")


def test_a_second_build_takes_the_place_of_the_first(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.ok("build")
    stray = house.root / "build/site/stray.html"
    stray.write_text("left over")
    house.ok("build")
    assert not stray.exists()
    assert [p.name for p in (house.root / "build").iterdir()] == ["site"]


# ── permanent addresses of paragraphs ────────────────────────────────────────────────────────────


def test_each_paragraph_has_an_address_that_later_versions_keep(built: Path) -> None:
    """Also where the paragraph is gone: then its address leads to the history of its section."""
    for path in ("privacy/1", "privacy/2", "privacy/2.1", "privacy"):
        page = html(built, path)
        assert '<p id="security.1">We encrypt' in page
        assert 'href="#security.1" aria-label="Link to paragraph security.1"' in page
    assert '<p id="adverts.1">' in html(built, "privacy/1")
    assert '<p id="adverts.1">' not in html(built, "privacy/2")
    history = html(built, "privacy/sections")
    assert re.search(r'<h3 id="adverts"><span class="pp-retired" id="adverts.1"></span>', history)
    assert ">¶</a></p>" not in html(built, "privacy/2"), "no sign is copied along"


def test_links_to_what_was_removed_lead_to_its_section(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "house"
    shutil.copytree(project.root, root, symlinks=True)
    last = archive_of(Project(root)).releases("privacy")[-1]
    files = {**last.policy.files, "security.md": "## Security {#security}\n\nAll is well.\n"}
    policy = replace(last.policy, files=files)
    day = EFFECTIVE + dt.timedelta(days=40)
    third = replace(
        last,
        number=Number(3),
        materiality=Materiality.MATERIAL,
        policy=policy,
        previous=last.number,
        previous_seal=last.seal,
        published=PUBLISHED + dt.timedelta(days=2),
        effective=day,
        closes=day - dt.timedelta(days=1),
    )
    frozen(Project(root), third)
    commit(root)
    page = html(build(Workplace(Project(root)), day).folder, "privacy")
    heading = page.split('<h2 id="security">', 1)[1].split("</h2>", 1)[0]
    assert '<span class="pp-retired" id="security.1"></span>' in heading
    assert '<p id="security.2">All is well.' in page
