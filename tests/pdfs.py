"""Small PDFs for tests of uploads: a plain one, and what is done to those that are refused."""

from __future__ import annotations

import io

from pypdf import PdfWriter


def plain(title="", *, pages=1, change=None):
    """A PDF of blank pages; `change(writer)` does something to it first."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": title})
    if change is not None:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
