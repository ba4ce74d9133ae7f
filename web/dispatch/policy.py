"""Who may use the dispatch routes."""

from web.access import allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)

POLICY = {
    "visits": COORDINATORS,
    "plan_again": COORDINATORS,
    "end": COORDINATORS,
    "offers": COORDINATORS,
    "ask_again": COORDINATORS,
    "alerts": COORDINATORS,
    "acknowledge": COORDINATORS,
    "works": COORDINATORS,
    "work": COORDINATORS,
    "close": COORDINATORS,
    "photo": COORDINATORS,
}
