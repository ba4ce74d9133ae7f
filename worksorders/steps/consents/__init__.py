"""Who has an interest in a home, what they agreed to, and the one gate before anybody of them is reached."""
