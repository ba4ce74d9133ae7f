"""Reads what strangers upload in a process of its own, with a limit of time and memory and without a secret in it.

A picture or a PDF of a few kilobytes can keep its parser busy for hours or ask for gigabytes. A thread cannot be stopped;
a process can.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from worksorders.gateways import photos
from worksorders.gateways.photos import FreshPhoto, PhotoError

ROOT = Path(__file__).parents[2]
PROCESSOR_SECONDS = 10
WALL_SECONDS = 30
MEMORY_BYTES = 1_500_000_000
# Whatever trick is in a picture as small as this, it is read within a fraction of a second: it needs no process.
HARMLESS_BYTES = 4096
HARMLESS_PIXELS = 100_000
DONE, REFUSED = 0, 3
PHOTO, PDF = "photo", "pdf"


class TooLongError(Exception):
    """The parser was stopped: it took too long, too much memory, or broke."""


def repaint(uploaded: bytes) -> FreshPhoto:
    """What `photos.repaint` gives; PhotoError also for a picture that takes too long or too much memory."""
    if len(uploaded) <= HARMLESS_BYTES and photos.pixels(uploaded) <= HARMLESS_PIXELS:
        return photos.repaint(uploaded)
    try:
        head, _, content = _read(PHOTO, uploaded).partition(b"\n")
    except TooLongError:
        raise PhotoError("This photo takes too long to read: take it again, or send a smaller one.") from None
    told = json.loads(head)
    if "refused" in told:
        raise PhotoError(told["refused"])
    return FreshPhoto(content, told["width"], told["height"])


def check_pdf(content: bytes) -> None:
    """What `pdfs.check_pdf` does; PdfError also for one that takes too long or too much memory."""
    from worksorders.gateways.pdfs import PdfError  # noqa: PLC0415 -- half a second, for those who never read one.

    try:
        told = json.loads(_read(PDF, content))
    except TooLongError:
        raise PdfError("This PDF takes too long to look over: print it to PDF anew and send that.") from None
    if "refused" in told:
        raise PdfError(told["refused"])


def _read(kind: str, uploaded: bytes) -> bytes:
    """What the child says of an upload; TooLongError where it says nothing."""
    command = [sys.executable, "-m", __name__, kind, str(PROCESSOR_SECONDS)]
    environment = {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module; what was uploaded goes in by its input.
            command, input=uploaded, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise TooLongError from None
    if done.returncode not in {DONE, REFUSED}:
        raise TooLongError
    return done.stdout


def _limit(processor_seconds: int) -> None:
    """Bind this process: the kernel ends it after its time, and refuses it more memory; it writes no file and no core."""
    for what, most in (
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(kind: str, processor_seconds: int) -> int:
    """In the child: read the upload from the input, say what became of it."""
    if kind == PDF:
        from worksorders.gateways.pdfs import PdfError, check_pdf  # noqa: PLC0415

        _limit(processor_seconds)
        try:
            check_pdf(sys.stdin.buffer.read())
        except PdfError as error:
            return _say({"refused": str(error)})
        return _say({})
    _limit(processor_seconds)
    try:
        fresh = photos.repaint(sys.stdin.buffer.read())
    except PhotoError as error:
        return _say({"refused": str(error)})
    return _say({"width": fresh.width, "height": fresh.height}, fresh.content)


def _say(head: dict[str, object], content: bytes = b"") -> int:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)
    sys.stdout.buffer.flush()
    return REFUSED if "refused" in head else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
