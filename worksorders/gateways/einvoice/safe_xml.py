"""Hostile XML is refused before it is parsed: size, encoding, document types and entities."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from worksorders.domain.finance.facts import IntakeFault

MAX_BYTES = 10_000_000
_ENCODINGS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252", "utf-16"})
"""Those taken, by Python's name for them; a file may call them by any of their own names."""
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*?\?>", re.ASCII)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


class RefusedXmlError(Exception):
    """A file that is not parsed, with the fault that says why."""

    def __init__(self, fault: IntakeFault) -> None:
        self.fault = fault
        super().__init__(fault.what)


def _refuse(where: str, what: str, remedy: str) -> RefusedXmlError:
    return RefusedXmlError(IntakeFault(where, what, remedy))


def parse(data: bytes) -> etree._Element:
    """The root element of XML that is small, in an honest encoding, and without a document type.

    DTDs, entities and the network are off, comments and processing instructions are dropped. Raises
    RefusedXmlError with where, what and what to do.
    """
    if len(data) > MAX_BYTES:
        raise _refuse(
            "file",
            f"the file has {len(data):,} bytes, more than {MAX_BYTES:,}",
            "Send the invoice without embedded documents, or split it.",
        )
    if not data.strip():
        raise _refuse("file", "the file is empty", "Send the invoice again.")
    if data.lstrip().startswith(b"%PDF"):
        raise _refuse(
            "file",
            "it is a PDF, which no machine reads as an invoice",
            "Type it in and attach the PDF there, or send the e-invoice (XML).",
        )
    text = _DECLARATION.sub("", _decode(data), count=1)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _refuse(
            "file",
            "the file declares a document type or entities",
            "Send plain UBL without a DOCTYPE; nothing of this file was read.",
        )
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        place = f"line {error.lineno}" if isinstance(error, etree.XMLSyntaxError) else "file"
        raise _refuse(place, f"it is not well-formed XML ({error})", "Send the whole file again.") from None


def _decode(data: bytes) -> str:
    name = _encoding(data)
    if name not in _ENCODINGS:
        raise _refuse("XML declaration", f"the encoding {name} is not accepted", "Send the file in UTF-8.")
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise _refuse(
            f"byte {error.start + 1}",
            f"the bytes there are not {name}, as the file says it is",
            "Save the file in UTF-8 and send it again.",
        ) from None
    return text.removeprefix("\ufeff")


def _encoding(data: bytes) -> str:
    """From the byte order mark, else from the declaration, else UTF-8, which Peppol requires."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    declared = _DECLARED.match(data)
    name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    try:
        name = codecs.lookup(name).name
    except LookupError:
        return name
    # A file that calls itself UTF-16 without a byte order mark could hide markup from one reader.
    return "UTF-16 without a byte order mark" if name.startswith("utf-16") else name
