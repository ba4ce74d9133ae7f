"""What is seen of visits and of the work of an order."""
