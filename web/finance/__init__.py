"""Routes and forms for finance."""
