"""Which regions a list shows: those of whoever looks and those without anybody, or all of them one click away."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from web.edge import actor, db
from web.paging import here
from worksorders.steps.settings.coordinators import cover_of


@dataclass(frozen=True, slots=True)
class RegionView:
    """The codes that the list is narrowed to (None: all), the person's own by name, and how to see the other view."""

    regions: frozenset[str] | None
    names: tuple[str, ...]
    other: str

    @property
    def chosen(self) -> str:
        """What the address says: `all`, or nothing."""
        return "all" if self.names and self.regions is None else ""


def region_view() -> RegionView:
    """The view that the address asks for; somebody without regions has one view only."""
    cover = cover_of(db(), actor())
    if cover.shown is None:
        return RegionView(None, (), "")
    everything = request.args.get("regions") == "all"
    address = here(regions="" if everything else "all", page="")
    return RegionView(None if everything else cover.shown, cover.names, address)
