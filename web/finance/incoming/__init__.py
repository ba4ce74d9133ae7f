"""Pages of invoices that come in by file, that we make for firms, and of what we answer."""

from web.finance.incoming import made, upload

__all__ = ["made", "upload"]
