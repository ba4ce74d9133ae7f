"""Weekly hours as a line a day: read into stretches, shown again, and each fault told at its day."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from wtforms.validators import Length

from web.forms.base import Form
from web.forms.fields import TextField
from worksorders.domain.errors import Fault, FaultsError
from worksorders.steps.people.workers import WEEKDAYS, Stretch

STRETCH = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|to)\s*(\d{1,2})[:.](\d{2})", re.ASCII)
SHORT = Length(max=60)


class HoursForm(Form):
    """The weekly hours, a line a day."""

    monday = TextField(
        "Monday", description="Such as 8:00–12:00, 13:00–17:00. Empty is a free day.", validators=[SHORT]
    )
    tuesday = TextField("Tuesday", validators=[SHORT])
    wednesday = TextField("Wednesday", validators=[SHORT])
    thursday = TextField("Thursday", validators=[SHORT])
    friday = TextField("Friday", validators=[SHORT])
    saturday = TextField("Saturday", validators=[SHORT])
    sunday = TextField("Sunday", validators=[SHORT])

    def stretches(self) -> list[Stretch]:
        """The hours as stretches; raises FaultsError at each day that cannot be read."""
        found: list[Stretch] = []
        faults: list[Fault] = []
        for weekday, name in enumerate(WEEKDAYS):
            for part in filter(None, (text.strip() for text in (self[name.lower()].data or "").split(","))):
                read = STRETCH.fullmatch(part)
                numbers = [int(number) for number in read.groups()] if read else []
                if not numbers or max(numbers[1], numbers[3]) > 59 or max(numbers[0], numbers[2]) > 24:
                    message = f"“{part}” is not a stretch of hours: write it like 8:00–17:00."
                    faults.append(Fault(name.lower(), message))
                    continue
                found.append(Stretch(weekday, numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]))
        if faults:
            raise FaultsError(faults)
        return found


def hours_as_texts(hours: Any) -> dict[str, str]:
    """Working hours as the form shows them, by day."""
    days: dict[str, list[str]] = {name.lower(): [] for name in WEEKDAYS}
    for row in hours:
        stretch = f"{_clock(row.opens_minute)}–{_clock(row.closes_minute)}"
        days[WEEKDAYS[row.weekday].lower()].append(stretch)
    return {name: ", ".join(texts) for name, texts in days.items()}


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def keep_hours(keep: Callable[[], object]) -> None:
    """Keep the hours; a fault of the step is told at its day."""
    try:
        keep()
    except FaultsError as faults:
        raise FaultsError([_at_day(fault) for fault in faults.faults]) from None


def _at_day(fault: Fault) -> Fault:
    """The step names a day `hours-0`; the form calls its field `monday`."""
    name, _, number = fault.field.partition("-")
    return Fault(WEEKDAYS[int(number)].lower(), fault.message) if name == "hours" and number else fault
