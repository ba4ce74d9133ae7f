"""Inner loops compiled by numba; they see arrays only."""
