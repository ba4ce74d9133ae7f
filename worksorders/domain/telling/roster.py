"""The duty roster as stretches of time: when nobody is on duty, and when two share one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from worksorders.domain.local_time import NEW_ZEALAND

DAY, NIGHT, WHOLE = "day", "night", "whole"
PARTS = ((DAY, "Day, 7 am to 7 pm"), (NIGHT, "Night, 7 pm to 7 am"), (WHOLE, "Day and night, from 7 am"))
_HOURS = {DAY: (7, 19), NIGHT: (19, 31), WHOLE: (7, 31)}


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody on duty; `region` None stands for all regions, rank 1 is called first."""

    who: str
    region: str | None
    rank: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody is on duty for these regions; empty `regions` stands for the whole country."""

    starts_at: datetime
    ends_at: datetime
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two turns of one rank and region at the same time: only the earlier is called first."""

    first: Turn
    second: Turn


def stretch(on: date, part: str) -> tuple[datetime, datetime]:
    """When a day's part begins and ends, on New Zealand's clocks; an hour more or less where they change."""
    begin, end = _HOURS[part]
    return _local(on, begin), _local(on, end)


def _local(on: date, hour: int) -> datetime:
    day = on + timedelta(days=hour // 24)
    return datetime.combine(day, time(hour % 24), NEW_ZEALAND)


def find_gaps(
    turns: Iterable[Turn], regions: Sequence[str], starts_at: datetime, ends_at: datetime
) -> tuple[Gap, ...]:
    """Stretches within the time in which a region has nobody, the same stretch of several regions as one."""
    listed = list(turns)
    found: dict[tuple[datetime, datetime], list[str]] = {}
    for region in regions:
        own = [turn for turn in listed if turn.region in {None, region}]
        for gap in _uncovered(own, starts_at, ends_at):
            found.setdefault(gap, []).append(region)
    return tuple(
        Gap(begin, end, () if len(names) == len(regions) else tuple(names))
        for (begin, end), names in sorted(found.items())
    )


def _uncovered(
    turns: Iterable[Turn], starts_at: datetime, ends_at: datetime
) -> list[tuple[datetime, datetime]]:
    gaps, covered = [], starts_at
    for turn in sorted(turns, key=lambda one: one.starts_at):
        if turn.starts_at > covered:
            gaps.append((covered, min(turn.starts_at, ends_at)))
        covered = max(covered, turn.ends_at)
        if covered >= ends_at:
            return [gap for gap in gaps if gap[0] < gap[1]]
    gaps.append((covered, ends_at))
    return [gap for gap in gaps if gap[0] < gap[1]]


def find_overlaps(turns: Iterable[Turn]) -> tuple[Overlap, ...]:
    """Pairs of turns of one rank and region whose times meet, in the order of their starts."""
    ordered = sorted(turns, key=lambda one: (one.rank, one.region or "", one.starts_at))
    return tuple(
        Overlap(first, second)
        for first, second in pairwise(ordered)
        if (first.rank, first.region) == (second.rank, second.region) and second.starts_at < first.ends_at
    )
