"""Month end: what still blocks a month, accruals with their reversal, closing, and opening again by two people."""
