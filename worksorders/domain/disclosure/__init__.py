"""What may be shown of an order to whom, when and for which purpose, and what an offer says."""
