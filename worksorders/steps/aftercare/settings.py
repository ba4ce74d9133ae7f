"""The operator's figures of inspections, defects and monitoring."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from worksorders.domain.completion.sampling import Shares
from worksorders.domain.completion.warranty import MendingTimes
from worksorders.store.tables.work.catalogue import Setting

AFTERCARE = "aftercare"


@dataclass(frozen=True)
class AftercareSettings:
    """Shares in percent, times in hours, working days or months, as their names say."""

    locksmith_percent: int = 10
    carpenter_percent: int = 10
    handyperson_percent: int = 5
    glazier_percent: int = 10
    electrician_percent: int = 15
    alarm_technician_percent: int = 15
    specialist_percent: int = 10
    other_percent: int = 5
    new_firm_percent: int = 50
    new_firm_visits: int = 5
    inspect_within_days: int = 10
    unsafe_hours: int = 24
    faulty_days: int = 5
    finish_days: int = 20
    monitoring_months: int = 6
    first_review_months: int = 3
    recovery_days: int = 10
    review_shown_days: int = 14

    @property
    def shares(self) -> Shares:
        """The shares of the sample."""
        ending = "_percent"
        by_trade = {
            field.name.removesuffix(ending).replace("_", " "): getattr(self, field.name)
            for field in fields(self)
            if field.name.endswith(ending) and not field.name.startswith(("other", "new"))
        }
        return Shares(by_trade, self.other_percent, self.new_firm_percent, self.new_firm_visits)

    @property
    def mending(self) -> MendingTimes:
        """The time that a firm has for a defect."""
        return MendingTimes(self.unsafe_hours, self.faulty_days, self.finish_days)

    @property
    def review_months(self) -> tuple[int, ...]:
        """After how many months somebody asks how the home is."""
        return tuple(sorted({self.first_review_months, self.monitoring_months}))


def load_settings(session: Session) -> AftercareSettings:
    """The defaults with what the operator changed in the setting `aftercare`."""
    known = {field.name for field in fields(AftercareSettings)}
    row = session.get(Setting, AFTERCARE)
    changed = row.value if row else {}
    return AftercareSettings(**{name: value for name, value in changed.items() if name in known})
