"""From an approved assessment to lines, visits and deadlines, and what may change on the way."""
