"""Patterns over many orders and invoices: found every night, confirmed or dismissed by a person."""
