"""Who may use the routes of privacy officers, and of whoever breaks glass."""

from web.access import Rule, allow
from worksorders.domain.roles import Role

REVIEWERS = allow(Role.PRIVACY_OFFICER, Role.AUDITOR)
OFFICERS = allow(Role.PRIVACY_OFFICER)
ASKERS = allow(Role.COORDINATOR)
DECIDERS = allow(Role.COORDINATOR, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)

POLICY: dict[str, Rule] = {
    "reviews": REVIEWERS,
    "sign": REVIEWERS,
    "walls": OFFICERS,
    "raise_wall": OFFICERS,
    "lift_wall": OFFICERS,
    "broken_glass": DECIDERS,
    "break_glass": ASKERS,
    "open_glass": DECIDERS,
    "refuse_glass": DECIDERS,
}
