"""Problem in, plan with proof out: routes for vetted workers. Knows nothing of orders, people or the database."""
