"""Planning again after a change, and forks that ask what would be."""
