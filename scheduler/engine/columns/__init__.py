"""Column generation: routes priced against a linear master, integer masters over them, and proofs."""
