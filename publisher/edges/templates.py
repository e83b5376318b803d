"""The files of the templates of letters: the program's, and the project's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from importlib import resources
from pathlib import Path

from publisher.edges.catalogs import OWN_WORDING
from publisher.edges.phrases import read_project_phrases
from publisher.edges.project import read_folder
from publisher.errors import ConfigurationError, TemplateError
from publisher.policies.finding import Finding, Severity
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Policy
from publisher.wording.templates import TEMPLATE_ENDING, TextTemplates


def read_templates(root: Path) -> TextTemplates:
    """The templates of all languages.

    Args:
        root: the project's folder, which may have templates of its own in `wording/`.

    Raises:
        TemplateError: one of the project's own is no text.
    """
    return TextTemplates(shipped_templates(), own_templates(root), OWN_WORDING)


def own_templates(root: Path) -> dict[str, str]:
    """The project's own templates, by file name.

    Args:
        root: the project's folder.

    Raises:
        TemplateError: one is no text.
    """
    return _texts(read_folder(root / OWN_WORDING))


def check_own_templates(
    root: Path, used: Collection[str], policy: Policy | None, organisation: Organisation
) -> list[Finding]:
    """What is wrong with a project's own templates; the program's are tested with it.

    Args:
        root: the project's folder.
        used: the languages of the policy that is checked.
        policy: its draft; None: it does not read.
        organisation: who writes.
    """
    from publisher.checks.template_findings import check_languages, check_templates

    try:
        templates = read_templates(root)
    except TemplateError as error:
        return [Finding.from_error(error)]
    found = list(
        check_languages(templates, used, f"policy/{policy.id}/policy.toml" if policy else "")
    )
    own = own_templates(root)
    if not own:
        return found
    found += check_templates(own, shipped_templates(), OWN_WORDING, used)
    if policy and not any(each.severity is Severity.ERROR for each in found):
        from publisher.answers.own_letters import check_own_letters
        from publisher.wording.template_trial import trial_faults

        if broken := [Finding.from_error(error) for error in trial_faults(templates, used)]:
            return list(dict.fromkeys([*found, *broken]))
        with suppress(ConfigurationError):  # a file of phrases is told of by itself
            phrases = partial(read_project_phrases, root)
            found += check_own_letters(templates, policy, organisation, phrases)
    return list(dict.fromkeys(found))


def shipped_templates() -> dict[str, str]:
    """The templates that come with the program, by file name."""
    folder = resources.files("publisher") / "assets" / "wording"
    return _texts({f.name: f.read_bytes() for f in folder.iterdir() if f.is_file()})


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    return {
        name: _text(name, data).replace("\r\n", "\n")
        for name, data in files.items()
        if name.endswith(TEMPLATE_ENDING) and "/" not in name and name != f"README{TEMPLATE_ENDING}"
    }


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateError(
            "is not UTF-8", where=f"{OWN_WORDING}/{name}:{line}", remedy="save it as UTF-8"
        ) from error
