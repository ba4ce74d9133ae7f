"""What pages show of a home’s safety."""
