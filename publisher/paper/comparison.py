"""Any comparison as a document, and as one HTML file."""

from __future__ import annotations

from markupsafe import Markup

from publisher.paper import sheets
from publisher.paper.documents import Document, changes_attachment
from publisher.reports.comparison import Comparison
from publisher.site import content_policy


def comparison_document(found: Comparison) -> Document:
    """What differs, with a list of the changes in front, for a PDF."""
    old, new = found.old, found.new
    sheet = sheets.comparison_sheet(
        found.title, old.label, new.label, found.amendment, new.notes, new.language
    )
    return Document(sheet, (changes_attachment(found.amendment, old.label, new.label),))


def comparison_file(found: Comparison, style: Markup, script: Markup) -> Markup:
    """What differs as one HTML file that needs no other, and runs no script but this one.

    Args:
        found: the comparison.
        style: style sheets.
        script: the script of the redline.
    """
    code = Markup("\n{}").format(script)
    head = Markup(
        '{}<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">\n<style>\n{}</style></head>'
    ).format(content_policy.alone(code), style)
    old, new = found.old, found.new
    page = sheets.comparison_page(
        found.title, old.label, new.label, found.amendment, new.notes, new.language
    )
    last = Markup("<script>{}</script>\n</body>").format(code)
    return page.replace("</head>", head, 1).replace("</body>", last, 1)
