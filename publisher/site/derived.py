"""What is made of releases alone: texts and redlines as HTML, JSON, Markdown.

A release never changes, so nothing of it has to be made twice. Each thing here follows from one
release, or from two that follow one another, and is kept under all that decides about it; what
depends on the day, or on what came later, is put around it by `pages`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from markupsafe import Markup

from publisher.compare.amendment import Amendment, amend
from publisher.compare.clause_names import ClauseNames, first_names, names_from_json, next_names
from publisher.compare.clause_names import names_as_json as naming_json
from publisher.exchange.akoma_ntoso import akoma_ntoso
from publisher.exchange.diff_json import diff_json
from publisher.markup.html import Fragment, Heading
from publisher.markup.redline import redline
from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.reports.pull_request import markdown_report
from publisher.site import catalogue, feeds, page_parts
from publisher.site.change_summary import Abstract, abstract, titles
from publisher.site.comparable import FORMAT, written
from publisher.site.languages import Rendition

Keep = Callable[[Sequence[str], Callable[[], bytes]], bytes]
"""Has what follows from some texts from an earlier time, or makes it."""

WHOLE = 1 << 62
"""Letters that `changes.md` may have: no host sets a limit."""
MOST = 100
"""Links to so many clauses of the past lead to one place without a script; those gone last."""
DIGITS = 16
"""Of the digest that tells what is in a file."""


def make(parts: Sequence[str], how: Callable[[], bytes]) -> bytes:
    """A `Keep` that keeps nothing."""
    return how()


@dataclass
class Makings:
    """What is made of the releases of one policy."""

    releases: Releases
    organisation: str
    site: Addresses
    """Addresses with the site's own in front."""
    keep: Keep = make
    _held: dict[Number, Mapping[str, bytes]] = field(default_factory=dict)
    _compared: dict[Number, Amendment] = field(default_factory=dict)
    _named: dict[Number, ClauseNames] = field(default_factory=dict)

    # ── of one release, and of what it changes ───────────────────────────────────────────────────

    def text(self, release: Release) -> Fragment:
        """The text for the page of its version."""
        return _decoded(self._made(release)["text"])

    def names(self, release: Release) -> tuple[str, ...]:
        """The permanent names of the clauses of its text, in order."""
        return tuple(json.loads(self._made(release)["names"]))

    def text_json(self, release: Release) -> bytes:
        """`policy.json`."""
        return self._made(release)["policy.json"]

    def text_akoma_ntoso(self, release: Release) -> bytes:
        """`policy.akn.xml`."""
        return self._made(release)["policy.akn.xml"]

    def comparable(self, release: Release) -> bytes:
        """The text as a browser compares it with any other; see `comparable`."""
        return self._made(release)["comparable"]

    def comparable_name(self, release: Release) -> str:
        """The name of the file with that, which tells what is in it, so that none is mistaken."""
        digest = hashlib.sha256(f"{FORMAT} {self._past[release.number]}".encode())
        return f"{release.number}-{digest.hexdigest()[:DIGITS]}.json"

    def changed(self, release: Release) -> Fragment:
        """The list of the changes with their reasons, and the redline with its views."""
        return _decoded(self._made(release)["changed"])

    def changes_json(self, release: Release) -> bytes:
        """`changes.json`."""
        return self._made(release)["changes.json"]

    def changes_markdown(self, release: Release) -> bytes:
        """`changes.md`."""
        return self._made(release)["changes.md"]

    def _made(self, release: Release) -> Mapping[str, bytes]:
        """All of these by name: made together, while both texts are at hand, and kept as one."""
        if release.number not in self._held:
            parts = [self._past[release.number], self.organisation, self.site.root, self._title]
            data = self.keep(["release", *parts], lambda: _packed(self._make(release)))
            self._held = {release.number: _unpacked(data)}
        return self._held[release.number]

    def _make(self, release: Release) -> dict[str, bytes]:
        policy, naming = release.policy, self.naming(release)
        names = naming.names
        made = {
            "names": json.dumps(names).encode(),
            "text": _encoded(page_parts.text_of(policy, names=names)),
            "comparable": written(policy.document, naming),
            "policy.json": catalogue.text(release, self.organisation, self.site),
            "policy.akn.xml": self._akoma_ntoso(release, names),
        }
        before, found = self.releases.predecessor(release), self.amendment(release)
        if before is None or found is None:
            return made
        versions = [f"version {r.number}" for r in (before, release)]
        title = f"{self._title}: {' → '.join(versions)}"
        return made | {
            "changed": _encoded(_redline(found, versions, policy, policy.facts.language)),
            "changes.json": diff_json(found, *versions).encode(),
            "changes.md": markdown_report(found, title, policy.notes, longest=WHOLE).encode(),
        }

    def _akoma_ntoso(self, release: Release, names: Sequence[str]) -> bytes:
        address = self.site.release(release.number)
        return akoma_ntoso(release, self.releases[0], self.organisation, address, names)

    @property
    def _title(self) -> str:
        return self.releases[-1].policy.facts.title

    # ── of it alone, for one page ────────────────────────────────────────────────────────────────

    def text_in_force(self, release: Release, stories: str) -> Fragment:
        """The text for the page that stays: links to clauses of the past lead to what came of them.

        Args:
            release: the one in force.
            stories: address of the page with the history of each section.
        """

        def how() -> bytes:
            naming = self.naming(release)
            text = page_parts.text_of(release.policy, stories, naming.names, _former(naming))
            return _encoded(text)

        return _decoded(self.keep(["in force", self._past[release.number], stories], how))

    def titles(self, release: Release) -> dict[str, str]:
        """Its sections that readers see, in order: name and title."""

        def how() -> bytes:
            return json.dumps(titles(release.policy.document)).encode()

        found: dict[str, str] = json.loads(self.keep(["titles", release.identity], how))
        return found

    # ── of its translations ──────────────────────────────────────────────────────────────────────

    def translation(self, rendition: Rendition) -> Fragment:
        """The text of a translation for its page, with labels wherever it is not up to date."""
        release = rendition.release

        def how() -> bytes:
            return _encoded(rendition.text())

        parts = ["translation", release.identity, rendition.language, rendition.at.root]
        return _decoded(self.keep(parts, how))

    def translation_json(self, release: Release, language: str) -> bytes:
        """`policy.LANGUAGE.json`."""

        def how() -> bytes:
            return catalogue.translation(release, language, self.organisation, self.site)

        parts = ["translation.json", release.identity, language]
        return self.keep([*parts, self.organisation, self.site.root], how)

    def retranslated(self, release: Release, language: str) -> Fragment:
        """As `changed`, of a translation that the version before has as well."""
        before = self.releases.predecessor(release)
        assert before

        def how() -> bytes:
            old, new = (r.policy.in_language(language).document for r in (before, release))
            versions = [f"version {r.number}" for r in (before, release)]
            return _encoded(_redline(amend(old, new), versions, release.policy, language))

        parts = ["retranslated", before.identity, release.identity, language]
        return _decoded(self.keep(parts, how))

    # ── the names of its clauses ─────────────────────────────────────────────────────────────────

    def naming(self, release: Release) -> ClauseNames:
        """The permanent names of its clauses, and what is known of those that are gone.

        That grows with the past, so it is kept of few: of the releases that readers come to first,
        and of the last two, from which the next one goes on.
        """
        place = self.releases.place_of(release)
        pending: list[Release] = []
        known: ClauseNames | None = None
        for earlier in reversed(self.releases[: place + 1]):
            known = self._named.get(earlier.number) or self._kept_naming(earlier)
            if known:
                break
            pending.append(earlier)
        for later in reversed(pending):
            found = self.amendment(later)
            known = (
                next_names(known, found) if known and found else first_names(later.policy.document)
            )
            if self._lasting(later):
                self.keep(self._naming_parts(later), partial(_naming_bytes, known))
        assert known
        self._named = {release.number: known}
        return known

    def _kept_naming(self, release: Release) -> ClauseNames | None:
        if not self._lasting(release):
            return None
        try:
            return names_from_json(self.keep(self._naming_parts(release), _none).decode())
        except LookupError:
            return None

    def _lasting(self, release: Release) -> bool:
        return self.releases.has_pdf(release) or any(release is late for late in self.releases[-2:])

    def _naming_parts(self, release: Release) -> list[str]:
        return ["naming", self._past[release.number]]

    @cached_property
    def _past(self) -> dict[Number, str]:
        """A digest of each release with all before it."""
        digest, found = b"", {}
        for release in self.releases:
            digest = hashlib.sha256(digest + release.identity.encode()).digest()
            found[release.number] = digest.hex()
        return found

    # ── what it changes ───────────────────────────────────────────────────────────────────────

    def amendment(self, release: Release) -> Amendment | None:
        """What a release changes against the one before it; None for the first."""
        before = self.releases.predecessor(release)
        if before is None:
            return None
        if release.number not in self._compared:
            self._compared.clear()
            found = amend(before.policy.document, release.policy.document)
            self._compared[release.number] = found
        return self._compared[release.number]

    def abstract(self, release: Release) -> Abstract | None:
        """The same in short. Where that is not kept, all else is made as well."""

        def how(found: Amendment) -> bytes:
            self._made(release)
            return abstract(found).encode()

        data = self._of_change("abstract", release, how)
        return Abstract.decode(data) if data else None

    def entry(self, release: Release) -> feeds.Entry | None:
        """The release as news; None where nobody knows when it was published."""
        if release.published is None:
            return None
        words = self._of_change(
            "entry",
            release,
            lambda found: feeds.content(release, found, self.site).encode(),
            self.site.root,
        )
        html = _kept_html(words.decode()) if words else feeds.content(release, None, self.site)
        short = self.abstract(release)
        return feeds.entry(release, short.summary if short else "", html, self.site)

    # ── keeping ──────────────────────────────────────────────────────────────────────────────────

    def _of_change(
        self, what: str, release: Release, how: Callable[[Amendment], bytes], *more: str
    ) -> bytes:
        """What follows from a comparison; empty for the first release."""
        before = self.releases.predecessor(release)
        if before is None:
            return b""

        def compared() -> bytes:
            found = self.amendment(release)
            assert found
            return how(found)

        return self.keep([what, before.identity, release.identity, *more], compared)


def _former(naming: ClauseNames) -> dict[str, list[str]]:
    """Where links to clauses that are gone lead: to the one they were merged into, or else to the
    section they stood in last.
    """
    found: dict[str, list[str]] = {}
    for name, facts in reversed(list(naming.retired.items())):
        led = found.setdefault(naming.name_now(name) or facts.section, [])
        if len(led) < MOST:
            led.append(name)
    return found


def _redline(found: Amendment, versions: Sequence[str], policy: Policy, language: str) -> Fragment:
    """The list of changes with the notes of a policy, and their redline in one of its languages."""
    marked = redline(found, views=True)
    tools = page_parts.views(marked, *versions)
    html = page_parts.changed_text(found, marked, policy.notes, language, tools)
    return Fragment(html, (*page_parts.CHANGED_HEADINGS, *marked.headings))


def _naming_bytes(naming: ClauseNames) -> bytes:
    return naming_json(naming).encode()


def _none() -> bytes:
    raise LookupError


def _packed(parts: Mapping[str, bytes]) -> bytes:
    sizes = json.dumps({name: len(data) for name, data in parts.items()}).encode()
    return b"\n".join([sizes, b"".join(parts.values())])


def _unpacked(data: bytes) -> dict[str, bytes]:
    head, _, rest = data.partition(b"\n")
    found, at = {}, 0
    for name, size in json.loads(head).items():
        found[name] = rest[at : at + size]
        at += size
    return found


def _encoded(found: Fragment) -> bytes:
    """The headings in one line, then the HTML as it is."""
    headings = [(h.level, h.anchor, h.title) for h in found.headings]
    return f"{json.dumps(headings, ensure_ascii=False)}\n{found.html}".encode()


def _decoded(data: bytes) -> Fragment:
    headings, _, html = data.decode().partition("\n")
    return Fragment(_kept_html(html), tuple(Heading(*heading) for heading in json.loads(headings)))


def _kept_html(html: str) -> Markup:
    """HTML that was made here earlier and kept."""
    return Markup(html)  # noqa: S704
