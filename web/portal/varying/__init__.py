"""Changes that a worker asks for on site, and the office's answers to them."""
