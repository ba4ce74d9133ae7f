"""The door of a visit: the code word to say at it, and more time behind it."""
