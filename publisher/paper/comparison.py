"""Any two texts and what differs, as a PDF and as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.compare.amendment import Amendment
from publisher.paper import sheets
from publisher.paper.documents import Document, changes_attachment
from publisher.policies.policy import Note
from publisher.site import content_policy


@dataclass(frozen=True)
class Compared:
    """Any two texts and what differs."""

    title: str
    old: str
    new: str
    """What the two are called."""
    amendment: Amendment
    notes: Sequence[Note]
    language: str

    def document(self) -> Document:
        """What differs as a document."""
        sheet = sheets.comparison_sheet(*self._parts)
        changes = changes_attachment(self.amendment, self.old, self.new)
        return Document(sheet, (changes,))

    def page(self, style: Markup, script: Markup) -> Markup:
        """What differs as one HTML file that needs no other, and runs no script but this one.

        Args:
            style: style sheets.
            script: the script of the redline.
        """
        code = Markup("\n{}").format(script)
        head = Markup(
            '{}<meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark">\n<style>\n{}</style></head>'
        ).format(content_policy.alone(code), style)
        page = sheets.comparison_page(*self._parts).replace("</head>", head, 1)
        last = Markup("<script>{}</script>\n</body>").format(code)
        return page.replace("</body>", last, 1)

    @property
    def _parts(self) -> tuple[str, str, str, Amendment, Sequence[Note], str]:
        return self.title, self.old, self.new, self.amendment, self.notes, self.language
