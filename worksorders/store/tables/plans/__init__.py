"""Plans, the parts they are put together from, and places without a home."""
