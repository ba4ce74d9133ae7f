"""What one person wants of an account waits here until a second one confirms it, so that nobody is two people."""
