"""Who may use the routes of administration."""

from web.access import Rule, allow
from worksorders.domain.roles import Role

ADMINISTRATORS = allow(Role.ADMINISTRATOR)
READERS_OF_TRAIL = allow(Role.AUDITOR, Role.PRIVACY_OFFICER)
PAYERS = allow(Role.ADMINISTRATOR, Role.FINANCE)
VETTERS = allow(Role.ADMINISTRATOR, Role.COORDINATOR)

USERS = ("users", "invite", "user", "change_user", "disable_user", "enable_user", "reset_password")
FIRMS = (
    "firms",
    "add_firm",
    "firm",
    "change_firm",
    "set_firm_active",
    "record_firm_check",
    "add_worker",
    "worker",
    "change_worker",
    "set_worker_active",
    "record_worker_check",
    "set_hours",
    "add_absence",
    "remove_absence",
)
MONEY = (
    "add_agreement",
    "agreement",
    "end_agreement",
    "add_rate_card",
    "rate_card",
    "rate_card_csv",
    "rate_card_template",
    "enter_bank_account",
)
CATALOGUE = (
    "catalogue",
    "upload_catalogue",
    "catalogue_version",
    "catalogue_csv",
    "catalogue_changes",
    "discard_catalogue",
)
SETTINGS = ("settings", "change_settings", "regions", "change_region")
VETTING = ("vetting", "cover", "ask_document", "check_document")
TRAIL = ("audit", "audit_csv", "readings")
BANK = ("bank_accounts", "verify_bank_account")

POLICY: dict[str, Rule] = {
    **dict.fromkeys((*USERS, *FIRMS, *MONEY, *CATALOGUE, *SETTINGS), ADMINISTRATORS),
    **dict.fromkeys(VETTING, VETTERS),
    **dict.fromkeys(TRAIL, READERS_OF_TRAIL),
    **dict.fromkeys(BANK, PAYERS),
}
