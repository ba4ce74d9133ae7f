"""Routes and forms for contractors."""
