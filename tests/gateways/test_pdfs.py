"""An uploaded PDF is told by its content; one that is broken, locked, long or active is refused with the reason."""

from __future__ import annotations

import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests import pdfs
from worksorders.gateways.pdfs import MOST_PAGES, PdfError, check_pdf, is_pdf


def link(action):
    """Give the first page a link that does something."""

    def change(writer):
        doing = DictionaryObject({NameObject("/S"): NameObject(action)})
        note = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): doing})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])

    return change


def form(writer):
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/XFA"): TextStringObject("<form/>")}
    )


REFUSED = {
    "script": (pdfs.plain(change=link("/JavaScript")), "a script"),
    "attachment": (
        pdfs.plain(change=lambda writer: writer.add_attachment("a.exe", b"MZ")), "another file inside",
    ),
    "launch": (pdfs.plain(change=link("/Launch")), "starts a program"),
    "sends": (pdfs.plain(change=link("/SubmitForm")), "sends something away"),
    "form": (pdfs.plain(change=form), "a form that runs"),
    "long": (pdfs.plain(pages=MOST_PAGES + 1), "51 pages"),
    "locked": (pdfs.plain(change=lambda writer: writer.encrypt("word", algorithm="AES-256")), "without a password"),
    "header alone": (b"%PDF-1.7 nothing", "cannot be read"),
    "page of the web": (b"%PDF-1.7\n<html><script>alert(1)</script></html>", "cannot be read"),
    "no pdf": (b"<html></html>", "no PDF"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_plain_pdf_is_refused_with_the_reason(name):
    content, told = REFUSED[name]
    with pytest.raises(PdfError) as error:
        check_pdf(content)
    assert told in str(error.value)


def test_a_plain_pdf_passes_and_is_known_by_its_content():
    made = pdfs.plain("Certificate", pages=MOST_PAGES)
    check_pdf(made)
    assert is_pdf(made)
    assert not is_pdf(b"\xff\xd8" + made)
