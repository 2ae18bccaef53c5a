"""Stepping through both passes in a terminal."""
