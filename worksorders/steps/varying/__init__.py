"""Changes to an order after its issue: asked for on site, decided, and carried into plan and commitment."""
