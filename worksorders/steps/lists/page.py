"""Reads a page of a list from where the last one ended, counts no further than a bound, and writes the whole as CSV."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, RowMapping, Select, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.local_time import NEW_ZEALAND, start_of_day
from worksorders.gateways import places
from worksorders.gateways.csv_safe import Cell, write_csv
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.lists.register import Column, Register, Wanted

PAGE_SIZE = 50
MOST_COUNTED = 10_000
MOST_EXPORTED = 50_000
DAY = timedelta(days=1)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows by column name (each with its `id`), and where the next page begins (None: this is the last)."""

    rows: tuple[Row, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows fit, at most MOST_COUNTED; `more` where there are more than that."""

    number: int
    more: bool


def require_reader(register: Register, actor: Actor) -> None:
    """The list does not exist for a role that may not read it."""
    if actor.role not in register.roles:
        raise NotFoundError("There is no such list.")


def read_page(
    session: Session, register: Register, wanted: Wanted, *, after: str | None = None, size: int = PAGE_SIZE
) -> Page:
    """A page in one query; a broken `after` raises FaultsError at that field."""
    query = _narrowed(_selected(register), register, wanted)
    if after:
        query = query.where(_beyond(register, after))
    found = session.execute(_in_order(query, register).limit(size + 1)).mappings().all()
    rows = tuple(_row(row) for row in found[:size])
    last = found[size - 1] if len(found) > size else None
    return Page(rows, _cursor(last["sort_key"], last["id"]) if last is not None else None)


def read_one(session: Session, register: Register, wanted: Wanted, key: uuid.UUID) -> Row:
    """One row by its id, where the reader may see it at all; raises NotFoundError."""
    query = _narrowed(_selected(register), register, wanted).where(register.key == key)
    found = session.execute(query).mappings().one_or_none()
    if found is None:
        raise NotFoundError(f"There is no such {register.noun}.")
    return _row(found)


def count(session: Session, register: Register, wanted: Wanted) -> Count:
    """How many rows fit, without counting on and on."""
    query = _narrowed(register.source(select(register.key)), register, wanted)
    found = session.scalar(select(func.count()).select_from(query.limit(MOST_COUNTED + 1).subquery())) or 0
    return Count(min(found, MOST_COUNTED), found > MOST_COUNTED)


def export(session: Session, actor: Actor, register: Register, wanted: Wanted) -> bytes:
    """The list as CSV, as the filter has it and in its order, at most MOST_EXPORTED rows; leaves an audit row."""
    require_reader(register, actor)
    query = _in_order(_narrowed(_selected(register), register, wanted), register).limit(MOST_EXPORTED)
    found = session.execute(query.execution_options(yield_per=1000)).mappings()
    columns = [column for column in register.columns if column.kind != "id"]
    body = [[_cell(column, row[column.name]) for column in columns] for row in found]
    audit.record(
        session,
        actor,
        "list.exported",
        ("app_user", actor.user_id),
        detail={"list": register.name, "rows": len(body), **wanted.named()},
    )
    return write_csv([column.name for column in columns], body, bom=True)


def plain(value: Any) -> Any:
    """A value as JSON has it: instants and days in ISO 8601, ids and decimals as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, bool | int | str):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _selected(register: Register) -> Select[Any]:
    columns = [column.expression.label(column.name) for column in register.columns]
    return register.source(select(register.key.label("id"), register.sort.label("sort_key"), *columns))


def _in_order(query: Select[Any], register: Register) -> Select[Any]:
    if register.newest_first:
        return query.order_by(register.sort.desc(), register.key.desc())
    return query.order_by(register.sort, register.key)


def _narrowed(query: Select[Any], register: Register, wanted: Wanted) -> Select[Any]:
    """Add what is asked for; a filter that the list does not have is left alone, the reader's regions never."""
    given = {
        "state": wanted.state,
        "urgency": wanted.urgency,
        "region": wanted.region,
        "firm": wanted.firm_id,
    }
    for name, value in given.items():
        if value and name in register.filters:
            query = query.where(register.filters[name] == value)
    if register.on is not None and wanted.from_on:
        query = query.where(register.on >= start_of_day(wanted.from_on))
    if register.on is not None and wanted.to_on:
        query = query.where(register.on < start_of_day(wanted.to_on + DAY))
    if wanted.text.strip() and register.searched:
        codes = _codes(wanted.text)
        query = query.where(or_(*(one.in_(codes) for one in register.searched)))
    if wanted.regions is not None:
        query = query.where(_inside(register, wanted.regions))
    return query


def _inside(register: Register, regions: frozenset[str]) -> ColumnElement[bool]:
    expression = register.filters.get("region")
    return false() if expression is None else expression.in_(sorted(regions))


def _codes(text: str) -> list[str]:
    """The text as it was typed, in capitals, and as the code that it may stand for."""
    typed = text.strip()
    found = {typed, typed.upper()}
    with suppress(CodeError):
        found.add(read_code(typed))
    return sorted(found)


def _cursor(sort: Any, key: uuid.UUID) -> str:
    value = sort.isoformat() if isinstance(sort, datetime) else sort
    return base64.urlsafe_b64encode(json.dumps([value, str(key)]).encode()).decode().rstrip("=")


def _beyond(register: Register, after: str) -> ColumnElement[bool]:
    """The rows after the cursor in the list's order; whatever somebody made up instead of one is told as such."""
    try:
        padded = after + "=" * (-len(after) % 4)
        value, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        at = datetime.fromisoformat(value) if register.newest_first else _text(value)
        place = tuple_(at, uuid.UUID(key))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        message = "This is not the end of a page: take the value of “next” as it was given, or leave it out."
        raise FaultsError([Fault("after", message)]) from None
    here = tuple_(register.sort, register.key)
    return here < place if register.newest_first else here > place


def _text(value: Any) -> str:
    """A text that the database can hold; ValueError for signs that it cannot."""
    text = str(value)
    if "\0" in text:
        raise ValueError("a NUL")
    text.encode("utf-8")
    return text


def _row(found: RowMapping) -> Row:
    return {name: value for name, value in found.items() if name != "sort_key"}


def _cell(column: Column, value: Any) -> Cell:
    """A cell of the file: money in dollars, instants on the wall clock of New Zealand, regions by name."""
    if value is None:
        return None
    if column.kind == "money":
        return Decimal(value).scaleb(-2)
    if column.kind == "instant":
        return f"{value.astimezone(NEW_ZEALAND):%Y-%m-%d %H:%M}"
    if column.kind == "region":
        return places.region(value).name
    if isinstance(value, bool):
        return "yes" if value else "no"
    return cast("Cell", value)
