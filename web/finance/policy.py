"""Who may use finance's routes; auditors read the contract."""

from web.access import allow
from worksorders.domain.roles import Role

FINANCE = allow(Role.FINANCE)
READERS = allow(Role.FINANCE, Role.AUDITOR)

POLICY = {
    "queue": FINANCE,
    "uncommitted": FINANCE,
    "rework": FINANCE,
    "enter": FINANCE,
    "invoice": FINANCE,
    "exception": FINANCE,
    "approve": FINANCE,
    "hold": FINANCE,
    "lift": FINANCE,
    "note": FINANCE,
    "reject": FINANCE,
    "take_back": FINANCE,
    "match": FINANCE,
    **dict.fromkeys(
        ("upload", "files", "response", "self_billed_xml", "credit", "self_billing", "bill"), FINANCE
    ),
    "payments": FINANCE,
    "contract": READERS,
    "contract_csv": READERS,
    "record_contract": FINANCE,
    **dict.fromkeys(
        (
            "pay_run",
            "approve_run",
            "cancel_run",
            "run_file",
            "compare_file",
            "return_payment",
            "payer",
            "enter_payer",
            "verify_payer",
            "retention",
            "set_retention",
            "withhold",
            "release_retention",
            "give_notice",
            "use_retention",
            "clocks",
            "make_schedule",
            "schedules",
            "schedule_pdf",
            "months",
            "month",
            "journal",
            "reopen_month",
            "agree_month",
            "keep_month_closed",
            "look_now",
            "add_category",
        ),
        FINANCE,
    ),
    **dict.fromkeys(("patterns", "pattern", "report", "report_pdf", "report_csv"), READERS),
}
