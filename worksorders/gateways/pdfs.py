"""Looks into a PDF that somebody uploads: what does something when it is opened, or carries other files, is refused."""

from __future__ import annotations

import io
import logging

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

HEADER = b"%PDF-"
MOST_PAGES = 50
MOST_OBJECTS = 50_000
# Names of a PDF's dictionaries that make a reader do something, and what to call them.
ACTIVE = {
    "/JavaScript": "a script",
    "/JS": "a script",
    "/Launch": "an action that starts a program",
    "/EmbeddedFile": "another file inside",
    "/EmbeddedFiles": "another file inside",
    "/RichMedia": "media that plays",
    "/XFA": "a form that runs",
    "/SubmitForm": "an action that sends something away",
    "/ImportData": "an action that reads a file",
    "/GoToE": "a link into another file",
    "/GoToR": "a link into another file",
}
UNREADABLE = "This PDF cannot be read: save or print it to PDF anew, without a password, and send that."
# What the parser complains of may quote the file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class PdfError(ValueError):
    """A PDF that is refused; `str()` says why and what to send instead."""


def is_pdf(content: bytes) -> bool:
    """Whether a file says at its beginning that it is a PDF; its name and declared type count for nothing."""
    return content.startswith(HEADER)


def check_pdf(content: bytes) -> None:
    """Pass a plain PDF of at most 50 pages; PdfError for a broken, locked, long or active one."""
    if not is_pdf(content):
        raise PdfError("This file is no PDF.")
    try:
        _check(content)
    except PdfError:
        raise
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OSError):
        raise PdfError(UNREADABLE) from None


def _check(content: bytes) -> None:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise PdfError(UNREADABLE)
    pages = len(reader.pages)
    if not 0 < pages <= MOST_PAGES:
        raise PdfError(f"This PDF has {pages} pages: send one of 1 to {MOST_PAGES}.")
    _refuse_active(reader.trailer)


def _refuse_active(trailer: DictionaryObject) -> None:
    """Walk over every object that can be reached from the trailer."""
    waiting: list[PdfObject] = [trailer]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            found = one.get_object()
            if found is None:
                continue
            one = found
        count += 1
        if count > MOST_OBJECTS:
            raise PdfError("This PDF is too involved to look over: print it to PDF anew and send that.")
        waiting += _inside(one)


def _inside(one: PdfObject) -> list[PdfObject]:
    if isinstance(one, DictionaryObject):
        names = {str(key) for key in one} | {
            str(one.raw_get(key)) for key in ("/S", "/Type", "/Subtype") if key in one
        }
        for name in sorted(names & ACTIVE.keys()):
            raise PdfError(f"This PDF holds {ACTIVE[name]}: print it to PDF anew and send that.")
        return [one.raw_get(key) for key in one if not (isinstance(one, StreamObject) and key == "/Length")]
    return [list.__getitem__(one, place) for place in range(len(one))] if isinstance(one, ArrayObject) else []
