"""What other systems may do: their tokens, what they are given, and the files that they hand in."""
