"""The linked state machines, each one table of allowed moves."""
