"""Who may use the planning routes."""

from web.access import allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)

POLICY = {
    "plans": COORDINATORS,
    "ask": COORDINATORS,
    "plan": COORDINATORS,
    "progress": COORDINATORS,
    "cancel": COORDINATORS,
    "discard": COORDINATORS,
    "publish_it": COORDINATORS,
    "move": COORDINATORS,
    "pin": COORDINATORS,
    "why": COORDINATORS,
    "repair": COORDINATORS,
    "ask_somebody": COORDINATORS,
    "slots": COORDINATORS,
    "visit_slots": COORDINATORS,
    "take": COORDINATORS,
    "ask_what_if": COORDINATORS,
    "drop_targets": COORDINATORS,
}
