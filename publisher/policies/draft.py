"""Reading the files of a draft into a policy, and every finding on the files as such."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from publisher.errors import DraftError, PublisherError
from publisher.policies.file_names import spelled, unix_lines, written_otherwise
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import NOTES, SIGNERS_FILE, Facts, Policy, notes_of, read_facts
from publisher.text.parsing import source_lines
from publisher.wording import language

LARGEST_SECTION = 1_000_000
"""Limit on the bytes of a section file, and of the other texts of a draft."""
FACTS_FILE = "policy.toml"
WHERE_TO_BEGIN = "publisher init FOLDER"
"""What begins a project …"""
FIRST_POLICY = "publisher init --policy privacy"
"""… and what begins a policy in it."""


def read_draft(
    policy_id: str, files: Mapping[str, bytes], folder: str
) -> tuple[Policy | None, list[Finding]]:
    """The policy in a draft folder, and everything that is wrong with its files.

    Args:
        policy_id: the policy's id.
        files: the bytes of each file, by its path inside the folder; line ends may be CRLF, as
            some checkouts have them, and are read as LF.
        folder: the folder's path, for messages.

    Returns:
        The policy (None where `policy.toml` does not read) and the findings on its files.
    """
    if FACTS_FILE not in files:
        remedy = f"add {folder}/{FACTS_FILE} with title, contact, sections and opt_out.effect"
        return None, [Finding(Severity.ERROR, folder, 0, "the folder has no policy.toml", remedy)]
    try:
        facts = read_facts(files[FACTS_FILE], f"{folder}/{FACTS_FILE}")
    except PublisherError as error:
        return None, [Finding.from_error(error)]
    reader = _DraftReader({name: unix_lines(data) for name, data in files.items()}, folder)
    policy = reader.policy(policy_id, facts)
    return policy, reader.findings


class _DraftReader:
    def __init__(self, files: Mapping[str, bytes], folder: str) -> None:
        self.files, self.folder = files, folder
        self.findings: list[Finding] = []

    def error(self, file: str, line: int, what: str, remedy: str) -> None:
        path = f"{self.folder}/{file}"
        self.findings.append(Finding(Severity.ERROR, path, line, what, remedy))

    def policy(self, policy_id: str, facts: Facts) -> Policy:
        texts: dict[str, str] = {}
        for name, times in Counter(facts.sections).items():
            line = self._named_at(name)
            if times > 1:
                self.error(FACTS_FILE, line, f"`{name}` is listed {times} times", "list it once")
            if not re.fullmatch(r"[\w-][\w.-]*\.md", unicodedata.normalize("NFC", name)):
                self.error(
                    FACTS_FILE,
                    line,
                    f"`{name}` is not a section file",
                    "name a .md file in the same folder",
                )
            elif other := self._otherwise(name):
                self._called_otherwise(name, other, line)
            elif name not in self.files:
                self.error(
                    FACTS_FILE,
                    line,
                    f"`{name}` is listed, but there is no such file",
                    f"add {self.folder}/{name}, or remove the name from `sections`",
                )
            else:
                texts[name] = self._text(name)
        tags = [tag for tag in facts.translations if self._is_other_language(tag, facts)]
        translations = {tag: self._translated(tag, facts) for tag in tags}
        notes = notes_of(self._notes(""), {tag: self._notes(f"{tag}/") for tag in tags})
        policy = Policy(policy_id, facts, texts, tuple(notes), translations, self._signers())
        known = {f"{tag}/{name}" for tag, files in translations.items() for name in files}
        known |= {other for each in facts.sections if (other := self._otherwise(each))}
        known |= {FACTS_FILE, SIGNERS_FILE, *facts.sections, *policy.note_files}
        self._strangers(known, facts.translations)
        return policy

    def _notes(self, folder: str) -> dict[str, str]:
        """The notes in a language, by name."""
        own = re.compile(rf"{re.escape(folder)}{NOTES}/([^/]+\.md)")
        found = {name: match[1] for name in sorted(self.files) if (match := own.fullmatch(name))}
        return {note: self._text(name) for name, note in found.items()}

    def _signers(self) -> str:
        if SIGNERS_FILE not in self.files:
            return ""
        text = self._text(SIGNERS_FILE)
        if not self.files[SIGNERS_FILE].strip():
            remedy = "name who may sign the next release, or remove the file"
            self.error(SIGNERS_FILE, 0, "the file is empty", remedy)
        return text

    def _is_other_language(self, tag: str, facts: Facts) -> bool:
        line = self._line_with(f"translations.{tag}")
        if language.locale(tag) is None:
            remedy = "use its tag, such as `de`, `pt-BR` or `zh-Hant`"
            self.error(FACTS_FILE, line, f"`translations.{tag}` is not a known language", remedy)
        elif tag == facts.language:
            remedy = "remove the table: the sections themselves are written in it"
            self.error(
                FACTS_FILE, line, f"`{tag}` is the language of the authoritative text", remedy
            )
        else:
            return True
        return False

    def _translated(self, tag: str, facts: Facts) -> dict[str, str]:
        """The section files of a translation; the review reports those that are missing."""
        names = [name for name in dict.fromkeys(facts.sections) if f"{tag}/{name}" in self.files]
        return {name: self._text(f"{tag}/{name}") for name in names}

    def _otherwise(self, name: str) -> str | None:
        """The file that is meant by a name under which there is none."""
        return None if name in self.files else written_otherwise(name, self.files)

    def _called_otherwise(self, name: str, file: str, line: int) -> None:
        same = unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", file)
        if not same:
            what = f"`{name}` is listed, and the file is called `{file}`"
            self.error(FACTS_FILE, line, what, f"list it as `{file}`")
        elif unicodedata.is_normalized("NFC", name):
            what = f"`{name}` is listed, and the file writes its accents as signs of their own"
            remedy = f"cd {self.folder} && git mv $'{spelled(file)}' $'{spelled(name)}'"
            self.error(FACTS_FILE, line, what, remedy)
        else:
            what = f"`{name}` is listed with accents as signs of their own: {spelled(name)}"
            self.error(FACTS_FILE, line, what, "type the name anew, or save the file in NFC")

    def _named_at(self, name: str) -> int:
        return self._line_with(f'"{name}"')

    def _line_with(self, words: str) -> int:
        lines = self.files[FACTS_FILE].decode().splitlines()
        return next((n for n, line in enumerate(lines, 1) if words in line), 0)

    def _strangers(self, known: set[str], languages: Collection[str]) -> None:
        for name in sorted(set(self.files) - known):
            self.error(name, 0, *self._strange(name, languages))

    def _strange(self, name: str, languages: Collection[str]) -> tuple[str, str]:
        """Why a file is none of the policy, and what helps."""
        folder, _, rest = name.partition("/")
        if not rest and name.endswith(".md"):
            return (
                "policy.toml does not list this file",
                "list it under `sections` in policy.toml, or remove the file",
            )
        note = re.fullmatch(rf"{NOTES}/([^/]+\.md)", rest)
        if language.locale(folder) and folder not in languages and (note or "/" not in rest):
            remedy = f"declare [translations.{folder}] in policy.toml, or remove the file"
            return f"policy.toml does not declare the translation `{folder}`", remedy
        if folder in languages and note:
            original = f"{self.folder}/{rest}"
            return (
                f"there is no note `{rest}` that it could translate",
                f"write {original}, give it the name of the note that it translates, or remove it",
            )
        if folder in languages and rest and "/" not in rest:
            remedy = "remove it, or give it the name of the file that it translates"
            return "translates a section that does not exist", remedy
        return "the file does not belong here", "move it out of the policy's folder"

    def _text(self, name: str) -> str:
        data = self.files[name]
        if len(data) > LARGEST_SECTION:
            section = name.endswith(".md")
            kind = "section" if section else "file"
            what = f"the {kind} has {len(data):,} bytes; the limit is {LARGEST_SECTION:,}"
            remedy = "split it into several sections" if section else "shorten it"
            self.error(name, 0, what, remedy)
            return ""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            at = data.count(b"\n", 0, error.start) + 1
            byte = data[error.start]
            self.error(name, at, f"byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8")
            return data.decode("utf-8", "replace")
        if text.startswith("\ufeff"):
            self.error(name, 1, "starts with a byte order mark", "save it as UTF-8 without BOM")
        for number, line in enumerate(source_lines(text), 1):
            if line.endswith(("\r\n", "\r")):
                remedy = "save it with Unix line ends (LF)"
                self.error(name, number, "a line ends with a carriage return", remedy)
                break
        for number, line in enumerate(source_lines(text), 1):
            if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", line.rstrip("\r\n")):
                code = f"U+{ord(found[0]):04X}"
                self.error(name, number, f"has the control character {code}", "remove it")
        return text


def draft_error(findings: Sequence[Finding]) -> DraftError:
    """The error for a draft that does not read: its first reason, and how many more there are."""
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    remedy = f"{first.remedy}; `publisher check` lists every finding"
    return DraftError(f"{first.what}{more}", where=first.where, remedy=remedy)
