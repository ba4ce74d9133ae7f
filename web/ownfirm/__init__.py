"""Pages on which a firm keeps itself, made for a phone: people, hours, absences, accounts, requests, another time."""

from web.ownfirm import accounts, firm, other_time, people, requests
from web.ownfirm.blueprint import blueprint
from web.ownfirm.policy import POLICY

__all__ = ["POLICY", "accounts", "blueprint", "firm", "other_time", "people", "requests"]
