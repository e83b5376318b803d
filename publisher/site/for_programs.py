"""The page that tells people what programs can read of a policy, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.releases.address import Addresses
from publisher.releases.statement import Statement
from publisher.site import page_head, relations
from publisher.site.context import PolicyOnDay
from publisher.site.page import Body
from publisher.wording.words import Words

Row = tuple[str, str]
"""What a file has, and its address."""


def programs_page(policy: PolicyOnDay, title: str) -> Body:
    """The page as a value.

    Args:
        policy: on which day.
        title: of the page.
    """
    at, words = policy.at(2), policy.words
    lead = words.markup("Nothing here is needed to read the policy, or to opt out of a change.")
    parts = [
        policy.crumbs(at, words.gettext("For programs"), words),
        page_head.page_title(title, policy.organisation.name, lead),
    ]
    headings = []
    for heading, rows in _groups(policy, at, words):
        headings.append(heading)
        parts.append(
            Markup('<h2 id="{}">{}</h2>\n{}').format(heading.anchor, heading.title, _table(rows))
        )
    about = words.gettext(
        "What programs can read of the policy “{policy}” of {organisation}.",
        policy=policy.title,
        organisation=policy.organisation.name,
    )
    head = policy.head(at, *relations.history_links(at))
    return Body(NOTHING.join(parts), tuple(headings), about, head)


def _groups(
    policy: PolicyOnDay, at: Addresses, words: Words
) -> Iterator[tuple[Heading, Sequence[Row]]]:
    yield (
        Heading(2, "pp-feeds", words.gettext("New versions")),
        (
            (words.gettext("Feed (Atom)"), at.listing("feed.atom")),
            (words.gettext("Feed (JSON)"), at.listing("feed.json")),
            *_translated_feeds(policy, at, words),
        ),
    )
    yield (
        Heading(2, "pp-lists", words.gettext("All versions")),
        (
            (
                words.gettext("Every version with its dates, digests and addresses"),
                at.listing("versions.json"),
            ),
            (words.gettext("Which version applied on which day"), at.listing("periods.json")),
            (
                words.gettext("What stood at the address of the text in force, and when (Memento)"),
                at.listing("timemap.link"),
            ),
            (words.gettext("The same as JSON"), at.listing("timemap.json")),
        ),
    )
    yield _version(policy, at, words)
    if policy.releases.register:
        title = words.gettext("What was stated of versions, as it was sealed")
        rows = [_statement(one, at, words) for one in reversed(policy.releases.register)]
        yield Heading(2, "pp-register", title), rows


def _statement(statement: Statement, at: Addresses, words: Words) -> Row:
    numbers = {"statement": str(statement.number), "number": statement.release}
    if statement.notice:
        said = words.gettext("Statement {statement}: notice of version {number}", **numbers)
    else:
        said = words.gettext("Statement {statement}: version {number} was retracted", **numbers)
    return said, at.statement(statement.file)


def _translated_feeds(policy: PolicyOnDay, at: Addresses, words: Words) -> Iterator[Row]:
    for language in policy.derived.languages:
        name, file = words.name_of(language), relations.feed_name(language)
        yield words.gettext("Feed (Atom): {language}", language=name), at.listing(f"{file}.atom")
        yield words.gettext("Feed (JSON): {language}", language=name), at.listing(f"{file}.json")


def _version(policy: PolicyOnDay, at: Addresses, words: Words) -> tuple[Heading, Sequence[Row]]:
    """The files of the latest version, as an example of all."""
    last = policy.releases[-1]
    rows = [
        (words.gettext("The text in Markdown"), "policy.md"),
        (words.gettext("The text by sections (JSON)"), "policy.json"),
        (words.gettext("The text as Akoma Ntoso (XML)"), "policy.akn.xml"),
    ]
    if policy.releases.predecessor(last):
        rows += [
            (words.gettext("What it changes, in Markdown"), "changes.md"),
            (words.gettext("What it changes (JSON)"), "changes.json"),
        ]
    for language in last.policy.translations:
        name = words.name_of(language)
        rows += [
            (words.gettext("In Markdown: {language}", language=name), f"policy.{language}.md"),
            (
                words.gettext("By sections (JSON): {language}", language=name),
                f"policy.{language}.json",
            ),
        ]
    rows.append((words.gettext("The checksums of its folder"), "SHA256SUMS"))
    title = words.gettext(
        "Each version, at its own address; here version {number}", number=last.number
    )
    found = tuple((said, at.download(last.number, name)) for said, name in rows)
    return Heading(2, "pp-files", title), found


def _table(rows: Sequence[Row]) -> Markup:
    cells = NOTHING.join(
        Markup(
            '<tr><th scope="row">{}</th><td><a href="{}"><bdi dir="ltr">{}</bdi></a></td></tr>\n'
        ).format(said, address, address.rpartition("/")[2])
        for said, address in rows
    )
    return Markup('<table class="pp-table-grid"><tbody>\n{}</tbody></table>\n').format(cells)
