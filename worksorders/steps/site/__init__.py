"""On site: who may go to the home and read its address, what they do there, and what of it is accepted."""
