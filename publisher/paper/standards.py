"""What PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) require beyond what WeasyPrint writes.

Everything is done to the objects of a PDF before they become bytes: nothing is parsed again, and
the same input still gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pydyf  # type: ignore[import-untyped]

VARIANT = "pdf/a-3a"
"""The standard that WeasyPrint follows: it takes one at a time; `finish` adds the other."""


class Relationship(StrEnum):
    """What an attached file is to the document (ISO 19005-3 annex E)."""

    SOURCE = "Source"
    """The document was made from it."""
    DATA = "Data"
    """It holds what the document shows, for programs."""
    SUPPLEMENT = "Supplement"
    """It belongs to the document and says more."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside a PDF, byte for byte."""

    name: str
    data: bytes
    media_type: str
    description: str
    relationship: Relationship


def finish(pdf: Any, attachments: Sequence[Attachment] = ()) -> None:
    """Makes a PDF/A-3a file of WeasyPrint a PDF/UA-1 file too, and attaches files to it.

    Args:
        pdf: a `pydyf.PDF` that is about to be written; changed in place.
        attachments: what travels inside it.
    """
    _claim(pdf)
    elements = {
        thing.reference: thing
        for thing in pdf.objects
        if isinstance(thing, pydyf.Dictionary) and thing.get("Type") == "/StructElem"
    }
    _set_margins_apart(pdf, elements)
    _drop_empty(elements)
    _give_bodies(pdf, elements)
    _scope_headers(elements)
    _list_names(pdf, elements)
    _attach(pdf, attachments)


# ── identification ───────────────────────────────────────────────────────────────────────────────

_CLAIM = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" \
pdfuaid:part="1" />\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>\
<rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\
</rdf:Description>"""
"""ISO 14289-1 §5; PDF/A wants the schema described that it does not know (ISO 19005-3 §6.6.2.3).
"""


def _claim(pdf: Any) -> None:
    metadata = _object(pdf, pdf.catalog["Metadata"])
    end = b"</rdf:RDF>"
    metadata.stream = [b"".join(metadata.stream).replace(end, _CLAIM + end)]
    # Plain, so that a program that knows no PDF finds it.
    metadata.compress = False


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def identified(data: bytes) -> bytes:
    """A PDF that was written, with its identifier (ISO 19005-3 §6.1.3): a digest of all of it.

    `pydyf` makes one too, but packs every stream twice for it. The cross-reference stream, whose
    dictionary holds it, is the last thing in the file: nothing behind it moves.

    Args:
        data: a PDF without an identifier, as `pydyf` writes it.
    """
    start = int(data.rpartition(b"startxref\n")[2].split()[0])
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    entry = f"/Type /XRef/ID [<{digest}><{digest}>]".encode()
    return data[:start] + data[start:].replace(b"/Type /XRef", entry, 1)


# ── tags ─────────────────────────────────────────────────────────────────────────────────────────


def _set_margins_apart(pdf: Any, elements: dict[bytes, Any]) -> None:
    """Running heads and page numbers are no content (ISO 14289-1 §7.8).

    WeasyPrint tags them and leaves their elements out of the tree.
    """
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    top = root["K"][0]
    linked = set(elements[top]["K"])
    aside: set[bytes] = set()
    for reference, element in elements.items():
        # Parents stand before their children.
        parent = element["P"]
        if parent in aside or (parent == top and reference not in linked):
            aside.add(reference)
    parents = _object(pdf, root["ParentTree"])["Nums"]
    pages = [_object(pdf, reference) for reference in pdf.page_references]
    for page, owners in zip(pages, parents[1::2], strict=False):
        numbers = {number for number, owner in enumerate(owners) if owner in aside}
        _as_artifacts(_object(pdf, page["Contents"]).stream, numbers)
        owners[:] = ["null" if owner in aside else owner for owner in owners]
        while owners and owners[-1] == "null":
            owners.pop()
    for reference in aside:
        elements.pop(reference).clear()


def _as_artifacts(content: list[Any], numbers: set[int]) -> None:
    for index, part in enumerate(content):
        if isinstance(part, dict) and part.get("MCID") in numbers:
            content[index - 1] = "/Artifact"
            content[index] = pydyf.Dictionary({"Type": "/Pagination"})


_MAY_BE_EMPTY = frozenset({"/TD", "/TH", "/TR", "/Document"})


def _drop_empty(elements: dict[bytes, Any]) -> None:
    """Elements without content would be read out as nothing."""
    for reference, element in reversed(list(elements.items())):
        if not element["K"] and element["S"] not in _MAY_BE_EMPTY:
            elements[element["P"]]["K"].remove(reference)
            elements.pop(reference).clear()


def _give_bodies(pdf: Any, elements: dict[bytes, Any]) -> None:
    """An item of a list has nothing but a label and a body (ISO 32000-1 §14.8.4.3.3)."""
    for reference, item in list(elements.items()):
        if item["S"] != "/LI":
            continue
        kids = list(item["K"])
        loose = [kid for kid in kids if _kind(elements, kid) not in ("/Lbl", "/LBody")]
        if not loose:
            continue
        body = next((elements[kid] for kid in kids if _kind(elements, kid) == "/LBody"), None)
        if body is None:
            body = pydyf.Dictionary(
                {
                    "Type": "/StructElem",
                    "S": "/LBody",
                    "K": pydyf.Array(),
                    "Pg": item["Pg"],
                    "P": reference,
                }
            )
            pdf.add_object(body)
            elements[body.reference] = body
        for kid in loose:
            elements[kid]["P"] = body.reference
        before = [kid for kid in loose if body.reference in kids[kids.index(kid) :]]
        body["K"][:] = [*before, *body["K"], *[kid for kid in loose if kid not in before]]
        labels = [kid for kid in kids if _kind(elements, kid) == "/Lbl"]
        item["K"][:] = [*labels, body.reference]


def _kind(elements: dict[bytes, Any], kid: Any) -> str:
    return str(elements[kid]["S"]) if kid in elements else ""


def _scope_headers(elements: dict[bytes, Any]) -> None:
    """Header cells say what they head (ISO 14289-1 §7.5)."""
    for element in elements.values():
        if element["S"] != "/TH":
            continue
        row = [_kind(elements, kid) for kid in elements[element["P"]]["K"]]
        element["A"]["Scope"] = "/Column" if set(row) == {"/TH"} else "/Row"


def _list_names(pdf: Any, elements: dict[bytes, Any]) -> None:
    """Elements that have names are found by them (ISO 32000-1 §14.7.2, `IDTree`)."""
    named = {e["ID"].data: (e["ID"], r) for r, e in elements.items() if "ID" in e}
    if named:
        names = [part for _, pair in sorted(named.items()) for part in pair]
        # One leaf below the root: the root of a name tree has no limits (ISO 32000-1 §7.9.6).
        tree = pydyf.Dictionary({"Names": pydyf.Array(names)})
        pdf.add_object(tree)
        _object(pdf, pdf.catalog["StructTreeRoot"])["IDTree"] = tree.reference


# ── attachments ──────────────────────────────────────────────────────────────────────────────────


def _attach(pdf: Any, attachments: Sequence[Attachment]) -> None:
    """ISO 19005-3 §6.8: each file with its type, both names, and what it is to the document."""
    if not attachments:
        return
    names, files = pydyf.Array(), pydyf.Array()
    for attachment in sorted(attachments, key=lambda a: a.name.encode()):
        digest = hashlib.md5(attachment.data, usedforsecurity=False).hexdigest()
        stream = pydyf.Stream(
            [attachment.data],
            {
                "Type": "/EmbeddedFile",
                "Subtype": "/" + attachment.media_type.replace("/", "#2f"),
                "Params": pydyf.Dictionary(
                    {"Size": len(attachment.data), "CheckSum": f"<{digest}>"}
                ),
            },
            compress=True,
        )
        pdf.add_object(stream)
        name = pydyf.String(attachment.name)
        held = pydyf.Dictionary({"F": stream.reference, "UF": stream.reference})
        specification = pydyf.Dictionary(
            {
                "Type": "/Filespec",
                "F": name,
                "UF": name,
                "EF": held,
                "Desc": pydyf.String(attachment.description),
                "AFRelationship": f"/{attachment.relationship}",
            }
        )
        pdf.add_object(specification)
        names.extend([name, specification.reference])
        files.append(specification.reference)
    tree = pydyf.Dictionary({"Names": names})
    pdf.add_object(tree)
    pdf.catalog.setdefault("Names", pydyf.Dictionary())["EmbeddedFiles"] = tree.reference
    pdf.catalog["AF"] = files
