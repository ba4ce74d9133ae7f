"""The person on duty: alerts, who is called next, the roster, and workers inside a home."""
