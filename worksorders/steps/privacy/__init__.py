"""Who may know of a case: walls, need to know, and glass broken with a second person."""
