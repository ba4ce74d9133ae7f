"""What the office's pages on workers share with those of the firm itself: forms, weekly hours, details."""
