"""What measures the product: planner, lists, finance, queue, recovery, and fifty users at once."""
