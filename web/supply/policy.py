"""Who may use the pages on firms' supply."""

from web.access import Rule, allow
from worksorders.domain.roles import Role

OFFICE = allow(Role.COORDINATOR, Role.ADMINISTRATOR)
ADMINISTRATORS = allow(Role.ADMINISTRATOR)
COORDINATORS = allow(Role.COORDINATOR)

POLICY: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "matrix",
            "matrix_csv",
            "checks",
            "verify",
            "refuse",
            "revoke",
            "sharing",
            "sharing_csv",
            "kinds",
        ),
        OFFICE,
    ),
    **dict.fromkeys(("add_kind", "change_kind", "end_kind"), ADMINISTRATORS),
    **dict.fromkeys(("requests", "approve", "decline_request"), ADMINISTRATORS),
    **dict.fromkeys(("proposals", "agree", "decline_proposal", "take_back"), COORDINATORS),
}
