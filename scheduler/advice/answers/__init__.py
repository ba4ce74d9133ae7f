"""Why a visit has no place, and the cheapest change of each kind that gives it one."""
