"""What is kept from wrong eyes: vault, walls, interests, keys, seals and what is forgotten."""
