"""Opening a person's contact in order to reach them, and the letters and messages that do."""
