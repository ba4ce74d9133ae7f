"""The work itself: cases, orders with their visits, what is done on site, what comes after it, and who is told."""
