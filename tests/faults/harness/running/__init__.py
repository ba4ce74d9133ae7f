"""The processes of the harness, their clock, their small disk, and the mistakes that can be planted in them."""
