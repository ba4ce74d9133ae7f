"""Routes and forms for coordinators."""
