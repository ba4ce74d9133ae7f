"""Paints an uploaded picture into a fresh image, so that nothing of the camera, the place or the file is kept."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from worksorders.domain.errors import DomainError

PIXEL_LIMIT = 40_000_000
LONGEST_SIDE = 2560
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")


class PhotoError(DomainError):
    """A picture that is refused; `str()` says why and what to send instead."""


@dataclass(frozen=True, slots=True)
class FreshPhoto:
    """A JPEG of our own making, with its width and height in pixels."""

    content: bytes
    width: int
    height: int


def repaint(uploaded: bytes) -> FreshPhoto:
    """Decode the picture, turn it upright and paint its pixels into a new JPEG without any metadata.

    The longest side is cut down to 2,560 pixels. Raises PhotoError for what is no JPEG, PNG or WebP, is broken, or
    has more than 40 megapixels; the size is read from the header, before any pixel is decoded.
    """
    if not uploaded:
        raise PhotoError("The photo is empty: take it again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(uploaded), formats=FORMATS) as picture:
                _refuse_huge(picture.width, picture.height)
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture)
                return _painted(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoError(_too_large()) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise PhotoError(
            "This file is not a photo that can be read: send a JPEG, PNG or WebP picture."
        ) from None


def pixels(uploaded: bytes) -> int:
    """How many pixels a picture says it has, by its header alone; 0 where it is none."""
    try:
        with Image.open(io.BytesIO(uploaded), formats=FORMATS) as picture:
            return picture.width * picture.height
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return 0


def _refuse_huge(width: int, height: int) -> None:
    if width * height > PIXEL_LIMIT:
        raise PhotoError(_too_large())


def _too_large() -> str:
    return f"The photo has more than {PIXEL_LIMIT // 1_000_000} megapixels: send a smaller one."


def _painted(picture: Image.Image) -> FreshPhoto:
    """The pixels alone on a new white canvas; transparency shows the white."""
    source = picture.convert("RGBA") if "A" in picture.getbands() or picture.mode == "P" else picture
    source.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    canvas = Image.new("RGB", source.size, "white")
    if source.mode == "RGBA":
        canvas.paste(source, mask=source.getchannel("A"))
    else:
        canvas.paste(source.convert("RGB"))
    written = io.BytesIO()
    canvas.save(written, "JPEG", quality=QUALITY, optimize=True)
    return FreshPhoto(written.getvalue(), canvas.width, canvas.height)
