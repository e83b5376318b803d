"""Listing the words around a text in one language, for who reads them through."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.checks.wording_findings import wording_digest
from publisher.edges.catalogs import program_messages, require_language
from publisher.wording.catalogs import plurals_by_message
from publisher.wording.laid_down import words_to_read
from publisher.wording.language import english_name


def list_wording(workplace: Workplace, tag: str) -> str:
    """Every message in a language as it is shown, and the templates, with the digest of it all.

    Args:
        workplace: of which project.
        tag: of the language (BCP 47).

    Raises:
        ConfigurationError: no language has this tag, or a catalog of the project does not read.
        TemplateError: a template of the project is no text.
    """
    require_language(tag)
    words, messages = workplace.catalogs.words(tag), program_messages()
    plurals = plurals_by_message(messages)
    forms = {
        (context, one, many): words.every_form(context, one, many)
        for (context, one), many in plurals.items()
    }
    lacking = workplace.catalogs.untranslated(tag, plurals)
    digest = wording_digest(words, messages, workplace.templates.digest([tag]))
    head = f"{len(forms):,} messages in {english_name(tag)}; digest: {digest}"
    templates = dict(workplace.templates.texts(tag))
    return f"{head}\n\n{words_to_read(forms, lacking, templates)}"
