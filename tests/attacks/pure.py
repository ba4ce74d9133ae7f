"""Attacks on what needs no database: spreadsheets, XML, pictures, addresses of webhooks, messages, the disclosure table.

Each family has its cases, a check that gives the faults of one case, and a weakness under which the check must report.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import socket
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from PIL import Image

from worksorders.domain.disclosure import policy
from worksorders.domain.disclosure.policy import Field, Moment, Purpose, Relation, Viewer
from worksorders.domain.roles import Role
from worksorders.domain.telling import linter
from worksorders.gateways import csv_safe, photos, webhooks
from worksorders.gateways.einvoice import safe_xml
from worksorders.gateways.photos import PhotoError
from worksorders.gateways.webhooks import AddressError

FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "\t=1+1", "\r=1+1",
    "\n=1+1", " =1+1", "  +cmd", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)",
    "|calc", '=DDE("cmd")', "-2+3+cmd|' /C calc'!A0", "@import", '+6421"=1+1', '=IMPORTXML("http://x")', "=\u00a01",
)  # fmt: skip


def csv_faults(value):
    data = csv_safe.write_csv(["a", "b"], [[value, "x"]])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    cell = rows[1][0]
    faults = [] if len(rows) == 2 and len(rows[1]) == 2 else ["the row broke"]
    begins = cell.lstrip(" \u00a0\u200b\ufeff")[:1]
    return [*faults, *([f"runs: {cell!r}"] if begins in "=+-@\t\r\n＝＋－＠|" else [])]


def csv_weakness(patch):
    patch.setattr(csv_safe, "safe_cell", str)


BOMB = "".join(f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "lol"}">' for n in range(9))
XML = {
    "local entity": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "file entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "network entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><a/>',
    "billion laughs": f"<!DOCTYPE a [{BOMB}]><a>&l8;</a>",
    "external subset": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "public subset": '<!DOCTYPE a PUBLIC "-//x//y" "http://127.0.0.1:9/a.dtd"><a/>',
    "empty document type": "<!DOCTYPE a><a/>",
    "lower case document type": '<!doctype a [<!ENTITY x "y">]><a/>',
    "in sixteen bits": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
    "in seven bits": b'<?xml version="1.0" encoding="utf-7"?><a/>',
    "unknown encoding": b'<?xml version="1.0" encoding="ebcdic-cp-us"?><a/>',
    "not closed": "<a><b></a>",
    "two roots": "<a/><b/>",
    "no xml": "hello",
    "nothing": "",
    "deep": "<a>" * 5000 + "</a>" * 5000,
    "a NUL": "<a>\0</a>",
    "an undefined entity": "<a>&nbsp;</a>",
    "a character beyond": "<a>&#x0;</a>",
}  # fmt: skip


def xml_faults(name):
    given = XML[name]
    data = given if isinstance(given, bytes) else given.encode()
    try:
        root = safe_xml.parse(data)
    except safe_xml.RefusedXmlError:
        return []
    except etree.XMLSyntaxError:
        return [f"{name} reached the parser itself"]
    return [f"{name} was read as {root.tag}"]


def xml_weakness(patch):
    patch.setattr(safe_xml, "parse", lambda data: etree.fromstring(data, etree.XMLParser(load_dtd=True)))


def _picture(kind="PNG", size=(40, 30), **values):
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **values)
    return written.getvalue()


def _huge():
    plain = bytearray(_picture())
    plain[16:24] = (20_000).to_bytes(4, "big") * 2
    return bytes(plain)


SCRIPT = b"<script>alert(document.domain)</script>"
REFUSED = {
    "nothing": b"", "html": SCRIPT, "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg with xml head": b'<?xml version="1.0"?><svg/>', "pdf": b"%PDF-1.7\n", "gif": _picture("GIF"),
    "bmp": _picture("BMP"), "tiff": _picture("TIFF"), "ico": _picture("ICO"), "zip": b"PK\x03\x04", "elf": b"\x7fELF",
    "php": b"<?php system($_GET[0]);", "half a jpeg": _picture("JPEG")[:60], "head of a png": _picture()[:30],
    "200 megapixels": _huge(), "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "text": b"hello",
    "gif head and script": b"GIF89a" + SCRIPT, "jpeg head and script": b"\xff\xd8\xff" + SCRIPT, "NULs": b"\0" * 500,
}  # fmt: skip
CLEANED = {
    "script after a jpeg": _picture("JPEG") + SCRIPT,
    "script after a png": _picture() + SCRIPT,
    "script after a webp": _picture("WEBP") + SCRIPT,
    "comment in a jpeg": _picture("JPEG", comment=SCRIPT),
    "exif in a jpeg": _picture("JPEG", exif=b"Exif\0\0" + SCRIPT),
    "zip after a jpeg": _picture("JPEG") + b"PK\x03\x04" + SCRIPT,
}


def upload_faults(name):
    data = REFUSED.get(name) or CLEANED.get(name, b"")
    try:
        fresh = photos.repaint(data)
    except PhotoError:
        return [] if name in REFUSED else [f"{name} was refused"]
    if name in REFUSED:
        return [f"{name} was taken"]
    return [f"{name} is still in it"] if b"script" in fresh.content or b"PK\x03" in fresh.content else []


def upload_weakness(patch):
    patch.setattr(photos, "repaint", lambda data: photos.FreshPhoto(data, 1, 1))


INSIDE = (
    "http://127.0.0.1/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://0.0.0.0/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/",
    "https://[fd00::1]/", "https://[fe80::1]/", "https://100.64.0.1/", "https://224.0.0.1/", "https://255.255.255.255/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[::]/", "https://localhost/",
    "file:///etc/passwd", "gopher://127.0.0.1:6379/", "ftp://example.org/", "https://user:pass@example.org/",
    "https://example.org\\@127.0.0.1/", "https://example.org#@127.0.0.1/", "https:///x", "//example.org", "javascript:1",
    "https://example.org:0/", "https://example.org:99999/", "https://exa mple.org/", "https://example.org/\r\nX: y",
    "http://example.org/", "https://" + "a" * 600 + ".org/", "https://１２７.0.0.1/", "https://127.0.0.1.:443/",
)  # fmt: skip


def _resolve(host, port, **_):
    """A resolver of the attacker's: numbers in any spelling are what they mean, every name leads inside."""
    with contextlib.suppress(OSError):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (socket.inet_ntoa(socket.inet_aton(host)), port))]
    address = host if ":" in host else "10.1.2.3"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


def ssrf_faults(url):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhooks.socket, "getaddrinfo", _resolve)
        try:
            target = webhooks.find_target(url, ())
        except AddressError:
            return []
    return [f"{url} would be called at {target.address}"]


def ssrf_weakness(patch):
    found = webhooks.Target(webhooks.urlsplit("https://x"), "x", 443, "127.0.0.1")
    patch.setattr(webhooks, "find_target", lambda _url, _allowed: found)


TELLING = (
    "Your visit to {address} is booked", "Call {{ client }}", "%(name)s has an update", "Visit at 10 Kowhai Street",
    "See https://works.example/offers/1", "www.example.org", "Security work on your home", "The locksmith comes",
    "Women’s Refuge says hello", "Police were told", "Your address", "Alarm fitted", "A door was broken",
    "Violence at home", "New window stays", "Tomorrow at 9:30", "Code 1234", "$name", "<b>Update</b>", "Whānau Protect",
)  # fmt: skip


def message_faults(words):
    return [] if linter.find_faults(words) else [f"“{words}” passed"]


def message_weakness(patch):
    patch.setattr(linter, "find_faults", lambda _words: ())


START = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
HOME = (
    Field.ADDRESS,
    Field.CLIENT_NAME,
    Field.CLIENT_PHONE,
    Field.COORDINATES,
    Field.CODE_WORD,
    Field.HAZARDS,
)
STALE = {
    "offered": ("offered", Relation.OFFERED, 0), "expired offer": ("published", Relation.OFFERED, 0),
    "firm not named": ("accepted", Relation.FIRM, 0), "too early": ("accepted", Relation.NAMED, -19),
    "done": ("done", Relation.NAMED, 1), "cancelled": ("cancelled", Relation.NAMED, 0),
    "given back": ("unplanned", Relation.NONE, 0), "no access": ("no_access", Relation.NAMED, 1),
    "another firm": ("accepted", Relation.NONE, 0),
}  # fmt: skip


def stale_faults(case):
    field, name = case.split(" / ")
    visit, relation, hours = STALE[name]
    moment = Moment("issued", visit, START, START + timedelta(hours=hours))
    found = policy.verdict(Field(field), Viewer(Role.CONTRACTOR, relation), moment, Purpose.ATTEND_VISIT)
    return [f"{case} is shown"] if found.allowed else []


def stale_weakness(patch):
    patch.setattr(policy, "_refusal", lambda *_: None)
    everyone = dict.fromkeys(policy.TABLE, policy._rule(Role))
    patch.setattr(policy, "TABLE", everyone)


FAMILIES = {
    "CSV formulas": (FORMULAS, csv_faults, csv_weakness),
    "XML entities": (tuple(XML), xml_faults, xml_weakness),
    "uploads of two kinds": ((*REFUSED, *CLEANED), upload_faults, upload_weakness),
    "webhooks into the house": (INSIDE, ssrf_faults, ssrf_weakness),
    "messages that tell": (TELLING, message_faults, message_weakness),
    "rights that are over": (
        tuple(f"{field.value} / {name}" for field, name in itertools.product(HOME, STALE)),
        stale_faults,
        stale_weakness,
    ),
}
