"""The pages of one version: its text, what it changes, the letter about it, the form to opt out.

What they say of other versions is about their neighbours alone: a release alters the pages of the
one before it, and of none before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.answers.opt_out_page import public_region
from publisher.letters.fields import fill, page_values
from publisher.markup.elements import NOTHING
from publisher.markup.html import clauses_html
from publisher.policies.dates import long_date
from publisher.releases.address import Addresses
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.site import languages, page_head, page_parts, relations
from publisher.site.catalogue import text_digest
from publisher.site.context import PolicyOnDay, published
from publisher.site.page import Body, Page
from publisher.text.parsing import parse

STEPS_SCRIPT = "assets/publisher/steps.js"
"""The script of the redlines, from the site's root."""

ANCHORS_SCRIPT = "assets/publisher/anchors.js"
"""The script of the texts, likewise."""


def version_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """All pages of one version."""
    facts, number = release.policy.facts, release.number
    path, day = f"{policy.policy_id}/{number}/", published(release)
    title = f"{facts.title}, version {number}"
    yield Page(path, title, partial(_release, policy, release), modified=day)
    if release.previous:
        title = f"{facts.title}: {_lower_first(_changes_title(release))}"
        yield Page(f"{path}changes/", title, partial(_changes, policy, release), modified=day)
    if release.notice:
        title = f"{facts.title}: letter about version {number}"
        yield Page(f"{path}notice/", title, partial(_notice, policy, release), modified=day)
    if release.opt_out:
        title = f"Opt out of version {number.major} of the {facts.title}"
        yield Page(f"{path}opt-out/", title, partial(_opt_out, policy, release), modified=day)


def version_actions(
    policy: PolicyOnDay, release: Release, at: Addresses, *, history: bool = False
) -> Markup:
    """Links for the reader of a version; `history`: also to all versions."""
    links = [("All versions", at.history)] if history else []
    links += policy.downloads(release, at, "policy")
    return page_head.action_row([*links, *answer_links(policy, release, at)], "This version")


def answer_links(policy: PolicyOnDay, release: Release, at: Addresses) -> list[page_head.TextLink]:
    """The letters about a version, and the form to opt out of it as long as one may."""
    links = page_head.letter_links(release, policy.releases, at)
    form, closes = (
        page_head.opt_out_form_of(release, policy.releases),
        policy.releases.closing_day(release),
    )
    if form and closes and policy.today <= closes:
        links.append((f"Opt out of version {release.number.major}", at.opt_out(form.number)))
    return links


def version_described(policy: PolicyOnDay, release: Release) -> str:
    """A version in a sentence, for search engines."""
    return (
        f"{release.policy.facts.title} of {policy.organisation.name}, "
        f"version {release.number}, {page_parts.in_force_words(release)}."
    )


def anchors_script(at: Addresses) -> Markup:
    """Loads the script that leads links to clauses which are gone to the history of the section."""
    return Markup('<script src="{}{}" data-sections="{}" defer></script>\n').format(
        at.root, ANCHORS_SCRIPT, at.sections
    )


def steps_script(at: Addresses) -> Markup:
    """Loads the script that leads from change to change."""
    return Markup('<script src="{}{}" defer></script>\n').format(at.root, STEPS_SCRIPT)


# ── its text ─────────────────────────────────────────────────────────────────────────────────────


def _release(policy: PolicyOnDay, release: Release) -> Body:
    """The text, with a banner where it is not in force."""
    facts, at = release.policy.facts, policy.at(2)
    text = policy.derived.text(release)
    status = policy.releases.status(release, policy.today).status
    what = _upper_first(page_parts.kind_words(release))
    line = Markup("{} {}").format(page_head.status_chip(release, status), what)
    parts = [
        policy.crumbs(at, release.version),
        page_head.page_title(
            f"{facts.title}, version {release.number}", policy.organisation.name, line
        ),
        languages.language_switch(facts.language, languages.version_addresses(release, at)),
        page_head.status_banner(release, policy.releases, policy.today, at),
        page_parts.remark(facts),
        policy.facts(release, at),
        version_actions(policy, release, at),
        page_parts.contents_list(text),
        page_parts.text_article(release.policy, text),
        digest_list(release, policy.site, "policy.md", text_digest(release)),
        anchors_script(at),
    ]
    links = [
        *relations.version_links(release, policy.releases, at),
        *relations.language_links(languages.version_addresses(release, policy.site)),
    ]
    about = relations.linked_data(
        release,
        policy.periods.get(release.number),
        policy.organisation.name,
        policy.site,
        printed=policy.releases.has_pdf(release),
    )
    head = policy.head(at, *links, *policy.forms(release, at, "policy")) + about
    return Body(NOTHING.join(parts), text.headings, version_described(policy, release), head)


def digest_list(release: Release, at: Addresses, name: str, text: str) -> Markup:
    """The digests of a version, each with the command that computes it from what is online.

    Args:
        release: the version.
        at: addresses with the site's own in front.
        name: of the file with its text.
        text: the digest of that file.
    """
    rows = [("Text", name, text)]
    if release.seal:
        rows.append(("Seal", "SHA256SUMS", release.seal))
    cells = NOTHING.join(
        Markup(
            "<dt>{} (SHA-256)</dt><dd><code>{}</code><br><code>curl -s {} | sha256sum</code></dd>"
        ).format(name, value, at.download(release.number, file))
        for name, file, value in rows
    )
    return Markup('<dl class="pp-seal" data-search-exclude>{}</dl>\n').format(cells)


# ── what it changes ──────────────────────────────────────────────────────────────────────────────


def _changes_title(release: Release) -> str:
    verb = "corrects" if release.materiality is Materiality.EDITORIAL else "changes"
    return f"What version {release.number} {verb}"


def _changes(policy: PolicyOnDay, release: Release) -> Body:
    """The redline against the version before it."""
    before, short = policy.releases.predecessor(release), policy.summaries.get(release.number)
    assert before
    assert short
    facts, at = release.policy.facts, policy.at(3)
    compared = Markup(" and ").join(
        Markup("{} ({})").format(
            page_head.link_html((r.version.lower(), at.release(r.number))), page_parts.when_words(r)
        )
        for r in (before, release)
    )
    changed = policy.derived.changes(release)
    links = policy.downloads(release, at, "changes")
    links += page_head.letter_links(release, policy.releases, at)
    parts = [
        policy.crumbs(at, "What changed", release),
        page_head.page_title(
            _changes_title(release), facts.title, Markup("Compares {}.").format(compared)
        ),
        languages.language_switch(facts.language, languages.change_addresses(before, release, at)),
        page_head.status_banner(release, policy.releases, policy.today, at),
        page_parts.remark(facts),
        page_parts.general_note(release.policy.notes),
        page_head.action_row(links, "These changes"),
        changed.html,
        steps_script(at),
    ]
    description = (
        f"Every change from version {before.number} to version {release.number}, "
        f"word by word: {short.summary}."
    )
    others = relations.language_links(languages.change_addresses(before, release, policy.site))
    head = policy.head(at, *policy.forms(release, at, "changes"), *others)
    return Body(NOTHING.join(parts), changed.headings, description, head)


# ── letter and form ──────────────────────────────────────────────────────────────────────────────


def _notice(policy: PolicyOnDay, release: Release) -> Body:
    """The letter as customers got it."""
    facts, at = release.policy.facts, policy.at(3)
    values = page_values(at, release.number, policy.organisation.reply)
    html = clauses_html(parse(fill(release.notice, values)))
    # Links to our own site become relative, so that a copy of the site leads into itself.
    html = html.replace(
        Markup('href="{}').format(policy.organisation.site), Markup('href="{}').format(at.root)
    )
    later = [r for r in policy.releases if r.number.major == release.number.major and r.notice][-1]
    newer = NOTHING
    if later.number != release.number:
        link = page_head.link_html(
            (f"the letter about version {later.number}", at.notice(later.number))
        )
        newer = page_head.message_box(
            "superseded",
            "The date in this letter has changed",
            Markup("<p>See {}.</p>\n").format(link),
        )
    day = page_parts.published_words(release)
    parts = [
        policy.crumbs(at, "Letter", release),
        Markup('<p class="pp-kicker">Letter of {} to every customer</p>\n').format(day),
        newer,
        Markup('<article class="pp-text pp-letter" lang="{}">\n').format(facts.language),
        _titled(html),
        Markup("</article>\n"),
        page_head.action_row(
            [("Download PDF", at.download(release.number, "notice.pdf"))], "Letter"
        ),
    ]
    return Body(NOTHING.join(parts))


def _opt_out(policy: PolicyOnDay, release: Release) -> Body:
    """The frozen wording and the form, which the receiver makes a customer's own."""
    facts, at = release.policy.facts, policy.at(3)
    closes = policy.releases.closing_day(release)
    late = NOTHING
    if closes and policy.today > closes:
        day = long_date(closes, facts.language)
        body = Markup("<p>What you declare now is kept and marked as late.</p>\n")
        late = page_head.message_box("superseded", f"The last day to opt out was {day} (UTC)", body)
    elif closes and closes != release.closes:
        day = long_date(closes, facts.language)
        late = page_head.message_box("upcoming", f"You can opt out until the end of {day} (UTC)")
    reply = policy.organisation.reply
    form = ("print or fill in this form (PDF)", at.download(release.number, "opt-out.pdf"))
    parts = [
        policy.crumbs(at, "Opt out", release),
        late,
        Markup('<article class="pp-text pp-letter" lang="{}">\n').format(facts.language),
        _titled(clauses_html(parse(release.opt_out))),
        Markup("</article>\n{}\n").format(public_region(release)),
        Markup('<h2 id="pp-other-ways">Other ways to opt out</h2>\n<ul>\n'),
        Markup(
            '<li>By e-mail: write “I opt out” to <a href="mailto:{}">{}</a>, '
            "from the address your notice went to.</li>\n"
        ).format(reply, reply),
        Markup("<li>On paper: {}, and send it to the address in it.</li>\n</ul>\n").format(
            page_head.link_html(form)
        ),
    ]
    return Body(NOTHING.join(parts))


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def _titled(html: Markup) -> Markup:
    """Gives the first heading of a letter the id that "Skip to content" leads to."""
    return html.replace("<h1", Markup('<h1 id="pp-top"'), 1)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
