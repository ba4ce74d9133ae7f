"""Reads values by their schema, from JSON as it was parsed or from the text of a cell: every fault, never the first alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from worksorders.domain.invisible import is_invisible
from worksorders.domain.records.schema import Field, Kind, RecordFault, kind_of

YEARS = range(1900, 2200)
SEPARATOR = "|"
_TIMES = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LOCAL_PHONE = re.compile(r"0[2-9][0-9]{6,10}")
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_YES_NO = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}


def read(of: Field, value: Any, path: str = "") -> tuple[Any, list[RecordFault]]:
    """The value as the product wants it (days as dates, numbers exact) and its faults; broken parts are None."""
    faults: list[RecordFault] = []
    return _value(of, value, path, faults), faults


def _value(of: Field, value: Any, path: str, faults: list[RecordFault]) -> Any:
    if of.many:
        return _many(of, value, path, faults)
    return _one(of, value, path, faults)


def _many(of: Field, value: Any, path: str, faults: list[RecordFault]) -> list[Any]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(SEPARATOR) if part.strip()]
    if value is None:
        value = []
    if not isinstance(value, list):
        faults.append(RecordFault(path, kind_of(value), f"{of.title}: give a list."))
        return []
    if not value and of.required:
        faults.append(RecordFault(path, "nothing", f"{of.title}: give at least one."))
    if of.most is not None and of.kind is Kind.RECORD and len(value) > of.most:
        faults.append(RecordFault(path, kind_of(value), f"{of.title}: give at most {of.most}."))
        return []
    return [_one(of, one, f"{path}.{place}", faults) for place, one in enumerate(value)]


def _one(of: Field, value: Any, path: str, faults: list[RecordFault]) -> Any:
    if of.kind is Kind.RECORD:
        return _record(of, value, path, faults)
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        if of.required:
            faults.append(RecordFault(path, "nothing", f"{of.title}: {_wanted(of)}."))
        return None
    try:
        return _READERS[of.kind](of, value)
    except (ValueError, TypeError) as error:
        said = str(error) or f"{of.title}: {_wanted(of)}."
        faults.append(RecordFault(path, kind_of(value), said))
        return None


def _record(of: Field, value: Any, path: str, faults: list[RecordFault]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        if of.required or value is not None:
            faults.append(RecordFault(path, kind_of(value), f"{of.title}: give an object with its fields."))
        return {}
    known = {field.name for field in of.fields}
    strange = [name for name in value if name not in known]
    if strange:
        words = "field is" if len(strange) == 1 else "fields are"
        listed = ", ".join(field.name for field in of.fields)
        faults.append(
            RecordFault(
                path, kind_of(value), f"{of.title}: {len(strange)} {words} not known; known are {listed}."
            )
        )
    return {
        field.name: _value(
            field, value.get(field.name), f"{path}.{field.name}" if path else field.name, faults
        )
        for field in of.fields
    }


def _text(of: Field, value: Any) -> str:
    if not isinstance(value, str) or _CONTROL.search(value):
        raise ValueError
    if of.most is not None and len(value) > of.most:
        raise ValueError(f"{of.title}: at most {of.most} characters; this has {len(value)}.")
    if any(map(is_invisible, value)):
        raise ValueError(f"{of.title}: it holds a sign that cannot be seen; take it out.")
    return value


def _choice(of: Field, value: Any) -> str:
    if not isinstance(value, str) or value not in of.choices:
        raise ValueError
    return value


def _whole(of: Field, value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not _bounded(of, Decimal(value)):
        raise ValueError
    return value


def _number(of: Field, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise ValueError from None
    if not found.is_finite() or not _bounded(of, found):
        raise ValueError
    return found


def _bounded(of: Field, value: Decimal) -> bool:
    return (of.least is None or value >= of.least) and (of.most is None or value <= of.most)


def _day(_of: Field, value: Any) -> date:
    if not isinstance(value, str) or len(value) != len("2026-11-21"):
        raise ValueError
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise ValueError from None
    if found.year not in YEARS:
        raise ValueError
    return found


def _yes_no(_of: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _YES_NO:
        return _YES_NO[value.lower()]
    raise ValueError


def _phone(_of: Field, value: Any) -> str:
    """In international form; a number of this country may begin with its 0."""
    if not isinstance(value, str):
        raise TypeError
    signs = re.sub(r"[ ()\-.]", "", value)
    if _LOCAL_PHONE.fullmatch(signs):
        signs = f"+64{signs[1:]}"
    if not _PHONE.fullmatch(signs):
        raise ValueError
    return signs


def _times(_of: Field, value: Any) -> tuple[int, int]:
    """Minutes of the local day."""
    found = _TIMES.fullmatch(value.replace(" ", "")) if isinstance(value, str) else None
    if found is None:
        raise ValueError
    hours_from, minutes_from, hours_to, minutes_to = (int(part) for part in found.groups())
    return hours_from * 60 + minutes_from, hours_to * 60 + minutes_to


_READERS: Mapping[Kind, Callable[[Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
    Kind.YES_NO: _yes_no,
    Kind.PHONE: _phone,
    Kind.TIMES: _times,
}


def _wanted(of: Field) -> str:
    """What would be right, in words."""
    if of.kind is Kind.CHOICE:
        shown = of.choices if len(of.choices) <= 20 else (*of.choices[:3], "…")
        return f"give one of {', '.join(shown)}"
    if of.kind in {Kind.WHOLE, Kind.NUMBER}:
        bounds = [
            f"{word} {bound}" for word, bound in (("from", of.least), ("to", of.most)) if bound is not None
        ]
        return " ".join([f"give a {of.kind}", *bounds])
    return _EXAMPLES[of.kind]


_EXAMPLES: Mapping[Kind, str] = {
    Kind.TEXT: "give a text without control characters",
    Kind.DAY: "give a day such as 2026-11-21",
    Kind.YES_NO: "answer yes or no (in JSON true or false)",
    Kind.PHONE: "give a phone number such as +64 21 555 0199",
    Kind.TIMES: "give a stretch of the day such as 09:00-12:00",
}
