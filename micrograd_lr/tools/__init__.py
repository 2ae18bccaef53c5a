"""What every room may use: late imports, files written whole, a progress bar, the standard streams."""
