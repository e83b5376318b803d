"""What the theme is handed, and what is taken from its templates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from publisher.edges.mkdocs.templates import Templates, as_html, corrected, without_tags
from publisher.edges.mkdocs.theme import scripts_apart
from publisher.policies.labels import CONTROL
from publisher.site.content_policy import POLICY_ELEMENT, POLICY_HEADER, policy_of_file

BASE = '<script>scope=new URL("{{ config.extra.scope | d(base_url) }}",location)</script>'


def rendered(source: str, **values: object) -> tuple[str, dict[str, str]]:
    """A page of a theme with this template, and the scripts that it names."""
    env = Environment(loader=DictLoader({"main.html": source}))
    env.filters["url"] = lambda path: f"../{path}"
    templates = Templates.of(env, policy=True)
    return env.get_template("main.html").render(**values), templates.scripts


def test_a_script_of_a_template_becomes_a_file() -> None:
    page, scripts = rendered("<p>a</p><script>var a = 1 < 2</script>")
    ((path, script),) = scripts.items()
    assert page == f'<p>a</p><script src="../{path}"></script>'
    assert script == "var a = 1 < 2"


def test_what_a_script_must_know_of_its_page_stands_beside_it() -> None:
    page, scripts = rendered(BASE, base_url='a"b', config={"extra": {}})
    ((path, script),) = scripts.items()
    assert page == f'<script src="../{path}" data-value1="a&#34;b"></script>'
    assert "{{" not in script
    assert ".value1,location)" in script
    other = rendered(BASE, base_url="../..", config={"extra": {}})[1]
    assert other == scripts, "it is the same file for pages of any depth"


@pytest.mark.parametrize(
    "source",
    [
        '<script src="x.js"></script>',
        '<script type="application/json">{"a": "{{ b }}"}</script>',
        "<script>{% if a %}b{% endif %}</script>",
        "<script>a({{ b }})</script>",
    ],
)
def test_other_scripts_stay_as_they_are(source: str) -> None:
    assert scripts_apart(source) == (source, {})


def test_a_script_that_no_page_needs_is_not_written() -> None:
    assert rendered("{% if 0 %}<script>a</script>{% endif %}") == ("", {})


def test_a_script_in_a_text_is_none_of_the_theme() -> None:
    page, scripts = rendered("{{ text }}", text="<script>a</script>")
    assert page == "<script>a</script>"
    assert scripts == {}


def test_each_page_has_the_policy_before_anything_is_fetched() -> None:
    page, _ = rendered('<head><meta charset="utf-8"><link rel="icon" href="x"></head>')
    assert page.startswith(f'<head><meta charset="utf-8">{POLICY_ELEMENT}<link')
    assert "script-src 'self';" in page
    assert "unsafe-inline" not in POLICY_HEADER.replace("style-src 'self' 'unsafe-inline'", "")


def test_a_page_in_one_file_names_its_script() -> None:
    # echo -n 'a()' | openssl dgst -sha256 -binary | base64
    assert "'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='" in policy_of_file(Markup("a()"))


@given(st.text())
def test_words_are_handed_over_once(words: str) -> None:
    env = Environment()
    html = as_html(words)
    plain = html.unescape()
    for template in ("{{ w }}", "{{ w | e }}", "{{ w | striptags | e }}", "{{ w | striptags }}"):
        env.filters["striptags"] = without_tags
        page = env.from_string(template).render(w=html)
        assert "<" not in page
        assert '"' not in page
        read = Markup(page).unescape()
        assert read == plain or "striptags" in template
    assert plain == CONTROL.sub(" ", words)


def test_joiners_and_marks_that_words_need_are_kept() -> None:
    assert as_html("می\u200cخواهم A\u00a0B \u200f") == "می\u200cخواهم A\u00a0B \u200f"
    assert as_html("a\nb\u202ec\x9b") == "a b c "


def test_names_and_attributes_are_mended_in_the_template() -> None:
    source = '<a tabindex="{{ tabindex }}"></a><input class="md-toggle" id="a" autocomplete="off">'
    assert "autocomplete" not in corrected(source)
    env = Environment()
    assert env.from_string(corrected(source)).render() == '<a></a><input class="md-toggle" id="a">'
    assert 'tabindex="0"' in env.from_string(corrected(source)).render(tabindex="0")
