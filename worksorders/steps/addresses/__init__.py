"""The operator's own list of addresses: loading it, and finding what somebody types in it."""
