"""What a firm may see: its offers and itself."""
