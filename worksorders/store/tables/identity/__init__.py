"""Who signs in and how they prove it."""
