"""Rules, as pure functions and values: no database, network, clock or files."""
