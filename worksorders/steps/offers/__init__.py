"""Offers to firms: opened from a plan or at once, answered, lapsed, and passed on to the next."""
