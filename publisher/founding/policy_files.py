"""The files of a policy that begins: its facts, its sections, its translations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tomlkit

from publisher.errors import ConfigurationError, NotFoundError
from publisher.founding.html_text import markdown_of_html
from publisher.founding.order import FoundedPolicy, FoundingOrder, SourceText
from publisher.founding.plain_text import markdown_of_plain_text
from publisher.founding.sectioning import SectionedText, anchored_alike, sectioned
from publisher.policies.anchoring import source_text
from publisher.policies.draft import FACTS_FILE
from publisher.policies.toml import Table, parse_toml
from publisher.releases.importing import MARKDOWN
from publisher.text.writing import settled, written, written_lines
from publisher.wording.language import english_name, name_in

HTML = (".html", ".htm", ".xhtml")
PLAIN = (".txt", ".text")
FACTS_SCHEMA = "../../.schemas/policy.schema.json"
"""Where a `policy.toml` has its schema, for editors."""
_ANY_POLICY = "policy"
"""The template of a policy that has none of its own."""


@dataclass(frozen=True)
class Beginnings:
    """What new policies begin with, as the program has it: templates of texts, and sentences."""

    files: Mapping[str, str]
    """`privacy.en.md`, `en.toml` …, by name."""

    def says(self, language: str, key: str) -> str:
        """A sentence beside a text; where nobody has written it in a language, a gap."""
        name = f"{language}.toml"
        if name in self.files:
            found: str = parse_toml(self.files[name].encode(), name)[key]
            return found
        english = parse_toml(self.files["en.toml"].encode(), "en.toml")[key]
        return f"[[In {english_name(language)}: {english}]]"

    def title(self, policy_id: str, language: str) -> str:
        """What a policy of this id is usually called; empty: there is no usual name."""
        name = f"{language}.toml"
        if name not in self.files:
            return ""
        return (
            Table(parse_toml(self.files[name].encode(), name), name)
            .mapping("titles")
            .get(policy_id, "")
        )

    def text(self, policy_id: str, language: str) -> str:
        """The template of a policy's text; in a language that it is not written in, gaps."""
        kind = policy_id if f"{policy_id}.en.md" in self.files else _ANY_POLICY
        own = self.files.get(f"{kind}.{language}.md")
        if own is not None:
            return own
        gap = f"[[In {english_name(language)}: this heading, and the text below it]]"
        headings = re.findall(r"(?m)^## .*$", self.files[f"{kind}.en.md"])
        return "\n\n".join(f"{heading}\n\n{gap}" for heading in headings) + "\n"


def policy_files(
    order: FoundingOrder, policy: FoundedPolicy, begun: Beginnings
) -> dict[str, bytes]:
    """The files of a policy by their path in its folder; none where its past is imported.

    Raises:
        ConfigurationError: nobody says what it is called, or a translation is not one.
        NotFoundError: a file is of a kind that is not read, or has no text.
    """
    if policy.past:
        return {}
    original, *others = order.languages
    text = _text(order, policy, original, begun)
    title = _title(policy, original, text, begun)
    cut = sectioned(text, title)
    if not cut.files or not "".join(cut.files.values()).strip():
        raise NotFoundError("there is no text in it", where=_name(policy, original))
    files = {name: part.encode() for name, part in cut.files.items()}
    document = _facts(order, title, list(cut.files), begun)
    for language in others:
        own = _translated(order, policy, language, cut, begun)
        files |= {f"{language}/{name}": part.encode() for name, part in own.files.items()}
        _add_translation(
            document, language, _title(policy, language, own.title, begun), order, begun
        )
    head = f"#:schema {FACTS_SCHEMA}\n"
    return {FACTS_FILE: (head + tomlkit.dumps(document)).encode(), **files}


def completed_facts(data: bytes, order: FoundingOrder, begun: Beginnings) -> bytes:
    """A `policy.toml` that an import made, with what it left open; what it says stays.

    Args:
        data: the file.
        order: what the repository begins with.
        begun: what the program has.
    """
    document = tomlkit.parse(data.decode())
    language = str(document.get("language", order.languages[0]))
    if not document.get("contact"):
        document["contact"] = order.contact
    opt_out = document.setdefault("opt_out", tomlkit.table())
    if not opt_out.get("effect"):
        opt_out["effect"] = begun.says(language, "effect")
        notice = document.setdefault("notice", tomlkit.table())
        notice["profile"], notice["days"] = order.profile, order.days
    return tomlkit.dumps(document).encode()


def _name(policy: FoundedPolicy, language: str) -> str:
    source = policy.texts.get(language)
    return source.name if source else f"the template of {policy.id}"


def _text(order: FoundingOrder, policy: FoundedPolicy, language: str, begun: Beginnings) -> str:
    """Markdown of a policy in a language."""
    if source := policy.texts.get(language):
        return _markdown(source)
    if policy.texts:
        raise ConfigurationError(
            f"`{policy.id}` has no text in {english_name(language)}",
            where=f"--language {language}",
            remedy=f"name it: --text {policy.id}:{language} FILE; or leave the language out, "
            "and add the translation later",
        )
    return _filled(begun.text(policy.id, language), order, begun.says(language, "effect"))


def _markdown(source: SourceText) -> str:
    name = source.name.lower()
    if name.endswith(HTML):
        return markdown_of_html(source.data)
    if not name.endswith((*MARKDOWN, *PLAIN)):
        raise NotFoundError(
            "is neither Markdown nor HTML nor plain text",
            where=source.name,
            remedy="save it as one of these: FILE.md, FILE.html or FILE.txt",
        )
    try:
        text = source_text(source.data)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        remedy = f"iconv -f WINDOWS-1252 -t UTF-8 {source.name} -o FILE, with its own encoding"
        raise NotFoundError("is not UTF-8", where=f"{source.name}:{line}", remedy=remedy) from None
    except ValueError as error:
        raise NotFoundError(str(error), where=source.name) from None
    return markdown_of_plain_text(text) if name.endswith(PLAIN) else text


def _title(policy: FoundedPolicy, language: str, text: str, begun: Beginnings) -> str:
    """What a policy is called in a language.

    Args:
        policy, language, begun: which, and what the program has.
        text: Markdown whose heading may say it.
    """
    said = policy.titles.get(language)
    found = said or sectioned(text).title or begun.title(policy.id, language)
    if not found:
        named = f"{policy.id}:{language}"
        raise ConfigurationError(
            f"nothing says what `{policy.id}` is called in {english_name(language)}",
            remedy=f'say it: --title {named} "Acceptable Use Policy"',
        )
    return " ".join(found.split())


def _translated(
    order: FoundingOrder,
    policy: FoundedPolicy,
    language: str,
    cut: SectionedText,
    begun: Beginnings,
) -> SectionedText:
    text = _text(order, policy, language, begun)
    found = anchored_alike(text, cut)
    if found is None:
        own = sectioned(text)
        raise ConfigurationError(
            f"has {_counted(own)}, and the text that it translates {_counted(cut)}",
            where=_name(policy, language),
            remedy="give both the same headings, in the same order and on the same levels",
        )
    return found


def _counted(text: SectionedText) -> str:
    levels = " ".join(map(str, text.outline))
    return f"{len(text.outline)} headings (levels {levels})"


def _filled(text: str, order: FoundingOrder, effect: str) -> str:
    """A template with what the order says."""
    values = {
        "name": written(order.name),
        "address": written_lines(tuple(order.address.splitlines())),
        "contact": order.contact,
        "days": str(order.days),
        "effect": written(effect) if "[[" not in effect else effect,
    }
    return settled(re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text))


# ── policy.toml ──────────────────────────────────────────────────────────────────────────────────


def _facts(
    order: FoundingOrder, title: str, sections: Sequence[str], begun: Beginnings
) -> tomlkit.TOMLDocument:
    language = order.languages[0]
    document = tomlkit.document()
    document["title"] = title
    document["language"] = language
    document["contact"] = order.contact
    listed = tomlkit.array()
    listed.extend(sections)
    document["sections"] = listed.multiline(True)
    document["notice"] = tomlkit.item({"profile": order.profile, "days": order.days})
    opt_out = tomlkit.item({"effect": begun.says(language, "effect")})
    opt_out.add(tomlkit.comment('choices = ["accept", "end the contract", "question"]'))
    document["opt_out"] = opt_out
    return document


def _add_translation(
    document: tomlkit.TOMLDocument,
    language: str,
    title: str,
    order: FoundingOrder,
    begun: Beginnings,
) -> None:
    original = name_in(order.languages[0], language)
    said = {
        "title": title,
        "precedence": begun.says(language, "precedence").replace("{language}", original),
        "lagging": begun.says(language, "lagging"),
        "effect": begun.says(language, "effect"),
    }
    tables = document.setdefault("translations", tomlkit.table(is_super_table=True))
    tables[language] = tomlkit.item(said)
