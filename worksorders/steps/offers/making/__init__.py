"""Making offers: who could go, opening one, passing on, and asking everybody at once."""
