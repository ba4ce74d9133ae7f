"""Pages on which finance watches its clocks, closes months, judges patterns and reports to the funder."""

from web.finance.books import clocks, months, patterns, report

__all__ = ["clocks", "months", "patterns", "report"]
