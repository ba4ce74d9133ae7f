"""Who does the work: firms, their workers, and the checks that let them into a home."""
