"""Routes and forms for other systems."""
