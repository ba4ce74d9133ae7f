"""Firms, their workers and the checks that let a worker into a home."""
