"""A worker's calendar feed: its secret address, and what it carries."""
