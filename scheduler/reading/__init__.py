"""Reads untrusted plan files: fields by path, and contradictions between them."""
