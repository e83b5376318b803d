"""The receipt for a declaration by form, on the page in place of the form."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import astuple

from markupsafe import Markup

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration
from publisher.answers.form_on_day import FormOnDay
from publisher.answers.opt_out_form import TOKEN_FIELD, changes_link
from publisher.answers.opt_out_page import OptOutPage
from publisher.letters.receipt import Declared, ReceiptMarks, receipt_marks, receipt_text
from publisher.letters.stationery import Stationery
from publisher.markup.html import clauses_html
from publisher.people.requests import Recorded, Request
from publisher.text.parsing import parse


def receipt_region(
    page: OptOutPage,
    bearer: Bearer,
    recorded: Recorded,
    requests: Sequence[Request],
    stationery: Stationery,
) -> Markup:
    """The receipt for a declaration, in place of the form.

    To read Markdown takes longer than all else about a declaration, so what receipts have in
    common is read once.

    Args:
        page: where it was declared.
        bearer: who declared it, with a token.
        recorded: what is on record; for what repeats another declaration, that one's receipt.
        requests: all that this customer declared about the release and its corrections.
        stationery: what receipts are written with.
    """
    form, own = page.form, f"./?{TOKEN_FIELD}={bearer.token.text if bearer.token else ''}"
    first = recorded.first or recorded.request
    # With its digest, which whoever weighs declarations is not given.
    first = next((one for one in requests if one.id == first.id), first)
    stands = current_declaration(requests)
    told = Declared(bearer.window, bearer.before, [first], stands, own, form.language)
    marks, alike = receipt_marks(told, stationery), _alike(told, stationery)
    if alike is not None and (blank := page.receipts.get(alike)) is not None:
        return _filled(blank, marks)
    whole = _receipt(form, told, stationery, marks)
    if alike is not None and alike not in page.receipts:
        blank = _receipt(form, told, stationery, _holes(marks))
        # Composing it is the truth, so what is filled in has to come out the same.
        page.receipts[alike] = blank if _filled(blank, marks) == whole else None
    return whole


def _alike(told: Declared, stationery: Stationery) -> Hashable | None:
    """What all receipts have in common that differ in their marks alone; None: there are none."""
    one = told.requests[-1]
    if told.stands is not one or len(told.requests) > 1 or not (one.digest and told.link):
        return None
    release, kind = told.release, (one.kind, one.timing)
    return stationery, release.name, release.seal, told.before, kind, told.language


def _receipt(
    form: FormOnDay, told: Declared, stationery: Stationery, marks: ReceiptMarks
) -> Markup:
    # The page has its heading already, so that of the receipt goes one level down.
    receipt = clauses_html(parse(f"#{receipt_text(told, stationery, marks)}"))
    return Markup('<section class="pp-optout pp-receipt"{}>\n{}{}</section>\n').format(
        form.words.attributes,
        receipt,
        Markup('<p class="pp-buttons">{}</p>\n').format(changes_link(form)),
    )


def _holes(marks: ReceiptMarks) -> ReceiptMarks:
    """What stands in place of a receipt's own words: letters and digits, which Markdown keeps."""
    return ReceiptMarks(*(f"zq{n}qz" for n in range(len(astuple(marks)))))


def _filled(blank: Markup, marks: ReceiptMarks) -> Markup:
    # The link comes last: of the others none can look like a hole.
    for hole, own in zip(astuple(_holes(marks)), astuple(marks), strict=True):
        blank = blank.replace(hole, own)
    return blank
