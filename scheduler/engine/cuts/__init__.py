"""Subset rows for the variant without links: of any three visits or shifts one route fills a row by holding two."""
