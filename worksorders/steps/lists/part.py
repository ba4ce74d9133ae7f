"""One numbered page of a list that people leaf through, with how many rows and pages there are in all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, TypeVarTuple

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

SIZE = 25
Row = TypeVar("Row")
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """The rows of page `page` of `pages`; `count` rows are in all of them together."""

    rows: tuple[Row, ...]
    count: int
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies in a list of `count` rows; a page beyond either end is the nearest that there is."""

    count: int
    wanted: int = 1
    size: int = SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))

    @property
    def page(self) -> int:
        return min(max(self.wanted, 1), self.pages)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def of(self, rows: Iterable[Row]) -> Part[Row]:
        """The page with its rows."""
        return Part(tuple(rows), self.count, self.page, self.pages)


def part_of(rows: Sequence[Row], wanted: int, size: int = SIZE) -> Part[Row]:
    """A page of rows that had to be read whole, since a rule and not the database decides about each."""
    place = Place(len(rows), wanted, size)
    return place.of(rows[place.offset : place.offset + size])


def place_in(session: Session, listed: Select[*Columns], wanted: int, size: int = SIZE) -> Place:
    """Where the wanted page of a query's rows lies, by counting them."""
    bare = listed.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return Place(session.scalar(bare) or 0, wanted, size)


def cut(listed: Select[*Columns], place: Place) -> Select[*Columns]:
    """The query for the rows of that page alone; its order has to be total."""
    return listed.limit(place.size).offset(place.offset)
