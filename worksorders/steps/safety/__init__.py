"""What keeps a home safe besides its visits: warnings, make-safe visits, suspensions, police flag, alarm response."""
