"""What the writes are, on what they work, and who sends them."""
