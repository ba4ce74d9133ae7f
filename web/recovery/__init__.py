"""Backups that can be trusted: a dump with a manifest of what it must hold, keys apart, and a restore that proves it."""
