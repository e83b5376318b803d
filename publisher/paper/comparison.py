"""Any comparison as a document, and as one HTML file."""

from __future__ import annotations

from markupsafe import Markup

from publisher.paper import sheets
from publisher.paper.documents import PaperDocument, changes_attachment
from publisher.reports.comparison import Comparison
from publisher.site import content_policy
from publisher.wording.words import ENGLISH, Words


def comparison_document(found: Comparison, *, spoken: bool = False) -> PaperDocument:
    """What differs, with a list of the changes in front, for a PDF; `spoken`: in words, too."""
    changes = changes_attachment(found.amendment, found.old.label, found.new.label)
    return PaperDocument(sheets.comparison_sheet(found, ENGLISH, spoken=spoken), (changes,))


def comparison_file(
    found: Comparison, style: Markup, script: Markup, words: Words = ENGLISH
) -> Markup:
    """What differs as one HTML file that needs no other, and runs no script but this one.

    Args:
        found: the comparison.
        style: style sheets.
        script: the script of the redline.
        words: those around the texts.
    """
    code = Markup("\n{}").format(script)
    head = Markup(
        '{}<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">\n<style>\n{}</style></head>'
    ).format(content_policy.policy_of_file(code), style)
    last = Markup("<script>{}</script>\n</body>").format(code)
    return (
        sheets.comparison_page(found, words).replace("</head>", head, 1).replace("</body>", last, 1)
    )
