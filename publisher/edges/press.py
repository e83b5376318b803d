"""The press of a project: sets its documents as PDFs, in its own fonts too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.fonts import own_fonts
from publisher.edges.pdf import make_pdf, pdf_toolchain, surely_drawn
from publisher.paper.documents import PaperDocument, site_documents
from publisher.policies.organisation import Organisation
from publisher.releases.releases import Releases
from publisher.wording.catalogs import Catalogs


@dataclass(frozen=True)
class Press:
    """Where the PDFs of a project are kept, and the fonts they are set in beside ours."""

    kept: Path | None = None
    """A folder of what was set earlier; None: nothing is kept."""
    fonts: tuple[Path, ...] = ()
    """For scripts that our fonts do not have."""

    @classmethod
    def of(cls, root: Path, kept: Path) -> Press:
        """The press of a project.

        Args:
            root: the project's folder; its fonts are in `fonts/`.
            kept: a folder for what is set.
        """
        return cls(kept, own_fonts(root))

    def pdf_of(self, document: PaperDocument, *, keep: bool = True) -> bytes:
        """A document as PDF.

        Args:
            document: which.
            keep: whether it may be kept; not where it names a customer.

        Raises:
            RenderError: a library that the machine must have is missing, or a character is in no
                font.
        """
        return make_pdf(
            document.html,
            self.kept if keep else None,
            form=document.form,
            attachments=document.attachments,
            fonts=self.fonts,
            spelt=document.spelt,
        )

    def require_site(
        self, releases: Releases, organisation: Organisation, catalogs: Catalogs
    ) -> None:
        """Refuses the last of some releases, which is about to be made, where a PDF that the site
        will have because of it could not be set: what it tells can no longer be changed then.

        Args:
            releases: all of the policy, with that one.
            organisation: who publishes.
            catalogs: the words around the texts.

        Raises:
            RenderError: a character of its text, its notes, its letter or its form is in no font;
                or a library is missing.
        """
        for each in site_documents(releases, organisation, catalogs):
            if releases[-1] not in each.releases:
                continue
            document = each.document()
            if not surely_drawn(document.html):
                self.pdf_of(document)

    @property
    def toolchain(self) -> str:
        """What decides about the bytes of a PDF beside what it says: programs and fonts."""
        own = (hashlib.sha256(path.read_bytes()).hexdigest() for path in self.fonts)
        return " ".join([pdf_toolchain(), *own])
