"""Tests of drafts of prices and rules."""
