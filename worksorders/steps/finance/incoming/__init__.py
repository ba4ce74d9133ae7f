"""Invoices that arrive in files: kept as received and sealed, read, checked for protected text, and matched."""
