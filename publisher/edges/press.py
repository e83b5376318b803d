"""The press of a project: sets its documents as PDFs, in its own fonts too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.pdf import make_pdf, pdf_toolchain
from publisher.paper.documents import PaperDocument

_FONTS = {".woff2", ".woff", ".otf", ".ttf"}


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
        found = (path for path in (root / "fonts").glob("*") if path.suffix.lower() in _FONTS)
        return cls(kept, tuple(sorted(found)))

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
        )

    @property
    def toolchain(self) -> str:
        """What decides about the bytes of a PDF beside what it says: programs and fonts."""
        own = (hashlib.sha256(path.read_bytes()).hexdigest() for path in self.fonts)
        return " ".join([pdf_toolchain(), *own])
