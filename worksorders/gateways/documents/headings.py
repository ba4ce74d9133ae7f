"""Headings in another language, only from a file that a speaker has reviewed: nothing is translated by us."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

FOLDER = files("worksorders") / "data" / "headings"
KEYS = ("title", "way_out", "whole_home", "what_it_does", "how_to_use", "help")
REVIEWED_BY, REVIEWED_ON = "# reviewed by:", "# reviewed on:"


class UnreviewedError(ValueError):
    """The file may not be used; the text names the file, what it lacks and the remedy."""


def load_headings(language: str, today: date, folder: Traversable = FOLDER) -> Mapping[str, str] | None:
    """Headings by key (`KEYS`) in a language such as `mi`; None where there is no file `<language>.csv`.

    The file begins with the lines `# reviewed by: NAME` and `# reviewed on: YYYY-MM-DD`, then has the columns `key` and
    `text`. Raises UnreviewedError where the review, or any heading, is missing.
    """
    path = folder / f"{language}.csv"
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    by = _after(REVIEWED_BY, lines)
    on = _after(REVIEWED_ON, lines)
    if not by or _day(on) is None or (_day(on) or today) > today:
        raise UnreviewedError(
            f"{path.name} is not used: begin it with “{REVIEWED_BY} NAME” and “{REVIEWED_ON} YYYY-MM-DD” once a "
            "speaker of the language has reviewed every line."
        )
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    found = {row["key"]: (row["text"] or "").strip() for row in rows if row.get("key")}
    missing = [key for key in KEYS if not found.get(key)]
    if missing:
        raise UnreviewedError(f"{path.name} is not used: it lacks {', '.join(missing)}.")
    return MappingProxyType({key: found[key] for key in KEYS})


def _after(mark: str, lines: list[str]) -> str:
    return next((line.removeprefix(mark).strip() for line in lines[:5] if line.startswith(mark)), "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
