"""Redrafting: the draft becomes the last release that was imported, where no work is lost by it."""

from __future__ import annotations

from collections.abc import Mapping

import tomlkit

from publisher.edges.files import write_file
from publisher.edges.project import Project, read_folder
from publisher.policies.draft import FACTS_FILE
from publisher.policies.policy import Facts, read_facts
from publisher.releases.releases import Releases


class Draft:
    """The draft of the policy, which is to be the last release if no work is lost by that."""

    def __init__(self, project: Project, policy_id: str) -> None:
        """Reads it.

        Raises:
            ConfigurationError: `policy.toml` does not read.
        """
        self._folder = project.drafts / policy_id
        self._files: Mapping[str, bytes] = read_folder(self._folder)
        data = self._files.get(FACTS_FILE)
        name = f"{project.folder(policy_id)}/{FACTS_FILE}"
        self._facts = read_facts(data, name) if data is not None else None

    def facts(self, title: str, language: str) -> Facts:
        """What is known of every release beside its text: its title and its language.

        Args:
            title, language: for where there is no draft yet.
        """
        return Facts(
            title=self._facts.title if self._facts else title,
            language=self._facts.language if self._facts else language,
            contact="",
            remark="",
            sections=(),
            profile="promise",
            days=30,
            effect="",
        )

    def missing(self) -> tuple[str, ...]:
        """What `policy.toml` still has to say."""
        contact, effect = (self._facts.contact, self._facts.effect) if self._facts else ("", "")
        return tuple(
            name for name, value in (("contact", contact), ("opt_out.effect", effect)) if not value
        )

    def follow(self, releases: Releases) -> bool:
        """Makes the draft equal to the last release.

        Returns:
            False if the draft has something that no release has: then it is let alone.
        """
        if not self._nothing_of_its_own(releases):
            return False
        policy = releases[-1].policy
        for name, text in policy.files.items():
            self._write(name, text.encode())
        self._write(FACTS_FILE, _facts_file(self._files.get(FACTS_FILE), policy.facts))
        for name in set(self._sections()) - set(policy.files):
            (self._folder / name).unlink()
        return True

    def _sections(self) -> Mapping[str, bytes]:
        return {n: d for n, d in self._files.items() if n.endswith(".md") and "/" not in n}

    def _nothing_of_its_own(self, releases: Releases) -> bool:
        held = {item for release in releases for item in release.policy.files.items()}
        orders = {(), *(release.policy.facts.sections for release in releases)}
        known = self._facts is None or self._facts.sections in orders
        return known and all(
            (name, data.decode("utf-8", "replace")) in held
            for name, data in self._sections().items()
        )

    def _write(self, name: str, data: bytes) -> None:
        if self._files.get(name) != data:
            write_file(self._folder / name, data)


def _facts_file(old: bytes | None, facts: Facts) -> bytes:
    """`policy.toml` for the draft that is the last release: all else that it says stays."""
    document = tomlkit.parse((old or _facts_of(facts)).decode())
    sections = tomlkit.array()
    sections.extend(facts.sections)
    document["sections"] = sections.multiline(True)
    if facts.retired:
        document["retired"] = tomlkit.item(dict(facts.retired))
    elif "retired" in document:
        document.remove("retired")
    return (tomlkit.dumps(document).rstrip("\n") + "\n").encode()


def _facts_of(facts: Facts) -> bytes:
    """The least that a `policy.toml` says, with what a person must fill in."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Imported. A person fills in `contact` and `opt_out.effect`, and"))
    document.add(tomlkit.comment("looks at `language` and at what `notice` promises."))
    document.add("title", tomlkit.item(facts.title))
    document.add("language", tomlkit.item(facts.language))
    document.add("contact", tomlkit.item(""))
    document.add("sections", tomlkit.array())
    document.add("notice", tomlkit.item({"profile": facts.profile, "days": facts.days}))
    document.add("opt_out", tomlkit.item({"effect": ""}))
    return tomlkit.dumps(document).encode()
