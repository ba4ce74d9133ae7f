"""Destroys what may not be kept any longer, and keeps what the law says must wait."""
