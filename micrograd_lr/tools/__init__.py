"""What every room may use: late imports, lazy names, the version, whole files, a progress bar, standard streams."""
