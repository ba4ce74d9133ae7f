"""Keeps protected values out of everything that people write about an order."""
