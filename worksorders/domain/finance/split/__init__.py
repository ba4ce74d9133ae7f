"""Splitting a claim: which order line it is for, how much room that has, and what is left after exceptions."""
