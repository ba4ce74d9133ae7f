"""Rules of the end of the work: what proves a line, who holds keys, what is inspected, what a warranty covers."""
