"""What a list is: its columns as expressions, what it may be narrowed by, its total order, and who may read it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute

from worksorders.domain.disclosure.policy import Field, shown_to
from worksorders.domain.roles import Role

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` is code, text, state, class, region, place, day, instant, money, number, flag or id.

    `outside` False keeps it from other systems: what joins two records would tell whoever handed one of them in that
    the home is known. `shows` is the field of the disclosure table that it is, None for what is no order's.
    """

    name: str
    title: str
    kind: str
    expression: Expression = field(repr=False)
    shown: bool = True
    outside: bool = True
    shows: Field | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """One list.

    `sort` and then `key` (a unique id) are its total order, the greatest first where `newest_first`; `filters` are
    the columns that state, class, region and firm are compared with; `on` is the instant that dates are compared
    with; `searched` the codes that a text must equal.
    """

    name: str
    title: str
    noun: str
    roles: frozenset[Role]
    columns: tuple[Column, ...]
    source: Callable[[Select[Any]], Select[Any]] = field(repr=False)
    sort: Expression = field(repr=False)
    key: Expression = field(repr=False)
    newest_first: bool = True
    on: Expression | None = field(default=None, repr=False)
    on_title: str = ""
    filters: Mapping[str, Expression] = field(default_factory=dict, repr=False)
    states: tuple[str, ...] = ()
    searched: tuple[Expression, ...] = field(default=(), repr=False)

    @property
    def told(self) -> tuple[Column, ...]:
        """The columns that other systems are given."""
        return tuple(column for column in self.columns if column.outside)

    def seen_by(self, role: Role) -> Register:
        """The same list with the columns that the disclosure table lets the role see."""
        seen = shown_to(role)
        return replace(
            self, columns=tuple(one for one in self.columns if one.shows is None or one.shows in seen)
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; empty fields ask for everything, and both dates are inside.

    `regions` are the only ones that the reader may see at all (None: every one).
    """

    state: str = ""
    urgency: str = ""
    region: str = ""
    firm_id: uuid.UUID | None = None
    from_on: date | None = None
    to_on: date | None = None
    text: str = ""
    regions: frozenset[str] | None = None

    def named(self) -> dict[str, str]:
        """The filter for the audit trail: codes, dates and ids; of a text only that there was one."""
        values = {
            "state": self.state,
            "class": self.urgency,
            "region": self.region,
            "firm": str(self.firm_id or ""),
            "from": self.from_on.isoformat() if self.from_on else "",
            "to": self.to_on.isoformat() if self.to_on else "",
            "text": "given" if self.text.strip() else "",
        }
        return {name: value for name, value in values.items() if value}
