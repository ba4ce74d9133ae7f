"""What coordinators ask about a draft: why here, what else, why not at all, and what would help."""
