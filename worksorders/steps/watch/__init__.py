"""How the service itself is doing, in figures that tell nothing of any case."""
