"""Makes the data and front-end files that the repository carries, from their sources."""
