"""Measures the engine on a folder of instances, beside peers where they are installed."""
