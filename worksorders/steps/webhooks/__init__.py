"""Telling other systems that something happened: signed, without content, again and again until it arrives."""
