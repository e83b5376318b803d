"""Files with words of one's own, laid down to be filled in: what stands in them already stays."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.wording.catalog_entries import forms_of, message_of
from publisher.wording.catalogs import CATALOG_ENDING, read_catalog
from publisher.wording.language import english_name
from publisher.wording.templates import TEMPLATE_ENDING, TemplateName, TextTemplates

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

_HEAD = """\
# {about}
# {rule}
# `publisher wording --language {tag}` adds what a later version of the program has more.
msgid ""
msgstr ""
"Language: {tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""


@dataclass(frozen=True, slots=True)
class LaidDownFile:
    """A file to be written."""

    name: str
    """Its name in the folder of the project's own words."""
    data: bytes
    added: int
    """How many entries or blocks it gets; none: it stays as it is."""
    is_new: bool


def catalog_to_fill(
    tag: str, template: bytes, own: bytes | None, shipped: bytes | None, place: str
) -> LaidDownFile:
    """A catalog of the project with an empty entry for each message that it does not have.

    Args:
        tag: of its language.
        template: the program's messages.
        own: the catalog as it stands, which is kept to the byte; None: there is none.
        shipped: the program's catalog of the language, whose words go on as long as an entry is
            empty, and stand in a comment; None: English does.
        place: its path, for messages.

    Raises:
        ConfigurationError: the catalog as it stands does not read.
    """
    name = tag + CATALOG_ENDING
    theirs = read_catalog(shipped, tag, name) if shipped else None
    head = b"" if own else _head(tag, bool(theirs)).encode()
    mine = read_catalog(own or head, tag, place)
    have = {(entry.context or "", message_of(entry)) for entry in mine if entry.id}
    missing = [
        entry
        for entry in read_catalog(template, "en", "messages.pot")
        if entry.id and (entry.context or "", message_of(entry)) not in have
    ]
    before = own or head
    if not missing:
        return LaidDownFile(name, before, 0, own is None)
    gap = b"\n" if before.endswith(b"\n") else b"\n\n"
    entries = _written(missing, mine, theirs)
    return LaidDownFile(name, before + gap + entries, len(missing), own is None)


def _head(tag: str, is_shipped: bool) -> str:
    from babel.messages.plurals import get_plural

    language = english_name(tag)
    rule = "An entry that is empty is shown in English."
    if is_shipped:
        rule = "An entry that is empty is shown as the program has it, which stands beside “Ours”."
    return _HEAD.format(
        about=f"Our own words around a policy, in {language}.",
        rule=rule,
        tag=tag,
        plurals=get_plural(tag.replace("-", "_")).plural_forms,
    )


def _written(missing: Iterable[Message], mine: Catalog, theirs: Catalog | None) -> bytes:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    made = Catalog(charset="utf-8", fuzzy=False)
    made.mime_headers = mine.mime_headers  # which say how many plural forms there are
    for entry in missing:
        many = not isinstance(entry.id, str)
        added = made.add(
            entry.id,
            ("",) * mine.num_plurals if many else "",
            context=entry.context,
            locations=entry.locations,
            auto_comments=list(_remarks(entry, theirs)),
        )
        assert added is not None
        added.flags.clear()
    file = io.BytesIO()
    write_po(file, made, width=0, omit_header=True, include_lineno=False)
    return file.getvalue().strip(b"\n") + b"\n"


def _remarks(entry: Message, theirs: Catalog | None) -> Iterator[str]:
    words = "".join(entry.id) if not isinstance(entry.id, str) else entry.id
    if found := dict.fromkeys(re.findall(r"\{\w+\}", words)):
        yield f"Filled in: {', '.join(found)}"
    ours = theirs.get(message_of(entry), entry.context) if theirs else None
    if ours is not None and (forms := dict.fromkeys(filter(None, forms_of(ours)))):
        yield f"Ours: {' | '.join(forms)}"


_BLOCK = re.compile(r"\{%-?\s*block\s+(\w+).*?\{%-?\s*endblock\b[^%]*%\}\n?", re.DOTALL)
_NAMED = re.compile(r"\{%-?\s*block\s+(\w+)")


def templates_to_fill(
    tag: str, shipped: Mapping[str, str], own: Mapping[str, str]
) -> Iterator[LaidDownFile]:
    """The templates of a project in a language that the program has none in.

    Each has an empty block, with what it is in English, for each that it does not have.

    Args:
        tag: of the language.
        shipped: the program's templates, by file name.
        own: the project's, which are kept.
    """
    templates = TextTemplates(shipped)
    for name in TemplateName:
        if not templates.has(name, tag):
            file = f"{name}.{tag}{TEMPLATE_ENDING}"
            yield _template_to_fill(file, templates.blank(name), own.get(file))


def _template_to_fill(name: str, blank: str, own: str | None) -> LaidDownFile:
    if own is None:
        return LaidDownFile(name, blank.encode(), len(_NAMED.findall(blank)), True)
    have = set(_NAMED.findall(own))
    added = [found[0] for found in _BLOCK.finditer(blank) if found[1] not in have]
    gap = "\n" if own.endswith("\n") else "\n\n"
    data = own + "".join(f"{gap}{block}" for block in added)
    return LaidDownFile(name, data.encode(), len(added), False)


def words_to_read(
    forms: Mapping[tuple[str, str, str], tuple[str, ...]],
    untranslated: Iterable[tuple[str, str]],
    templates: Mapping[str, str],
) -> str:
    """All words in a language as somebody reads them through.

    Args:
        forms: what each message is in that language, in each of its plural forms, by its context,
            its words and its plural, which may be empty.
        untranslated: context and words of those that nobody has translated.
        templates: those of letters, by file name.
    """
    lacking = set(untranslated)
    parts = []
    for (context, one, many), found in forms.items():
        head = " / ".join(filter(None, (one, many)))
        lines = [f"[{context}] {head}" if context else head, *(f"    {form}" for form in found)]
        if (context, one) in lacking:
            lines[1:] = ["    (not translated)"]
        parts.append("\n".join(lines))
    parts += [f"── {name} ──\n\n{text.strip()}" for name, text in templates.items()]
    return "\n\n".join(parts) + "\n"
