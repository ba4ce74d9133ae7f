"""Rules that keep a home safe while work is under way: the chain of two deadlines, open barriers, flags and plans."""
