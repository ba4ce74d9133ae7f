"""The texts of the product that proofs read: templates and Python modules."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def templates():
    """(path, text) of every template."""
    for path in sorted((ROOT / "web" / "templates").rglob("*")):
        if path.is_file():
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
