"""Who may use the routes of privacy officers, and of whoever breaks glass."""

from web.access import Rule, allow
from worksorders.domain.roles import Role

REVIEWERS = allow(Role.PRIVACY_OFFICER, Role.AUDITOR)
OFFICERS = allow(Role.PRIVACY_OFFICER)
ASKERS = allow(Role.COORDINATOR)
KEEPERS = allow(Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)
DECIDERS = allow(Role.COORDINATOR, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)

POLICY: dict[str, Rule] = {
    "reviews": REVIEWERS,
    "sign": REVIEWERS,
    "walls": OFFICERS,
    "raise_wall": OFFICERS,
    "lift_wall": OFFICERS,
    "broken_glass": DECIDERS,
    "break_glass": ASKERS,
    "open_glass": DECIDERS,
    "refuse_glass": DECIDERS,
    "retention": KEEPERS,
    "destroy_due": KEEPERS,
    "place_hold": KEEPERS,
    "lift_hold": KEEPERS,
    "requests": KEEPERS,
    "receive_request": OFFICERS,
    "request_page": KEEPERS,
    "request_identity": OFFICERS,
    "request_propose": OFFICERS,
    "request_extend": OFFICERS,
    "request_withdraw": OFFICERS,
    "request_agree": KEEPERS,
    "request_send_back": KEEPERS,
    "request_file": OFFICERS,
}
