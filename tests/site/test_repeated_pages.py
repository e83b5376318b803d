"""Pages for requests that stand at two addresses: one of them is found by search engines."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.house import make_house
from tests.fixtures.request_pages import WAYS

SITE = "http://127.0.0.1:8000/"


def test_a_page_with_its_language_leads_search_engines_to_the_one_without(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    settings = house.root / "publisher.toml"
    settings.write_text(settings.read_text("utf-8") + WAYS, "utf-8")
    house.commit("Requests")
    house.ok("freeze", "--effective", "2020-01-01")
    house.ok("build")
    site = house.root / "build/site"
    sitemap = (site / "sitemap.xml").read_text("utf-8").split()
    for page in ("requests/", "requests/mailings/", "requests/applies/"):
        first, again = (
            (site / path / "index.html").read_text("utf-8") for path in (page, f"{page}en/")
        )
        canonical = f'<link rel="canonical" href="{SITE}{page}">'
        assert canonical in first
        assert canonical in again
        assert ('content="noindex"' in first, 'content="noindex"' in again) == (False, True)
        assert "".join(sitemap).count(f"<loc>{SITE}{page}</loc>") == 1
        assert f"{SITE}{page}en/" not in "".join(sitemap)
