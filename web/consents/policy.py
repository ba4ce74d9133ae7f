"""Who may use the pages of agreements: coordinators alone, for they show who must never be asked."""

from web.access import allow
from worksorders.domain.roles import Role

COORDINATORS = allow(Role.COORDINATOR)

POLICY = dict.fromkeys(
    (
        "agreements",
        "add_person",
        "screen_person",
        "show_person",
        "propose_basis",
        "confirm_basis",
        "withdraw_basis",
        "answer",
        "asked",
        "make_letter",
        "read_letter",
        "ask_call",
        "send_message",
        "answers_due",
    ),
    COORDINATORS,
)
