"""Who may use the routes of telling."""

from web.access import SIGNED_IN, allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)
ADMINISTRATORS = allow(Role.ADMINISTRATOR)

POLICY = {
    "clients": COORDINATORS,
    "client": COORDINATORS,
    "word": COORDINATORS,
    "outcome": COORDINATORS,
    "calls": COORDINATORS,
    "call": COORDINATORS,
    "safe_channel": COORDINATORS,
    "messages": ADMINISTRATORS,
    "send_waiting": ADMINISTRATORS,
    "contact": SIGNED_IN,
    "contact_of": ADMINISTRATORS,
}
