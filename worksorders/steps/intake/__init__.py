"""How an approved assessment comes in, and how a case that cannot be served goes back to an advocate."""
