"""A draft that follows an import: it becomes the last release, where no work is lost by that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import tomlkit

from publisher.policies.draft import FACTS_FILE
from publisher.policies.policy import Facts, read_facts
from publisher.releases.releases import Releases


@dataclass(frozen=True)
class DraftFiles:
    """The files of a draft, by their path inside its folder."""

    files: Mapping[str, bytes]
    facts: Facts | None
    """What its `policy.toml` says; None: there is none yet."""

    @classmethod
    def read(cls, files: Mapping[str, bytes], folder: str) -> DraftFiles:
        """The files of a draft, with its facts.

        Args:
            files: by their path inside the folder.
            folder: its path, for messages.

        Raises:
            ConfigurationError: `policy.toml` does not read.
        """
        data = files.get(FACTS_FILE)
        facts = read_facts(data, f"{folder}/{FACTS_FILE}") if data is not None else None
        return cls(files, facts)

    def imported_facts(self, title: str, language: str) -> Facts:
        """What is known of every imported release beside its text: its title and its language.

        Args:
            title, language: for where there is no draft yet.
        """
        return Facts(
            title=self.facts.title if self.facts else title,
            language=self.facts.language if self.facts else language,
            contact="",
            remark="",
            sections=(),
            profile="promise",
            days=30,
            effect="",
        )

    def missing(self) -> tuple[str, ...]:
        """What `policy.toml` still has to say before the draft can be frozen."""
        contact, effect = (self.facts.contact, self.facts.effect) if self.facts else ("", "")
        return tuple(
            name for name, value in (("contact", contact), ("opt_out.effect", effect)) if not value
        )

    def following(self, releases: Releases) -> Mapping[str, bytes | None] | None:
        """What makes the draft equal to the last release.

        Args:
            releases: at least one.

        Returns:
            The files to write by their path, None for one to remove; or None if the draft has
            something that no release has, and so is left alone.
        """
        if not self._is_held_by(releases):
            return None
        policy = releases[-1].policy
        facts = _facts_file(self.files.get(FACTS_FILE), policy.facts)
        wanted: dict[str, bytes | None] = {n: t.encode() for n, t in policy.files.items()}
        wanted[FACTS_FILE] = facts
        wanted |= dict.fromkeys(set(self._sections()) - set(policy.files))
        return {name: data for name, data in wanted.items() if self.files.get(name) != data}

    def _sections(self) -> Mapping[str, bytes]:
        return {n: d for n, d in self.files.items() if n.endswith(".md") and "/" not in n}

    def _is_held_by(self, releases: Releases) -> bool:
        """Whether a release has each of its sections, and their order."""
        held = {item for release in releases for item in release.policy.files.items()}
        orders = {(), *(release.policy.facts.sections for release in releases)}
        known = self.facts is None or self.facts.sections in orders
        return known and all(
            (name, data.decode("utf-8", "replace")) in held
            for name, data in self._sections().items()
        )


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
