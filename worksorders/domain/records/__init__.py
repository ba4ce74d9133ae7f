"""Each record that comes in from outside, defined once: forms, CSV, JSON and the API's description all use it."""
