"""What a firm keeps itself: hours, absences, on-call, contacts and accounts at once; regions, trades and people by request."""
