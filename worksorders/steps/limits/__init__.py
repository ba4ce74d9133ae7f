"""Limits of those who approve: lent from day to day, overridden for a P1, and looked over afterwards."""
