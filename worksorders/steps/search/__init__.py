"""Finding the cases of a person by name, phone or letter code: exact, for a purpose, logged and limited."""
