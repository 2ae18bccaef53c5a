"""Stepping as an HTML page: the Python that writes it, and in `web` its JavaScript, CSS and HTML."""
