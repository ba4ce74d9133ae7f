"""Read-only queries for the pages of finance and of the firms' invoices."""
