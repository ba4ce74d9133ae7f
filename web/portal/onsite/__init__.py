"""What a worker does on site beside the checklist: begin work that takes something out, and tell more after leaving unsafe."""
