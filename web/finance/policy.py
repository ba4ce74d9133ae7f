"""Who may use finance's routes; auditors read the contract."""

from web.access import allow
from worksorders.domain.roles import Role

FINANCE = allow(Role.FINANCE)
READERS = allow(Role.FINANCE, Role.AUDITOR)

POLICY = {
    "queue": FINANCE,
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
    "payments": FINANCE,
    "contract": READERS,
    "contract_csv": READERS,
    "record_contract": FINANCE,
}
