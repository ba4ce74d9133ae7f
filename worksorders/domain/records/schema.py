"""What a record is made of: fields with types, limits and words, and the faults of a value that does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The types of a single value; a record holds fields of its own."""

    TEXT = "text"
    CHOICE = "choice"
    WHOLE = "whole number"
    NUMBER = "number"
    DAY = "day"
    YES_NO = "yes or no"
    PHONE = "phone number"
    TIMES = "stretch of the day"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `least` and `most` bound numbers, `most` the length of texts; `many` makes it a list.

    A protected value identifies home or person: no fault, log or answer ever repeats it.
    """

    name: str
    title: str
    kind: Kind
    required: bool = True
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[str, ...] = ()
    protected: bool = False
    many: bool = False
    fields: tuple[Field, ...] = ()
    note: str = ""

    def __getitem__(self, name: str) -> Field:
        """The inner field of that name; raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class RecordFault:
    """One thing wrong: where (`openings.0.kind`), what kind of value stood there, and the remedy."""

    path: str
    found: str
    message: str


def record(name: str, title: str, *fields: Field, note: str = "") -> Field:
    """A whole record."""
    return Field(name, title, Kind.RECORD, fields=fields, note=note)


def text(name: str, title: str, most: int = 300, **more: Any) -> Field:
    """A text of at most so many characters."""
    return Field(name, title, Kind.TEXT, most=Decimal(most), **more)


def columns(of: Field, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Each single value of a record by its dotted name; a list of records is left to whoever lays rows out."""
    for field in of.fields:
        name = f"{prefix}{field.name}"
        if field.kind is Kind.RECORD:
            if not field.many:
                yield from columns(field, f"{name}.")
        else:
            yield name, field


def kind_of(value: Any) -> str:
    """What stood there, without what it said."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, str):
        return f"text of {len(value)} character{'s' if len(value) != 1 else ''}"
    if isinstance(value, Mapping):
        return "object"
    return f"list of {len(value)}" if isinstance(value, list | tuple) else "something else"
