"""What the coordinator's pages show, each read with a constant number of queries."""
