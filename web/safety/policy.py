"""Who may use the routes of a home's safety."""

from web.access import allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)

POLICY = {
    "order": COORDINATORS,
    "suspend": COORDINATORS,
    "ask_to_lift": COORDINATORS,
    "lift": COORDINATORS,
    "police_flag": COORDINATORS,
    "hazards": COORDINATORS,
    "alarm_plan": COORDINATORS,
    "alarm_words": COORDINATORS,
    "make_safe": COORDINATORS,
    "allow_work": COORDINATORS,
    "take": COORDINATORS,
}
