"""Findings on what a project's own letters and forms say, before there is a release to tell of.

Each is composed with sample values and looked at as a freeze looks at the real one; and the words
that it asks customers to answer with are read as their answer would be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from publisher.answers.mail_meaning import reading
from publisher.answers.mentions import About
from publisher.answers.phrases import Phrases
from publisher.errors import TemplateError
from publisher.letters.design import LetterDesign, button_places, lone_links, plain_part
from publisher.letters.fields import LETTER_FIELDS, SEAL, PersonalLinks, field_values, fill
from publisher.letters.html_part import subject_of
from publisher.letters.letter_duties import form_omissions, letter_omissions
from publisher.letters.sealing import composed_form, composed_letter, refuse_omissions
from publisher.mail.original import Sent
from publisher.policies.finding import Finding, Severity
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Policy
from publisher.text.clauses import Clause
from publisher.text.parsing import parse
from publisher.text.writing import Markdown
from publisher.wording.templates import TemplateName, TextTemplates

_ANSWER = "answer@reply.invalid"
_LINKS = PersonalLinks("https://form.invalid/", _ANSWER, "https://changes.invalid/")
_VERSION = "2"


def check_own_letters(
    templates: TextTemplates,
    policy: Policy,
    organisation: Organisation,
    phrases: Callable[[], Phrases],
) -> Iterator[Finding]:
    """What a project's own letters and forms do not say, or ask for in vain.

    Args:
        templates: the project's and the program's.
        policy: the draft, of whose languages they have to be.
        organisation: who writes.
        phrases: reads the sentences that opt out; not called where no own words ask for one.
    """
    languages = _with_kinds((policy.facts.language, *policy.translations))
    wanted = dict.fromkeys(
        (name, tag)
        for own, tag, _ in templates.own_files()
        for name in TemplateName
        if (own in name.parents and TemplateName.LETTER in name.parents) or name is own is _FORM
    )
    told = set[tuple[str, str]]()
    cues = set[Finding]()
    for name, tag in wanted:
        looked = _Look(templates, name, tag, policy, organisation)
        try:
            looked.at(phrases)
            cues |= looked.dropped()
        except TemplateError as error:
            # What cannot be composed at all is told of its file; and one slip in the usual letter
            # shows in all others.
            if "lacks the block" not in error.what and (error.where, error.remedy) not in told:
                told.add((error.where, error.remedy))
                found = Finding.from_error(error)
                yield found if tag in languages else replace(found, severity=Severity.CUE)
    yield from cues


_FORM = TemplateName.OPT_OUT
_SAYS = {
    TemplateName.AGAIN: ("already",),
    TemplateName.POSTPONED: ("opening",),
    TemplateName.SUPPLEMENT: ("opening", "summary"),
    TemplateName.REMINDER: ("opening",),
}
"""What letters to few are there for, by block."""


def _with_kinds(tags: Collection[str]) -> set[str]:
    """Languages, and those that they are kinds of."""
    found = set(tags)
    for tag in tags:
        parts = tag.split("-")
        found |= {"-".join(parts[:end]) for end in range(1, len(parts))}
    return found


@dataclass(frozen=True)
class _Look:
    """One text of a project's own, composed with sample values."""

    templates: TextTemplates
    name: TemplateName
    tag: str
    policy: Policy
    organisation: Organisation

    def at(self, phrases: Callable[[], Phrases]) -> None:
        """Raises TemplateError: it lacks something, or asks for words that are not understood."""
        name, tag, templates, values = self.name, self.tag, self.templates, self._values()
        if name is _FORM:
            text, declaration = composed_form(tag, templates, values)
            found = form_omissions(text, declaration, values)
            return refuse_omissions(found, name, tag, templates)
        self._refuse_silent(values)
        text = composed_letter(name, tag, templates, values)
        refuse_omissions(letter_omissions(text, values), name, tag, templates)
        own = templates.own_text(name, tag)
        if "declaration" in own or "mailto" in own:
            self._refuse_vain_words(fill(text, field_values("Anna Example", _LINKS)), phrases())
        return None

    def _refuse_silent(self, values: Mapping[str, object]) -> None:
        """A letter to few says what it is there for."""
        name, tag, templates = self.name, self.tag, self.templates
        dropped = templates.dropped(name, tag)
        for block in _SAYS.get(name, ()):
            if not templates.compose(name, tag, values, block).strip():
                raise TemplateError(
                    f"the block `{block}` of `{name}` is empty, so that letter says nothing of its "
                    "own",
                    where=templates.place(name, tag, block),
                    remedy="write it, or remove the block if the program has one in this language",
                )
            if block in dropped:
                raise TemplateError(
                    f"the block `{block}` of `{name}` stands nowhere in it, so that letter "
                    "says nothing of its own",
                    where=templates.place(name, tag),
                    remedy=f"write {{{{ self.{block}() }}}} into the block `letter`; other "
                    "letters have nothing there",
                )

    def dropped(self) -> set[Finding]:
        """Which blocks stand nowhere in the usual letter, or in the form."""
        if self.name in _SAYS:
            return set()
        links = set() if self.name is _FORM else self._late_links()
        blocks = self.templates.dropped(self.name, self.tag)
        if not blocks:
            return links
        named = ", ".join(f"`{block}`" for block in blocks)
        what = f"leaves out {named}: what is said there is in no place of the {self.name}"
        remedy = f"write {{{{ self.{blocks[0]}() }}}} where it should stand, if it should"
        error = TemplateError(what, where=self.templates.place(self.name, self.tag), remedy=remedy)
        return {*links, replace(Finding.from_error(error), severity=Severity.CUE)}

    def _late_links(self) -> set[Finding]:
        """What was meant as a button, and stands where there are none."""
        text = composed_letter(self.name, self.tag, self.templates, self._values())
        clauses = parse(fill(text, field_values("Anna Example", _LINKS)))
        late = set(lone_links(clauses)) - set(button_places(clauses))
        place = self.templates.place(self.name, self.tag)
        return {
            Finding(
                Severity.CUE,
                place.partition(":")[0],
                0,
                f"“{clauses[each].text.strip()}” is a link and no button, for it stands behind a "
                "heading",
                "buttons stand before the first `## `; docs/wording.md",
            )
            for each in late
            if any(
                _LINKS.form in link or _LINKS.changes in link for link in _targets(clauses[each])
            )
        }

    def _refuse_vain_words(self, letter: str, phrases: Phrases) -> None:
        """Whoever answers as the letter asks has opted out."""
        for words in _asked_for(letter):
            if not self._is_understood(words, letter, phrases):
                raise TemplateError(
                    f"the letter in `{self.tag}` asks customers to answer with “{words}”, which "
                    "is not understood as an opt-out",
                    where=self.templates.place(self.name, self.tag, "declaration"),
                    remedy="write words that are understood, or add them to wording/declarations/"
                    f'{self.tag.partition("-")[0]}.toml: declarations = ["{words}"] '
                    "(docs/wording.md)",
                )

    def _is_understood(self, words: str, letter: str, phrases: Phrases) -> bool:
        facts, organisation = self.policy.facts, self.organisation
        subject = subject_of(letter)
        addresses = (organisation.sender, _ANSWER, organisation.reply, facts.contact)
        plain = plain_part(letter, LetterDesign.BUTTONS)
        sent = Sent(subject, plain, organisation.name, addresses)
        titles = (facts.title, *(each.title for each in facts.translations.values()))
        about = About(
            titles=titles,
            versions=(_VERSION,),
            organisation=organisation.name,
            customer="sample",
            name="Anna Example",
            address="customer@customer.example",
        )
        return reading(f"Re: {subject}", [words], sent, about, phrases).declares

    def _values(self) -> Mapping[str, object]:
        """A value for each name; its words stand in no letter by chance."""
        facts = self.policy.facts
        names = self.templates.values(self.name)
        said = {name: Markdown(f"{name.replace('_', '-')}-5e5e") for name in names}
        fields = {name: Markdown(f"{{{{{name}}}}}") for name in (*LETTER_FIELDS, SEAL)}
        translation = facts.translations.get(self.tag)
        links = {
            name: Markdown(f"https://{name.removesuffix('_address')}.invalid/")
            for name in names
            if name.endswith("_address")
        }
        section = {"title": "Section", "what": "amended"}
        return {
            **said,
            **links,
            **fields,
            "organisation": self.organisation.name,
            "title": translation.title if translation else facts.title,
            "version": _VERSION,
            "before": "1",
            "before_applies": True,
            "precedence": said["precedence"] if translation else "",
            "changes": ({"sections": (section,), "reason": Markdown("Reason.")},),
        }


def _targets(clause: Clause) -> Iterator[str]:
    """Where the links of a clause lead."""
    for runs in clause.cells:
        yield from (mark.value for run in runs for mark in run.marks if mark.kind == "link")


def _asked_for(letter: str) -> Iterator[str]:
    """The words that the links to answer with fill in (RFC 6068)."""
    for clause in parse(letter):
        for link in _targets(clause):
            parts = urlsplit(link)
            if parts.scheme == "mailto" and parts.path == _ANSWER:
                # A plus is a plus in such an address, and no space.
                query = parse_qs(parts.query.replace("+", "%2B"))
                yield from query.get("body", [])
