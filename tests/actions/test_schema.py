"""`publisher schema`: samples fit, and what the reader refuses of a key the schema refuses too."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker

from publisher.cli import command_line
from publisher.errors import ConfigurationError
from publisher.policies.policy import read_facts
from publisher.policies.schema import SCHEMAS
from publisher.policies.settings import read_settings
from tests import ROOT
from tests.fixtures import house, houses
from tests.fixtures.founding import found, known_to_git
from tests.fixtures.some import some

READERS: dict[str, Callable[[bytes, str], Any]] = {
    "publisher.toml": read_settings,
    "policy.toml": read_facts,
}


@cache
def schema_of(file: str) -> dict[str, Any]:
    made = CliRunner().invoke(command_line, ["schema", file])
    assert made.exit_code == 0
    schema: dict[str, Any] = json.loads(made.output)
    Draft202012Validator.check_schema(schema)
    return schema


def as_json(value: Any) -> Any:
    """TOML as editors hold it against a schema: dates are text."""
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def faults(file: str, text: str) -> list[str]:
    validator = Draft202012Validator(schema_of(file), format_checker=FormatChecker())
    found = validator.iter_errors(as_json(tomllib.loads(text)))
    return [error.message for error in found]


def samples() -> Iterator[tuple[str, str, str]]:
    """Every whole sample: where it is, which file it is, and its text."""
    for path in some([ROOT / "publisher.toml", *sorted(ROOT.glob("policy/*/policy.toml")),
                      *sorted(ROOT.glob("tests/fixtures/**/policy.toml")),
                      *sorted(ROOT.glob("tests/fixtures/**/publisher.toml"))]):  # fmt: skip
        yield str(path.relative_to(ROOT)), path.name, path.read_text("utf-8")
    page = (ROOT / "docs/policy.md").read_text("utf-8")
    for name, text in re.findall(r"in `([a-z/.]+\.toml)`:\n\n```toml\n(.*?)```", page, re.DOTALL):
        yield f"docs/policy.md: {name}", Path(name).name, text
    yield "house", "publisher.toml", house.CONFIGURATION
    yield "house", "policy.toml", house.FACTS
    for carrier in ("spool", "smtp"):
        made = houses._CONFIGURATION.format(carrier=carrier, port=25)
        yield "houses", "publisher.toml", made


@pytest.mark.parametrize(("place", "file", "text"), list(samples()))
def test_every_sample_fits(place: str, file: str, text: str) -> None:
    READERS[file](text.encode(), file)
    assert faults(file, text) == []


def test_snippets_in_the_docs_have_only_keys_that_there_are() -> None:
    count = 0
    for path in some([ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]):
        fenced = re.findall(r"```toml\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
        indented = re.findall(r"(?m)(?:^ {4,}.*\n)+", path.read_text("utf-8"))
        for block in [*fenced, *indented]:
            found = re.search(r"(?m)^\s*\[(\w+)[\w.]*\]\s*$", block)
            file = next((f for f, (_, keys) in SCHEMAS.items() if found and any(
                key.startswith(f"{found[1]}.") for key in keys)), "")  # fmt: skip
            if not file:
                continue
            count += 1
            told = faults(file, re.sub(r"(?m)^ {4,6}", "", block))
            assert [one for one in told if "is a required property" not in one] == [], path
    assert count >= 3


def test_what_is_laid_down_fits_and_names_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_to_git(monkeypatch)
    made = found(tmp_path / "legal", "--language", "en", "--language", "de", "--profile", "p2b")
    for place in ("publisher.toml", "policy/privacy/policy.toml"):
        text = (made.root / place).read_text()
        assert faults(Path(place).name, text) == []
        named = re.match(r"#:schema (\S+)\n", text)
        assert named
        schema = ((made.root / place).parent / named[1]).read_text()
        assert json.loads(schema) == schema_of(Path(place).name)


def fault(file: str, old: str, new: str) -> str:
    whole = house.CONFIGURATION if file == "publisher.toml" else house.FACTS
    assert old in whole
    return whole.replace(old, new)


WRONG = [
    ("publisher.toml", 'name = "Example', 'nam = "Example'),
    ("publisher.toml", "[mail]", "[mial]"),
    ("publisher.toml", "[mail]", '[mail]\ncarrier = "pigeon"'),
    ("publisher.toml", "[mail]", "[mail]\nmargin_days = 31"),
    ("publisher.toml", "[mail]", "[mail.smtp]\nport = 0\n[mail]"),
    ("publisher.toml", "[mail]", "[mail.smtp]\nport = 65536\n[mail]"),
    ("publisher.toml", "[mail]", '[mail.smtp]\nsecurity = "ssl"\n[mail]'),
    ("publisher.toml", "2026-01-15", '"soon"'),
    ("publisher.toml", "[mail]", '[receiver]\ntrusted_proxies = "::1"\n[mail]'),
    ("policy.toml", 'title = "Privacy Policy"', ""),
    ("policy.toml", 'sections = ["use', 'sections = [1, "use'),
    ("policy.toml", "days = 30", 'days = "30"'),
    ("policy.toml", "days = 30", "days = -1"),
    ("policy.toml", "days = 30", 'without_record = "wait"'),
    ("policy.toml", "[opt_out]", "[optout]"),
    ("policy.toml", "effect =", 'choices = ["shout"]\neffect ='),
    ("policy.toml", "[opt_out]", '[translations.de]\ntitle = "D"\n\n[opt_out]'),
    ("policy.toml", "[opt_out]", "[retired]\nuse = 1\n\n[opt_out]"),
]


@pytest.mark.parametrize(("file", "old", "new"), WRONG)
def test_what_the_reader_refuses_of_a_key_the_schema_refuses(file: str, old: str, new: str) -> None:
    text = fault(file, old, new)
    with pytest.raises(ConfigurationError):
        READERS[file](text.encode(), file)
    assert faults(file, text) != []


def test_each_key_is_explained() -> None:
    def described(schema: dict[str, Any]) -> Iterator[str]:
        if "description" in schema:
            yield schema["description"]
        for each in schema.get("properties", {}).values():
            yield from described(each)

    for file, (_, keys) in SCHEMAS.items():
        whole = json.dumps(schema_of(file), ensure_ascii=False)
        assert len(some(list(described(schema_of(file))))) > 8
        assert whole.count('"description"') == len(keys)
        assert "](" not in whole


def test_another_file_has_none() -> None:
    told = CliRunner().invoke(command_line, ["schema", "release.toml"])
    assert told.exit_code == 2
    assert "name publisher.toml or policy.toml" in told.output
