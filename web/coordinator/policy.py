"""Who may use the coordinators' routes."""

from web.access import allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)
# An administrator with a limit may be the second person who approves.
APPROVERS = allow(Role.COORDINATOR, Role.ADMINISTRATOR)

POLICY = {
    "today": COORDINATORS,
    "insecure": COORDINATORS,
    "assessments": COORDINATORS,
    "assessment": COORDINATORS,
    "take_in": COORDINATORS,
    "find_address": COORDINATORS,
    "give_back": COORDINATORS,
    "take_back": COORDINATORS,
    "assessment_contact": COORDINATORS,
    "raise_order": COORDINATORS,
    "handovers": COORDINATORS,
    "orders": APPROVERS,
    "order": APPROVERS,
    "order_pdf": COORDINATORS,
    "order_contact": COORDINATORS,
    "add_line": COORDINATORS,
    "change_line": COORDINATORS,
    "send_on": COORDINATORS,
    "approve": APPROVERS,
    "override": COORDINATORS,
    "revise": COORDINATORS,
    "issue": COORDINATORS,
    "hold": COORDINATORS,
    "resume": COORDINATORS,
    "cancel": COORDINATORS,
    "never_send": COORDINATORS,
    "bar": COORDINATORS,
    "unbar": COORDINATORS,
    "opening": COORDINATORS,
}
