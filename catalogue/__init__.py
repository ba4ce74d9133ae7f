"""What work exists, what it costs, and which findings call for it."""
