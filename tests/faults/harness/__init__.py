"""The seeded fault harness: real traffic against real processes, killed, stopped, wiped and raced by a seed."""
