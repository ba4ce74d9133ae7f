"""What proves that work is complete, what is looked at afterwards, and how an order comes to its end."""
