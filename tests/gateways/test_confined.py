"""What is uploaded is read in a process of its own that time, memory and an empty environment bind."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests import pdfs
from worksorders.gateways import confined, photos
from worksorders.gateways.pdfs import PdfError
from worksorders.gateways.photos import PhotoError

ROOT = Path(__file__).parents[2]


def picture(size, kind="JPEG", **values):
    written = io.BytesIO()
    Image.effect_noise(size, 90).save(written, kind, **values)
    return written.getvalue()


def huge_picture():
    written = io.BytesIO()
    Image.new("1", (8000, 6000)).save(written, "PNG")
    return written.getvalue()


def picture_of_many_scans(times):
    """A JPEG of nine megapixels whose last scan is repeated: few bytes, and its decoder goes over all pixels each time."""
    written = io.BytesIO()
    Image.new("L", (3000, 3000), "grey").save(written, "JPEG", progressive=True)
    data = written.getvalue()
    scan = data[data.rindex(b"\xff\xda") : data.rindex(b"\xff\xd9")]
    return data[:-2] + scan * times + data[-2:]


def test_a_picture_comes_back_the_same_as_without_a_process_of_its_own():
    uploaded = picture((800, 600))
    assert len(uploaded) > confined.HARMLESS_BYTES
    assert confined.repaint(uploaded) == photos.repaint(uploaded)


def test_what_is_refused_is_refused_in_the_same_words():
    for uploaded in (
        b"no picture" * 1000,
        b"no picture",
        huge_picture(),
    ):
        with pytest.raises(PhotoError) as inside:
            photos.repaint(uploaded)
        with pytest.raises(PhotoError, match=re.escape(str(inside.value))):
            confined.repaint(uploaded)
    with pytest.raises(PdfError, match="51 pages"):
        confined.check_pdf(pdfs.plain(pages=51))
    confined.check_pdf(pdfs.plain())


def test_what_takes_for_ever_is_stopped_and_refused(monkeypatch):
    monkeypatch.setattr(confined, "PROCESSOR_SECONDS", 1)
    uploaded = picture_of_many_scans(30_000)
    assert len(uploaded) < 1_000_000
    with pytest.raises(PhotoError, match="takes too long"):
        confined.repaint(uploaded)


def test_what_stands_still_is_stopped_too(monkeypatch):
    monkeypatch.setattr(confined, "WALL_SECONDS", 0.01)
    with pytest.raises(PhotoError, match="takes too long"):
        confined.repaint(picture((800, 600)))
    with pytest.raises(PdfError, match="takes too long"):
        confined.check_pdf(pdfs.plain())


def test_a_small_picture_needs_no_process_and_one_of_many_pixels_does(monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    assert confined.repaint(picture((40, 30))).width == 40
    with pytest.raises(pytest.fail.Exception):
        confined.repaint(picture((4000, 30), "PNG"))


def test_the_process_holds_no_secret_of_ours_and_is_bound(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    seen = []
    real = subprocess.run

    def look(command, **values):
        seen.append(values["env"])
        return real(command, **values)

    monkeypatch.setattr(subprocess, "run", look)
    confined.check_pdf(pdfs.plain())
    assert seen == [{"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}]
    script = (
        "from worksorders.gateways import confined; confined._limit(1); import resource as r;"
        "print([r.getrlimit(one)[0] for one in (r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_FSIZE)])"
    )
    told = real([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["[1,", f"{confined.MEMORY_BYTES},", "0]"]


def test_steps_read_uploads_in_no_other_way():
    direct = re.compile(r"gateways\.(?:photos|pdfs) import [^\n]*\b(?:repaint|check_pdf)\b")
    folders = [ROOT / "worksorders" / "steps", ROOT / "web"]
    found = [
        path.name
        for folder in folders
        for path in folder.rglob("*.py")
        if direct.search(path.read_text("utf-8"))
    ]
    assert found == []
