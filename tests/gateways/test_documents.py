"""Our PDFs are tagged, fetch nothing and say nothing about their making."""

from __future__ import annotations

import io
from datetime import date

import pytest
from jinja2 import UndefinedError
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from worksorders.gateways.documents import pdf

EMPTY = {
    "code": "W-TEST",
    "area": "Ōtaki <b>area</b>",
    "state": "Draft",
    "issued_on": None,
    "complete_by": date(2026, 11, 24),
    "lines": [],
    "visits": [],
    "net_cents": 0,
    "gst_cents": 0,
    "gross_cents": 123450,
}

LINE = {
    "item": "LK01", "work": "Lock work", "visit": "1", "quantity": 1, "unit": "each", "rate": "$1.00",
    "amount_cents": 100,
}  # fmt: skip


def test_a_document_is_tagged_titled_and_in_english_with_its_macrons():
    reader = PdfReader(io.BytesIO(pdf.render_pdf("order.html", EMPTY)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-NZ"
    assert reader.metadata.title == "Works order W-TEST"
    text = reader.pages[0].extract_text()
    assert "Ōtaki <b>area</b>" in text
    assert "$1,234.50" in text
    assert "24 November 2026" in text


@pytest.mark.parametrize(
    "address", ["http://localhost:1/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "x.png"]
)
def test_an_address_in_a_document_is_refused_whatever_it_is(monkeypatch, address):
    page = f'<html lang="en"><title>x</title><body><img alt="x" src="{address}"></body></html>'
    monkeypatch.setattr(pdf, "render_html", lambda *_: page)
    if address == "x.png":
        assert b"%PDF" in pdf.render_pdf("order.html", {})[:10]
        return
    with pytest.raises(FatalURLFetchingError):
        pdf.render_pdf("order.html", {})


def test_a_missing_value_is_an_error_and_not_an_empty_place():
    with pytest.raises(UndefinedError):
        pdf.render_pdf("order.html", {"code": "W-TEST"})


def test_a_sum_stands_once_below_a_table_that_goes_over_pages():
    reader = PdfReader(
        io.BytesIO(pdf.render_pdf("order.html", EMPTY | {"lines": [LINE] * 90, "net_cents": 9_000}))
    )
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) > 1
    assert ["$90.00" in text for text in texts] == [False] * (len(texts) - 1) + [True]
