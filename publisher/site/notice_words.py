"""What pages say of a notice: whether it is on record that people were told, by which statement.

What no program saw is told as a statement of the role that made it.
"""

from __future__ import annotations

from markupsafe import Markup

from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import WITNESSED, Means, NoticeGiven, Statement
from publisher.site.page_head import link_html
from publisher.wording.words import Words


def notice_record(release: Release, releases: Releases) -> Statement | None:
    """The statement that tells of the notice of a release: the first sufficient one, or else the
    last of those that were made before the list was closed. None: there is none.

    Args:
        release: a version with a letter.
        releases: all of its policy.
    """
    if found := releases.stated(release):
        return found
    own = list(releases.register.notices([release.number]))
    return next((one for one in own if one.sufficient), own[-1] if own else None)


def notice_words(release: Release, releases: Releases, at: Addresses, words: Words) -> Markup:
    """How people were told of a version, in sentences; empty where nothing is asked or known.

    Args:
        release: the version.
        releases: all of its policy.
        at: addresses as seen from the page.
        words: of the page.
    """
    record = notice_record(release, releases)
    if record and record.notice:
        link = statement_link(record, release, at, words)
        return Markup("{} {}").format(_told(record, record.notice, words), link)
    if releases.deciding(release) is None or releases.is_retracted(release):
        return Markup("")
    return words.markup("No record that it was sent has been published.")


def statement_link(statement: Statement, release: Release, at: Addresses, words: Words) -> Markup:
    """`Statement 1, of 13 January 2027`, which leads to its file.

    Args:
        statement: which.
        release: the version that it is about, or another of the same amendment.
        at: addresses as seen from the page.
        words: of the page.
    """
    said = words.gettext(
        "Statement {number}, of {day}",
        number=str(statement.number),
        day=words.day(release.day_of(statement.stated)),
    )
    return link_html((said, at.statement(statement.file)))


def _told(record: Statement, notice: NoticeGiven, words: Words) -> Markup:
    days = {"first": words.day(notice.first), "last": words.day(notice.last)}
    if notice.means in WITNESSED and not notice.closed:
        return words.markup("It was sent from {first} on, and not to all yet.", **days)
    if notice.means in WITNESSED and notice.first == notice.last:
        return words.markup("It was sent on {first}.", **days)
    if notice.means in WITNESSED:
        return words.markup("It was sent from {first} to {last}.", **days)
    said = {"role": _apart(record.role), "words": _apart(notice.described)}
    if notice.means is Means.NOBODY:
        return words.markup("{role} states that there was nobody to tell: “{words}”.", **said)
    return words.markup(
        "{role} states that customers were told on {first}: “{words}”.", **days, **said
    )


def _apart(said: str) -> Markup:
    """What somebody wrote, in whatever language, in a sentence of ours."""
    return Markup("<bdi>{}</bdi>").format(said)
