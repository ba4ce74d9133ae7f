"""Invoices, the ledger and what goes out and is closed."""
