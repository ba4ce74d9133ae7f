"""The flag that police keep on a home: asked for, set until a review date, removed; which moves follow which."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from worksorders.domain.errors import Faults

LONGEST_REVIEW = timedelta(days=366)
WARN_BEFORE = timedelta(days=7)


class FlagMove(StrEnum):
    """What happened to the flag."""

    ASKED = "asked"
    SET = "set"
    DECLINED = "declined"
    REVIEWED = "reviewed"
    REMOVED = "removed"


MOVE_WORDS = {
    FlagMove.ASKED: "Police were asked for a flag",
    FlagMove.SET: "Police set the flag",
    FlagMove.DECLINED: "Police declined to set a flag",
    FlagMove.REVIEWED: "The flag was looked at again and stays",
    FlagMove.REMOVED: "The flag was removed",
}
FOLLOWS: dict[FlagMove | None, tuple[FlagMove, ...]] = {
    None: (FlagMove.ASKED, FlagMove.SET),
    FlagMove.ASKED: (FlagMove.SET, FlagMove.DECLINED),
    FlagMove.SET: (FlagMove.REVIEWED, FlagMove.REMOVED),
    FlagMove.REVIEWED: (FlagMove.REVIEWED, FlagMove.REMOVED),
    FlagMove.DECLINED: (FlagMove.ASKED, FlagMove.SET),
    FlagMove.REMOVED: (FlagMove.ASKED, FlagMove.SET),
}
STANDING = frozenset({FlagMove.SET, FlagMove.REVIEWED})


@dataclass(frozen=True, slots=True)
class Flag:
    """How the flag stands: the newest move, its day, and the day of review where it is set."""

    move: FlagMove
    happened_on: date
    review_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.move in STANDING


def possible_moves(flag: Flag | None) -> tuple[FlagMove, ...]:
    """What may be recorded next."""
    return FOLLOWS[flag.move if flag else None]


def check_move(
    flag: Flag | None, move: str, happened_on: date | None, review_on: date | None, today: date
) -> FlagMove:
    """The move if it may be recorded; FaultsError at `move`, `happened_on`, `review_on` with every fault."""
    faults = Faults()
    allowed = possible_moves(flag)
    if move not in allowed:
        faults.add("move", f"Choose one of: {', '.join(MOVE_WORDS[one].lower() for one in allowed)}.")
    if happened_on is None or happened_on > today:
        faults.add("happened_on", "Give the day on which it happened: today or earlier.")
    elif flag is not None and happened_on < flag.happened_on:
        faults.add(
            "happened_on",
            f"The move before it was on {flag.happened_on:%-d %B %Y}: this one cannot be earlier.",
        )
    _check_review(move, review_on, today, faults)
    faults.raise_if_any()
    return FlagMove(move)


def _check_review(move: str, review_on: date | None, today: date, faults: Faults) -> None:
    if move in STANDING:
        if review_on is None or not today < review_on <= today + LONGEST_REVIEW:
            faults.add(
                "review_on", "Give the day on which it is looked at again: from tomorrow to a year ahead."
            )
    elif review_on is not None:
        faults.add("review_on", "Only a flag that is set has a day of review: leave it empty.")
