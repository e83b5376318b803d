"""The letters and the words of the form that are sealed with a release: in every language of it, in
every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from publisher.errors import FreezeError, TemplateError
from publisher.letters.html_part import FILLED_IN, styled, subject_of
from publisher.letters.letter_duties import Omission, form_omissions, letter_omissions
from publisher.letters.letter_values import Announced, reply_link
from publisher.letters.stationery import Stationery
from publisher.policies.organisation import Organisation
from publisher.releases.announcement import Announcement
from publisher.releases.freezing import FreezePlan
from publisher.releases.release import Release
from publisher.releases.telling import LetterCase, LetterKind
from publisher.releases.told_changes import announced_changes
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text
from publisher.wording.catalogs import Catalogs
from publisher.wording.templates import TemplateName, TextTemplates

_TEMPLATES = {
    None: TemplateName.LETTER,
    LetterCase.AGAIN: TemplateName.AGAIN,
    LetterCase.SUPPLEMENT: TemplateName.SUPPLEMENT,
    LetterCase.POSTPONED: TemplateName.POSTPONED,
    LetterCase.REMINDER: TemplateName.REMINDER,
}


def with_letters(
    plan: FreezePlan, organisation: Organisation, templates: TextTemplates, catalogs: Catalogs
) -> Release:
    """The release of a plan with the letters that tell of it, and with the words of its form.

    Args:
        plan: the release, and what its letters have to tell; where nobody is told, it is given
            back as it is.
        organisation: who writes.
        templates, catalogs: what letters are made of.

    Raises:
        FreezeError: there is no template in one of its languages.
        TemplateError: a template of the project cannot be used; says file and line.
        RenderError: a letter would be so large that mail programs would cut it off.
    """
    if plan.announcement is None:
        return plan.release
    stationery = Stationery(organisation, templates, catalogs)
    return _Sealing(plan.release, plan.announcement, stationery).release_with_letters()


@dataclass(frozen=True)
class _Sealing:
    """A release that is given its letters."""

    release: Release
    announcement: Announcement
    stationery: Stationery

    @cached_property
    def announced(self) -> Mapping[str, Announced]:
        """What its letters have to tell, by language: compared once, whatever they are."""
        release, told, organisation = self.release, self.announcement, self.stationery.organisation
        languages, words = ("", *release.policy.translations), self.stationery.words
        changes = {tag: announced_changes(release, told, tag) for tag in languages}
        return {
            language: Announced(
                release, told, organisation, changes, words(self._tag(language)), language
            )
            for language in languages
        }

    def release_with_letters(self) -> Release:
        languages = ("", *self.release.policy.translations)
        self._refuse_lacking([self._tag(language) for language in languages])
        letters = {
            LetterKind(case, language): self._letter(case, language)
            for case in self.announcement.cases
            for language in languages
        }
        forms = {language: self._form(language) for language in languages}
        usual, form = letters.pop(LetterKind()), forms.pop("")
        digest = self.stationery.digest([self._tag(language) for language in languages])
        telling = replace(self.release.telling, letters=letters, forms=forms, wording=digest)
        return replace(self.release, notice=usual, opt_out=form, telling=telling)

    def _tag(self, language: str) -> str:
        return language or self.release.policy.facts.language

    def _refuse_lacking(self, tags: list[str]) -> None:
        if lacking := self.stationery.lacking(tags):
            name, tag = lacking
            called = _CALLED[name]
            raise FreezeError(
                f"there is no {called} in `{tag}`, and customers have to be told of this release",
                where=f"policy/{self.release.policy.id}/policy.toml",
                remedy=f"publisher wording --language {tag}",
            )

    def _letter(self, case: LetterCase | None, language: str) -> str:
        tag, templates = self._tag(language), self.stationery.templates
        values = self.announced[language].letter_values()
        if case in (LetterCase.POSTPONED, LetterCase.SUPPLEMENT, LetterCase.REMINDER):
            # Since the version that they know next to nothing changed: its letter is what they had.
            values["changes_link"] = values["redline_address"]
        # Other letters than the usual one may go to who opted out of a version before, and which
        # one applies to them follows from that.
        values["before_applies"] = case is None and values["before_applies"]
        text = composed_letter(_TEMPLATES[case], tag, templates, values)
        refuse_omissions(letter_omissions(text, values), _TEMPLATES[case], tag, templates)
        styled(text, tag, room=FILLED_IN)  # one too large to be read is refused before it is frozen
        return text

    def _form(self, language: str) -> str:
        tag, values = self._tag(language), self.announced[language].form_values()
        text, declaration = composed_form(tag, self.stationery.templates, values)
        found = form_omissions(text, declaration, values)
        refuse_omissions(found, TemplateName.OPT_OUT, tag, self.stationery.templates)
        return text


def composed_letter(
    name: TemplateName, tag: str, templates: TextTemplates, values: Mapping[str, object]
) -> str:
    """A letter about a release, with its fields, Markdown.

    Args:
        name, tag: which one, in which language.
        templates: what it is made of.
        values: what it may print, but for the link to answer with, which its subject is part of.

    Raises:
        TemplateError: a template of the project cannot be used; says file and line.
    """
    unlinked = {**values, "reply_link": ""}
    parts = {
        block: templates.compose(name, tag, unlinked, block) for block in ("subject", "declaration")
    }
    _require_heading(parts["subject"], name, tag, templates)
    reply = reply_link(subject_of(parts["subject"]), _words(parts["declaration"]))
    text = templates.compose(name, tag, {**values, "reply_link": reply})
    _require_heading(text, name, tag, templates)
    return text


def composed_form(
    tag: str, templates: TextTemplates, values: Mapping[str, object]
) -> tuple[str, str]:
    """The words above the form, and what is declared with it, Markdown.

    Args:
        tag, templates, values: as for `composed_letter`.

    Raises:
        TemplateError: as there.
    """
    text = templates.compose(TemplateName.OPT_OUT, tag, values)
    _require_heading(text, TemplateName.OPT_OUT, tag, templates)
    return text, templates.compose(TemplateName.OPT_OUT, tag, values, "declaration")


def refuse_omissions(
    found: Iterable[Omission], name: TemplateName, tag: str, templates: TextTemplates
) -> None:
    """Refuses a text that does not say what it has to.

    Args:
        found: what it lacks.
        name, tag: which one, in which language.
        templates: what it is made of.

    Raises:
        TemplateError: it lacks something; says all of it, and where the first has its place.
    """
    if lacking := list(found):
        raise TemplateError(
            f"the {_CALLED[name]} in `{tag}` lacks {'; '.join(each.what for each in lacking)}",
            where=templates.place(name, tag, *lacking[0].blocks),
            remedy=lacking[0].remedy,
        )


_CALLED = {
    TemplateName.LETTER: "letter",
    TemplateName.AGAIN: "letter to who opted out before",
    TemplateName.SUPPLEMENT: "letter that says what one before did not",
    TemplateName.POSTPONED: "letter that tells a later day",
    TemplateName.REMINDER: "letter that reminds of the last day to opt out",
    TemplateName.OPT_OUT: "wording of the form",
    TemplateName.RECEIPT: "receipt",
    TemplateName.LINK: "letter with a personal link",
}


def _words(text: str) -> str:
    return " ".join(as_plain_text(parse(text)).split())


def _require_heading(text: str, name: TemplateName, tag: str, templates: TextTemplates) -> None:
    """A text begins with its heading, which is the subject of the mail."""
    begin = text.partition("\n")[0]
    if not begin.startswith("# ") or not subject_of(text).strip():
        raise TemplateError(
            f"the {_CALLED[name]} in `{tag}` does not begin with a heading",
            where=templates.place(name, tag, "subject"),
            remedy="begin its block `subject` with `# `",
        )
