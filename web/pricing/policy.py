"""Who may write prices and rules: administrators alone."""

from web.access import allow
from worksorders.domain.roles import Role

ADMINISTRATORS = allow(Role.ADMINISTRATOR)

CATALOGUE = (
    "drafts",
    "begin_draft",
    "draft",
    "draft_csv",
    "draft_changes",
    "add_row",
    "change_row",
    "remove_row",
    "hand_in_draft",
    "discard_draft",
)
RATES = (
    "begin_rates",
    "rates_draft",
    "write_rates",
    "change_rates_by",
    "bring_rates",
    "rates_csv",
    "hand_in_rates",
    "discard_rates",
)
POLICY = dict.fromkeys((*CATALOGUE, *RATES), ADMINISTRATORS)
