"""Hands messages to the operator's own mail server and SMS gateway, and to nobody else."""
