"""Clocks of payment: terms of payment, payment claims with their alarms, and the schedules that answer them."""
