"""The checklist of a visit: one line at a time with only what it asks for, and the end of the visit."""
