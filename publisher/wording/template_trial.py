"""Trying the templates that a project has of its own, before anybody is sent what they say.

A receipt is made on the day on which somebody declares something: by then nobody can mend it. So
each template is filled in with sample values, in every state that it tells apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from publisher.errors import TemplateError
from publisher.text.writing import Markdown
from publisher.wording.templates import TemplateName, TextTemplates

_SECTION = {"title": "Section", "what": "amended"}
_MANY: Mapping[str, object] = {
    "changes": ({"sections": (_SECTION, _SECTION), "reason": Markdown("Reason.")},),
    "earlier": ("declared before",),
    "wrote": ("My name is misspelt.",),
    "forms": ({"title": "Policy", "version": "2", "link": Markdown("https://example.org/")},),
    "said": ("We corrected it.",),
}
"""Values that are more than one thing."""


def trial_faults(templates: TextTemplates, tags: Collection[str]) -> Iterator[TemplateError]:
    """What keeps a project's own templates from being used, the first mistake of each text.

    Args:
        templates: the project's and the program's.
        tags: the languages of which its own are tried.
    """
    own = {(name, tag) for name, tag, _ in templates.own_files()}
    told = set[tuple[str, str]]()
    for name in TemplateName:
        for tag in dict.fromkeys(templates.language(name, each) or each for each in tags):
            if not any((parent, tag) in own for parent in name.parents):
                continue
            try:
                _try(templates, name, tag)
            except TemplateError as error:
                # One slip in the usual letter shows in all others.
                if (error.where, error.what) not in told:
                    told.add((error.where, error.what))
                    yield error


def _try(templates: TextTemplates, name: TemplateName, tag: str) -> None:
    """Raises TemplateError: a text cannot be made, or would have no subject."""
    for values in _states(templates, name):
        text = templates.compose(name, tag, values)
        if not text.startswith("# "):
            raise TemplateError(
                f"does not begin with a heading, which is its subject: it begins with "
                f"“{text.partition(chr(10))[0][:40]}”",
                where=templates.place(name, tag, "subject"),
                remedy="begin its block `subject` with `# `",
            )


def _states(templates: TextTemplates, name: TemplateName) -> Iterator[Mapping[str, object]]:
    """Values in every state: each that is true or not, and those that may be empty all or none."""
    remarks = templates.remarks(name)
    flags = [value for value, remark in remarks.items() if remark.startswith("whether ")]
    empty = [value for value, remark in remarks.items() if "empty" in remark]
    said: dict[str, object] = {value: f"the {value.replace('_', ' ')}" for value in remarks}
    said |= {value: many for value, many in _MANY.items() if value in remarks}
    nothing = {value: () if value in _MANY else "" for value in (*empty, *_MANY.keys() & said)}
    for full, *states in product((True, False), repeat=len(flags) + 1):
        yield {**said, **dict(zip(flags, states, strict=True)), **({} if full else nothing)}
