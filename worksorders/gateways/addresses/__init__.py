"""Addresses from outside: the list as a file, and a geocoder of the operator's own."""
