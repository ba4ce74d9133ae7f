"""The steps of the match: each takes a case and returns every exception that it finds."""
