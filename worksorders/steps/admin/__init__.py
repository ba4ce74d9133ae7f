"""What administrators keep: catalogue, accounts, settings, agreements and rate cards."""
