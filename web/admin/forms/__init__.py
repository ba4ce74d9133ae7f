"""The forms of administration, by subject."""
