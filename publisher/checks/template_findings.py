"""Findings on a project's own templates of letters, forms and receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from publisher.errors import TemplateError
from publisher.policies.finding import Finding, Severity
from publisher.wording.templates import TEMPLATE_ENDING, TemplateName, TextTemplates


def check_templates(
    own: Mapping[str, str], shipped: Mapping[str, str], place: str, used: Collection[str]
) -> Iterator[Finding]:
    """What cannot be used, and which blocks are taken from the program's templates.

    Args:
        own: the project's templates, by file name.
        shipped: the program's.
        place: the folder of the project's, for messages.
        used: the languages of a policy: in another one, a template may be unfinished.
    """
    for file in own:
        yield from _of_one(file, own, shipped, place, used)


def check_languages(
    templates: TextTemplates, used: Collection[str], place: str
) -> Iterator[Finding]:
    """The languages of a policy that no letters can be written in.

    Args:
        templates: the project's and the program's.
        used: the languages of the policy.
        place: the file that says which they are.
    """
    for tag in used:
        lacking = [name for name in TemplateName if not templates.has(name, tag)]
        if lacking:
            called = "letter" if TemplateName.LETTER in lacking else f"template `{lacking[0]}`"
            what = (
                f"there is no {called} in `{tag}`, which a release that customers are told of needs"
            )
            yield Finding(Severity.CUE, place, 0, what, f"publisher wording --language {tag}")


def _of_one(
    file: str,
    own: Mapping[str, str],
    shipped: Mapping[str, str],
    place: str,
    used: Collection[str],
) -> Iterator[Finding]:
    path = f"{place}/{file}"
    name, _, tag = file.removesuffix(TEMPLATE_ENDING).partition(".")
    parents = TemplateName(name).parents if name in set(TemplateName) else ()
    beside = {f"{parent}.{tag}{TEMPLATE_ENDING}" for parent in parents} | {file}
    templates = TextTemplates(shipped, {n: own[n] for n in beside if n in own}, place)
    try:
        missing = [block for gap in templates.gaps() if gap.file == path for block in gap.blocks]
    except TemplateError as error:
        found = Finding.from_error(error)
        if found.place == path:
            unfinished = "lacks the block" in found.what and tag not in used
            severity = Severity.CUE if unfinished else Severity.ERROR
            yield Finding(severity, path, found.line, found.what, found.remedy)
        return
    if missing:
        named = ", ".join(f"`{block}`" for block in missing)
        several = "blocks" if len(missing) > 1 else "block"
        what = f"takes the {several} {named} from the program's template"
        remedy = "write them too, if they should be your own: docs/wording.md"
        yield Finding(Severity.CUE, path, 0, what, remedy)
