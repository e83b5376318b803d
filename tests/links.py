"""Links and anchors as lychee sees them, a link checker that others wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def dead(folder: Path) -> tuple[set[str], set[str]]:
    """Links and anchors that lead nowhere, and those that leave the site.

    Addresses that begin with the site's own are looked for in the folder. The answer of a form is
    only there once it was sent.
    """
    files = [path for end in ("html", "xml", "txt") for path in folder.rglob(f"*.{end}")]
    done = subprocess.run(
        [
            Path(sys.executable).with_name("lychee"),
            *("--offline", "--include-fragments", "--no-progress", "--format", "json"),
            *("--index-files", "index.html", "--root-dir", folder),
            *("--remap", rf"^http://127\.0\.0\.1:8000/ file://{folder}/"),
            *("--exclude", "#pp-answer$"),
            *files,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert report["total"] > len(files)

    def urls(found: dict[str, list[dict[str, str]]]) -> set[str]:
        return {f"{one['url']} in {page}" for page, all_of in found.items() for one in all_of}

    left = {url.partition(" in ")[0] for url in urls(report["excluded_map"])}
    return urls(report["error_map"]), {url for url in left if not url.startswith("file:")}
