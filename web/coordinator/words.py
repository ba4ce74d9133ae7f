"""Values of orders and assessments as a coordinator reads them."""

from __future__ import annotations

from datetime import time

from web.filters import words
from worksorders.steps.intake.referral import windows_of

KIND_WORDS = {"person": "The person (alarm)", "home": "The home as a whole", "inside": "Inside the home"}
LAST_MINUTE = 24 * 60


def kind_words(kind: str) -> str:
    """`Front door` from `front_door`."""
    return KIND_WORDS.get(kind, words(kind))


def safe_times(text: str) -> str:
    """`9:00 am to 12:00 pm, 1:00 pm to 3:30 pm` from the minutes of the day that are stored."""
    return ", ".join(f"{_clock(first)} to {_clock(last)}" for first, last in windows_of(text))


def _clock(minute: int) -> str:
    at = time(minute // 60, minute % 60) if minute < LAST_MINUTE else time(0)
    if minute in {0, LAST_MINUTE}:
        return "midnight"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
