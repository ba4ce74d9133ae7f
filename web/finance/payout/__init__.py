"""Pages on which money goes out: pay runs, the account that we pay from, and what is kept back."""

from web.finance.payout import payer, retention, runs

__all__ = ["payer", "retention", "runs"]
