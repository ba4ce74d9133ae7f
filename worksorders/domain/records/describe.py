"""A record's schema as JSON Schema 2020-12, which is what OpenAPI 3.1 speaks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from worksorders.domain.records.schema import Field, Kind

_PLAIN: Mapping[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.CHOICE: {"type": "string"},
    Kind.WHOLE: {"type": "integer"},
    Kind.NUMBER: {"type": ["number", "string"], "description": "exact: a text keeps every decimal"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.YES_NO: {"type": "boolean"},
    Kind.PHONE: {"type": "string", "pattern": r"^[+0][0-9 ().\-]{7,20}$"},
    Kind.TIMES: {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"},
}


def json_schema(of: Field) -> dict[str, Any]:
    """The schema of a field or a whole record; a protected value is marked as taken in and never given out."""
    if not of.many:
        return _single(of)
    found: dict[str, Any] = {"type": "array", "items": _single(of), "title": of.title}
    if of.required:
        found["minItems"] = 1
    if of.kind is Kind.RECORD and of.most is not None:
        found["maxItems"] = int(of.most)
    return found


def _single(of: Field) -> dict[str, Any]:
    if of.kind is Kind.RECORD:
        return _object(of)
    found: dict[str, Any] = {"title": of.title, **_PLAIN[of.kind]}
    if of.choices:
        found["enum"] = list(of.choices)
    if of.kind is Kind.TEXT:
        found["minLength"] = 1
        if of.most is not None:
            found["maxLength"] = int(of.most)
    if of.kind in {Kind.WHOLE, Kind.NUMBER}:
        found |= {
            name: _plain(bound)
            for name, bound in (("minimum", of.least), ("maximum", of.most))
            if bound is not None
        }
    if of.note:
        found["description"] = of.note
    if of.protected:
        found["writeOnly"] = True
    return found


def _object(of: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "title": of.title,
        "additionalProperties": False,
        "properties": {field.name: json_schema(field) for field in of.fields},
        "required": [field.name for field in of.fields if field.required],
    }
    if of.note:
        found["description"] = of.note
    return found


def _plain(bound: Decimal) -> int | float:
    """A limit as JSON writes it; nothing is reckoned with it."""
    return int(bound) if bound == bound.to_integral_value() else float(bound)
