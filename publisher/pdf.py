"""PDFs by WeasyPrint: tagged for PDF/UA-1, the same bytes for the same input.

Nothing is fetched but our own fonts. What was made once is kept under the digest of all that went
into it. Beyond this file nobody knows how a PDF is made.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from publisher.errors import RenderError

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
STYLE = HERE / "style"
INSTALL = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_SCHEME = "publisher-font:"
_FAMILIES = {
    "source-sans-3": "Source Sans 3",
    "source-serif-4": "Source Serif 4",
    "source-code-pro": "Source Code Pro",
}
_RANGES = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, "
    "U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
    "latin-ext": "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, "
    "U+0308, U+0329, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, "
    "U+2113, U+2C60-2C7F, U+A720-A7FF",
}


def font_files() -> list[Path]:
    """The fonts we bring."""
    return sorted(FONTS.glob("*.woff2"))


def style(name: str) -> str:
    """One of our style sheets."""
    return (STYLE / name).read_text("utf-8")


def font_faces(prefix: str) -> str:
    """The `@font-face` rules of the fonts we bring.

    Args:
        prefix: what stands before a font's file name in its address.
    """
    rules = []
    for path in font_files():
        family, rest = next(
            (name, path.stem.removeprefix(f"{key}-"))
            for key, name in _FAMILIES.items()
            if path.stem.startswith(f"{key}-")
        )
        subset, weight, style = rest.rsplit("-", 2)
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
            f'font-display: swap; src: url("{prefix}{path.name}") format("woff2"); '
            f"unicode-range: {_RANGES[subset]}; }}\n"
        )
    return "".join(rules)


def make(html: str, cache_folder: Path | None = None, *, form: bool = False) -> bytes:
    """The PDF of a whole HTML document.

    Args:
        html: the document; its title, language and author become the PDF's.
        cache_folder: where to keep it, and to look for it first; None: nowhere.
        form: whether its fields can be filled in.

    Raises:
        RenderError: a library that the machine must have is missing.
    """
    if cache_folder is None:
        return _render(html, form)
    kept = cache_folder / f"{_digest(html, form)}.pdf"
    if kept.is_file():
        return kept.read_bytes()
    data = _render(html, form)
    cache_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=cache_folder, suffix=".part", delete=False) as file:
        file.write(data)
    Path(file.name).replace(kept)
    return data


def _digest(html: str, form: bool) -> str:
    parts = [html, _style(), _fonts_digest(), metadata.version("weasyprint"), str(form), _recipe()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def _style() -> str:
    return font_faces(_SCHEME) + style("print.css")


@cache
def _fonts_digest() -> str:
    digest = hashlib.sha256()
    for path in font_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _recipe() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


@cache
def _weasyprint() -> Any:
    """WeasyPrint, which takes half a second to import and needs libraries of the machine."""
    try:
        import weasyprint  # type: ignore[import-untyped]
        from weasyprint.text import ffi  # type: ignore[import-untyped]
    except OSError as error:
        raise RenderError(
            f"WeasyPrint cannot make PDFs here: {str(error).splitlines()[0]}", remedy=INSTALL
        ) from error
    if getattr(ffi, "harfbuzz_subset", None) is None:
        # Without it the bytes differ from run to run.
        raise RenderError(
            "WeasyPrint cannot make PDFs here: libharfbuzz-subset is missing", remedy=INSTALL
        )
    return weasyprint


@cache
def _press() -> tuple[Any, Any, Any]:
    """What every PDF of a process shares: the fetcher, the fonts (slow to unpack) and the style."""
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    class OwnFonts(URLFetcher):  # type: ignore[misc]
        """Hands out our fonts and refuses all else: a policy must not make us fetch anything."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(_SCHEME)
            path = FONTS / Path(name).name
            if name == url or path.name != name or path.suffix != ".woff2":
                raise ValueError(f"refused to fetch {url}")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff2"})

    fetcher, fonts = OwnFonts(), FontConfiguration()
    return fetcher, fonts, weasyprint.CSS(string=_style(), url_fetcher=fetcher, font_config=fonts)


def _render(html: str, form: bool) -> bytes:
    weasyprint = _weasyprint()
    fetcher, fonts, sheet = _press()
    document = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="about:blank")
    data: bytes = document.write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        presentational_hints=True,  # the numbers that items of lists bear
        pdf_variant="pdf/ua-1",
        pdf_tags=True,
        pdf_forms=form,
    )
    return _finish_form(data) if form else data


_REQUIRED = 1 << 1
"""Field flag "required" (ISO 32000-1 table 221)."""


def _finish_form(data: bytes) -> bytes:
    """Adds what WeasyPrint leaves out of a form: which fields must be filled in."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as document:
        for reference in document.Root.AcroForm.Fields:
            if str(reference.get("/T")) != "signature":
                reference.Ff = int(reference.get("/Ff", 0)) | _REQUIRED
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()
