"""Changing master keys while the service runs, and proving that each has a copy in a second place."""
