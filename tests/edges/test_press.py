"""What a PDF needs of the machine and of the project is known before anything is frozen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from publisher.edges.pdf import _SURE, make_pdf, surely_drawn
from tests import ROOT
from tests.fixtures.house import CONFIGURATION, FACTS, SECTIONS, House, git, later, make_house

pytestmark = pytest.mark.prints

THAI = "ทดสอบ"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def in_note(house: House) -> None:
    house.edit(security=f"{THAI}: longer keys.\n")


def in_effect(house: House) -> None:
    house.write({"policy.toml": FACTS.replace("If you", f"{THAI} if you")})
    house.edit()


def in_name(house: House) -> None:
    text = CONFIGURATION.replace("Example Hosting", THAI)
    (house.root / "publisher.toml").write_text(text)
    house.edit()


def in_text(house: House) -> None:
    house.write({"use.md": SECTIONS["use.md"] + f"\n{THAI}.\n", "notes/use.md": "More.\n"})
    house.edit()


@pytest.mark.parametrize("put", [in_note, in_effect, in_name, in_text])
def test_a_missing_font_is_known_before_a_freeze_writes(
    tmp_path: Path, put: Callable[[House], None]
) -> None:
    house = make_house(tmp_path / "house")
    house.ok("freeze", "--effective", "unknown")
    put(house)
    before = git(house.root, "rev-parse", "HEAD")
    for dry in (["--dry-run"], []):
        refused = house.run("freeze", "--effective", later(60), *dry)
        assert refused.exit_code == 2, refused.output
        assert "U+0E17 THAI CHARACTER THO THAHAN" in refused.output
        told = refused.output + (house.run("check").output if put is not in_name else "")
        assert "fonts/ beside publisher.toml" in " ".join(told.split())
    assert git(house.root, "rev-parse", "HEAD") == before
    assert git(house.root, "status", "--porcelain") == ""
    house.ok("build")


def test_a_text_of_the_past_that_no_font_has_stops_nothing(tmp_path: Path) -> None:
    house, old = make_house(tmp_path / "house"), make_house(tmp_path / "old")
    old.write({"use.md": f"# {THAI}\n\n{THAI}.\n"})
    old.commit()
    words = ("import", "--history", str(old.root), "policy/privacy/use.md", "--policy", "old")
    house.ok(*words)
    house.ok("build")
    site = house.root / "build/site/old"
    for name in ("policy", "changes"):
        text = PdfReader(next(site.glob(f"*/{name}.pdf"))).pages[0].extract_text()
        assert "[U+0E17]" in text
    told = house.run("--policy", "old", "check").output
    assert "no font has the character “ท”" in told


def test_the_font_that_the_remedy_asks_for_is_used(tmp_path: Path) -> None:
    if not Path(FONT).exists():
        pytest.skip("there is no such font here")
    house = make_house(tmp_path / "house")
    house.write({"use.md": SECTIONS["use.md"] + "\nᚠᚢᚦ ﷲ Ⴀ\n"})
    house.commit()
    assert "no font has" in house.run("freeze", "--effective", "unknown").output
    (house.root / "fonts").mkdir()
    shutil.copy(FONT, house.root / "fonts")
    house.commit()
    result = house.run("freeze", "--effective", "unknown")
    assert "GEORGIAN CAPITAL LETTER AN" not in result.output


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    (house.root / "fonts").mkdir()
    (house.root / "fonts/Company.ttf").write_text("no font")
    house.commit()
    refused = " ".join(house.run("freeze", "--effective", "unknown", "--dry-run").output.split())
    assert "fonts/Company.ttf: is no font that can be read" in refused


def test_what_all_fonts_have_is_drawn_without_a_look() -> None:
    signs = "".join(sorted(_SURE)).replace("&", "").replace("<", "").replace(">", "")
    parts = [f"<{tag}>{signs}</{tag}>" for tag in ("p", "strong", "em", "code", "h2")]
    html = f'<html lang="en"><title>All</title><body>{"".join(parts)}<p>&amp;&lt;</body></html>'
    assert surely_drawn(html)
    assert make_pdf(html).startswith(b"%PDF")
    assert not surely_drawn(f"<p>{THAI}</p>")
    assert not surely_drawn("<p>&#3607;</p>")


def freeze_where(root: Path, *before: str, environment: dict[str, str] | None = None) -> str:
    command = [sys.executable, "-P", "-m", "publisher", "--project", str(root)]
    command += ["freeze", "--effective", "unknown"]
    done = subprocess.run(
        [*before, *command],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    return f"{done.returncode}: {done.stdout}{done.stderr}"


def test_a_machine_without_fonts_needs_none(tmp_path: Path) -> None:
    house, empty = make_house(tmp_path / "house"), tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><fontconfig></fontconfig>')
    said = freeze_where(house.root, environment={"FONTCONFIG_FILE": str(empty)})
    assert said.startswith("0: Frozen"), said
    assert "ugly" not in said


def test_a_machine_without_pango_says_how_to_install_it(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    hide = 'for f in $(/sbin/ldconfig -p | sed -n "s/.*=> \\(.*libpango-1.*\\)/\\1/p"); do '
    hide += 'mount --bind /dev/null "$(readlink -f "$f")" || exit 77; done; exec "$@"'
    said = freeze_where(house.root, "unshare", "--mount", "sh", "-c", hide, "sh")
    if said.startswith(("77:", "1:")):
        pytest.skip("nothing can be mounted here")
    assert said.startswith("2: error: WeasyPrint cannot make PDFs here"), said
    assert "apt-get install libpango-1.0-0" in said
    assert not (house.root / "versions").exists()
    assert git(house.root, "status", "--porcelain") == ""
