"""Moves of single visits into shifts that a change has touched, with what each would save."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scheduler.advice.timetable.book import Book, Slot
from scheduler.advice.timetable.places import Place, places, take


class Relocation(NamedTuple):
    """A move that could be made: the visit, its other place, and by how much the whole plan would cost less."""

    visit: int
    place: Place
    saving: int


def relocations(
    book: Book, slots: set[Slot] | None, free: Callable[[int], bool], since: int, stop: Callable[[], bool]
) -> list[Relocation]:
    """For each free visit its best place in one of these shifts (None: any), if it saves; the most saving first.

    Nobody else starts later, and no new start lies before `since`.
    """
    found = []
    for j in sorted(book.start) if slots is None or slots else ():
        if stop():
            break
        if not free(j) or (slots and not any(slot in slots for slot in book.open_slots(j))):
            continue
        rest = book.copy()
        now = -take(rest, j)
        better = next((p for p in places(rest, j, slots=slots) if p.start >= since), None)
        if better is not None and better.cost < now:
            found.append(Relocation(j, better, now - better.cost))
    return sorted(found, key=lambda one: (-one.saving, one.visit))
