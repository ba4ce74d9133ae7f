"""The engine: components, a fast incumbent with every rule, column generation with a proven bound, integer masters."""
