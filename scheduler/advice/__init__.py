"""What a plan is asked about: who may make a visit, and why one has no place."""
