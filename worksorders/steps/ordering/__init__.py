"""Turns an assessment into a works order, has it agreed and approved, and issues it with frozen rates."""
