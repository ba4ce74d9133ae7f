"""Seals the audit trail, proves that nobody touched it, and lets a second person look over each reading."""
