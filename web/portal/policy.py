"""Who may use the contractors' routes; whose rows are seen is decided by the steps, by the actor's firm."""

from web.access import allow
from worksorders.domain.roles import Role

CONTRACTORS = allow(Role.CONTRACTOR)

POLICY = {
    "today": CONTRACTORS,
    "offers": CONTRACTORS,
    "offer": CONTRACTORS,
    "accept": CONTRACTORS,
    "decline": CONTRACTORS,
    "visit": CONTRACTORS,
    "address": CONTRACTORS,
    "code_word": CONTRACTORS,
    "more_time": CONTRACTORS,
    "set_out": CONTRACTORS,
    "arrive": CONTRACTORS,
    "line": CONTRACTORS,
    "papers": CONTRACTORS,
    "paper": CONTRACTORS,
    "leave": CONTRACTORS,
    "no_access": CONTRACTORS,
    "unsafe": CONTRACTORS,
    "safe": CONTRACTORS,
    "begin": CONTRACTORS,
    "give_back": CONTRACTORS,
    "workers": CONTRACTORS,
    "changes": CONTRACTORS,
    "add_change": CONTRACTORS,
    "change_line": CONTRACTORS,
    "variations": CONTRACTORS,
    "variation": CONTRACTORS,
    "withdraw_variation": CONTRACTORS,
    "acknowledge_variation": CONTRACTORS,
    "add_photo": CONTRACTORS,
    "photo": CONTRACTORS,
    "firm": CONTRACTORS,
    "invoices": CONTRACTORS,
    "invoice": CONTRACTORS,
    "make_invoice": CONTRACTORS,
    "credit_invoice": CONTRACTORS,
    "schedule": CONTRACTORS,
    "payments": CONTRACTORS,
    "remittance": CONTRACTORS,
}
