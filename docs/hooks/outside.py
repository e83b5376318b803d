"""Takes what pages link to outside of docs/ into the site, so that no link leads out of it.

On the forge, pages link to the repository's other files as they lie there (`../SECURITY.md`).
Here a Markdown file becomes a page, and any other file one to download, below `repository/`; and so
it is with what these link to.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_LINK = re.compile(r"(`[^`\n]*`)|\]\((?![a-z]+:|#|/)([^)#\s]+)(#[^)\s]*)?\)")
"""Code, which is passed over, or a link to a file: its path and its anchor."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds every file that a page links to, and what that links to."""
    todo = [file.src_uri for file in files.documentation_pages()]
    known = {file.src_uri for file in files}
    while todo:
        uri = todo.pop()
        for path in _linked(uri, (_root(config) / _source(uri)).read_text("utf-8")):
            target = _uri(path)
            if target in known or not (_root(config) / path).is_file():
                continue  # what is not there is for MkDocs to tell
            known.add(target)
            content = (_root(config) / path).read_bytes()
            files.append(File.generated(config, target, content=content))
            _SOURCES[target] = path
            if target.endswith(".md"):
                todo.append(target)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Has links lead to where their files are in the site."""
    uri = page.file.src_uri

    def changed(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        target = _uri(_absolute(uri, found[2]))
        return f"]({os.path.relpath(target, posixpath.dirname(uri) or '.')}{found[3] or ''})"

    return _LINK.sub(changed, markdown)


_NO_PAGE = re.compile(r"(publisher|tests)/.*\.md$")
"""Templates and cases are Markdown, but pages of nothing."""
_SOURCES: dict[str, str] = {}
"""Where in the repository the files lie that were added, by their place in the site."""


def _root(config: MkDocsConfig) -> Path:
    return Path(config.docs_dir).parent


def _source(uri: str) -> str:
    """The path in the repository of a file of the site."""
    return _SOURCES.get(uri, f"docs/{uri}")


def _uri(path: str) -> str:
    """Its place in the site; no name begins with a dot, for MkDocs leaves those out."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    name = "repository/" + "/".join(part.lstrip(".") for part in path.split("/"))
    return f"{name}.txt" if _NO_PAGE.match(path) else name


def _absolute(uri: str, link: str) -> str:
    """The path in the repository that a link leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(_source(uri)), link))


def _linked(uri: str, text: str) -> list[str]:
    return [_absolute(uri, found[2]) for found in _LINK.finditer(text) if found[2]]
