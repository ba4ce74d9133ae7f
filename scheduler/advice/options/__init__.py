"""What else could be done: other places for a visit, slots for a new one, and what a contractor may see."""
