"""Reads a paper that somebody sends: a PDF, or a picture painted afresh so that nothing of the camera is kept."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from worksorders.gateways.confined import check_pdf, repaint
from worksorders.gateways.pdfs import PdfError, is_pdf
from worksorders.gateways.photos import PhotoError

PDF = "application/pdf"
JPEG = "image/jpeg"
MOST_BYTES = 5 * 1024 * 1024


class PaperError(ValueError):
    """The file cannot be kept; the text says why and what to send instead."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it is stored."""

    media_type: str
    content: bytes
    sha256: bytes


def read_paper(uploaded: bytes) -> KeptFile:
    """The file as it is to be stored; raises PaperError."""
    if len(uploaded) > MOST_BYTES:
        raise PaperError(f"The file has {len(uploaded) // 1024:,} KB: send at most 5,120 KB.")
    media_type, content = PDF, uploaded
    if is_pdf(uploaded):
        try:
            check_pdf(uploaded)
        except PdfError as error:
            raise PaperError(str(error)) from None
    else:
        try:
            media_type, content = JPEG, repaint(uploaded).content
        except PhotoError:
            raise PaperError(
                "This file cannot be read: send a PDF, or a JPEG, PNG or WebP picture."
            ) from None
    return KeptFile(media_type, content, sha256(content).digest())
