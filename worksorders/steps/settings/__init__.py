"""Every figure that an operator may change, gathered for one page."""
