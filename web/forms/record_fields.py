"""Limits of a form's fields out of the schema of its record, so that a form refuses what a file or a call would."""

from __future__ import annotations

from typing import Any

from wtforms.validators import Length

from web.forms.fields import Required
from worksorders.domain.records.schema import Field, Kind


def limits(of: Field, message: str = "") -> list[Any]:
    """The validators of a text: filled in where it is needed (told by the message), and no longer than it may be."""
    found: list[Any] = [Required(message or f"{of.title}: fill it in.")] if of.required else []
    if of.kind is Kind.TEXT and of.most is not None:
        found.append(Length(max=int(of.most)))
    return found


def bounds(of: Field) -> dict[str, int]:
    """`least` and `most` of a whole number, for its field."""
    found = {"least": of.least, "most": of.most}
    return {name: int(bound) for name, bound in found.items() if bound is not None}
