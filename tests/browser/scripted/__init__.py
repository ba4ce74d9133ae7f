"""What the people of a scripted day do on their screens."""
