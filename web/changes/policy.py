"""Who may use the pages of changes: those who may have a limit; overrides are looked over by administrators."""

from web.access import allow
from worksorders.domain.roles import Role

APPROVERS = allow(Role.COORDINATOR, Role.ADMINISTRATOR)
COORDINATORS = allow(Role.COORDINATOR)
ADMINISTRATORS = allow(Role.ADMINISTRATOR)

POLICY = {
    "variations": APPROVERS,
    "variation": APPROVERS,
    "approve": APPROVERS,
    "decline": APPROVERS,
    "photo": COORDINATORS,
    "limits": APPROVERS,
    "revoke": APPROVERS,
    "overrides": ADMINISTRATORS,
    "review": ADMINISTRATORS,
    "supersede": COORDINATORS,
}
