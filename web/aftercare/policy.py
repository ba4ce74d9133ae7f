"""Who may use the routes of the end of the work."""

from web.access import allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)

POLICY = {
    "closing": COORDINATORS,
    "follow_on": COORDINATORS,
    "inspections": COORDINATORS,
    "inspection": COORDINATORS,
    "withdraw": COORDINATORS,
    "inspect": COORDINATORS,
    "photo": COORDINATORS,
    "firm": COORDINATORS,
    "report": COORDINATORS,
    "defect": COORDINATORS,
    "key": COORDINATORS,
    "paper": COORDINATORS,
    "review": COORDINATORS,
    "guide": COORDINATORS,
}
