"""Who may use the firms' own pages; whose people are seen is decided by the steps, by the actor's firm and worker."""

from web.access import allow
from worksorders.domain.roles import Role

CONTRACTORS = allow(Role.CONTRACTOR)

POLICY = dict.fromkeys(
    (
        "people",
        "person",
        "hours",
        "contact",
        "on_call",
        "add_absence",
        "remove_absence",
        "firm_contact",
        "hours_of_all",
        "close_days",
        "regions",
        "trades",
        "add_worker",
        "withdraw_request",
        "invite",
        "close_account",
        "open_account",
        "reset_account",
        "other_time",
        "withdraw_time",
    ),
    CONTRACTORS,
)
