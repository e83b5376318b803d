"""PDFs by WeasyPrint: PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) in one.

The same input gives the same bytes. Nothing is fetched but fonts of ours and of the project; a
character that none of them has is an error. What was made once is kept under the digest of all
that went into it. Beyond this file nobody knows how a PDF is made.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html import unescape
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from publisher.edges.build_cache import cached_bytes
from publisher.errors import RenderError
from publisher.paper import fillable, standards
from publisher.paper.standards import Attachment

HERE = Path(__file__).parents[1]
FONTS = HERE / "assets" / "fonts"
STYLE = HERE / "assets" / "style"
INSTALL = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_SCHEME = "publisher-font:"
_FURTHER = "Further"
"""The family of all fonts that are not ours by design: those of a project, and that with the signs
of many scripts. The style names it behind each of ours."""
_FAMILIES = {
    "source-sans-3": "Source Sans 3",
    "source-serif-4": "Source Serif 4",
    "source-code-pro": "Source Code Pro",
}
RANGES = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, "
    "U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
    "latin-ext": "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, "
    "U+0308, U+0329, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, "
    "U+2113, U+2C60-2C7F, U+A720-A7FF",
    "greek": "U+0370-03FF",
    "cyrillic": "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116",
}
"""Characters of each of the files into which a font is cut."""
_SIGNS = {
    "signs": FONTS / "paper" / "dejavu-sans-signs.woff2",
    "emoji": FONTS / "paper" / "noto-emoji.woff2",
}
"""For PDFs alone: a screen has fonts of its own for what ours lack."""
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\ufe0f\u20e3\u231a\u231b\u23e9-\u23fa\u24c2\u25fd\u25fe"
    "\u2614\u2615\u261d\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4-\u26c8\u26ce-"
    "\u26d4\u26e9-\u26fd\u2705\u270a-\u270d\u2728\u274c\u274e\u2753-\u2757\u2795-\u2797\u27b0\u27bf"
    "\u2934\u2935\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299]"
)
"""Characters that Pango wants in an emoji font, or that our other fonts lack."""


def font_files() -> list[Path]:
    """The fonts we bring; a browser gets them in other parts, see `webfonts`."""
    return sorted(FONTS.glob("*.woff2"))


def style(name: str) -> str:
    """One of our style sheets."""
    return (STYLE / name).read_text("utf-8")


class _Face(NamedTuple):
    path: Path
    family: str
    subset: str
    weight: str
    style: str


@cache
def _faces() -> tuple[_Face, ...]:
    found = []
    for path in font_files():
        key = next(key for key in _FAMILIES if path.stem.startswith(f"{key}-"))
        subset, weight, style = path.stem.removeprefix(f"{key}-").rsplit("-", 2)
        found.append(_Face(path, _FAMILIES[key], subset, weight, style))
    return tuple(found)


def font_faces(prefix: str) -> str:
    """The `@font-face` rules of the fonts we bring.

    Args:
        prefix: what stands before a font's file name in its address.
    """
    return "".join(_rule(face, face.family, prefix) for face in _faces())


def _rule(face: _Face, family: str, prefix: str) -> str:
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {face.weight}; '
        f"font-style: {face.style}; font-display: swap; "
        f'src: url("{prefix}{face.path.name}") format("woff2"); '
        f"unicode-range: {RANGES[face.subset]}; }}\n"
    )


def make(
    html: str,
    cache_folder: Path | None = None,
    *,
    form: bool = False,
    attachments: Sequence[Attachment] = (),
    fonts: Sequence[Path] = (),
) -> bytes:
    """The PDF of a whole HTML document.

    Args:
        html: the document; its title, language and author become the PDF's.
        cache_folder: where to keep it, and to look for it first; None: nowhere.
        form: whether its fields can be filled in.
        attachments: files that travel inside it.
        fonts: font files of the project, for characters that ours lack.

    Raises:
        RenderError: a library that the machine must have is missing, or a character is in no font.
    """
    # Texts of the past may hold them, and cannot be mended any more; there is nothing to draw.
    whole = _Job(_CONTROL.sub("", html), form, tuple(attachments), tuple(sorted(fonts)))
    return cached_bytes(
        cache_folder, _digest(whole) if cache_folder else "", lambda: _render(whole)
    )


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class _Job(NamedTuple):
    html: str
    form: bool
    attachments: tuple[Attachment, ...]
    fonts: tuple[Path, ...]


def _digest(job: _Job) -> str:
    parts = [job.html, str(job.form), _recipe(), style("print.css"), font_faces(""), toolchain()]
    files = [(a.name, a.data, f"{a.media_type} {a.description} {a.relationship}") for a in job[2]]
    files += [(font.name, font.read_bytes(), "") for font in job.fonts]
    digest = hashlib.sha256("\0".join(parts).encode())
    for name, data, more in files:
        digest.update(f"\0{name}\0{more}\0{hashlib.sha256(data).hexdigest()}".encode())
    return digest.hexdigest()


@cache
def toolchain() -> str:
    """What else decides about the bytes: our fonts, and the programs that set them."""
    digest = hashlib.sha256()
    for path in (*font_files(), *_SIGNS.values()):
        digest.update(path.read_bytes())
    versions = [f"{name} {metadata.version(name)}" for name in ("weasyprint", "pydyf", "fonttools")]
    return " ".join([digest.hexdigest(), *versions])


@cache
def _recipe() -> str:
    parts = (Path(__file__), Path(standards.__file__), Path(fillable.__file__))
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


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


@lru_cache(maxsize=4)
def _press(subsets: tuple[str, ...], own: tuple[Path, ...], room: str = "") -> tuple[Any, Any, Any]:
    """What many PDFs share: the fetcher, the fonts (slow to unpack) and the style.

    Args:
        subsets: the parts of our fonts.
        own: fonts of the project.
        room: what stands for the number of a page until it is put in; empty: WeasyPrint does it.
    """
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    files = {f"{_SCHEME}{path.name}": path for path in font_files()}
    further = {f"{_SCHEME}own/{number}": path for number, path in enumerate(own)}
    # Behind the project's own, which are there because they suit its script better.
    further |= {f"{_SCHEME}{name}": path for name, path in _SIGNS.items() if name in subsets}
    files |= further

    class OwnFonts(URLFetcher):  # type: ignore[misc]
        """Hands out these fonts and refuses all else: a policy must not make us fetch anything."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in files:
                raise ValueError(f"refused to fetch {url}")
            return URLFetcherResponse(url, files[url].read_bytes(), {"Content-Type": "font/woff2"})

    text = _print_style(subsets, list(further))
    text = text.replace(_PAGE_OF_TARGET, f'"{room}"') if room else text
    fetcher, fonts = OwnFonts(), FontConfiguration()
    sheet = weasyprint.CSS(string=text, url_fetcher=fetcher, font_config=fonts)
    return fetcher, fonts, sheet


def _print_style(subsets: Iterable[str], further: Sequence[str]) -> str:
    """The style with its fonts.

    WeasyPrint takes two files of one family and weight for one font, and so draws the letters of
    one with the numbers of the other: each file gets a family of its own.
    """
    faces = [face for face in _faces() if face.subset in subsets]
    rules = [_rule(face, f"{face.family} {face.subset}", _SCHEME) for face in faces]
    rules += [
        f'@font-face {{ font-family: "{_FURTHER} {number}"; src: url("{address}"); }}\n'
        for number, address in enumerate(further)
    ]
    text = style("print.css")
    for family in _FAMILIES.values():
        found = dict.fromkeys(f'"{f.family} {f.subset}"' for f in faces if f.family == family)
        text = text.replace(f'"{family}"', ", ".join(found))
    behind = "".join(f' "{_FURTHER} {number}",' for number in range(len(further)))
    return "".join(rules) + text.replace(f" {_FURTHER},", behind)


def _subsets(html: str) -> tuple[str, ...]:
    """The parts of our fonts that a document may need: unpacking all takes as long as the rest."""
    signs = set(unescape(html))
    emoji = any(map(_EMOJI.match, signs))
    found = ["latin"]
    for name in RANGES:
        here = {sign for sign in signs if _pattern(name).match(sign)}
        signs -= here
        if here and name not in found:
            found.append(name)
    if emoji or signs - set("\n\t\r"):
        found.append("signs")
    if emoji:
        found.append("emoji")
    return tuple(found)


@cache
def _pattern(subset: str) -> re.Pattern[str]:
    ranges = re.sub(r"U\+(\w+)", lambda found: f"\\U{found[1]:0>8}", RANGES[subset])
    ranges = re.sub(r"-(\w+)", lambda found: f"-\\U{found[1]:0>8}", ranges).replace(", ", "")
    return re.compile(f"[{ranges}]")


def _render(job: _Job) -> bytes:
    weasyprint = _weasyprint()

    def finish(document: Any, pdf: Any) -> None:
        if missing := _missing(document):
            raise _no_glyph(missing, job.html)
        standards.finish(pdf, job.attachments)
        if job.form:
            fillable.complete(pdf, list(_fields(document)), _program(document))

    options = {"pdf_variant": standards.VARIANT, "pdf_forms": job.form}
    room = _ROOM * (2 if len(job.html) < _LONG else 3)
    while True:
        fetcher, fonts, sheet = _press(_subsets(job.html), job.fonts, room)
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
    data: bytes = document.write_pdf(finisher=finish, pdf_identifier=False, **options)
    return standards.identified(data)


_PAGE_OF_TARGET = "target-counter(attr(href), page)"
_ROOM = "0"
"""As wide as any digit."""
_LONG = 250_000
"""Characters of a document that may have more than 99 pages."""


def _number_pages(document: Any, room: str) -> None:
    """Puts the numbers of pages in behind the links that lead there.

    For a number that stands before its page, WeasyPrint lays its own page out three times; nothing
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


# ── glyphs ───────────────────────────────────────────────────────────────────────────────────────


def _missing(document: Any) -> set[str]:
    """The characters that were drawn as boxes, or in a font that just happens to be installed."""
    found: set[str] = set()
    for font in document.fonts.values():
        found |= {chr(code) for code in font.missing}
        if not font.family.startswith((*_FAMILIES.values(), _FURTHER)):
            # A space takes the font of the character before it.
            found |= set("".join(font.to_unicode.values())) - {" "}
    return found


def _no_glyph(missing: set[str], html: str) -> RenderError:
    section, sign, around = _place(missing, html)
    more = f" (nor {len(missing) - 1} others)" if len(missing) > 1 else ""
    return RenderError(
        f"no font has the character “{sign}” ({_called(sign)}){more}, in “{around}”",
        where=f"the PDF, below “{section}”",
        remedy="write it another way, or put a font file that has it (.woff2, .otf, .ttf) into "
        "the folder fonts/ beside publisher.toml",
    )


def _place(missing: set[str], html: str) -> tuple[str, str, str]:
    """Where the first of some characters stands: (heading above it, the character, the words)."""
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


def _called(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()
