"""Tables and queries: PostgreSQL is the only truth."""
