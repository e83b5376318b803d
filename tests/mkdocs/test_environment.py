"""What loads the theme's templates: the same as MkDocs', in less time."""

from __future__ import annotations

import pytest
from jinja2 import Environment
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from publisher.edges.mkdocs.environment import quicken
from tests import ROOT


def config() -> MkDocsConfig:
    return load_config(str(ROOT / "mkdocs.yml"))


def copied(found: MkDocsConfig) -> list[str]:
    """The files of the theme that a build copies."""
    files = Files([])
    files.add_files_from_theme(found.theme.get_env(), found)
    return [file.src_uri for file in files]


def test_it_copies_what_mkdocs_would() -> None:
    usual, quick = config(), config()
    quicken(quick.theme)
    assert copied(quick) == copied(usual)
    assert copied(usual)


def test_a_template_is_compiled_once_a_process_until_its_text_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, compiled = config(), list[str]()
    quicken(found.theme)
    first = found.theme.get_env().get_template("base.html")
    usual = Environment.compile

    def watched(self: Environment, source: str, name: str, *more: object) -> object:
        compiled.append(name)
        return usual(self, source, name, *more)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", watched)
    again = found.theme.get_env().get_template("base.html")
    assert (compiled, again.root_render_func.__code__) == ([], first.root_render_func.__code__)
    env = found.theme.get_env()
    read = env.loader.get_source  # type: ignore[union-attr]

    def altered(environment: Environment, name: str) -> object:
        text, path, fresh = read(environment, name)
        return f"{text}<!-- -->", path, fresh

    monkeypatch.setattr(env.loader, "get_source", altered)
    env.get_template("base.html")
    assert compiled == ["base.html"]
