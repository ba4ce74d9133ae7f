"""Rules that decide whether an invoice may be paid, and that explain every cent."""
