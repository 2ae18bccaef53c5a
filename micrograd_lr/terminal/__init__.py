"""Stepping in a terminal."""
