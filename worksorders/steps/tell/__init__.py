"""Telling people: messages without content, calls to be made, contacts and safe channels."""
