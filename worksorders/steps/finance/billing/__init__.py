"""Documents that we make for a firm, and those that take one back."""
