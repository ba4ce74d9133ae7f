"""What may be said to whom, when and by which way: pure rules and the words themselves."""
