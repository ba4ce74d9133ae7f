"""Tests of the long lists."""
