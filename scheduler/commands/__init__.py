"""The advice commands: explain a visit, offer slots, ask what would be, plan again."""
