"""Makes the pictures of the documentation anew, from the real program in a real Chromium.

    python docs/pictures/make.py [NAME …]

follows the tutorial, as its test does, and looks at what a reader sees on the way; the redline is
that of the policy in this repository. Dates are those of the day. Each is WebP, below 80 kB.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from markdown_it import MarkdownIt
from PIL import Image
from playwright.sync_api import Browser, Page
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fixtures import browsers  # noqa: E402
from tests.fixtures.house import House  # noqa: E402
from tests.fixtures.terminal import Terminal, steps, terminal  # noqa: E402

HERE = Path(__file__).parent
LARGEST = 80_000
PHONE, DESK = (375, 720), (1100, 700)
COMMENT = """<!doctype html><meta charset="utf-8"><style>
body { margin: 16px; font: 14px/1.5 "Noto Sans", "DejaVu Sans", sans-serif; color: #1f2328 }
main { border: 1px solid #d1d9e0; padding: 16px; max-width: 780px }
table { border-collapse: collapse; margin-bottom: 16px }
td, th { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left }
code { background: #eff1f3; border-radius: 6px; padding: 2px 5px; font-size: 85% }
pre { background: #f6f8fa; border-radius: 6px; padding: 16px }
blockquote { margin: 0 0 16px; padding: 0 1em; color: #59636e; border-left: .25em solid #d1d9e0 }
h2, h3 { border-bottom: 1px solid #d1d9e0; padding-bottom: .3em; margin: 12px 0 }
a { color: #0969da }
</style><main>"""
"""How a forge shows Markdown, about."""


class Camera:
    """Takes those of the pictures that are wanted."""

    def __init__(self, browser: Browser, wanted: list[str]) -> None:
        self._browser = browser
        self._wanted = wanted

    @contextmanager
    def page(self, size: tuple[int, int], scale: float = 1.5) -> Iterator[Page]:
        """A page of a size, on a screen with so many dots a pixel."""
        viewport = {"width": size[0], "height": size[1]}
        context = self._browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            device_scale_factor=scale,
            color_scheme="light",
        )
        yield context.new_page()
        context.close()

    def take(self, name: str, page: Page, part: str = "") -> None:
        """Writes what a page shows, or a part of it, as well as the size allows."""
        if self._wanted and name not in self._wanted:
            return
        taken = page.locator(part).screenshot() if part else page.screenshot()
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        path = HERE / f"{name}.webp"
        for quality in (90, 80, 70, 60, 50):
            picture.save(path, quality=quality, method=6)
            if path.stat().st_size < LARGEST:
                break
        print(f"{path.name}: {picture.width} x {picture.height}, {path.stat().st_size} bytes")

    def show(self, name: str, html: str, size: tuple[int, int], part: str = "") -> None:
        """Takes a picture of a document, or of a part of it in its whole length."""
        with self.page(size) as page:
            page.set_content(html)
            self.take(name, page, part)


def main() -> None:
    """Takes all pictures, or those that are named."""
    with tempfile.TemporaryDirectory() as place, browsers.opened() as browser:
        camera = Camera(browser, sys.argv[1:])
        (Path(place) / "tutorial").mkdir()
        with terminal(Path(place) / "tutorial") as begun:
            tutorial(camera, begun)
        redline(camera, Path(place) / "own")


def tutorial(camera: Camera, begun: Terminal) -> None:
    """What the reader of the tutorial sees on the way."""
    for step in steps((ROOT / "docs/tutorial.md").read_text("utf-8")):
        if step.sign == "refused":
            comment(camera, begun)
            refusal(camera, begun, step.typed.strip())
        if step.sign != "installs":
            begun.take(step, "the tutorial")
        if step.typed.startswith("publisher serve"):
            letter = begun.type("publisher notice 2 --as c-1 --format html 2>/dev/null")[1]
            camera.show("letter", letter, PHONE)
            link = re.findall(r'href="(http[^"]*token=[^"]*)"', letter)[0]
            site = link.partition("/privacy/")[0]
            with camera.page(DESK) as page:
                page.goto(f"{site}/privacy/")
                camera.take("policy", page)
            with camera.page(PHONE) as page:
                page.goto(link)
                camera.take("form", page)
        if step.hidden:
            with camera.page(PHONE) as page:
                page.goto(link)
                camera.take("opted-out", page)
            return


def comment(camera: Camera, begun: Terminal) -> None:
    """The comment below a pull request."""
    code, markdown = begun.type("publisher report")
    assert code == 0, markdown
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    camera.show("comment", COMMENT + reader.render(markdown), (860, 400), "main")


def refusal(camera: Camera, begun: Terminal, command: str) -> None:
    """The terminal in which a date is refused, as it is coloured there."""
    shown = begun.type(f"echo {command}")[1].strip()
    printed = ""
    for line in ("publisher diff", shown):
        printed += f"\x1b[1m$ {line}\x1b[0m\n"
        printed += begun.type(f"script --quiet --command '{line}' /dev/null || true")[1]
    console = Console(record=True, width=92, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed.replace("\r", "")))
    drawn = console.export_svg(title="")
    drawn = re.sub(r"(?s)@font-face \{.*?\}", "", drawn).replace("Fira Code", "DejaVu Sans Mono")
    camera.show("refused", f"<style>body {{ margin: 0 }}</style>{drawn}", (940, 300), "svg")


def redline(camera: Camera, own: Path) -> None:
    """Changed words on the site of the policy in this repository."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(own)], check=True)
    house = House(own)
    house.ok("build")
    with browsers.serving(house) as address, camera.page((1280, 760), 1) as page:
        page.goto(f"{address}privacy/2/changes/")
        page.get_by_role("heading", name="How Do We Secure").scroll_into_view_if_needed()
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(500)
        camera.take("redline", page)


if __name__ == "__main__":
    main()
