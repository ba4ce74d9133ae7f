"""Writing the next catalogue and the next rates as drafts, and seeing what they would change before they count."""
