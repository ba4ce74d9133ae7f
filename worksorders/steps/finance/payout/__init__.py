"""Money out: the account that we pay from, pay runs by two people, their files, and payments that come back."""
