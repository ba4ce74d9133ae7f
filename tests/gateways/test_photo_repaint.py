"""A stored photo is a fresh image: nothing of the camera, the place or the file is left in it."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from worksorders.gateways.photos import PhotoError, repaint

CANARY = b"canary-comment"


def picture(size=(40, 20), colour="red"):
    return Image.new("RGB", size, colour)


def as_bytes(image, kind="JPEG", **values):
    written = io.BytesIO()
    image.save(written, kind, **values)
    return written.getvalue()


def with_metadata(orientation=1):
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "S", 2: (36.0, 50.0, 54.0), 3: "E", 4: (174.0, 45.0, 49.0)})
    return as_bytes(picture(), exif=exif, comment=CANARY)


def test_exif_gps_and_comment_do_not_survive():
    uploaded = with_metadata()
    assert CANARY in uploaded
    fresh = repaint(uploaded)
    assert CANARY not in fresh.content
    with Image.open(io.BytesIO(fresh.content)) as stored:
        assert stored.format == "JPEG"
        assert not stored.getexif()
        assert "comment" not in stored.info


def test_what_is_appended_to_a_picture_is_dropped():
    assert b"<script>" not in repaint(as_bytes(picture()) + b"<script>alert(1)</script>").content


def test_a_picture_taken_sideways_is_turned_upright():
    fresh = repaint(with_metadata(orientation=6))
    assert (fresh.width, fresh.height) == (20, 40)


def test_a_large_picture_is_cut_down_to_its_longest_side():
    fresh = repaint(as_bytes(picture((4000, 1000))))
    assert (fresh.width, fresh.height) == (2560, 640)


def test_a_transparent_png_shows_white():
    fresh = repaint(as_bytes(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG"))
    with Image.open(io.BytesIO(fresh.content)) as stored:
        assert stored.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_png_and_webp_are_taken_too(kind):
    assert repaint(as_bytes(picture(), kind)).width == 40


@pytest.mark.parametrize(
    "uploaded",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"MZ\x90\x00",
        as_bytes(picture())[:200],
        as_bytes(picture(), "GIF"),
        as_bytes(picture(), "TIFF"),
    ],
    ids=["svg", "pdf", "exe", "cut short", "gif", "tiff"],
)
def test_what_is_no_photo_is_refused_with_the_remedy(uploaded):
    with pytest.raises(PhotoError, match="send a JPEG, PNG or WebP"):
        repaint(uploaded)


def test_an_empty_upload_is_refused():
    with pytest.raises(PhotoError, match="empty"):
        repaint(b"")


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claimed(width, height):
    """A PNG that claims a size without having the pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9))


@pytest.mark.parametrize("size", [(20_000, 10_000), (6400, 6300), (100_000, 100_000)])
def test_more_than_forty_megapixels_are_refused_from_the_header_alone(size):
    with pytest.raises(PhotoError, match="40 megapixels"):
        repaint(claimed(*size))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colour_profile_and_xmp_do_not_survive(kind):
    profile = b"\0" * 36 + b"acsp" + CANARY
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + CANARY + b"</x:xmpmeta>"
    more = {"xmp": xmp} if kind != "PNG" else {}
    uploaded = as_bytes(picture(), kind, icc_profile=profile, **more)
    with Image.open(io.BytesIO(uploaded)) as sent:
        assert CANARY in sent.info["icc_profile"]
    fresh = repaint(uploaded)
    assert CANARY not in fresh.content
    with Image.open(io.BytesIO(fresh.content)) as stored:
        assert {"icc_profile", "xmp", "exif", "comment"}.isdisjoint(stored.info)


def test_a_picture_that_is_a_page_of_the_web_too_is_only_a_picture_afterwards():
    page = b"<html><script>alert(1)</script></html>"
    for uploaded in (as_bytes(picture(), comment=page), as_bytes(picture()) + page):
        assert page in uploaded
        fresh = repaint(uploaded)
        assert b"<script" not in fresh.content
        assert fresh.content.endswith(b"\xff\xd9")
    with pytest.raises(PhotoError):
        repaint(page + as_bytes(picture()))
