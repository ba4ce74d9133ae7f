"""Shows how the work is shared among the firms that could do it."""
