"""What PDF/A-3a and PDF/UA-1 demand of a file, as far as a file of ours could break it.

No validator of the two standards can be had from a package registry, so their testable rules stand
here, under the clauses of ISO 19005-3 (`A`) and ISO 14289-1 (`UA`). `outloud` looks at the rest of
PDF/UA-1 beside this.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

KINDS = {
    "L": {"L", "LI", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TR": {"TH", "TD"},
}
"""UA 7.2: what may stand directly in a list or a table."""
PARENTS = {
    "LI": {"L"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
}
KNOWN = (
    {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "NonStruct", "P", "L"}
    | {"LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span", "Link"}
    | {"H1", "H2", "H3", "H4", "H5", "H6", "Form", "Figure"}
)
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
NAMES = {
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": RDF[1:-1],
}


def broken(data: bytes) -> list[str]:
    """The rules that a PDF breaks, each with its clause; empty: none."""
    found: list[str] = []
    if not re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}", data):
        found.append("A 6.1.2: header")
    if not data.rstrip(b"\n").endswith(b"%%EOF"):
        found.append("A 6.1.3: something behind the end")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found += [f"qpdf: {problem}" for problem in pdf.check_pdf_syntax()]
        for rules in (_file, _metadata, _colours, _fonts, _contents, _tree, _annotations, _files):
            found += rules(pdf)
    return found


def _file(pdf: pikepdf.Pdf) -> Iterator[str]:
    root: Any = pdf.Root
    if "/ID" not in pdf.trailer:
        yield "A 6.1.3: no ID"
    if pdf.is_encrypted:
        yield "A 6.1.3: encrypted"
    if root.get("/MarkInfo", {}).get("/Marked") is not True:
        yield "A 6.7.2.2, UA 6.2: not marked"
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True:
        yield "UA 7.1: the title is not displayed"
    if not re.fullmatch(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", str(root.get("/Lang", ""))):
        yield "A 6.7.4, UA 7.2: no language"
    for key in ("/AA", "/OCProperties", "/Requirements", "/NeedsRendering", "/OpenAction"):
        if key in root:
            yield f"A 6.5.2, 6.9, 6.11, 6.4.2: {key} in the catalogue"
    for thing in pdf.objects:
        if isinstance(thing, Stream) and {"/F", "/FFilter", "/FDecodeParms"} & set(thing.keys()):
            yield "A 6.1.7.1: a stream outside the file"
        if isinstance(thing, Stream) and "LZW" in str(thing.get("/Filter")):
            yield "A 6.1.7.2: LZW"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        yield "A 6.6.2.1: no metadata"
        return
    if stream.Type != Name.Metadata or stream.Subtype != Name.XML:
        yield "A 6.6.2.1: no metadata"
    text = stream.read_bytes()
    if re.search(rb"<\?xpacket begin=[^>]*(?:bytes|encoding)=", text):
        yield "A 6.6.2.1: attributes of the packet"
    tree = ET.fromstring(text)
    if len(tree.findall(f"{RDF}RDF")) != 1:
        yield "A 6.6.2.1: not one RDF"
    said = {key: value for part in tree.iter(f"{RDF}Description") for key, value in part.items()}
    wanted = {"pdfaid": {"part": "3", "conformance": "A"}, "pdfuaid": {"part": "1"}}
    for prefix, values in wanted.items():
        for key, value in values.items():
            if said.get(f"{{{NAMES[prefix]}}}{key}") != value:
                yield f"A 6.6.4, UA 5: {prefix}:{key}"
    described = [part.text for part in tree.iter("{http://www.aiim.org/pdfa/ns/schema#}prefix")]
    if "pdfuaid" not in described:
        yield "A 6.6.2.3.1: the schema of pdfuaid is not described"
    in_xmp = {
        "/Title": [e.text for e in tree.findall(".//dc:title//rdf:li", NAMES)],
        "/Author": [e.text for e in tree.findall(".//dc:creator//rdf:li", NAMES)],
        "/Producer": [said.get(f"{{{NAMES['pdf']}}}Producer")],
    }
    if not in_xmp["/Title"]:
        yield "UA 7.1: no title"
    for entry, told in pdf.docinfo.items():
        if in_xmp.get(entry) != [str(told)]:
            yield f"A 6.6.3: {entry} in the information dictionary is not that of the metadata"


def _colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents: Any = pdf.Root.get("/OutputIntents", [])
    if len(intents) != 1 or intents[0].S != Name.GTS_PDFA1:
        yield "A 6.2.3: no output intent"
        return
    profile = intents[0].DestOutputProfile.read_bytes()
    if profile[12:16] not in (b"mntr", b"prtr") or profile[16:20] != b"RGB " or profile[8] > 4:
        yield "A 6.2.3: not an RGB output profile"
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and thing.get("/Type") == Name.ExtGState:
            if {"/TR", "/HTP"} & set(thing.keys()):
                yield "A 6.2.5: transfer functions"
            if str(thing.get("/BM", "/Normal")) not in ("/Normal", "/Compatible"):
                yield "A 6.2.10: blend mode"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary) or thing.get("/Type") != Name.Font:
            continue
        name = str(thing.get("/BaseFont"))
        if thing.Subtype == Name.Type0:
            yield from _composite(thing, name)
        elif thing.Subtype == Name.TrueType:
            if thing.get("/Encoding") != Name.WinAnsiEncoding:
                yield f"A 6.2.11.6: encoding of {name}"
            if len(thing.Widths) != thing.LastChar - thing.FirstChar + 1:
                yield f"A 6.2.11.2: widths of {name}"
        if thing.Subtype != Name.Type0:
            if not {"/FontFile2", "/FontFile3"} & set(thing.FontDescriptor.keys()):
                yield f"A 6.2.11.4.1, UA 7.21.4.1: {name} is not embedded"
            if not re.search(r"Source-(?:Sans|Serif|Code)|Further", name):
                yield f"{name} is not ours"


def _composite(font: Any, name: str) -> Iterator[str]:
    if font.get("/Encoding") != Name("/Identity-H"):
        yield f"A 6.2.11.3: encoding of {name}"
    under = font.DescendantFonts[0]
    if under.Subtype == Name.CIDFontType2 and "/CIDToGIDMap" not in under:
        yield f"A 6.2.11.3.2: {name} has no CIDToGIDMap"


def _contents(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, 1):
        depth, marked = 0, 0
        text = "".join(_said(page).values())
        if set(text) & set("\0\ufeff\ufffe") or re.search("[\ue000-\uf8ff]", text):
            yield f"A 6.2.11.7, UA 7.21.7: characters without meaning on page {number}"
        for operands, sign in _instructions(page):
            depth += {"q": 1, "Q": -1}.get(sign, 0)
            marked += {"BDC": 1, "BMC": 1, "EMC": -1}.get(sign, 0)
            if depth > 28:
                yield f"A 6.1.13: states nest too deep on page {number}"
            if sign in ("TJ", "Tj") and not marked:
                yield f"UA 7.1: text that is neither content nor artifact on page {number}"
            if sign == "TJ" and any(
                bytes(part)[at : at + 2] == b"\0\0"
                for part in operands[0]
                if isinstance(part, pikepdf.String)
                for at in range(0, len(bytes(part)), 2)
            ):
                yield f"A 6.2.11.8, UA 7.21.8: a missing glyph on page {number}"


def elements(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str, Any]]:
    """(type of the parent, type, element) of the structure tree in reading order."""

    def walk(element: Any, around: str) -> Iterator[tuple[str, str, Any]]:
        kind = str(element.S)[1:]
        yield around, kind, element
        for kid in _kids(element):
            if isinstance(kid, Dictionary) and "/S" in kid:
                yield from walk(kid, kind)

    for top in pdf.Root.StructTreeRoot.K:
        yield from walk(top, "")


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, Array) else [kids]


def _tree(pdf: pikepdf.Pdf) -> Iterator[str]:
    levels: list[int] = []
    names: list[str] = []
    for around, kind, element in elements(pdf):
        kids = [
            str(kid.S)[1:] for kid in _kids(element) if isinstance(kid, Dictionary) and "/S" in kid
        ]
        if kind not in KNOWN:
            yield f"A 6.7.3.4: {kind} is no standard type"
        if kind in KINDS and not set(kids) <= KINDS[kind]:
            yield f"UA 7.2: {set(kids) - KINDS[kind]} in {kind}"
        if kind in PARENTS and around not in PARENTS[kind]:
            yield f"UA 7.2: {kind} in {around}"
        if kind == "TH" and "/Scope" not in element.A:
            yield "UA 7.5: a header cell without scope"
        if kind == "Figure" and not element.get("/Alt"):
            yield "UA 7.3: a figure without words"
        if "/ID" in element:
            names.append(str(element.ID))
        if re.fullmatch("H[1-6]", kind):
            levels.append(int(kind[1]))
    if levels and (levels[0] != 1 or any(b > a + 1 for a, b in pairwise(levels))):
        yield f"UA 7.4.2: levels of headings {levels}"
    listed = pdf.Root.StructTreeRoot.get("/IDTree", Dictionary(Names=[])).Names
    if [str(name) for name in list(listed)[::2]] != sorted(names):
        yield "ISO 32000-1 14.7.2: names of elements are not listed"


def _annotations(pdf: pikepdf.Pdf) -> Iterator[str]:
    owners = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    by_number = {int(owners[at]): owners[at + 1] for at in range(0, len(owners), 2)}
    for page in pdf.pages:
        found: Any = page.get("/Annots", [])
        if len(found) and page.get("/Tabs") != Name.S:
            yield "UA 7.18.3: tab order"
        for annotation in found:
            flags = int(annotation.get("/F", 0))
            if not flags & 4 or flags & (1 | 2 | 32 | 256):
                yield "A 6.3.2: flags of an annotation"
            owner = by_number.get(int(annotation.get("/StructParent", -1)))
            kind = {"/Link": "/Link", "/Widget": "/Form"}.get(str(annotation.Subtype))
            if owner is None or str(owner.S) != kind:
                yield f"UA 7.18.4, 7.18.5: {annotation.Subtype} is not in the tree"
            if annotation.Subtype == Name.Link and not str(annotation.get("/Contents", "")):
                yield "UA 7.18.5: a link without words"
            if annotation.Subtype == Name.Widget:
                yield from _widget(annotation)
    form: Any = pdf.Root.get("/AcroForm", {})
    if form.get("/NeedAppearances") or "/XFA" in form:
        yield "A 6.4.1, 6.4.2: fields without appearances"


def _widget(widget: Any) -> Iterator[str]:
    if not str(widget.get("/TU", "")):
        yield "UA 7.18.1: a field without a label"
    if {"/A", "/AA"} & set(widget.keys()):
        yield "A 6.4.1: a field with actions"
    looks = widget.get("/AP", {})
    if set(looks.keys()) != {"/N"}:
        yield "A 6.3.3: a field without appearance"
    elif isinstance(looks.N, Stream) is (Name.Btn == widget.FT):
        yield "A 6.3.3: a field with the wrong appearance"


def _files(pdf: pikepdf.Pdf) -> Iterator[str]:
    listed = [reference.objgen for reference in pdf.Root.get("/AF", [])]
    if len(set(listed)) != len(listed):
        yield "A 6.8: a file is listed twice"
    names = []
    for name, held in pdf.attachments.items():
        names.append(name)
        file = held.obj
        if not {"/F", "/UF", "/AFRelationship", "/Desc"} <= set(file.keys()):
            yield f"A 6.8, UA 7.11: {name} is not described"
        if file.objgen not in listed:
            yield f"A 6.8: {name} is not associated"
        if not re.fullmatch(r"/[-\w+.]+/[-\w+.]+", str(file.EF.F.get("/Subtype", ""))):
            yield f"A 6.8: {name} has no type"
    if names != sorted(names):
        yield "ISO 32000-1 7.9.6: names of files are not in order"


def read_aloud(data: bytes, kind: str = "Document") -> str:
    """The text of a PDF in the order of its tags, without blanks and without labels of items.

    Blanks cannot be compared: where a line ends, a PDF has none.

    Args:
        data: the PDF.
        kind: the elements to read.
    """
    with pikepdf.open(io.BytesIO(data)) as pdf:
        said = {page.objgen: _said(page) for page in pdf.pages}

        def read(element: Any, inside: bool) -> str:
            inside |= str(element.S)[1:] == kind
            parts = []
            for kid in _kids(element):
                if isinstance(kid, int) and inside:
                    parts.append(said[element.Pg.objgen].get(int(kid), ""))
                elif isinstance(kid, Dictionary) and "/S" in kid and Name.Lbl != kid.S:
                    parts.append(read(kid, inside))
            return "".join(parts)

        return "".join("".join(read(top, False) for top in pdf.Root.StructTreeRoot.K).split())


def _said(page: Any) -> dict[int, str]:
    """The text of each piece of marked content of a page."""
    fonts = {key: _mapping(font) for key, font in page.Resources.Font.items()}
    said: dict[int, str] = {}
    inside: list[int | None] = []
    font: dict[int, str] = {}
    for operands, operator in _instructions(page):
        match operator:
            case "BDC":
                properties = operands[1]
                inside.append(int(properties.MCID) if "/MCID" in properties else None)
            case "BMC":
                inside.append(None)
            case "EMC":
                inside.pop()
            case "Tf":
                font = fonts[str(operands[0])]
            case "TJ" if inside and inside[-1] is not None:
                codes = b"".join(bytes(p) for p in operands[0] if isinstance(p, pikepdf.String))
                text = "".join(
                    font[int.from_bytes(codes[at : at + 2], "big")]
                    for at in range(0, len(codes), 2)
                )
                said[inside[-1]] = said.get(inside[-1], "") + text
    return said


def _instructions(page: Any) -> Iterator[tuple[Any, str]]:
    for instruction in pikepdf.parse_content_stream(page):
        yield instruction.operands, str(instruction.operator)


def _mapping(font: Any) -> dict[int, str]:
    pairs = re.findall(rb"^<(\w{4})> <(\w*)>$", font.ToUnicode.read_bytes(), re.MULTILINE)
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
