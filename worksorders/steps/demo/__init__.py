"""The demo programme: invented people and firms in real towns, led through the product's own steps."""
