"""Telling the client who comes: the confirmation, its code word, and the visits that still wait for it."""
