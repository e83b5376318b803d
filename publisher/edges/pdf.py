"""PDFs by WeasyPrint: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) in one.

The same input gives the same bytes. Nothing is fetched but fonts of ours and of the project; a
character that none of them has is an error. A PDF is kept under the digest of everything that went
into it. No other module knows how a PDF is made.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from functools import cache, lru_cache
from html import unescape
from importlib import metadata
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, NamedTuple
from warnings import filterwarnings

from publisher.edges import fonts as font_module
from publisher.edges.assets import asset_text
from publisher.edges.build_cache import cached_bytes
from publisher.edges.fonts import SCHEME, SIGNS, font_files, is_known, print_style, subsets_of
from publisher.errors import RenderError
from publisher.paper import fillable, standards
from publisher.paper.standards import Attachment

_INSTALL = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def make_pdf(
    html: str,
    cache_folder: Path | None = None,
    *,
    form: bool = False,
    attachments: Sequence[Attachment] = (),
    fonts: Sequence[Path] = (),
    spelt: bool = False,
) -> bytes:
    """The PDF of a whole HTML document.

    Args:
        html: the document; its title, language and author become the PDF's.
        cache_folder: where to keep it, and to look for it first; None: nowhere.
        form: whether its fields can be filled in.
        attachments: files that travel inside it.
        fonts: font files of the project, for characters that ours lack.
        spelt: write a character that no font has by its number, `[U+6F22]`.

    Raises:
        RenderError: a library that the machine must have is missing, or a character is in no font.
    """
    # Old texts may hold control characters, and can no longer be changed; there is nothing to draw.
    whole = _Job(_CONTROL.sub("", html), form, tuple(attachments), tuple(sorted(fonts)), spelt)
    return cached_bytes(
        cache_folder, _digest(whole) if cache_folder else "", lambda: _render(whole)
    )


def surely_drawn(html: str) -> bool:
    """Whether every character of a document is one that all of our fonts have.

    Most documents have no others, and need not be set to know that they can be.
    """
    return _SURE.issuperset(unescape(html))


_LATIN = (*b"\n\t\r", *range(0x20, 0x7F), *range(0xA0, 0x100))
_SURE = frozenset(map(chr, _LATIN)).union("–—‘’‚“”„…€™") - {"\xad"}
"""Without the soft hyphen, which may become another sign."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class _Job(NamedTuple):
    html: str
    form: bool
    attachments: tuple[Attachment, ...]
    fonts: tuple[Path, ...]
    spelt: bool


def _digest(job: _Job) -> str:
    parts = [
        job.html,
        str(job.form),
        str(job.spelt),
        _recipe(),
        asset_text("print.css"),
        pdf_toolchain(),
    ]
    files = [(a.name, a.data, f"{a.media_type} {a.description} {a.relationship}") for a in job[2]]
    files += [(font.name, font.read_bytes(), "") for font in job.fonts]
    digest = hashlib.sha256("\0".join(parts).encode())
    for name, data, more in files:
        digest.update(f"\0{name}\0{more}\0{hashlib.sha256(data).hexdigest()}".encode())
    return digest.hexdigest()


@cache
def pdf_toolchain() -> str:
    """What else the bytes depend on: our fonts, and the programs that set them."""
    digest = hashlib.sha256()
    for path in (*font_files(), *SIGNS.values()):
        digest.update(path.name.encode() + path.read_bytes())
    versions = [f"{name} {metadata.version(name)}" for name in ("weasyprint", "pydyf", "fonttools")]
    return " ".join([digest.hexdigest(), *versions])


@cache
def _recipe() -> str:
    """A digest of the code that makes a PDF."""
    files = (__file__, font_module.__file__, standards.__file__, fillable.__file__)
    return hashlib.sha256(b"\0".join(Path(file).read_bytes() for file in files)).hexdigest()


@cache
def _weasyprint() -> Any:
    """WeasyPrint, which takes half a second to import and needs libraries of the machine."""
    # None of the machine's fonts is used.
    filterwarnings("ignore", message=".* Expect ugly output")
    try:
        # What it prints about a missing library we say ourselves.
        with redirect_stdout(StringIO()):
            import weasyprint  # type: ignore[import-untyped]
        from weasyprint.text import ffi  # type: ignore[import-untyped]
    except OSError as error:
        raise RenderError(
            f"WeasyPrint cannot make PDFs here: {str(error).splitlines()[0]}", remedy=_INSTALL
        ) from error
    if getattr(ffi, "harfbuzz_subset", None) is None:
        # Without it the bytes differ from run to run.
        raise RenderError(
            "WeasyPrint cannot make PDFs here: libharfbuzz-subset is missing", remedy=_INSTALL
        )
    return weasyprint


@lru_cache(maxsize=4)
def _press(subsets: tuple[str, ...], own: tuple[Path, ...], room: str = "") -> tuple[Any, Any, Any]:
    """What many PDFs share: the fetcher, the fonts (slow to unpack) and the style sheet.

    Args:
        subsets: the parts of our fonts.
        own: fonts of the project.
        room: the placeholder for the number of a page; empty: WeasyPrint puts the number in itself.
    """
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    for path in own:
        _require_font(path)
    files = {f"{SCHEME}{path.name}": path for path in font_files()}
    further = {f"{SCHEME}own/{number}": path for number, path in enumerate(own)}
    # Behind the project's own, which are there because they suit its script better.
    further |= {f"{SCHEME}{name}": path for name, path in SIGNS.items() if name in subsets}
    files |= further

    class OwnFonts(URLFetcher):  # type: ignore[misc]
        """Hands out these fonts and refuses all else: a policy must not make us fetch anything."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in files:
                raise ValueError(f"refused to fetch {url}")
            path = files[url]
            data = path.read_bytes() if path in own else _unpacked(path)
            return URLFetcherResponse(url, data, {"Content-Type": "font/sfnt"})

    text = print_style(subsets, list(further))
    text = text.replace(_PAGE_OF_TARGET, f'"{room}"') if room else text
    fetcher, fonts = OwnFonts(), FontConfiguration()
    sheet = weasyprint.CSS(string=text, url_fetcher=fetcher, font_config=fonts)
    return fetcher, fonts, sheet


@cache
def _unpacked(path: Path) -> bytes:
    """One of our fonts as letters are drawn from it; WeasyPrint would unpack it for each style
    sheet anew.
    """
    from fontTools.ttLib import woff2  # type: ignore[import-untyped]

    data = path.read_bytes()
    if not data.startswith(b"wOF2"):
        return data
    out = BytesIO()
    woff2.decompress(BytesIO(data), out)
    return out.getvalue()


def _require_font(path: Path) -> None:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        TTFont(path, lazy=True).getBestCmap()
    except (TTLibError, AssertionError, ValueError, KeyError, struct.error, zlib.error) as error:
        raise RenderError(
            f"is no font that can be read: {error}",
            where=str(path),
            remedy="replace it by a .woff2, .otf or .ttf file that opens elsewhere, or remove it",
        ) from None


def _render(job: _Job) -> bytes:
    weasyprint = _weasyprint()

    def finish(document: Any, pdf: Any) -> None:
        if missing := _missing(document):
            raise _LackError(missing)
        _require_inside(document)
        standards.finish(pdf, job.attachments)
        if job.form:
            fillable.complete(pdf, list(_fields(document)), _program(document))

    options = {"pdf_variant": standards.VARIANT, "pdf_forms": job.form}
    room = _ROOM * (2 if len(job.html) < _LONG else 3)
    while True:
        fetcher, fonts, sheet = _press(subsets_of(job.html), job.fonts, room)
        page = weasyprint.HTML(string=job.html, url_fetcher=fetcher, base_url="about:blank")
        document = page.render(
            stylesheets=[sheet],
            font_config=fonts,
            presentational_hints=True,  # the numbers that items of lists bear
            **options,
        )
        if len(str(len(document.pages))) <= len(room):
            break
        room += _ROOM
    _number_pages(document, room)
    # For the identifier, see `standards.identified`.
    try:
        data: bytes = document.write_pdf(finisher=finish, pdf_identifier=False, **options)
    except _LackError as lacking:
        if not job.spelt:
            raise _no_glyph(lacking.signs, job.html) from None
        if not lacking.signs & set(job.html):
            raise
        return _render(job._replace(html=_spelt_out(job.html, lacking.signs)))
    return standards.identified(data)


class _LackError(Exception):
    """Characters that no font has."""

    def __init__(self, signs: set[str]) -> None:
        super().__init__(signs)
        self.signs = signs


def _spelt_out(html: str, signs: set[str]) -> str:
    return re.sub(
        f"[{re.escape(''.join(sorted(signs)))}]", lambda found: f"[U+{ord(found[0]):04X}]", html
    )


_PAGE_OF_TARGET = "target-counter(attr(href), page)"
_ROOM = "0"
"""As wide as any digit."""
_LONG = 250_000
"""Characters of a document that may have more than 99 pages."""


def _number_pages(document: Any, room: str) -> None:
    """Puts the numbers of pages in behind the links that lead there.

    For a number that comes before its page, WeasyPrint lays its own page out three times; nothing
    else on it changes.
    """
    from weasyprint.formatting_structure.boxes import (  # type: ignore[import-untyped]
        ParentBox,
        TextBox,
    )
    from weasyprint.text.line_break import split_first_line  # type: ignore[import-untyped]

    numbers: dict[str, int] = {}
    for number, page in enumerate(document.pages, 1):
        for name in page.anchors:
            numbers.setdefault(name, number)
    links = (link for page in document.pages for link in page.links)
    inside = [
        (box, target)
        for kind, target, _, link in links
        if kind == "internal" and target in numbers and isinstance(link, ParentBox)
        for box in link.descendants()
    ]
    for box, target in inside:
        if isinstance(box, TextBox) and box.element_tag.endswith("::after") and room in box.text:
            box.text = box.text.replace(room, str(numbers[target]))
            box.pango_layout, _, _, width, _, _ = split_first_line(
                box.text, box.style, context=None, max_width=None, justification_spacing=0
            )
            box.position_x += box.width - width
            box.width = width


def _fields(document: Any) -> Iterable[fillable.Field]:
    flags = {"required": fillable.Flag.REQUIRED, "readonly": fillable.Flag.READ_ONLY}
    for page in document.pages:
        for inputs in page.forms.values():
            for box, _ in inputs:
                said = [flag for name, flag in flags.items() if name in box.element.attrib]
                yield fillable.Field(box.widget_annotation, fillable.Flag(sum(said)))


def _program(document: Any) -> bytes:
    """The font of the fields."""
    return bytes(next(f.file_content for f in document.fonts.values() if f.used_in_forms))


def _require_inside(document: Any) -> None:
    """Refuses a document of which letters would stand beyond the edge of their page."""
    for number, page in enumerate(document.pages, 1):
        for box in page._page_box.descendants():
            words = getattr(box, "text", "")
            if words and not -1 < box.position_x <= box.position_x + box.width < page.width + 1:
                raise RenderError(
                    f"“{words.strip()[:60]}” has no room on its page",
                    where=f"the PDF, page {number}",
                    remedy="make the words or the table that they stand in shorter",
                )


# ── glyphs ───────────────────────────────────────────────────────────────────────────────────────


def _missing(document: Any) -> set[str]:
    """The characters that were drawn as boxes, or in a font that just happens to be installed."""
    found: set[str] = set()
    for font in document.fonts.values():
        found |= {chr(code) for code in font.missing}
        if not is_known(font.family):
            # A space takes the font of the character before it.
            found |= set("".join(font.to_unicode.values())) - {" "}
    return found


NO_FONT = (
    "write it another way, or put a font file that has it (.woff2, .otf, .ttf) into the folder "
    "fonts/ beside publisher.toml"
)
"""What to do about a character that no font has."""


def _no_glyph(missing: set[str], html: str) -> RenderError:
    section, sign, around = _place(missing, html)
    more = f" (nor {len(missing) - 1} others)" if len(missing) > 1 else ""
    return RenderError(
        f"no font has the character “{sign}” ({sign_name(sign)}){more}, in “{around}”",
        where=f"the PDF, below “{section}”",
        remedy=NO_FONT,
    )


def _place(missing: set[str], html: str) -> tuple[str, str, str]:
    """Where the first of some characters is: (heading above it, the character, the words)."""
    section, in_heading = "", False
    for tag, text in re.findall(r"<(/?\w+)[^>]*>([^<]*)", html):
        words = unescape(text)
        if re.fullmatch(r"/?h[1-6]", tag):
            in_heading = not tag.startswith("/")
            section = "" if in_heading else section
        section += words if in_heading else ""
        at = next((at for at, sign in enumerate(words) if sign in missing), -1)
        if at >= 0:
            around = " ".join(words[max(at - 30, 0) : at + 30].split())
            return section or "the beginning", words[at], around
    return "the beginning", min(missing), min(missing)


def sign_name(sign: str) -> str:
    """The number and the name of a character: `U+6F22 CJK UNIFIED IDEOGRAPH-6F22`."""
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()
