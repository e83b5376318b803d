"""What axe finds on a page that has come to rest."""

from __future__ import annotations

from axe_playwright_python.base import AxeResults  # type: ignore[import-untyped]
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

_REST = """Promise.race([
  Promise.allSettled(document.getAnimations().map((one) => one.finished)),
  new Promise((done) => setTimeout(done, 3000)),
]).then(() => null)"""


def violations(page: Page) -> AxeResults:
    """What axe finds, once nothing on the page fades or slides any more.

    A title that is fading in has too little contrast for the moment, which is nobody's trouble.
    """
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate(_REST)
    return Axe().run(page)
